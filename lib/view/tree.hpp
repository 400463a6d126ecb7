// All fields of all layers, indented: for each layer its number and name in the OSI or the TCP/IP
// model, its protocol, then field by field what it says and what that means. Where a field is not
// whole bytes its bits are drawn; values that have no bits of their own stand in [brackets].
#pragma once
#include <vector>

#include "view/moment.hpp"
#include "view/printer.hpp"
#include "view/tables.hpp"

namespace netpeel::view {

// A packet is mostly lines that were printed before, but for a number. So a field's line is kept
// with blanks where its value goes (Form), and a header's table is turned into Steps once: what to
// copy, what to read where, and how to write it. Lines whose value has a meaning are kept whole.
class Tree final : public Printer, field::Sink {
 public:
  explicit Tree(const Look& look);
  void packet(const field::Packet& packet, Text& out) override;

 private:
  static constexpr u32 longest_line = 112, longest_value = 24;  // of those that are kept
  struct Line {
    const field::Field* field = nullptr;
    u64 value = 0;  // the number, or a hash of the bytes
    u32 place = 0;  // depth, size in bits, position in its first byte
    u16 size = 0;
    u8 bytes_size = 0;
    u8 bytes[longest_value];
    char text[longest_line];
  };

  // Values that are written faster than looked up.
  enum class Direct : u8 { no, mark, dec, sdec, hex, ipv4, ipv6, seconds, size };
  static constexpr u32 longest_form = 128;
  struct Form {
    const field::Field* field = nullptr;
    u32 place = 0;
    Direct direct = Direct::no;
    u8 digits = 0;    // of a hexadecimal number, at least
    u8 value_at = 0;  // in text
    u8 room = 0;      // columns for the value, and one blank
    u8 size = 0;
    u8 behind = 0;  // bytes from the name on
    char text[longest_form];
  };

  // One row, or a few that share their bytes, of a table.
  struct Step {
    enum class What : u8 { dec, hex, address, kept, block, other };
    What what = What::other;
    u8 rows = 1;
    const field::Field* row = nullptr;  // the first
    u32 index = 0;                      // in forms, or of the first in kept
  };
  struct Kept {
    u64 number = 0;
    u32 size = 0;  // 0: none yet
    char text[longest_line];
  };
  static constexpr u32 kept_values = 8;  // of a row whose values have meanings
  struct Plan {
    u32 bytes = 0;  // that the rows span
    std::vector<Step> steps;
    std::vector<Form> forms;
    std::vector<Kept> kept;
  };

  static constexpr u32 longest_block = 1280;
  // The lines of rows that share their bytes.
  struct Block {
    const field::Field* first = nullptr;
    u64 bytes = 0;
    u32 place = 0;  // number of rows, depth
    u32 size = 0;
    char text[longest_block];
  };

  void node(const field::Node& node) override;
  void other_node(const field::Node& node);
  void laid(const field::Laid& some) override;
  void problem(const field::Problem& problem) override;
  void heading(const field::Layer& layer);
  void frame(const field::Packet& packet);
  void layers(const field::Packet& packet);
  void line(const field::Node& node);
  Direct direct(const field::Field& f) const;
  bool shape(const field::Field& f, u32 depth, bool computed, Form& form) const;
  bool direct_line(const field::Node& node, const Form& form);
  Plan plan(const field::Laid& some) const;
  void kept(const field::Laid& some, const Step& step, Plan& plan);
  void block(const field::Laid& some, const Step& step);

  Look look_;
  std::vector<Line> lines_;  // by a hash of the first three
  std::vector<u8>
      worth_;  // of keeping a field's lines, by its key: rises with hits, falls with misses
  u32 skipped_ = 0;
  std::vector<Form> forms_;    // by key
  std::vector<Block> blocks_;  // by a hash of the first two
  Tables tables_;
  std::vector<Plan> plans_;     // by the table's number
  std::vector<Text> headings_;  // by protocol and whether quoted, up to the bytes
  Moments moments_;
  const field::Packet* packet_ = nullptr;  // during packet()
  Text* out_ = nullptr;
  // The hardware address printed last, to leave out what only says it again (eth.addr under
  // eth.dst).
  u32 last_at_ = 0;
  u8 last_depth_ = 0;
};

}  // namespace netpeel::view
