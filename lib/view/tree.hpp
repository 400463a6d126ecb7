// All fields of all layers, indented: for each layer its number and name in the OSI or the TCP/IP
// model, its protocol, then field by field what it says and what that means. Where a field is not
// whole bytes its bits are drawn; values that have no bits of their own stand in [brackets].
#pragma once
#include <vector>

#include "view/printer.hpp"

namespace netpeel::view {

// Most lines of most packets were printed before: same field, same value. Those are kept and
// copied.
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

  static constexpr u32 longest_edge = 64;
  // Values that are written faster than looked up.
  enum class Direct : u8 { no, dec, sdec, hex, ipv4, seconds, size };
  // A field's line without its value.
  struct Edges {
    const field::Field* field = nullptr;
    u32 place = 0;
    Direct direct = Direct::no;
    u8 before_size = 0, before_columns = 0, behind_size = 0;
    char before[longest_edge], behind[longest_edge];
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
  void together(const field::Together& some) override;
  void problem(const field::Problem& problem) override;
  void heading(const field::Layer& layer);
  void frame(const field::Packet& packet);
  void layers(const field::Packet& packet);
  void line(const field::Node& node);
  Direct direct(const field::Field& f) const;
  void direct_line(const field::Node& node, const Edges& edges);
  void seen(i64 time);

  Look look_;
  std::vector<Line> lines_;  // by a hash of the first three
  std::vector<u8>
      worth_;  // of keeping a field's lines, by its key: rises with hits, falls with misses
  u32 skipped_ = 0;
  std::vector<Edges> edges_;    // by key
  std::vector<Block> blocks_;   // by a hash of the first two
  std::vector<Text> headings_;  // by protocol and whether quoted, up to the bytes
  i64 second_ = -1;             // the one that second_text_ names
  Text second_text_;
  const field::Packet* packet_ = nullptr;  // during packet()
  Text* out_ = nullptr;
  // The hardware address printed last, to leave out what only says it again (eth.addr under
  // eth.dst).
  u32 last_at_ = 0;
  u8 last_depth_ = 0;
};

}  // namespace netpeel::view
