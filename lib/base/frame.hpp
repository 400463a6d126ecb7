// One captured frame: bytes with a time. A view; its source says until when the bytes stay (see
// capture/source.hpp).
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

// What a capture file says of the interface that saw a frame.
struct Origin {
  std::string_view name{};  // empty where the file names none
  std::string_view description{};
  u32 section = 1;  // of the file, from 1
  u32 id = 0;       // within its section, from 0
};

struct Frame {
  const u8* data = nullptr;
  u32 size = 0;  // bytes captured
  u32 wire_size =
      0;           // bytes there were on the wire; more than size where the capture cut the frame
  i64 time = 0;    // nanoseconds since 1970-01-01 UTC
  u64 number = 0;  // from 1, in file order
  u16 link_type = 1;                  // LINKTYPE_ number of the pcap file formats (1: Ethernet)
  u16 interface = 0;                  // index into the source's interfaces
  std::string_view comment{};         // the frame's pcapng comments, joined by line ends
  std::string_view interface_name{};  // empty where the file names none
  const Origin* origin =
      nullptr;  // lives as long as the source; null where the format knows no interfaces (pcap)

  Bytes bytes() const { return {data, size}; }
};

}  // namespace netpeel::base
