// The frame itself: what the capture says about it, under Wireshark's frame.* names. Not a layer; views and filters ask
// for it beside the layers.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto fields = loose({
    {"frame.interface_id", "Interface id", 32, dec, "Which interface of the capture the frame was seen on, counted from 0.", {.computed = true}},
    {"frame.interface_name", "Interface name", 0, text, "That interface's name, such as lo or eth0; in the lab the host's name.", {.computed = true}},
    {"frame.time", "Arrival time", 64, time, "When the capturing machine saw the frame.", {.computed = true}},
    {"frame.time_epoch", "Epoch time", 64, seconds, "The same in seconds since 1970-01-01 UTC.", {.computed = true}},
    {"frame.time_delta", "Time delta from previous captured frame", 64, seconds, "Since the frame before it in the file.", {.computed = true}},
    {"frame.time_delta_displayed", "Time delta from previous displayed frame", 64, seconds, "Since the frame before it that the filter let through.", {.computed = true}},
    {"frame.time_relative", "Time since reference or first frame", 64, seconds, "Since the first frame of the file.", {.computed = true}},
    {"frame.number", "Frame number", 32, dec, "Its place in the file, counted from 1.", {.computed = true}},
    {"frame.len", "Frame length on the wire", 32, dec, "Bytes the frame had on the wire.", {.computed = true}},
    {"frame.cap_len", "Frame length stored into the capture file", 32, dec, "Bytes of it that the capture kept.", {.computed = true}},
    {"frame.protocols", "Protocols in frame", 0, text, "The layers that were found, from the lowest up.", {.computed = true}},
    {"frame.comment", "Comment", 0, text, "What somebody, or our lab, wrote on this frame.", {.aliases = "pkt_comment", .computed = true}},
});
constexpr Table tables[]{{}, fields};

void expand(Expansion& x) {
  const base::Frame& f = x.packet.frame;
  x.computed(row<"frame.interface_id">(fields), f.interface);
  if (!f.interface_name.empty()) x.computed(row<"frame.interface_name">(fields), f.interface_name);
  x.computed(row<"frame.time">(fields), u64(f.time));
  x.computed(row<"frame.time_epoch">(fields), u64(f.time));
  x.computed(row<"frame.time_delta">(fields), u64(f.time - x.packet.previous_time));
  x.computed(row<"frame.time_delta_displayed">(fields), u64(f.time - x.packet.previous_shown_time));
  x.computed(row<"frame.time_relative">(fields), u64(f.time - x.packet.first_time));
  x.computed(row<"frame.number">(fields), f.number);
  x.computed(row<"frame.len">(fields), f.wire_size);
  x.computed(row<"frame.cap_len">(fields), f.size);
  char chain[256];
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
