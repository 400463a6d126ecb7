#include "view/line.hpp"

#include <bitset>
#include <ctime>

#include "base/time.hpp"
#include "proto/all.hpp"
#include "view/style.hpp"
#include "view/value.hpp"

namespace netpeel::view {
namespace {

using field::Field;
using field::Layer;
using field::Packet;
using field::Role;
using field::Show;

constexpr i64 second = 1'000'000'000;

u32 digits(u64 number) {
  u32 n = 1;
  for (; number >= 10; number /= 10) ++n;
  return n;
}

bool readable(const Layer& layer, const Field* f) {
  return f != nullptr && f->end() <= u32(layer.header) * 8;
}

// A placed address; IPv6 in brackets if a port follows.
void address(const Packet& packet, const Layer& layer, const Field& f, bool port_follows,
             Text& out) {
  const u8* p = packet.bytes(layer) + f.at / 8;
  if (f.show == Show::ipv4) {
    out.ipv4(p);
  } else if (f.show == Show::ipv6) {
    if (port_follows) out.add('[');
    out.ipv6(p);
    if (port_follows) out.add(']');
  } else if (f.show == Show::mac) {
    out.mac(p);
  } else {
    out.dec(base::bits(packet.bytes(layer), f.at, std::min(f.width, 64u)));
  }
}

// Address rows without a fixed place, found by expanding: rare (ARP), so it may cost.
struct Finder final : field::Sink {
  base::Text from, to;
  void node(const field::Node& node) override {
    if (node.field->more.role == Role::source && from.empty()) plain_value(node, from);
    if (node.field->more.role == Role::destination && to.empty()) plain_value(node, to);
  }
};

struct FirstProblem final : field::Sink {
  base::Text says;
  std::string_view kind;
  bool wants_nodes() const override { return false; }
  void node(const field::Node&) override {}
  void problem(const field::Problem& p) override {
    if (!kind.empty()) return;
    kind = kind_name(p.kind);
    says.escaped(p.says);
  }
};

// Where the bytes of the message came from, if not from this frame alone.
void reassembled(const Packet& whose, bool color, Text& out) {
  const Packet* from = &whose;
  while (from != nullptr && from->frames.size() < 2) from = from->under;
  if (from == nullptr) return;
  if (color) out.add(style::dim);
  out.add("  [reassembled from frames ");
  frame_list(from->frames, out);
  out.add(']');
  if (color) out.add(style::plain);
}

}  // namespace

Lines::Lines(const Look& look, Clockwork clockwork)
    : look_(look), clockwork_(clockwork), ends_(256) {
  for (u32 id = 0; id < look.registry.size(); ++id) {
    Ends& ends = ends_[id];
    const field::Protocol& protocol = look.registry[u8(id)];
    for (const field::Table& table : protocol.tables) {
      for (const Field& f : table) {
        if (f.more.role == Role::none) continue;
        if (!f.placed() || table.data() != protocol.fixed().data()) {
          ends.loose = true;
          continue;
        }
        (f.more.role == Role::source        ? ends.from
         : f.more.role == Role::destination ? ends.to
         : f.more.role == Role::source_port ? ends.from_port
                                            : ends.to_port) = &f;
      }
    }
  }
}

void Lines::time(const Packet& packet, Text& out) {
  const i64 t = packet.frame.time;
  if (clockwork_ != Clockwork::of_day && clockwork_ != Clockwork::of_date) {
    const i64 since = clockwork_ == Clockwork::epoch   ? t
                      : clockwork_ == Clockwork::delta ? t - packet.previous_shown_time
                                                       : t - packet.first_time;
    const bool negative = since < 0;
    const u64 size = negative ? u64(0) - u64(since) : u64(since);
    const u64 whole = size / u64(second);
    const u32 used = digits(whole) + 7 + (negative ? 1 : 0);
    if (used < 11) out.fill(' ', 11 - used);
    if (negative) out.add('-');
    out.dec(whole).add('.').dec(size % u64(second) / 1000, 6);
    return;
  }
  if (t < offset_from_ || t >= offset_until_) {
    constexpr i64 quarter = 900 * second;  // no zone changes its offset elsewhere
    offset_from_ = t - ((t % quarter) + quarter) % quarter;
    offset_until_ = offset_from_ + quarter;
    const time_t seconds = time_t(offset_from_ / second);
    tm local{};
    localtime_r(&seconds, &local);
    offset_ = i64(local.tm_gmtoff) * second;
  }
  const base::CalendarTime c = base::calendar(t + offset_);
  if (clockwork_ == Clockwork::of_date) {
    out.dec(u64(c.year), 4).add('-').dec(c.month, 2).add('-').dec(c.day, 2).add(' ');
  }
  out.dec(c.hour, 2)
      .add(':')
      .dec(c.minute, 2)
      .add(':')
      .dec(c.second, 2)
      .add('.')
      .dec(c.nanosecond / 1000, 6);
}

bool Lines::has_ports(const Layer& layer) const {
  const Ends& ends = ends_[layer.proto];
  return readable(layer, ends.from_port) && readable(layer, ends.to_port);
}

// The layer with the ports, if this frame brings the last piece of a packet.
Lines::Spot Lines::ports_of_whole(const Packet& packet) const {
  for (const Packet& part : packet.others()) {
    if (part.frames.size() > 1 && part.depth > 0 && has_ports(part.layers[0]))
      return {&part, part.layers};
  }
  return {};
}

void Lines::port(Spot of, const field::Field* Ends::*which, Text& out) const {
  if (of.layer == nullptr) return;
  const Field* f = ends_[of.layer->proto].*which;
  out.add(':').dec(base::bits(of.packet->bytes(*of.layer), f->at, f->width));
}

void Lines::who(const Packet& packet, Text& out) const {
  Spot ports = ports_of_whole(packet);
  const Layer* loose = nullptr;
  for (u32 i = packet.depth; i-- > 0;) {
    const Layer& layer = packet.layers[i];
    if ((layer.flags & Layer::quoted) != 0) continue;
    const Ends& ends = ends_[layer.proto];
    if (ports.layer == nullptr && has_ports(layer)) ports = {&packet, &layer};
    if (loose == nullptr && ends.loose) loose = &layer;
    if (!readable(layer, ends.from) || !readable(layer, ends.to)) continue;
    if (loose != nullptr && loose > &layer) break;
    // A port belongs to the address next below it.
    address(packet, layer, *ends.from, ports.layer != nullptr, out);
    port(ports, &Ends::from_port, out);
    out.add(" → ");
    address(packet, layer, *ends.to, ports.layer != nullptr, out);
    port(ports, &Ends::to_port, out);
    return;
  }
  if (loose != nullptr) {
    Finder found;
    field::expand(look_.registry, packet, *loose, found);
    if (!found.from.empty() || !found.to.empty()) {
      out.add(found.from.empty() ? "?" : found.from.view()).add(" → ");
      out.add(found.to.empty() ? "?" : found.to.view());
    }
  }
}

void Lines::problems(const Packet& packet, Text& out) const {
  for (const Layer& layer : packet.all()) {
    const field::Facts* known = packet.known(layer);
    // A checksum is looked at where the layer is expanded, not before.
    if ((layer.flags & (Layer::malformed | Layer::truncated)) == 0 &&
        (known == nullptr || known->trouble.empty()) && !look_.settings.checksums)
      continue;
    FirstProblem found;
    field::expand(look_.registry, packet, layer, found, look_.settings);
    if (found.kind.empty()) continue;
    if (look_.color) out.add(style::alarm);
    out.add("  [").add(found.kind).add(": ").add(found.says.view()).add(']');
    if (look_.color) out.add(style::plain);
  }
  if (packet.too_deep) out.add("  [unknown: more layers than are decoded]");
}

// Columns that grow with what they held so far keep lines aligned and narrow, without reading
// ahead.
void Lines::pad(Text& out, std::size_t from, u32& widest, u32 most) {
  const u32 used = u32(out.size() - from);  // ASCII, but for the arrow
  if (used > widest) widest = std::min(used, most);
  if (used < widest) out.fill(' ', widest - used);
}

// The highest layer's sentence; of messages, of which a frame may bring several, one after the
// other.
void Lines::told(const Packet& packet, Spot top, Text& out) const {
  const field::Protocol& protocol = look_.registry[top.layer->proto];
  if (protocol.sentence == nullptr) return;
  if (protocol.osi < field::Osi::session) return protocol.sentence(*top.packet, *top.layer, out);
  constexpr u32 most = 4;
  u32 n = 0;
  const auto tell = [&](const Packet& some) {
    for (const Layer& layer : some.all()) {
      if (layer.proto != top.layer->proto || (layer.flags & Layer::quoted) != 0 || n++ >= most)
        continue;
      if (n > 1) out.add("; ");
      protocol.sentence(some, layer, out);
    }
  };
  tell(packet);
  for (const Packet& part : packet.others()) tell(part);
  if (n > most) out.add("; and ").dec(n - most).add(" more");
}

void Lines::packet(const Packet& packet, Text& out) {
  // The highest protocol that is known and not part of a quotation; of the layer asked for, if one
  // was.
  const Layer* top = packet.layers;
  const Packet* whose = &packet;
  bool found = look_.only == 0;
  std::bitset<256> carriers;  // of the highest message
  const auto look_in = [&](const Packet& some) {
    for (const Layer& layer : some.all()) {
      if ((layer.flags & Layer::quoted) != 0 || layer.proto == proto::id::data ||
          !shown(look_, layer))
        continue;
      // A carrier that goes on behind what it carried does not speak for it.
      if (carriers[layer.proto] && look_.registry[layer.proto].osi >= field::Osi::session) continue;
      if (layer.proto != top->proto) carriers.set(top->proto);
      top = &layer;
      whose = &some;
      found = true;
    }
  };
  look_in(packet);
  for (const Packet& part : packet.others()) look_in(part);
  const field::Protocol& protocol = look_.registry[top->proto];

  const u32 wide = digits(packet.frame.number);
  if (wide < 5) out.fill(' ', 5 - wide);
  out.dec(packet.frame.number).add(' ');
  if (look_.color) out.add(style::dim);
  time(packet, out);
  if (look_.color) out.add(style::plain);
  out.add("  ");
  std::size_t from = out.size();
  who(packet, out);
  pad(out, from, widest_who_, 47);
  out.add("  ");
  if (look_.color) out.add(style::layers[u8(protocol.osi)]);
  from = out.size();
  out.add(found ? protocol.label : "-");
  pad(out, from, widest_label_, 10);
  if (look_.color) out.add(style::plain);
  out.add("  ");
  from = out.size();
  if (found) told(packet, {whose, top}, out);
  if (out.size() == from) out.add(found ? protocol.title : "nothing at this layer");
  problems(packet, out);
  for (const Packet& part : packet.others()) problems(part, out);
  if (found) reassembled(*whose, look_.color, out);
  out.add('\n');
}

}  // namespace netpeel::view
