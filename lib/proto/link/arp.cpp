// ARP and RARP — RFC 826, RFC 903; probes and announcements by RFC 5227.
#include "proto/answer_facts.hpp"
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"
#include "proto/link/hardware_types.hpp"

namespace netpeel::proto {
namespace {

constexpr auto opcodes = values({
    {1, "Request"}, {2, "Reply"}, {3, "Reverse request"}, {4, "Reverse reply"},
    {5, "Dynamic reverse request"},
    {6, "Dynamic reverse reply"}, {7, "Dynamic reverse error"}, {8, "Inverse request"},
    {9, "Inverse reply"}, {10, "No such address"},
});

struct Arp {
  static constexpr auto fields = wire({
      {"arp.hw.type", "Hardware type", 16, dec,
       "What kind of link the hardware addresses belong to.", {.values = hardware_types}},
      {"arp.proto.type", "Protocol type", 16, hex,
       "What kind the protocol addresses are, as an EtherType.", {.values = ethertypes}},
      {"arp.hw.size", "Hardware size", 8, dec, "Bytes of a hardware address.", {.sometimes = true}},
      {"arp.proto.size", "Protocol size", 8, dec, "Bytes of a protocol address.",
       {.sometimes = true}},
      {"arp.opcode", "Opcode", 16, dec, "Whether this asks or answers.", {.values = opcodes}},
  });
};
constexpr auto extra = loose({
    {"arp.isgratuitous", "Gratuitous", 8, flag,
     "Nobody asked: the sender tells everybody its own address.",
     {.ref = "RFC 5227", .computed = true}},
    {"arp.isprobe", "Probe", 8, flag,
     "The sender has no address yet and asks whether this one is free.",
     {.ref = "RFC 5227", .computed = true}},
    {"arp.isannouncement", "Announcement", 8, flag,
     "The sender says that it uses this address from now on.",
     {.ref = "RFC 5227", .computed = true}},
    {"arp.duplicate-address-detected", "Address used twice", 0, mark,
     "Another machine said before that this IP address is its own.", {.computed = true}},
    {"arp.duplicate-address-frame", "Used before in frame", 64, dec,
     "Where the other machine last said so.", {.computed = true}},
    {"arp.src.hw_mac", "Sender's MAC address", 48, mac, "Hardware address of who sends this."},
    {"arp.src.hw", "Sender's hardware address", 0, bytes, "Hardware address of who sends this."},
    {"arp.src.proto_ipv4", "Sender's IP address", 32, ipv4, "IP address of who sends this."},
    {"arp.src.proto", "Sender's protocol address", 0, bytes, "Protocol address of who sends this."},
    {"arp.dst.hw_mac", "Target's MAC address", 48, mac,
     "Hardware address of who is meant; zeros in a question, for it is what is asked."},
    {"arp.dst.hw", "Target's hardware address", 0, bytes, "Hardware address of who is meant."},
    {"arp.dst.proto_ipv4", "Target's IP address", 32, ipv4, "IP address of who is meant."},
    {"arp.dst.proto", "Target's protocol address", 0, bytes, "Protocol address of who is meant."},
});
constexpr Table tables[]{Arp::fields, extra};
constexpr Bind binds[]{
    {Space::ethertype, 0x0806},
    {Space::ethertype, 0x8035}
};

constexpr u32 fixed = fixed_bytes<Arp>;
constexpr u32 request = 1, reply = 2;
constexpr u32 atm =
    19;  // RFC 2225: other sizes, other places; only type and opcode stand where they do here

// Where the four addresses stand.
struct Places {
  u32 hardware, protocol;  // sizes
  bool mac, ipv4;
  u32 source_hardware() const { return fixed; }
  u32 source() const { return fixed + hardware; }
  u32 target_hardware() const { return source() + protocol; }
  u32 target() const { return target_hardware() + hardware; }
  u32 end() const { return target() + protocol; }
};
Places places(const u8* p) {
  const u32 link = u32(get<Arp, "arp.hw.type">(p)), type = u32(get<Arp, "arp.proto.type">(p));
  Places a{.hardware = u32(get<Arp, "arp.hw.size">(p)),
           .protocol = u32(get<Arp, "arp.proto.size">(p)),
           .mac = false,
           .ipv4 = false};
  a.mac = (link == 1 || link == 6) && a.hardware == 6;
  a.ipv4 =
      (type == 0x0800 || type == 0x00cc) && a.protocol == 4;  // 0x00cc: IP on AX.25 radio links
  return a;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  if (get<Arp, "arp.hw.type">(p) == atm) return accept(fixed, len - fixed, out);
  const u32 end = places(p).end();
  return claim(std::min(end, len), end, len, out);
}

bool zeros(const u8* p, u32 size) {
  return std::all_of(p, p + size, [](u8 byte) { return byte == 0; });
}

struct Nature {
  bool gratuitous = false, probe = false, announcement = false;
};
Nature nature(const u8* p, const Places& a) {
  Nature n;
  const u64 opcode = get<Arp, "arp.opcode">(p);
  if ((opcode != request && opcode != reply) || a.protocol == 0) return n;
  n.gratuitous = std::equal(p + a.source(), p + a.source() + a.protocol, p + a.target());
  n.announcement = n.gratuitous && opcode == request && zeros(p + a.target_hardware(), a.hardware);
  n.probe = !n.gratuitous && opcode == request && zeros(p + a.source(), a.protocol);
  return n;
}

void expand(Expansion& x) {
  const u8* p = x.header();
  if (x.layer.header >= fixed && get<Arp, "arp.hw.type">(p) == atm) {
    x.placed(row<"arp.hw.type">(Arp::fields));
    x.placed(row<"arp.proto.type">(Arp::fields));
    x.placed(row<"arp.opcode">(Arp::fields));
    return;
  }
  x.rows(Arp::fields);
  if (x.layer.header < fixed) return;
  const Places a = places(p);
  const bool whole = x.layer.header >= a.end();
  if (whole) {
    const Nature n = nature(p, a);
    if (n.gratuitous) x.computed(row<"arp.isgratuitous">(extra), 1);
    if (n.probe) x.computed(row<"arp.isprobe">(extra), 1);
    if (n.announcement) x.computed(row<"arp.isannouncement">(extra), 1);
  }
  if (a.hardware > 0)
    x.field(a.mac ? row<"arp.src.hw_mac">(extra) : row<"arp.src.hw">(extra), a.source_hardware(),
            a.hardware);
  if (a.protocol > 0)
    x.field(a.ipv4 ? row<"arp.src.proto_ipv4">(extra) : row<"arp.src.proto">(extra), a.source(),
            a.protocol);
  if (a.hardware > 0)
    x.field(a.mac ? row<"arp.dst.hw_mac">(extra) : row<"arp.dst.hw">(extra), a.target_hardware(),
            a.hardware);
  if (a.protocol > 0)
    x.field(a.ipv4 ? row<"arp.dst.proto_ipv4">(extra) : row<"arp.dst.proto">(extra), a.target(),
            a.protocol);
  if (const auto* known = x.known<AddressFacts>()) {
    x.computed(row<"arp.duplicate-address-detected">(extra), 1);
    const auto in = x.inside();
    x.computed(row<"arp.duplicate-address-frame">(extra), known->frame);
  }
  if (!whole && (x.layer.flags & Layer::malformed) != 0) {
    Text says;
    says.add("arp.hw.size ")
        .dec(a.hardware)
        .add(" and arp.proto.size ")
        .dec(a.protocol)
        .add(" make ")
        .dec(a.end());
    says.add(" bytes; the frame has ").dec(x.layer.header);
    x.problem(Kind::malformed, &row<"arp.hw.size">(Arp::fields), says.view());
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  const Places a = places(p);
  const u32 opcode = u32(get<Arp, "arp.opcode">(p));
  if (layer.header < a.end() || !a.ipv4 || get<Arp, "arp.hw.type">(p) == atm) {
    const std::string_view name = meaning(row<"arp.opcode">(Arp::fields), opcode);
    name.empty() ? out.add("opcode ").dec(opcode) : out.add(name);
    return;
  }
  const auto hardware = [&](u32 at) {
    a.mac ? out.mac(p + at) : out.hex_bytes({p + at, a.hardware}, ':');
  };
  const Nature n = nature(p, a);
  if (n.gratuitous) {
    out.ipv4(p + a.source()).add(" is at ");
    hardware(a.source_hardware());
    out.add(", unasked");
  } else if (n.probe) {
    out.add("is ").ipv4(p + a.target()).add(" free?");
  } else if (opcode == request) {
    out.add("who has ").ipv4(p + a.target()).add("? tell ").ipv4(p + a.source());
  } else if (opcode == reply) {
    out.ipv4(p + a.source()).add(" is at ");
    hardware(a.source_hardware());
  } else if (opcode == 3) {
    out.add("which IP address does ");
    hardware(a.target_hardware());
    out.add(" have?");
  } else if (opcode == 4) {
    hardware(a.target_hardware());
    out.add(" has ").ipv4(p + a.target());
  } else {
    const std::string_view name = meaning(row<"arp.opcode">(Arp::fields), opcode);
    name.empty() ? out.add("opcode ").dec(opcode) : out.add(name);
  }
}

constexpr Preset presets[]{
    {&row<"arp.hw.type">(Arp::fields),    1      },
    {&row<"arp.proto.type">(Arp::fields), 0x0800 },
    {&row<"arp.hw.size">(Arp::fields),    6      },
    {&row<"arp.proto.size">(Arp::fields), 4      },
    {&row<"arp.opcode">(Arp::fields),     request}
};

}  // namespace

const Protocol arp{
    .name = "arp",
    .title = "Address Resolution Protocol",
    .label = "ARP",
    .osi = Osi::link,
    .ref = "RFC 826",
    .about = "Asks everybody on the link which hardware address belongs to an IP address; its "
             "owner answers.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
};

}  // namespace netpeel::proto
