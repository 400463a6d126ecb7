// IP packets without any link header — LINKTYPE_RAW of tcpdump.org, and what older systems wrote
// for it.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

// 101 is the file format's number; 12 and 14 are DLT_RAW of some systems, which found their way
// into files.
constexpr Bind binds[]{
    {Space::link, 101},
    {Space::link, 12 },
    {Space::link, 14 }
};

Next dissect(const u8* p, u32 len, Layer& out) {
  return accept(0, len, out, len > 0 ? Next{Space::ip_version, u64(p[0] >> 4)} : Next{});
}

void sentence(const Packet&, const Layer&, Text& out) {
  out.add("no link header, the packet begins at once");
}

}  // namespace

const Protocol raw{
    .name = "raw",
    .title = "Raw IP",
    .label = "raw IP",
    .osi = Osi::link,
    .ref = "LINKTYPE_RAW",
    .about = "No link header at all: the capture begins with the IP packet. Tunnels and some "
             "mobile devices are like this.",
    .tables = {},
    .binds = binds,
    .dissect = dissect,
    .sentence = sentence,
};

}  // namespace netpeel::proto
