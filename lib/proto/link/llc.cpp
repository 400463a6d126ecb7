// LLC and SNAP — IEEE 802.2 §3 and §5, IEEE 802 §9.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

constexpr auto saps = values({
    {0x00, "Null"}, {0x02, "LLC Sublayer Management"}, {0x04, "SNA Path Control"}, {0x06, "IP"},
    {0x08, "SNA"}, {0x0c, "SNA"},
    {0x0e, "PROWAY Network Management"}, {0x10, "NetWare"}, {0x18, "Texas Instruments"},
    {0x42, "Spanning Tree"},
    {0x4e, "Manufacturing Message Service"}, {0x7e, "X.25"}, {0x80, "XNS"}, {0x82, "BACnet"},
    {0x86, "Nestar"},
    {0x8e, "PROWAY Active Station List"}, {0x98, "ARP"}, {0xaa, "SNAP"}, {0xba, "Banyan Vines"},
    {0xbc, "Banyan Vines"},
    {0xe0, "NetWare"}, {0xf0, "NetBIOS"}, {0xf4, "IBM Network Management"},
    {0xf8, "HP Extended LLC"},
    {0xfa, "Ungermann-Bass"}, {0xfc, "Remote Program Load"},
    {0xfe, "ISO Network Layer (IS-IS, CLNP)"}, {0xff, "All access points"},
});
constexpr auto dsap_ig = values({
    {0, "One"    },
    {1, "A group"}
});
constexpr auto ssap_cr = values({
    {0, "Command" },
    {1, "Response"}
});
constexpr auto kinds = values({
    {0, "Information"},
    {1, "Supervisory"},
    {3, "Unnumbered" }
});
constexpr auto supervisory_functions = values({
    {0, "Receiver ready"    },
    {1, "Receiver not ready"},
    {2, "Reject"            },
    {3, "Selective reject"  }
});
constexpr auto commands = values({
    {0x00, "Unnumbered information"}, {0x10, "Disconnect"},
    {0x1b, "Set asynchronous balanced mode extended"},
    {0x2b, "Exchange identification"}, {0x38, "Test"},
});
constexpr auto responses = values({
    {0x03, "Disconnected mode"}, {0x18, "Unnumbered acknowledgement"}, {0x21, "Frame reject"},
    {0x2b, "Exchange identification"}, {0x38, "Test"},
});

struct Llc {
  static constexpr auto fields = wire({
      {"llc.dsap", "DSAP", 8, hex,
       "Destination service access point: which protocol at the receiver gets this.",
       {.values = saps, .covers = true}},
      {"llc.dsap.sap", "SAP", 7, dec, "The access point's number without its lowest bit."},
      {"llc.dsap.ig", "IG bit", 1, flag, "Set if it means a group of access points.",
       {.values = dsap_ig}},
      {"llc.ssap", "SSAP", 8, hex,
       "Source service access point: which protocol at the sender sent this.",
       {.values = saps, .covers = true}},
      {"llc.ssap.sap", "SAP", 7, dec, "The access point's number without its lowest bit."},
      {"llc.ssap.cr", "CR bit", 1, flag, "Set if this is a response, clear if it is a command.",
       {.values = ssap_cr}},
  });
};
// The control field's parts, each laid at its start. Information and supervisory frames have 16
// bits, sent low byte first.
constexpr auto information = wire({
    {"llc.control.n_s", "N(S)", 7, dec, "Number of this information frame."},
    {"", "", 1, dec, ""},
    {"llc.control.n_r", "N(R)", 7, dec,
     "Number of the frame that the sender expects next: all before it arrived."},
    {"", "", 1, dec, ""},
});
constexpr auto supervisory = wire({
    {"", "", 4, dec, ""},
    {"llc.control.s_ftype", "Supervisory function", 2, hex,
     "Whether the sender can take more, or wants frames again.", {.values = supervisory_functions}},
    {"", "", 2, dec, ""},
    {"llc.control.n_r", "N(R)", 7, dec,
     "Number of the frame that the sender expects next: all before it arrived."},
    {"", "", 1, dec, ""},
});
constexpr auto poll = wire({
    {"", "", 7, dec, ""},
    {"llc.control.p", "Poll", 1, flag, "The sender of this command wants an answer at once."},
});
constexpr auto final = wire({
    {"", "", 7, dec, ""},
    {"llc.control.f", "Final", 1, flag, "This response answers a command that polled."},
});
constexpr auto unnumbered_poll = wire({
    {"", "", 3, dec, ""},
    {"llc.control.p", "Poll", 1, flag, "The sender of this command wants an answer at once."},
    {"", "", 4, dec, ""},
});
constexpr auto unnumbered_final = wire({
    {"", "", 3, dec, ""},
    {"llc.control.f", "Final", 1, flag, "This response answers a command that polled."},
    {"", "", 4, dec, ""},
});
constexpr auto extra = loose({
    {"llc.control", "Control", 16, hex,
     "What kind of frame this is, and its numbers where the link repeats lost frames."},
    {"llc.control.u_modifier_cmd", "Command", 6, hex, "What an unnumbered command asks for.",
     {.values = commands}},
    {"llc.control.u_modifier_resp", "Response", 6, hex, "What an unnumbered response says.",
     {.values = responses}},
    {"llc.control.ftype", "Frame kind", 16, hex, "Information, supervisory or unnumbered.",
     {.values = kinds}},
    {"llc.oui", "Organization", 24, hex,
     "Who gives the protocol numbers that follow; zero: they are EtherTypes."},
    {"llc.type", "Type", 16, hex, "Which protocol follows, as an EtherType.",
     {.values = ethertypes}},
    {"llc.pid", "Protocol number", 16, hex,
     "Which protocol follows, as the organization numbers them."},
    {"llc.cisco_pid", "Cisco protocol", 16, hex, "Which of Cisco's protocols follows."},
    {"llc.apple_atalk_pid", "AppleTalk protocol", 16, hex, "Which of Apple's protocols follows."},
    {"llc.nortel_pid", "Nortel protocol", 16, hex, "Which of Nortel's protocols follows."},
    {"llc.extreme_pid", "Extreme protocol", 16, hex,
     "Which of Extreme Networks' protocols follows."},
    {"llc.foundry_pid", "Foundry protocol", 16, hex, "Which of Foundry's protocols follows."},
    {"llc.force10_pid", "Force10 protocol", 16, hex, "Which of Force10's protocols follows."},
    {"llc.iana_pid", "IANA protocol", 16, hex, "Which of the protocols numbered by IANA follows."},
    {"llc.wlccp_pid", "WLCCP protocol", 16, hex, "Which of Cisco's wireless protocols follows."},
    {"llc.hpteam_pid", "HP teaming protocol", 16, hex, "Which of HP's protocols follows."},
    {"llc.bluetooth_pid", "Bluetooth protocol", 16, hex, "Which of Bluetooth's protocols follows."},
    {"llc.apple_awdl_pid", "AWDL protocol", 16, hex,
     "Which of Apple's wireless protocols follows."},
    {"llc.cimetrics_pid", "Cimetrics protocol", 16, hex, "Which of Cimetrics' protocols follows."},
});
constexpr Table tables[]{Llc::fields, information,     supervisory,      poll,
                         final,       unnumbered_poll, unnumbered_final, extra};
constexpr Bind binds[]{
    {Space::ieee802_3, 0     },
    {Space::ethertype, 0x8870}
};

struct Organization {
  u32 oui;
  const Field* pid;
};
constexpr Organization organizations[]{
    {0x000000, &row<"llc.type">(extra)},        {0x0000f8, &row<"llc.type">(extra)},
    {0x00000c, &row<"llc.cisco_pid">(extra)},   {0x080007, &row<"llc.apple_atalk_pid">(extra)},
    {0x000081, &row<"llc.nortel_pid">(extra)},  {0x00e02b, &row<"llc.extreme_pid">(extra)},
    {0x00e052, &row<"llc.foundry_pid">(extra)}, {0x0001e8, &row<"llc.force10_pid">(extra)},
    {0x00005e, &row<"llc.iana_pid">(extra)},    {0x004096, &row<"llc.wlccp_pid">(extra)},
    {0x080009, &row<"llc.hpteam_pid">(extra)},  {0x001958, &row<"llc.bluetooth_pid">(extra)},
    {0x0017f2, &row<"llc.apple_awdl_pid">(extra)}, {0x001090, &row<"llc.cimetrics_pid">(extra)},
};

constexpr u32 addresses = fixed_bytes<Llc>;
constexpr u32 snap_size = 5;
constexpr u32 bridge_pad = 2;  // in front of a bridged Ethernet frame (RFC 2684 §5.2)
constexpr u8 snap_sap = 0xaa, ip_sap = 0x06;

u32 control_size(const u8* p) { return (p[addresses] & 3) == 3 ? 1 : 2; }
bool is_snap(const u8* p) { return p[0] == snap_sap && p[1] == snap_sap; }
// Only these carry a protocol's data; the others manage the link.
bool informs(const u8* p) { return (p[addresses] & 1) == 0 || (p[addresses] & 0xef) == 0x03; }

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < addresses + 1) return cut(len, out);
  u32 header = addresses + control_size(p);
  const bool snap = is_snap(p);
  if (len < header + (snap ? snap_size : 0)) return cut(len, out);
  Next next{Space::llc_sap, p[0]};
  if (snap) {
    const u32 oui = be24(p + header);
    const u16 pid = be16(p + header + 3);
    header += snap_size;
    next = {};
    if (oui == 0 || oui == 0x0000f8) next = {Space::ethertype, pid};
    if (oui == 0x0080c2 && (pid == 0x0001 || pid == 0x0007) && len >= header + bridge_pad) {
      header += bridge_pad;
      next = {Space::link, 1};
    }
  } else if (p[0] == ip_sap) {
    next = {Space::ip_version, 4};
  }
  return accept(header, len - header, out, informs(p) ? next : Next{});
}

void expand_control(Expansion& x, u32 size) {
  const u8* p = x.header();
  const u32 value = size == 2 ? base::le16(p + addresses) : p[addresses];
  const bool response = (p[1] & 1) != 0;
  x.number(row<"llc.control">(extra), addresses, size, value);
  const auto inside = x.inside();
  const bool polls = (value & (size == 2 ? 0x0100 : 0x10)) != 0;
  if (size == 1) {
    x.number(response ? row<"llc.control.u_modifier_resp">(extra)
                      : row<"llc.control.u_modifier_cmd">(extra),
             addresses, 1, (value & 0xec) >> 2);
    if (polls) x.rows(response ? Table(unnumbered_final) : Table(unnumbered_poll), addresses);
    x.number(row<"llc.control.ftype">(extra), addresses, 1, value & 3);
    return;
  }
  const bool supervises = (value & 1) != 0;
  x.rows(supervises ? Table(supervisory) : Table(information), addresses);
  if (polls) x.rows(response ? Table(final) : Table(poll), addresses + 1);
  x.number(row<"llc.control.ftype">(extra), addresses, 2, supervises ? 1 : 0);
}

void expand(Expansion& x) {
  x.rows(Llc::fields);
  const u8* p = x.header();
  const u32 there = x.layer.header;
  if (there < addresses + 1) return;
  const u32 control = control_size(p);
  if (there < addresses + control) return;
  expand_control(x, control);
  const u32 snap = addresses + control;
  if (!is_snap(p) || there < snap + 3) return;
  x.field(row<"llc.oui">(extra), snap, 3);
  if (there < snap + snap_size) return;
  const u32 oui = be24(p + snap);
  const Field* pid = &row<"llc.pid">(extra);
  for (const Organization& o : organizations) {
    if (o.oui == oui) pid = o.pid;
  }
  x.field(*pid, snap + 3, 2);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const u8* p = packet.bytes(layer);
  if ((layer.flags & Layer::cut_header) != 0) return;
  if (is_snap(p)) {
    const u32 snap = addresses + control_size(p);
    const u16 pid = be16(p + snap + 3);
    if (be24(p + snap) == 0) {
      const std::string_view name = meaning(row<"llc.type">(extra), pid);
      out.add("SNAP, carries ");
      name.empty() ? out.add("type 0x").hex(pid, 4) : out.add(name);
    } else {
      out.add("SNAP, protocol 0x")
          .hex(pid, 4)
          .add(" of organization ")
          .hex_bytes({p + snap, 3}, ':');
    }
    return;
  }
  const std::string_view name = meaning(row<"llc.dsap">(Llc::fields), p[0]);
  out.add("for ");
  name.empty() ? out.add("access point 0x").hex(p[0], 2) : out.add(name);
}

}  // namespace

const Protocol llc{
    .name = "llc",
    .title = "Logical Link Control",
    .label = "LLC",
    .osi = Osi::link,
    .ref = "IEEE 802.2",
    .about = "Says which protocol an 802.3 frame carries; with SNAP behind it, by an "
             "organization's own numbers or an EtherType.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
