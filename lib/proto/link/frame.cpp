// The frame itself: what the capture says about it, under Wireshark's frame.* names. Not a layer;
// views and filters ask for it beside the layers.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

// Wireshark counts link layers in numbers of its own: the file format's number, and Wireshark's.
struct Encapsulation {
  u16 link_type, number;
};
constexpr Encapsulation encapsulations[]{
    {0, 15}, {1, 1}, {2, 184}, {3, 148}, {6, 2}, {7, 8}, {8, 3}, {9, 4}, {10, 6}, {11, 10}, {12, 7},
    {13, 38},
    {14, 7}, {16, 11}, {18, 11}, {19, 11}, {32, 69}, {50, 4}, {51, 139}, {99, 61}, {100, 10},
    {101, 7},
    {104, 28}, {105, 20}, {106, 11}, {107, 26}, {108, 174}, {109, 38}, {112, 28}, {113, 25},
    {114, 30},
    {117, 39}, {118, 29}, {119, 21}, {121, 32}, {122, 18}, {123, 13}, {127, 23}, {128, 37},
    {129, 9}, {130, 81},
    {131, 82}, {133, 87}, {135, 68}, {136, 151}, {137, 67}, {138, 62}, {139, 75}, {140, 42},
    {141, 43},
    {142, 101}, {143, 33}, {144, 44}, {147, 45}, {148, 46}, {149, 47}, {150, 48}, {151, 49},
    {152, 50},
    {153, 51}, {154, 52}, {155, 53}, {156, 54}, {157, 55}, {158, 56}, {159, 57}, {160, 58},
    {161, 59},
    {162, 60}, {163, 24}, {165, 63}, {167, 76}, {169, 66}, {170, 178}, {171, 179}, {172, 77},
    {173, 78},
    {178, 83}, {179, 84}, {180, 85}, {181, 86}, {183, 91}, {184, 181}, {186, 92}, {187, 41},
    {188, 93},
    {189, 95}, {190, 109}, {192, 97}, {195, 104}, {196, 100}, {197, 98}, {199, 103}, {200, 197},
    {201, 99},
    {202, 147}, {203, 131}, {204, 19}, {209, 112}, {210, 106}, {211, 108}, {212, 107}, {213, 111},
    {214, 105},
    {215, 113}, {220, 115}, {224, 121}, {225, 122}, {226, 124}, {227, 125}, {228, 129}, {229, 130},
    {230, 127},
    {231, 146}, {235, 132}, {236, 133}, {237, 157}, {239, 141}, {240, 135}, {241, 136}, {242, 180},
    {243, 138},
    {245, 140}, {248, 149}, {249, 152}, {250, 153}, {251, 154}, {252, 155}, {253, 158}, {254, 159},
    {255, 160},
    {256, 161}, {258, 171}, {259, 172}, {260, 173}, {264, 177}, {266, 182}, {268, 36}, {270, 183},
    {271, 185},
    {272, 186}, {273, 199}, {274, 198}, {275, 200}, {276, 210}, {279, 204}, {280, 205}, {283, 206},
    {287, 211},
    {288, 208}, {290, 212}, {292, 214}, {293, 215}, {294, 216}, {295, 217},
};
constexpr auto encapsulation_names = values({
    {0, "Unknown"},
    {1, "Ethernet"}, {2, "Token Ring"}, {3, "SLIP"}, {4, "PPP"}, {7, "Raw IP"}, {9, "ARCNET"},
    {15, "BSD loopback"}, {20, "802.11"}, {21, "802.11 with Prism header"},
    {23, "802.11 with radiotap header"},
    {25, "Linux cooked v1"}, {26, "Frame Relay"}, {28, "Cisco HDLC"}, {83, "Juniper Ethernet"},
    {104, "802.15.4"}, {115, "USB, Linux"}, {125, "CAN bus"}, {129, "Raw IPv4"}, {130, "Raw IPv6"},
    {139, "PPP over Ethernet"}, {141, "Linux netfilter log"}, {152, "USBPcap"},
    {158, "Linux netlink"},
    {174, "OpenBSD loopback"}, {180, "IP over InfiniBand"}, {210, "Linux cooked v2"},
});

u16 encapsulation(u16 link_type) {
  const auto* it =
      std::lower_bound(std::begin(encapsulations), std::end(encapsulations), link_type,
                       [](const Encapsulation& e, u16 wanted) { return e.link_type < wanted; });
  return it != std::end(encapsulations) && it->link_type == link_type ? it->number : u16(0);
}

constexpr auto fields = loose({
    {"frame.section_number", "Section number", 32, dec,
     "Which section of the file the frame stands in, counted from 1; most files have one.",
     {.computed = true}},
    {"frame.interface_id", "Interface id", 32, dec,
     "Which interface of the capture the frame was seen on, counted from 0.", {.computed = true}},
    {"frame.interface_name", "Interface name", 0, text,
     "That interface's name, such as lo or eth0; in the lab the host's name.", {.computed = true}},
    {"frame.interface_description", "Interface description", 0, text,
     "What the capturing machine calls that interface for people.", {.computed = true}},
    {"frame.encap_type", "Encapsulation type", 16, dec,
     "What kind of link the frame was seen on, in Wireshark's own numbers.",
     {.values = encapsulation_names, .computed = true}},
    {"frame.time", "Arrival time", 64, time, "When the capturing machine saw the frame.",
     {.computed = true}},
    {"frame.offset_shift", "Time shift", 64, seconds,
     "How far somebody moved the frame's time; nobody does here.", {.computed = true}},
    {"frame.time_epoch", "Epoch time", 64, seconds, "The same in seconds since 1970-01-01 UTC.",
     {.computed = true}},
    {"frame.time_delta", "Time delta from previous captured frame", 64, seconds,
     "Since the frame before it in the file.", {.computed = true}},
    {"frame.time_delta_displayed", "Time delta from previous displayed frame", 64, seconds,
     "Since the frame before it that the filter let through.", {.computed = true}},
    {"frame.time_relative", "Time since reference or first frame", 64, seconds,
     "Since the first frame of the file.", {.computed = true}},
    {"frame.number", "Frame number", 32, dec, "Its place in the file, counted from 1.",
     {.computed = true}},
    {"frame.len", "Frame length on the wire", 32, dec, "Bytes the frame had on the wire.",
     {.computed = true}},
    {"frame.cap_len", "Bytes of it in the capture file", 32, dec,
     "Bytes of it that the capture kept.", {.computed = true}},
    {"frame.marked", "Frame is marked", 8, flag,
     "Whether somebody marked the frame in a window; never here.", {.computed = true}},
    {"frame.ignored", "Frame is ignored", 8, flag,
     "Whether somebody had the frame left undecoded; never here.", {.computed = true}},
    {"frame.protocols", "Protocols in frame", 0, text,
     "The layers that were found, from the lowest up.", {.computed = true}},
    {"frame.comment", "Comment", 0, text, "What somebody, or our lab, wrote on this frame.",
     {.aliases = "pkt_comment", .computed = true}},
});
constexpr Table tables[]{{}, fields};

void expand(Expansion& x) {
  const base::Frame& f = x.packet.frame;
  if (f.origin != nullptr) {
    x.computed(row<"frame.section_number">(fields), f.origin->section);
    x.computed(row<"frame.interface_id">(fields), f.origin->id);
  }
  // "unknown" is Wireshark's value where the file has the interface but not its name.
  const std::string_view name =
      f.interface_name.empty() && f.origin != nullptr ? "unknown" : f.interface_name;
  if (!name.empty()) x.computed(row<"frame.interface_name">(fields), name);
  if (f.origin != nullptr && !f.origin->description.empty()) {
    x.computed(row<"frame.interface_description">(fields), f.origin->description);
  }
  x.computed(row<"frame.encap_type">(fields), encapsulation(f.link_type));
  x.computed(row<"frame.time">(fields), u64(f.time));
  x.computed(row<"frame.offset_shift">(fields), 0);
  x.computed(row<"frame.time_epoch">(fields), u64(f.time));
  x.computed(row<"frame.time_delta">(fields), u64(f.time - x.packet.previous_time));
  x.computed(row<"frame.time_delta_displayed">(fields), u64(f.time - x.packet.previous_shown_time));
  x.computed(row<"frame.time_relative">(fields), u64(f.time - x.packet.first_time));
  x.computed(row<"frame.number">(fields), f.number);
  x.computed(row<"frame.len">(fields), f.wire_size);
  x.computed(row<"frame.cap_len">(fields), f.size);
  x.computed(row<"frame.marked">(fields), 0);
  x.computed(row<"frame.ignored">(fields), 0);
  char chain[512];
  x.computed(row<"frame.protocols">(fields), protocol_chain(x.registry, x.packet, chain));
  if (!f.comment.empty()) x.computed(row<"frame.comment">(fields), f.comment);
}

}  // namespace

const Protocol frame{
    .name = "frame",
    .title = "Frame",
    .label = "frame",
    .osi = Osi::physical,
    .ref = "",
    .about = "What the capture itself knows of these bytes: when, where, how many.",
    .tables = tables,
    .binds = {},
    .expand = expand,
};

}  // namespace netpeel::proto
