#include "view/diagram.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "view/style.hpp"
#include "view/table.hpp"
#include "view/value.hpp"

namespace netpeel::view {
namespace {

using field::Field;
using field::Node;
using field::Show;

constexpr u32 row_bits = 32;
constexpr u32 margin = 6;
constexpr u32 most_rows = 400;
constexpr u32 none = 0xffffffff;

// At most so many columns of the text; a cut is shown.
std::string fitted(std::string_view text, u32 room) {
  if (columns(text) <= room) return std::string(text);
  std::string out;
  u32 used = 0;
  while (!text.empty()) {
    const u32 size = std::max(base::utf8_length(text), 1u);
    const u32 wide = columns(text.substr(0, size));
    if (used + wide + 1 > room) break;
    used += wide;
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return room == 0 ? "" : out + "…";
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? char(c - 32) : c;
  return out;
}

// What fits of a field's names; for cells of one or two bits a word to be written downwards.
struct Label {
  std::string text;
  bool downwards = false;
};
constexpr u32 most_letters = 5;

Label label(const Field* f, u32 room) {
  if (f == nullptr) return {};
  if (columns(f->title) <= room) return {std::string(f->title)};
  const std::string_view last = last_part(f->name);
  if (last.size() <= room) return {room <= 3 ? upper(last) : std::string(last)};
  if (room <= 3) return {upper(last).substr(0, most_letters), true};
  return {fitted(last, room)};
}

bool indivisible(Show show) {
  return show == Show::mac || show == Show::ipv4 || show == Show::ipv6 || show == Show::text;
}

void centered(std::string& line, u32 at, u32 room, std::string_view text) {
  const u32 used = columns(text);
  const u32 before = used < room ? (room - used) / 2 : 0;
  line.replace(at, room,
               std::string(before, ' ') + std::string(text) +
                   std::string(room - before - std::min(used, room - before), ' '));
}

}  // namespace

void Diagram::node(const Node& node) {
  const Field& f = *node.field;
  if (node.bit_size == 0 || f.more.hidden || f.name.empty() || (f.more.payload && !body_)) return;
  if (node.bit_at < from_ || node.bit_at - from_ >= bits_) return;
  Cell cell{node.bit_at - from_, std::min(node.bit_size, bits_ - (node.bit_at - from_)), &f,
            node.depth};
  Text text;
  if (f.show == Show::text) text.add('"');
  if (f.show == Show::flag) {
    readable_value(node, text, 64);
    text.add(node.number != 0 ? " (1)" : " (0)");
  } else {
    readable_value(node, text, 64);
  }
  if (f.show == Show::text) text.add('"');
  cell.values[0] = text.view();
  text.clear();
  if (f.show == Show::flag) {
    text.add(node.number != 0 ? '1' : '0');
  } else if (f.more.scale > 1) {
    text.dec(node.number / f.more.scale).add(" (").dec(node.number).add(')');
  } else if (f.show != Show::mark && f.show != Show::text) {
    plain_value(node, text);
  }
  cell.values[2] = text.view();
  if (f.show == Show::dec || f.show == Show::hex) cell.values[1] = field::meaning(f, node.number);
  text.clear();
  if (!f.wide() && (f.show == Show::dec || f.show == Show::hex))
    text.dec(node.number / f.more.scale);
  cell.values[3] = text.view();
  cells_.push_back(std::move(cell));
}

void Diagram::problem(const field::Problem& p) {
  Text says;
  says.add("! ").add(kind_name(p.kind));
  if (p.field != nullptr) says.add(" (").add(p.field->name).add(')');
  says.add(": ").escaped(p.says);
  wrapped(says.view(), 2, 80, problems_);
  problems_.add('\n');
}

// From rows in wire order, parents before children, to cells side by side that fill the header.
std::vector<Diagram::Cell> Diagram::leaves(std::vector<Cell> cells, u32 bits) {
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
    const Cell& next = cells[i + 1];
    Cell& c = cells[i];
    if (next.depth <= c.depth || next.at < c.at || next.at + next.size > c.at + c.size) continue;
    if (c.field != nullptr && indivisible(c.field->show)) {
      std::size_t end = i + 1;  // its parts stay undrawn
      while (end < cells.size() && cells[end].depth > c.depth && cells[end].at >= c.at &&
             cells[end].at < c.at + c.size)
        ++end;
      cells.erase(cells.begin() + std::ptrdiff_t(i) + 1, cells.begin() + std::ptrdiff_t(end));
    } else {
      c.heading = true;
    }
  }
  const auto heading_of = [&](u32 at, u32 end) {
    const Cell* best = nullptr;
    for (const Cell& c : cells) {
      if (c.heading && c.at <= at && c.at + c.size >= end &&
          (best == nullptr || c.size <= best->size))
        best = &c;
    }
    return best == nullptr ? nullptr : best->field;
  };
  std::vector<const Cell*> order;
  for (const Cell& c : cells) {
    if (!c.heading) order.push_back(&c);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Cell* a, const Cell* b) { return a->at < b->at; });
  std::vector<Cell> out;
  u32 at = 0;
  for (const Cell* c : order) {
    const u32 end = std::min(c->at + c->size, bits);
    if (end <= at) continue;
    if (c->at > at) out.push_back({at, c->at - at, heading_of(at, c->at)}), at = c->at;
    Cell cell = *c;
    cell.at = at;
    cell.size = end - at;
    out.push_back(std::move(cell));
    at = end;
  }
  if (at < bits) out.push_back({at, bits - at, heading_of(at, bits)});
  return out;
}

void Diagram::draw(const std::vector<Cell>& cells, bool with_values, Text& out) {
  // Cells into pieces.
  std::vector<Piece> pieces;
  u32 row = 0, column = 0;
  for (u32 c = 0; c < cells.size(); ++c) {
    u32 left = cells[c].size, at = cells[c].at;
    const std::size_t first = pieces.size();
    while (left > 0) {
      u32 width = std::min(row_bits - column, left);
      Piece piece{row, column, width, c, 0, false, at / 8};
      if (column == 0 && left >= 4 * row_bits && pieces.size() > first) {
        const u32 skipped = (left - 1) / row_bits * row_bits;  // all but the last row, whole or not
        piece.left_out = skipped / 8;
        width = skipped;
      }
      pieces.push_back(piece);
      left -= width;
      at += width;
      column += piece.width;
      if (column == row_bits) column = 0, ++row;
    }
    std::size_t best = first;
    for (std::size_t i = first; i < pieces.size(); ++i) {
      if (pieces[i].left_out == 0 && pieces[i].width > pieces[best].width) best = i;
    }
    if (first < pieces.size()) pieces[best].labelled = true;
  }
  if (pieces.empty()) return;

  const auto numbers = [&](bool tens) {
    std::string line(margin + 64, ' ');
    for (u32 bit = 0; bit < row_bits; ++bit) {
      if (!tens || bit % 10 == 0)
        line[margin + 1 + 2 * bit] = char('0' + (tens ? bit / 10 : bit % 10));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.add(line).add('\n');
  };
  numbers(true);
  numbers(false);

  std::size_t begin = 0;
  std::vector<u32> above(row_bits, none);
  const auto rule = [&](const std::vector<u32>& up, const std::vector<u32>& down) {
    const auto dash = [&](u32 c) { return (up[c] != none || down[c] != none) && up[c] != down[c]; };
    const auto there = [&](u32 c) { return c < row_bits && (up[c] != none || down[c] != none); };
    std::string line(margin, ' ');
    for (u32 c = 0; c <= row_bits; ++c) {
      const bool left = c > 0 && dash(c - 1), right = c < row_bits && dash(c);
      const bool edge = (c == 0 && there(0)) || (c > 0 && there(c - 1) && !there(c));
      line += left || right || edge ? '+' : ' ';
      if (c < row_bits) line += right ? '-' : ' ';
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.add(line).add('\n');
  };
  u32 drawn = 0;
  while (begin < pieces.size()) {
    std::size_t end = begin;
    while (end < pieces.size() && pieces[end].row == pieces[begin].row) ++end;
    std::vector<u32> here(row_bits, none);
    for (std::size_t i = begin; i < end; ++i) {
      std::fill_n(here.begin() + pieces[i].column, pieces[i].width, pieces[i].cell);
    }
    rule(above, here);
    if (drawn++ == most_rows) {
      out.fill(' ', margin).add("and so on: the rest is not drawn\n");
      return;
    }
    // How many lines the names need.
    u32 lines = 1;
    bool values = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (!pieces[i].labelled) continue;
      const Label text = label(cells[pieces[i].cell].field, 2 * pieces[i].width - 1);
      if (text.downwards)
        lines = std::max(lines, (u32(text.text.size()) + 2 * pieces[i].width - 2) /
                                    (2 * pieces[i].width - 1));
      values = with_values;
    }
    const u32 total = pieces[begin].left_out != 0 ? 1 : lines + (values ? 1 : 0);
    for (u32 line = 0; line < total; ++line) {
      // Cells are filled from the right, so that wide characters move nothing that is still to be
      // written.
      const u32 width = 2 * (pieces[end - 1].column + pieces[end - 1].width) + 1;
      std::string text(width, ' ');
      for (std::size_t i = end; i-- > begin;) {
        const Piece& piece = pieces[i];
        const Cell& cell = cells[piece.cell];
        const u32 at = 2 * piece.column, room = 2 * piece.width - 1;
        text[at + 2 * piece.width] =
            text[at + 2 * piece.width] == ' ' ? '|' : text[at + 2 * piece.width];
        text[at] = '|';
        if (piece.left_out != 0) {
          text[at] = text[at + 2 * piece.width] = '/';
          centered(text, at + 1, room, "… " + std::to_string(piece.left_out) + " more bytes …");
        } else if (piece.labelled && line < lines) {
          const Label name = label(cell.field, room);
          if (name.downwards) {
            const std::size_t from = std::size_t(line) * room;
            if (from < name.text.size()) centered(text, at + 1, room, name.text.substr(from, room));
          } else if (line == (lines - 1) / 2) {
            centered(text, at + 1, room, name.text);
          }
        } else if (piece.labelled) {
          std::string value;
          for (const std::string& v : cell.values) {
            if (!v.empty() && (value.empty() || columns(value) > room)) value = v;
          }
          centered(text, at + 1, room, fitted(value, room));
        }
      }
      if (line == 0) {
        out.fill(' ', 0);
        std::string byte = std::to_string(pieces[begin].byte);
        out.fill(' ', byte.size() < margin - 1 ? margin - 1 - byte.size() : 0).add(byte).add(' ');
      } else {
        out.fill(' ', margin);
      }
      out.add(text).add('\n');
    }
    above = here;
    begin = end;
  }
  rule(above, std::vector<u32>(row_bits, none));
}

void Diagram::packet(const field::Packet& packet, Text& out) {
  if (look_.color) out.add(style::bold);
  out.add("Frame ").dec(packet.frame.number);
  if (look_.color) out.add(style::plain);
  out.add("\n");
  for (const field::Layer& layer : packet.all()) {
    if (!shown(look_, layer)) continue;
    cells_.clear();
    problems_.clear();
    body_ = layer.header == 0;
    from_ = layer.at * 8;
    bits_ = (body_ ? layer.body : layer.header) * 8;
    if (bits_ == 0) continue;
    field::expand(look_.registry, packet, layer, *this, look_.settings);
    const field::Protocol& protocol = look_.registry[layer.proto];
    if (look_.color) out.add(style::bold).add(style::layers[u8(protocol.osi)]);
    const std::string_view model = look_.tcpip ? tcpip_name(protocol.osi) : osi_name(protocol.osi);
    out.add("Layer ")
        .dec(look_.tcpip ? tcpip_number(protocol.osi) : u8(protocol.osi))
        .add(' ')
        .add(model);
    out.add(": ").add(protocol.title);
    if (look_.color) out.add(style::plain);
    out.add(", bytes ").dec(layer.at).add('-').dec(layer.at + bits_ / 8 - 1).add('\n');
    draw(leaves(std::move(cells_), bits_), true, out);
    cells_ = {};
    out.add(problems_.view());
  }
  if (!any_shown(look_, packet)) out.add("    nothing at this layer\n");
  out.add('\n');
}

void Diagram::blank(const field::Protocol& protocol, Text& out) {
  std::vector<Cell> cells;
  for (const Field& f : protocol.fixed()) {
    if (f.placed() && !f.name.empty()) cells.push_back({f.at, f.width, &f, f.depth});
  }
  if (!cells.empty())
    draw(leaves(std::move(cells), field::bytes_of(protocol.fixed()) * 8), false, out);
}

}  // namespace netpeel::view
