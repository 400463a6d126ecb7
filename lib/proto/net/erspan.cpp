// ERSPAN types II and III — draft-foschiano-erspan. Type I has no header of its own: GRE goes on
// with Ethernet.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

struct Type2 {
  static constexpr auto fields = wire({
      {"erspan.version", "Version", 4, dec, "1: type II; 2: type III."},
      {"erspan.vlan", "VLAN", 12, dec, "The VLAN the frame was seen in."},
      {"erspan.cos", "Class of service", 3, dec, "The frame's priority."},
      {"erspan.encap", "Encapsulation", 2, dec, "How the frame was tagged where it was seen.",
       {.sometimes = true}},
      {"erspan.truncated", "Truncated", 1, dec, "The copy was cut."},
      {"erspan.spanid", "Session", 10, dec, "Which mirroring session this is."},
      {"erspan.reserved", "Reserved", 12, dec, "Must be zero.", {.sometimes = true}},
      {"erspan.index", "Index", 20, dec,
       "The port and direction it was seen at, in the switch's own numbers.", {.sometimes = true}},
  });
};
struct Type3 {
  static constexpr auto fields = wire({
      {"erspan.version", "Version", 4, dec, "1: type II; 2: type III."},
      {"erspan.vlan", "VLAN", 12, dec, "The VLAN the frame was seen in."},
      {"erspan.cos", "Class of service", 3, dec, "The frame's priority."},
      {"erspan.bso", "Bad, short, oversized", 2, dec,
       "What was wrong with the frame, if anything."},
      {"erspan.truncated", "Truncated", 1, dec, "The copy was cut."},
      {"erspan.spanid", "Session", 10, dec, "Which mirroring session this is."},
      {"erspan.timestamp", "Time", 32, dec, "When the switch saw it, in units that follow."},
      {"erspan.sgt", "Security group", 16, dec, "Group that the sender belongs to."},
      {"erspan.p", "Has a frame", 1, dec, "An Ethernet frame follows."},
      {"erspan.ft", "Frame type", 5, dec, "0: Ethernet; 2: IP."},
      {"erspan.hw", "Hardware", 6, dec, "Which hardware of the switch."},
      {"erspan.direction", "Direction", 1, flag, "Clear: on its way in; set: on its way out."},
      {"erspan.gra", "Granularity", 2, dec,
       "Units of the time: 0 for 100 µs, 1 for 100 ns, 2 for IEEE 1588."},
      {"erspan.o", "Optional header", 1, dec, "8 more bytes follow."},
  });
};
constexpr auto platform = wire({
    {"erspan.platid", "Platform", 6, dec, "Whose form the rest of this optional header has."},
    {"", "", 58, dec, ""},
});
constexpr auto platform3 = wire({
    {"erspan.platid", "Platform", 6, dec, "Whose form the rest of this optional header has."},
    {"erspan.pid3.rsvd1", "Reserved", 12, dec, "Must be zero."},
    {"erspan.pid3.port_index", "Port", 14, dec,
     "The port it was seen at, in the switch's own numbers."},
    {"erspan.pid3.timestamp", "Time, upper half", 32, dec, "The upper 32 bits of the time."},
});
constexpr Table tables[]{Type2::fields, Type3::fields, platform, platform3};
constexpr Bind binds[]{
    {Space::ethertype, 0x88be},
    {Space::ethertype, 0x22eb}
};
constexpr u32 type2 = fixed_bytes<Type2>, type3 = fixed_bytes<Type3>, option = bytes_of(platform);

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < type2) return cut(len, out);
  const u64 version = get<Type2, "erspan.version">(p);
  if (version == 1) return accept(type2, len - type2, out, {Space::ethertype, 0x6558});
  if (version != 2) return accept(type2, len - type2, out);
  if (len < type3) return cut(len, out);
  const u32 header = type3 + (get<Type3, "erspan.o">(p) != 0 ? option : 0);
  if (len < header) return cut(len, out);
  const Next ethernet{Space::ethertype, 0x6558},
      packet{Space::ip_version, u64(len > header ? p[header] >> 4 : 0)};
  return accept(header, len - header, out, get<Type3, "erspan.ft">(p) == 2 ? packet : ethernet);
}

void expand(Expansion& x) {
  if (x.layer.header > 0 && x.header()[0] >> 4 == 2) {
    x.rows(Type3::fields);
    if (x.layer.header >= type3 + option) {
      x.rows(x.header()[type3] >> 2 == 3 ? Table(platform3) : Table(platform), type3);
    }
  } else {
    x.rows(Type2::fields);
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < type2) return;
  const u8* p = packet.bytes(layer);
  out.add("a copy of a frame seen in VLAN ").dec(get<Type2, "erspan.vlan">(p));
  out.add(", mirroring session ").dec(get<Type2, "erspan.spanid">(p));
}

constexpr Preset presets[]{
    {&row<"erspan.version">(Type2::fields), 1}
};

}  // namespace

const Protocol erspan{
    .name = "erspan",
    .title = "Encapsulated Remote Switch Packet Analysis",
    .label = "ERSPAN",
    .osi = Osi::link,
    .ref = "draft-foschiano-erspan",
    .about = "Copies of frames that a switch sends to whoever watches the network.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
};

}  // namespace netpeel::proto
