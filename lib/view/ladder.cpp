#include "view/ladder.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/utf8.hpp"
#include "proto/net/below.hpp"
#include "proto/net/ip.hpp"
#include "proto/net/ip6.hpp"
#include "proto/transport/tcp.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "view/ladder_parts.hpp"

namespace netpeel::view {

using field::Layer;
using field::Packet;
using flow::Trip;
namespace id = proto::id;

namespace {

constexpr u32 none = 0xffffffff;
constexpr u64 most_sightings = 1'000'000;

std::string text_of(const Text& text) { return std::string(text.view()); }

// "SYN ACK seq=0 ack=1 len=18", counted from the conversation's start where that is known.
void segment(const Packet& packet, const Layer& layer, Text& out) {
  const u8* p = packet.bytes(layer);
  const u32 flags = u32(proto::get<proto::Tcp, "tcp.flags">(p));
  const auto* known = static_cast<const proto::TcpFacts*>(packet.known(layer));
  struct Name {
    u32 bit;
    std::string_view name;
  };
  using namespace proto::tcp_flag;
  static constexpr Name names[]{
      {urg,   "URG"},
      {syn,   "SYN"},
      {fin,   "FIN"},
      {reset, "RST"},
      {push,  "PSH"},
      {ack,   "ACK"}
  };
  for (const Name& name : names) {
    if ((flags & name.bit) != 0) out.add(name.name).add(' ');
  }
  const u32 seq = u32(proto::get<proto::Tcp, "tcp.seq_raw">(p)),
            acked = u32(proto::get<proto::Tcp, "tcp.ack_raw">(p));
  out.add("seq=").dec(seq - (known != nullptr ? known->base_seq : 0));
  if ((flags & ack) != 0) out.add(" ack=").dec(acked - (known != nullptr ? known->base_ack : 0));
  const u32 header = u32(proto::get<proto::Tcp, "tcp.hdr_len">(p)) * 4;
  const proto::IpBelow ip = proto::ip_below(packet, layer);
  const u32 all = ip ? ip.claimed : u32(layer.header) + layer.body;
  if (all > header) out.add(" len=").dec(all - header);
}

// What is worth a look: problems, and remarks but for the merely chatty ones.
struct Problems final : field::Sink {
  explicit Problems(std::vector<std::string>& list) : out(list) {}
  bool wants_nodes() const override { return false; }
  void node(const field::Node&) override {}
  void problem(const field::Problem& p) override { add(p.says); }
  void remark(const field::Remark& r) override {
    if (r.severity != field::Severity::chat) add(r.says);
  }
  void add(std::string_view what) {
    constexpr std::size_t most = 4;
    if (out.size() >= most) return;
    // The first clause; what is normal about it stands in the tree.
    Text says;
    says.escaped(what.substr(0, what.find("; ")));
    if (std::find(out.begin(), out.end(), says.view()) == out.end()) out.emplace_back(says.view());
  }
  std::vector<std::string>& out;
};

}  // namespace

LadderMaker::LadderMaker(const Look& look, LadderSettings settings)
    : look_(look), settings_(std::move(settings)) {}

// The ends as the highest IP layer names them; ARP speaks for addresses too; else the link's.
void LadderMaker::hosts(const Packet& packet, Entry& entry) {
  const Layer* ip = nullptr;
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & (Layer::quoted | Layer::cut_header)) != 0) continue;
    if (layer.proto == id::ip || layer.proto == id::ip6) ip = &layer;
  }
  Text from, to;
  const auto set = [&](Bytes source, Bytes destination) {
    entry.from = {.text = text_of(from), .hash = base::fnv64(source)};
    entry.to = {.text = text_of(to), .hash = base::fnv64(destination)};
  };
  if (ip != nullptr) {
    const u8* p = packet.bytes(*ip);
    const bool v4 = ip->proto == id::ip;
    const u8* a =
        v4 ? proto::place<proto::Ip, "ip.src">(p) : proto::place<proto::Ipv6, "ipv6.src">(p);
    const u8* b =
        v4 ? proto::place<proto::Ip, "ip.dst">(p) : proto::place<proto::Ipv6, "ipv6.dst">(p);
    v4 ? from.ipv4(a) : from.ipv6(a);
    v4 ? to.ipv4(b) : to.ipv6(b);
    set({a, v4 ? 4u : 16u}, {b, v4 ? 4u : 16u});
    for (const Layer* l = packet.above(*ip); l != nullptr; l = packet.above(*l)) {
      if ((l->flags & (Layer::quoted | Layer::cut_header)) != 0) break;
      if (l->proto != id::tcp && l->proto != id::udp && l->proto != id::udplite) continue;
      entry.from.port = base::be16(packet.bytes(*l));
      entry.to.port = base::be16(packet.bytes(*l) + 2);
      break;
    }
    return;
  }
  const Layer* const arp = packet.find(id::arp);
  if (arp != nullptr && (arp->flags & Layer::cut_header) == 0 && arp->header >= 28 &&
      packet.bytes(*arp)[5] == 4) {
    const u8* p = packet.bytes(*arp);  // Ethernet and IPv4: the addresses stand at 14 and 24
    from.ipv4(p + 14);
    to.ipv4(p + 24);
    return set({p + 14, 4}, {p + 24, 4});
  }
  const Layer& link = packet.layers[0];
  if (link.proto == id::eth && link.header >= 12) {
    const u8* p = packet.bytes(link);
    from.mac(p + 6);
    to.mac(p);
    return set({p + 6, 6}, {p, 6});
  }
  entry.from.text = entry.to.text = "?";
}

u32 LadderMaker::stream(const Packet& packet) {
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & Layer::quoted) != 0) break;
    const field::Facts* known = packet.known(layer);
    if (known == nullptr) continue;
    if (layer.proto == id::tcp) return static_cast<const proto::TcpFacts*>(known)->stream * 2;
    if (layer.proto == id::udp || layer.proto == id::udplite) {
      return static_cast<const proto::ConversationFacts*>(known)->stream * 2 + 1;
    }
  }
  return none;
}

void LadderMaker::label(const Packet& packet, Arrow& to) const {
  Text out;
  const Layer* tcp = nullptr;
  const Layer* top = packet.layers;
  const Packet* whose = &packet;
  const auto look_in = [&](const Packet& some) {
    for (const Layer& layer : some.all()) {
      if ((layer.flags & Layer::quoted) != 0 || layer.proto == id::data) continue;
      top = &layer;
      whose = &some;
      if (layer.proto == id::tcp && (layer.flags & Layer::cut_header) == 0) tcp = &layer;
    }
  };
  look_in(packet);
  for (const Packet& part : packet.others()) look_in(part);
  if (tcp != nullptr) segment(packet, *tcp, out);
  if (top != tcp) {
    if (tcp != nullptr) {
      to.brief = out.size();
      out.add(": ");
    }
    const field::Protocol& protocol = look_.registry[top->proto];
    out.add(protocol.label).add(' ');
    const std::size_t from = out.size();
    if (protocol.sentence != nullptr) protocol.sentence(*whose, *top, out);
    if (out.size() == from) out.add(protocol.title);
  }
  to.label = text_of(out);
}

void LadderMaker::problems(const Packet& packet, const Layer& layer,
                           std::vector<std::string>& out) const {
  const field::Facts* known = packet.known(layer);
  const bool marked = known != nullptr && layer.proto == id::tcp &&
                      static_cast<const proto::TcpFacts*>(known)->marks != 0;
  const bool trouble = marked || (known != nullptr && !known->trouble.empty());
  if ((layer.flags & (Layer::malformed | Layer::truncated)) == 0 && !trouble &&
      !look_.settings.checksums)
    return;
  Problems sink(out);
  field::expand(look_.registry, packet, layer, sink, look_.settings);
}

void LadderMaker::problems(const Packet& packet, std::vector<std::string>& out) const {
  const auto look_in = [&](const Packet& some) {
    for (const Layer& layer : some.all()) problems(some, layer, out);
  };
  look_in(packet);
  for (const Packet& part : packet.others()) look_in(part);
}

void LadderMaker::keep(const Packet& packet, Entry entry, const flow::Seen& seen, bool shown) {
  const bool wanted = shown && room();
  shown_ += shown;
  unmatched_ += shown && matching_ && taps_.size() >= most_sightings;
  if (matching_ && taps_.size() < most_sightings) {
    taps_.saw(seen.sighting, seen.content);
    entry_of_.push_back(wanted ? u32(entries_.size()) : shown ? unkept : hidden);
  }
  if (!wanted) return;
  entry.shown = true;
  names_.emplace(seen.sighting.from, entry.from.text);
  names_.emplace(seen.sighting.to, entry.to.text);
  entry.arrow.left = entry.arrow.arrived = packet.frame.time;
  entry.arrow.frames = {packet.frame.number};
  Text comment;
  for (std::string_view rest = packet.frame.comment; !rest.empty();) {
    const std::size_t n = std::min(rest.find('\n'), rest.size());
    comment.add(comment.empty() ? "" : "; ").escaped(rest.substr(0, n), 200);
    rest.remove_prefix(std::min(n + 1, rest.size()));
  }
  entry.arrow.comment = text_of(comment);
  entries_.push_back(std::move(entry));
}

void LadderMaker::add_packet(const Packet& packet, bool shown) {
  const std::optional<flow::Seen> seen = flow::seen(packet);
  if (!seen) return;
  Entry entry;
  if (shown && room()) {
    hosts(packet, entry);
    entry.arrow.series = stream(packet);
    label(packet, entry.arrow);
    problems(packet, entry.arrow.problems);
  }
  keep(packet, std::move(entry), *seen, shown);
}

namespace {

// A message and those inside it, as a sentence: what is inside speaks for what is around it.
class Telling {
 public:
  bool open() const { return !nodes_.empty(); }
  Bytes outer() const { return nodes_.empty() ? Bytes() : nodes_[0].bytes; }
  void clear() { nodes_.clear(), path_.clear(); }
  // `in`: the protocol that unpacked the bytes; empty: they lie in those of a layer told before.
  void add(std::string_view protocol, Bytes bytes, std::string_view in, std::string text) {
    while (!path_.empty() && !holds(nodes_[path_.back()], bytes, in)) path_.pop_back();
    if (path_.empty() && !nodes_.empty()) path_.push_back(0);
    if (!path_.empty()) nodes_[path_.back()].speaks = false;
    path_.push_back(u32(nodes_.size()));
    nodes_.push_back({protocol, bytes, std::move(text), true});
  }
  std::string text() const {
    constexpr u32 most = 6;
    std::string out;
    u32 n = 0;
    for (const Node& node : nodes_) {
      if (!node.speaks || n++ >= most) continue;
      if (!out.empty()) out += "; ";
      out += node.text;
    }
    if (n > most) out += "; " + std::to_string(n - most) + " more";
    return out;
  }

 private:
  struct Node {
    std::string_view protocol;
    Bytes bytes;
    std::string text;
    bool speaks;
  };
  static bool holds(const Node& node, Bytes bytes, std::string_view in) {
    if (!in.empty()) return node.protocol == in;
    return node.bytes.data() <= bytes.data() &&
           bytes.data() < node.bytes.data() + node.bytes.size();
  }
  std::vector<Node> nodes_;
  std::vector<u32> path_;  // from the outermost to the one told last
};

bool mostly_text(Bytes bytes) {
  std::size_t n = 0;
  for (u8 c : bytes) n += (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
  return n * 10 >= bytes.size() * 9 ||
         (base::is_utf8(base::as_text(bytes)) && n * 2 >= bytes.size());
}

std::string sentence(const field::Registry& registry, const Packet& packet, const Layer& layer,
                     Bytes bytes) {
  const field::Protocol& protocol = registry[layer.proto];
  Text out;
  out.add(protocol.label).add(' ');
  const std::size_t from = out.size();
  if (protocol.sentence != nullptr && layer.proto != id::data)
    protocol.sentence(packet, layer, out);
  if (out.size() > from) return text_of(out);
  out.dec(bytes.size()).add(bytes.size() == 1 ? " byte: " : " bytes: ");
  const Bytes begin = bytes.first(std::min<std::size_t>(bytes.size(), 60));
  if (mostly_text(begin)) {
    out.escaped(base::as_text(bytes), begin.size());
  } else {
    out.hex_bytes(begin.first(std::min<std::size_t>(begin.size(), 16)), ' ')
        .add(bytes.size() > 16 ? " …" : "");
  }
  return text_of(out);
}

// Where the messages begin among the packet's layers; its depth, if there are none.
u32 first_message(const Packet& packet) {
  for (u32 i = 0; i < packet.depth; ++i) {
    const Layer& layer = packet.layers[i];
    if ((layer.flags & Layer::quoted) != 0) break;
    if (layer.proto == id::tcp || layer.proto == id::udp || layer.proto == id::udplite)
      return i + 1;
  }
  return packet.depth;
}

}  // namespace

// Every message that ends in this packet.
void LadderMaker::add_messages(const Packet& packet, bool shown) {
  const u32 first = first_message(packet);
  if (first == packet.depth && packet.part_count == 0) return;
  Entry entry;
  hosts(packet, entry);
  entry.arrow.series = stream(packet);
  flow::Seen seen{
      .sighting = {.tap = packet.frame.interface,
                   .frame = packet.frame.number,
                   .time = packet.frame.time,
                   .from = entry.from.hash,
                   .to = entry.to.hash,
                   .kind = entry.arrow.series ^ u32(entry.from.port) << 16}
  };
  // A datagram is its message; of a stream the order counts.
  if (packet.find(id::tcp) == nullptr) {
    if (const auto whole = flow::seen(packet)) seen.sighting.id = whole->sighting.id;
  }
  // Bytes that no protocol reads are told as their receiver gets them: in order, each once.
  const bool unread = first > 0 && first < packet.depth &&
                      packet.layers[first - 1].proto == id::tcp &&
                      packet.layers[first].proto == id::data;
  Telling telling;
  const auto tell = [&] {
    if (!telling.open()) return;
    entry.arrow.label = telling.text();
    seen.content = telling.outer();
    seen.sighting.content = base::fnv64(seen.content);
    seen.sighting.length = u32(seen.content.size());
    keep(packet, entry, seen, shown);
    telling.clear();
    entry.arrow.problems.clear();
  };
  const auto look_in = [&](const Packet& some, u32 from) {
    const bool unpacked = !some.in.empty() && some.in != "tcp";
    for (u32 i = from; i < some.depth; ++i) {
      const Layer& layer = some.layers[i];
      const Bytes bytes{some.bytes(layer), u32(layer.header) + layer.body}, outer = telling.outer();
      const bool inside =
          outer.data() <= bytes.data() && bytes.data() < outer.data() + outer.size();
      if (!unpacked && !inside) tell();
      telling.add(look_.registry[layer.proto].name, bytes,
                  unpacked && i == from ? some.in : std::string_view(),
                  sentence(look_.registry, some, layer, bytes));
      problems(some, layer, entry.arrow.problems);
    }
  };
  for (const Piece& piece : pieces_) {
    if (!unread || piece.port != entry.from.port) continue;
    const Bytes bytes = base::as_bytes(piece.bytes);
    telling.add("data", bytes, {}, sentence(look_.registry, packet, packet.layers[first], bytes));
    tell();
  }
  if (first < packet.depth && !unread) look_in(packet, first);
  for (const Packet& part : packet.others()) look_in(part, 0);
  tell();
}

void LadderMaker::data(const flow::Conversation& conversation, flow::Side side, Bytes bytes, u64,
                       u64) {
  if (!settings_.messages || conversation.kind != flow::Conversation::Kind::tcp) return;
  const flow::End& end = side == flow::Side::client ? conversation.client : conversation.server;
  pieces_.push_back({std::string(base::as_text(bytes)), end.port});
}

void LadderMaker::add(const Packet& packet, bool shown, u32 interfaces) {
  if (!begun_) {
    begun_ = true;
    first_time_ = packet.frame.time;
    matching_ = settings_.taps != TapUse::no && interfaces > 1;
    taps_ = flow::Taps(u16(std::min<u32>(interfaces, 64)));
  }
  if (!shown && !matching_) return pieces_.clear();
  if (packet.frame.interface >= 64) return pieces_.clear();
  settings_.messages ? add_messages(packet, shown) : add_packet(packet, shown);
  pieces_.clear();
}

}  // namespace netpeel::view
