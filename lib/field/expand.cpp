#include "field/expand.hpp"

namespace netpeel::field {

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[]{"truncated", "malformed", "unknown", "unusual"};
  return names[u8(kind)];
}

std::string_view severity_name(Severity severity) {
  constexpr std::string_view names[]{"chat", "note", "warn", "error"};
  return names[u8(severity)];
}

void Laid::apart(Table some) const {
  for (const Field& f : some) {
    if (f.placed() && !f.name.empty()) x_.read(f, at_);
  }
}

void Expansion::reach(u32 end) {
  reach_ = std::max(reach_, std::min(end, packet.frame.size - layer.at));
}

void Expansion::read(const Field& f, u32 at) const {
  const u32 bit = at * 8 + f.at;
  if (bit + f.width > reach_ * 8) return;
  const u8* const table = header() + at;
  switch (f.reading) {
    case Reading::bytes: return emit(f, bit, f.width, f.depth, 0, {table + f.at / 8, f.width / 8});
    case Reading::mark: return emit(f, bit, f.width, f.depth, 1, {});
    default: return emit(f, bit, f.width, f.depth, placed_number(f, table) * f.more.scale, {});
  }
}

void Expansion::read(const Field& f, u32 at, u32 size) {
  if (at > reach_ || size > reach_ - at) return;
  switch (f.show) {
    case Show::mark: return mark(f, at, size);
    case Show::mac:
    case Show::ipv4:
    case Show::ipv6:
    case Show::bytes:
    case Show::text: return value(f, at, size, {header() + at, size});
    default: break;
  }
  u64 v = 0;
  for (u32 i = 0; i < size && i < 8; ++i) v = v << 8 | header()[at + i];
  number(f, at, size, v * f.more.scale);
}

void Expansion::problem(Kind kind, const Field* f, std::string_view says, Severity severity) {
  if (kind == Kind::truncated || kind == Kind::malformed) told_ = true;
  sink_.problem({kind, f, says, severity});
}

void expand(const Registry& registry, const Packet& packet, const Layer& layer, Sink& sink,
            const Settings& settings) {
  const Protocol& protocol = registry[layer.proto];
  Expansion x(registry, packet, layer, sink, settings);
  if (protocol.expand != nullptr) {
    protocol.expand(x);
  } else {
    x.rows(protocol.fixed());
  }
  if (const Facts* facts = packet.known(layer); facts != nullptr && !facts->trouble.empty())
    x.problem(facts->kind, nullptr, facts->trouble);
  if ((layer.flags & (Layer::truncated | Layer::malformed)) == 0 || x.told()) return;
  const bool truncated = (layer.flags & Layer::truncated) != 0;
  base::Text says;
  if ((layer.flags & Layer::cut_header) != 0) {
    says.add("the ").add(protocol.title).add(" header needs ");
    const u32 needed = bytes_of(protocol.fixed());
    if (needed > layer.header) {
      says.dec(needed).add(" bytes; ");
    } else {
      says.add("more bytes; ");
    }
    says.add(truncated ? "the capture kept " : "there are ").dec(layer.header);
  } else if (truncated) {
    says.add("the capture ended before this layer did");
  } else {
    says.add("the ").add(protocol.title).add(" header contradicts the bytes that are there");
  }
  sink.problem({truncated ? Kind::truncated : Kind::malformed, nullptr, says.view()});
}

std::string_view protocol_chain(const Registry& registry, const Packet& packet,
                                std::span<char> room) {
  std::size_t used = 0;
  const auto add = [&](std::string_view name) {
    if (used + name.size() + 1 > room.size()) return;
    if (used > 0) room[used++] = ':';
    std::memcpy(&room[used], name.data(), name.size());
    used += name.size();
  };
  const auto add_all = [&](const Packet& some) {
    for (const Layer& layer : some.all()) {
      const Layer* above = some.above(layer);
      if ((layer.flags & Layer::stacked) != 0 && above != nullptr && above->proto == layer.proto)
        continue;
      add(registry[layer.proto].name);
      if ((layer.flags & Layer::by_ethertype) != 0) add("ethertype");
    }
  };
  add_all(packet);
  for (const Packet& part : packet.others()) add_all(part);
  return {room.data(), used};
}

}  // namespace netpeel::field
