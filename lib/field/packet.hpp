// A decoded packet: the frame, and where each protocol's header lies in it. Plain data, on the
// stack, valid as long as the frame's bytes are. Layers are found eagerly by walk(); fields are
// read later, by those who ask.
#pragma once
#include "base/frame.hpp"

namespace netpeel::field {

// Who names the protocol behind a header.
enum class Space : u8 {
  none,
  link,        // LINKTYPE_ numbers of capture files
  ethertype,   // IEEE 802 numbers of Ethernet II, VLAN, SNAP, GRE …
  llc_sap,     // destination service access point of IEEE 802.2
  ieee802_3,   // key 0: an Ethernet frame whose type field is a length
  ip_version,  // key 4 or 6: an IP packet whose header says which
  ip_proto,    // IANA's protocol numbers, also IPv6's next header
  ppp,         // IANA's PPP protocol numbers
  tcp_port,
  udp_port,
  sctp_port,
  count
};

// One layer. header and body are what is really there, in bytes; at counts from the frame's start.
struct Layer {
  enum Flag : u8 {
    truncated = 1,  // the capture ended before the layer did
    malformed = 2,  // the sender's bytes contradict themselves
    short_of = 4,   // a dissector's word: fewer bytes than needed or claimed; walk() turns it into
                    // one of the above
    quoted = 8,     // inside an ICMP error, where a packet is cut on purpose
    quotes = 16,    // all layers above are a quotation
    by_ethertype = 32,  // what follows was found through its EtherType (frame.protocols tells)
    cut_header = 64,    // even the fixed header is not whole
    stacked = 128,  // the next layer is one more of the same stack: frame.protocols names it once
                    // (MPLS labels)
  };
  u8 proto = 0;
  u8 flags = 0;
  u16 header = 0;
  u32 at = 0;
  u32 body = 0;
  u32 end() const { return at + header + body; }
};
static_assert(sizeof(Layer) == 12);

enum class Kind : u8 { truncated, malformed, unknown, unusual };

// What is known of a layer beyond its own bytes, because other packets were seen before. Each
// protocol that has such knowledge derives its own (proto/transport/tcp_facts.hpp). Valid until the
// flow table that made it sees the next packet.
struct Facts {
  std::string_view trouble{};  // a problem of the conversation at this place; empty: none
  Kind kind = Kind::unusual;   // of that
};

struct Packet {
  static constexpr u8 most_layers = 16;

  base::Frame frame;
  u64 seen = 0;  // bit (id mod 64) of every layer's protocol: a quick no
  u8 depth = 0;
  bool too_deep = false;  // more layers than most_layers; the rest is not decoded
  Layer layers[most_layers];
  // Times of other frames that frame.time_relative and frame.time_delta* count from; the tool keeps
  // them.
  i64 first_time = 0;
  i64 previous_time = 0;
  i64 previous_shown_time = 0;

  // ---- What only a flow table knows; walk() leaves all of it empty. ----
  const Facts* const* facts = nullptr;  // one a layer, each may be null
  // Layers that were read from other bytes than the frame's: put together from several frames,
  // unmasked, inflated. A part is a Packet whose frame has those bytes as its data; in order, each
  // after the one it came out of.
  const Packet* parts = nullptr;
  u32 part_count = 0;
  // Of a part:
  std::string_view in{};  // the protocol that made its bytes ("tcp", "websocket"); empty: they are
                          // the frame's own
  const Packet* under = nullptr;  // the packet or part whose last layer it lies on
  std::span<const u64>
      frames{};  // the numbers of the frames its bytes came from, if there are several

  std::span<const Layer> all() const { return {layers, depth}; }
  const u8* bytes(const Layer& layer) const { return frame.data + layer.at; }
  std::span<const Packet> others() const;  // the parts
  // Nothing for a layer that is not one of this packet's (the pseudo layer of frame.*).
  const Facts* known(const Layer& layer) const {
    if (facts == nullptr) return nullptr;
    const auto from = std::uintptr_t(layers), at = std::uintptr_t(&layer);
    return at >= from && at < from + depth * sizeof(Layer) ? facts[index(layer)] : nullptr;
  }
  u32 index(const Layer& layer) const { return u32(&layer - layers); }
  // The layer below, or null for the lowest.
  const Layer* below(const Layer& layer) const { return &layer == layers ? nullptr : &layer - 1; }
  const Layer* above(const Layer& layer) const {
    return index(layer) + 1 < depth ? &layer + 1 : nullptr;
  }
  bool may_have(u8 id) const { return (seen >> (id % 64) & 1) != 0; }
  // The lowest layer of that protocol, or null.
  const Layer* find(u8 id) const {
    if (may_have(id)) {
      for (const Layer& layer : all()) {
        if (layer.proto == id) return &layer;
      }
    }
    return nullptr;
  }
};

inline std::span<const Packet> Packet::others() const { return {parts, part_count}; }

// A dissector's answer: which space, and up to two keys to look up in it, the likelier first. One
// scalar on purpose: a returned struct of small members costs a store-forward stall per layer.
class Next {
 public:
  constexpr Next() = default;
  constexpr Next(Space space, u64 key) : v_(u64(space) | key << 16 | key << 32) {}
  constexpr Next(Space space, u64 key, u64 second)
      : v_(u64(space) | (key & 0xffff) << 16 | second << 32) {}
  constexpr Space space() const { return Space(v_ & 0xff); }
  constexpr u16 key() const { return u16(v_ >> 16); }
  constexpr u16 second() const { return u16(v_ >> 32); }

 private:
  u64 v_ = 0;
};

// ---- What dissectors return. len is what they were given. ----

// The fixed header is not whole: all there is counts as header, nothing follows.
inline Next cut(u32 len, Layer& out) {
  out.header = u16(len < 0xffff ? len : 0xffff);
  out.body = 0;
  out.flags |= Layer::short_of | Layer::cut_header;
  return {};
}
// The header says something impossible: show what is there of it, decode nothing behind it.
inline Next broken(u32 header, u32 len, Layer& out) {
  out.header = u16(header < len ? header : len);
  out.body = len - out.header;
  out.flags |= Layer::malformed;
  return {};
}
// header bytes of this protocol, then body bytes for the next one. header + body <= len.
inline Next accept(u32 header, u32 body, Layer& out, Next next = {}, u8 flags = 0) {
  out.header = u16(header);
  out.body = body;
  out.flags |= flags;
  return next;
}
// As accept, where the header claims `claimed` bytes in all and len are there: the smaller counts.
// header <= len.
inline Next claim(u32 header, u64 claimed, u32 len, Layer& out, Next next = {}, u8 flags = 0) {
  if (claimed > len) {
    claimed = len;
    flags |= Layer::short_of;
  }
  return accept(header, u32(claimed) - header, out, next, flags);
}

}  // namespace netpeel::field
