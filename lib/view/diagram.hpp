// A header as RFCs draw it, 32 bits a row, with the values of this packet; 71 columns wide. What
// was sent decides what is drawn: options, lists and text appear where they lie. Long fields keep
// their first and last rows.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "view/printer.hpp"

namespace netpeel::view {

class Diagram final : public Printer, field::Sink {
 public:
  explicit Diagram(const Look& look) : look_(look) {}
  void packet(const field::Packet& packet, Text& out) override;

  // The picture of a protocol's fixed header, without values. Nothing where it has none.
  static void blank(const field::Protocol& protocol, Text& out);

 private:
  struct Cell {
    u32 at, size;               // bits from the header's start
    const field::Field* field;  // null: bits that no field names
    u8 depth = 0;
    bool heading = false;
    std::array<std::string, 4> values{};  // from the most telling to the shortest
  };
  // A cell's part in one row of 32 bits.
  struct Piece {
    u32 row, column, width;
    u32 cell;
    u32 left_out = 0;       // bytes; not 0: this row stands for so many
    bool labelled = false;  // the cell's name and value stand here
    u32 byte;               // where it begins
  };

  void node(const field::Node& node) override;
  void problem(const field::Problem& problem) override;
  static std::vector<Cell> leaves(std::vector<Cell> cells, u32 bits);
  static void draw(const std::vector<Cell>& cells, bool with_values, Text& out);

  Look look_;
  std::vector<Cell> cells_;
  u32 from_ = 0, bits_ = 0;  // the layer's header, in bits of the frame
  bool body_ = false;        // the layer has no header: its body is drawn
  Text problems_;
};

}  // namespace netpeel::view
