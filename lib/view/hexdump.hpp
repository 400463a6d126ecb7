// The frame's bytes, sixteen a line, and below each line which field each byte belongs to:
//   0000  00 05 5d 21 99 4c 00 1a  92 5c a5 1e 08 00 45 00  ..]!.L...\....E.
//         a~~~~~~~~~~~~~~~~ b~~~~~~~~~~~~~~~~~ c~~~~ d~ e~
//         a eth.dst  b eth.src  c eth.type  d ip.version ip.hdr_len  e ip.dsfield
// A byte belongs to the smallest field that has it whole; one that several share names them all.
#pragma once
#include <vector>

#include "view/printer.hpp"

namespace netpeel::view {

class HexDump final : public Printer, field::Sink {
 public:
  explicit HexDump(const Look& look) : look_(look) {}
  void packet(const field::Packet& packet, Text& out) override;

 private:
  // Neighbouring bytes with the same owner.
  struct Run {
    u32 at = 0, size = 0;  // bytes of the frame
    u8 depth = 0, layer = 0;
    bool shared = false;            // of fields that are not whole bytes
    bool weak = false;              // a payload, or a layer as a whole: any field may take it over
    u32 names = 0, name_count = 0;  // in names_
  };
  static constexpr u32 nobody = 0xffffffff;

  void node(const field::Node& node) override;
  u32 add(const Run& run, std::string_view name);
  void line(const field::Packet& packet, u32 at, Text& out);
  void legend(u32 at, u32 count, Text& out);

  Look look_;
  std::vector<u32> owner_;  // of each byte, a run
  std::vector<Run> runs_;
  std::vector<std::string_view> names_;
  std::vector<u32> order_;  // of each run, in which order its first byte comes
  u8 layer_ = 0;
};

}  // namespace netpeel::view
