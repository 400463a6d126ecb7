#include "view/tree.hpp"

#include "proto/all.hpp"
#include "view/style.hpp"
#include "view/value.hpp"

namespace netpeel::view {
namespace {

using field::Layer;
using field::Node;
using field::Packet;
using field::Show;

constexpr u32 name_column = 64;

// The bytes that hold the field, its own bits as digits and the others as dots: ".101 ....".
void pattern(const Packet& packet, const Node& node, Text& out) {
  const u32 first = node.bit_at / 8 * 8, last = (node.bit_at + node.bit_size + 7) / 8 * 8;
  for (u32 bit = first; bit < last; ++bit) {
    if (bit != first && bit % 4 == 0) out.add(' ');
    const bool mine = bit >= node.bit_at && bit < node.bit_at + node.bit_size;
    out.add(!mine ? '.' : (packet.frame.data[bit / 8] >> (7 - bit % 8) & 1) != 0 ? '1' : '0');
  }
  out.add(" = ");
}

// Only rows that are numbers in the frame itself.
bool bitwise(const Packet& packet, const Node& node) {
  if (node.bit_size == 0 || node.bit_size > 32 || (node.bit_at % 8 == 0 && node.bit_size % 8 == 0))
    return false;
  return node.bit_at / 8 + (node.bit_at % 8 + node.bit_size + 7) / 8 <= packet.frame.size;
}

u32 place_of(const Node& node) {
  return u32(node.depth) << 24 | (node.bit_size & 0xffff) << 8 | node.bit_at % 8;
}

u32 form_place(u32 depth, bool computed) { return depth << 1 | (computed ? 1 : 0); }

// So many columns a plain number or an address of IPv4 takes at the most, and one of IPv6.
constexpr u32 widest_value = 20, widest_ipv6 = 39;

constexpr u32 kept_lines = 4096, kept_blocks = 256, kept_forms = 4096;
constexpr u8 best = 15, doubtful = 8;

// Characters, which is columns but for the rare wide ones: the names' column is a help, not a
// promise.
u32 characters(std::string_view text) {
  u32 n = 0;
  for (char c : text) n += (u8(c) & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

// What was printed since then goes into `kept`. False, and nothing changed: it is too long for
// that.
template <class Kept>
bool keep(const Text& out, std::size_t start, Kept& kept) {
  const std::string_view text = out.view().substr(start);
  if (text.size() > sizeof kept.text) return false;
  kept.size = decltype(kept.size)(text.size());
  std::memcpy(kept.text, text.data(), text.size());
  return true;
}

}  // namespace

Tree::Tree(const Look& look)
    : look_(look), lines_(kept_lines), worth_(4096, doubtful), forms_(kept_forms),
      blocks_(kept_blocks), headings_(512) {}

Tree::Direct Tree::direct(const field::Field& f) const {
  const bool plain = f.more.values.empty() && f.more.scale == 1;
  if (f.more.payload) return f.show == Show::bytes && !look_.payload ? Direct::size : Direct::no;
  switch (f.show) {
    case Show::mark: return Direct::mark;
    case Show::dec: return plain ? Direct::dec : Direct::no;
    case Show::sdec: return plain ? Direct::sdec : Direct::no;
    case Show::hex: return plain ? Direct::hex : Direct::no;
    case Show::ipv4: return Direct::ipv4;
    case Show::ipv6: return Direct::ipv6;
    case Show::seconds: return Direct::seconds;
    default: return Direct::no;
  }
}

// The line of a field that is whole bytes or none, blank where its value goes. False where there is
// nothing to keep.
bool Tree::shape(const field::Field& f, u32 depth, bool computed, Form& form) const {
  if (look_.color || f.name.empty()) return false;
  const u32 before = 4 + 2 * depth + (computed ? 1 : 0), colon = f.show == Show::mark ? 0 : 2;
  const u32 columns = before + characters(f.title) + colon;
  const std::size_t value_at = before + f.title.size() + colon;
  if (columns + 2 > name_column) return false;
  const u32 room = name_column - columns;
  if (value_at + room + f.name.size() + 1 > longest_form) return false;
  form.direct = direct(f);
  form.digits = u8(hex_digits(f.width));
  form.value_at = u8(value_at);
  form.room = u8(room);
  form.behind = u8(f.name.size() + 1);
  form.size = u8(value_at + room + form.behind);
  std::memset(form.text, ' ', form.size);
  if (computed) form.text[before - 1] = '[';
  std::memcpy(form.text + before, f.title.data(), f.title.size());
  if (colon != 0) form.text[before + f.title.size()] = ':';
  std::memcpy(form.text + value_at + room, f.name.data(), f.name.size());
  form.text[form.size - 1] = '\n';
  return true;
}

// As line(), for the many rows that are a plain number between texts that are known. False, and
// nothing written, where the value is wider than its column.
bool Tree::direct_line(const Node& node, const Form& form) {
  char* const start = out_->room(longest_form);
  std::memcpy(start, form.text, longest_form);
  char* const value = start + form.value_at;
  char* p = value;
  const auto add = [&p](std::string_view text) {
    std::memcpy(p, text.data(), text.size());
    p += text.size();
  };
  switch (form.direct) {
    case Direct::sdec:
      if (i64(node.number) < 0) *p++ = '-';
      p = base::put_dec(p, i64(node.number) < 0 ? u64(0) - node.number : node.number);
      break;
    case Direct::hex:
      add("0x");
      p = base::put_hex(p, node.number, form.digits);
      break;
    case Direct::mark: break;
    case Direct::ipv4: p = base::put_ipv4(p, node.bytes.data()); break;
    case Direct::ipv6: p = base::put_ipv6(p, node.bytes.data()); break;
    case Direct::seconds:
      p = base::put_seconds(p, i64(node.number));
      add(" s");
      break;
    case Direct::size:
      p = base::put_dec(p, node.bytes.size());
      add(node.bytes.size() == 1 ? " byte" : " bytes");
      break;
    default: p = base::put_dec(p, node.number); break;
  }
  if (node.bit_size == 0) *p++ = ']';
  if (u32(p - value) >= form.room) return false;
  out_->took(form.size);
  return true;
}

void Tree::node(const Node& node) {
  const field::Field& f = *node.field;
  if (f.more.hidden) return;
  const Form& form = forms_[f.key % kept_forms];
  if (form.direct != Direct::no && form.field == &f &&
      form.place == form_place(node.depth, node.bit_size == 0) &&
      (node.bit_at | node.bit_size) % 8 == 0 && (f.show != Show::ipv4 || node.bytes.size() == 4) &&
      (f.show != Show::ipv6 || node.bytes.size() == 16) && direct_line(node, form))
    return;
  other_node(node);
}

[[gnu::noinline]] void Tree::other_node(const Node& node) {
  const field::Field& f = *node.field;
  u64 value = node.number;
  bool bytes = false;
  switch (f.show) {
    case Show::flag:
    case Show::dec:
    case Show::hex:
    case Show::sdec:
      if (node.bit_size > 64) return line(node);
      break;
    case Show::mac:
      if (node.depth == last_depth_ + 1 && node.bit_at == last_at_ && node.bit_size != 0) return;
      last_at_ = node.bit_at;
      last_depth_ = node.depth;
      [[fallthrough]];
    case Show::ipv4:
    case Show::ipv6:
    case Show::text: {
      bytes = true;
      if (node.bytes.size() > longest_value || node.bit_size > 0xffff) return line(node);
      value = node.bytes.size();
      u8 room[longest_value]{};
      if (!node.bytes.empty()) std::memcpy(room, node.bytes.data(), node.bytes.size());
      for (u32 i = 0; i < longest_value; i += 8) {
        u64 word;
        std::memcpy(&word, room + i, 8);
        value = (value ^ word) * 0xff51afd7ed558ccd;
        value ^= value >> 32;
      }
      break;
    }
    default: return line(node);
  }
  // Fields whose values never come again (sequence numbers) would only push out those that do.
  u8& worth = worth_[f.key % 4096];
  if (worth == 0 && ++skipped_ % 64 != 0) return line(node);
  const u32 place = place_of(node);
  Line& kept = lines_[((value + place + f.key) * 0x9e3779b97f4a7c15) >> 52];
  static_assert(kept_lines == 1 << 12);
  Text& out = *out_;
  if (kept.field == &f && kept.value == value && kept.place == place &&
      (!bytes || (kept.bytes_size == node.bytes.size() &&
                  std::equal(node.bytes.begin(), node.bytes.end(), kept.bytes)))) [[likely]] {
    std::memcpy(out.room(longest_line), kept.text,
                longest_line);  // a copy of constant size is a few instructions
    out.took(kept.size);
    if (worth < best) ++worth;
    return;
  }
  if (worth > 0) --worth;
  const std::size_t start = out.size();
  line(node);
  if (!keep(out, start, kept)) return;
  kept.field = &f;
  kept.value = value;
  kept.place = place;
  kept.bytes_size = bytes ? u8(node.bytes.size()) : u8(0);
  if (bytes && !node.bytes.empty()) std::memcpy(kept.bytes, node.bytes.data(), node.bytes.size());
}

// What to do for each row of the table, decided once.
Tree::Plan Tree::plan(const field::Laid& some) const {
  Plan plan;
  plan.bytes = field::bytes_of(some.rows);
  for (std::size_t i = 0; i < some.rows.size();) {
    const field::Field& f = some.rows[i];
    Step step;
    step.row = &f;
    if (f.together > 1 && f.together <= some.rows.size() - i) {
      step.what = Step::What::block;
      step.rows = f.together;
    } else if (!f.placed() || f.name.empty() || f.more.hidden) {
      ++i;
      continue;
    } else if (Form form; f.reading == field::Reading::bytes) {
      if ((f.show == Show::ipv4 || f.show == Show::ipv6) &&
          shape(f, some.depth + f.depth, false, form) &&
          form.room > (f.show == Show::ipv6 ? widest_ipv6 : widest_value)) {
        step.what = Step::What::address;
        step.index = u32(plan.forms.size());
        plan.forms.push_back(form);
      }
    } else if (f.reading != field::Reading::mark && !f.wide()) {
      const bool plain = f.at % 8 == 0 && f.width % 8 == 0 &&
                         shape(f, some.depth + f.depth, false, form) && form.room > widest_value;
      if (plain && (form.direct == Direct::dec || form.direct == Direct::hex)) {
        step.what = form.direct == Direct::dec ? Step::What::dec : Step::What::hex;
        step.index = u32(plan.forms.size());
        plan.forms.push_back(form);
      } else if (f.show == Show::flag || f.show == Show::dec || f.show == Show::hex) {
        step.what = Step::What::kept;
        step.index = u32(plan.kept.size());
        plan.kept.resize(plan.kept.size() + kept_values);
      }
    }
    plan.steps.push_back(step);
    i += step.rows;
  }
  return plan;
}

void Tree::laid(const field::Laid& some) {
  const u32 number = tables_.number(some.rows, some.depth);
  if (number == plans_.size()) plans_.push_back(plan(some));
  Plan& plan = plans_[number];
  if (plan.bytes > some.room) return some.apart();
  for (const Step& step : plan.steps) {
    const field::Field& f = *step.row;
    switch (step.what) {
      case Step::What::kept: kept(some, step, plan); continue;
      case Step::What::block: block(some, step); continue;
      case Step::What::other: some.apart({&f, 1}); continue;
      default: break;
    }
    const Form& form = plan.forms[step.index];
    char* const start = out_->room(longest_form);
    std::memcpy(start, form.text, longest_form);
    char* const value = start + form.value_at;
    if (step.what == Step::What::address) {
      const u8* const address = some.bytes + f.at / 8;
      f.show == Show::ipv4 ? base::put_ipv4(value, address) : base::put_ipv6(value, address);
    } else if (step.what == Step::What::dec) {
      base::put_dec(value, field::placed_number(f, some.bytes));
    } else {
      std::memcpy(value, "0x", 2);
      base::put_hex(value + 2, field::placed_number(f, some.bytes), form.digits);
    }
    out_->took(form.size);
  }
}

// A row whose values have meanings: there are few, and they come again.
void Tree::kept(const field::Laid& some, const Step& step, Plan& plan) {
  const u64 number = field::placed_number(*step.row, some.bytes);
  Kept& kept = plan.kept[step.index + number % kept_values];
  Text& out = *out_;
  if (kept.size != 0 && kept.number == number) [[likely]] {
    // A copy of constant size is a few instructions.
    std::memcpy(out.room(longest_line), kept.text, longest_line);
    out.took(kept.size);
    return;
  }
  const std::size_t start = out.size();
  some.apart({step.row, 1});
  if (keep(out, start, kept)) kept.number = number;
}

void Tree::block(const field::Laid& some, const Step& step) {
  const field::Field& first = *step.row;
  const u64 bytes = base::bits(some.bytes, first.at, first.shared);
  const u32 place = u32(step.rows) << 8 | some.depth;
  Block& kept = blocks_[((bytes + first.key) * 0x9e3779b97f4a7c15) >> 56];
  static_assert(kept_blocks == 1 << 8);
  Text& out = *out_;
  if (kept.first == &first && kept.bytes == bytes && kept.place == place) [[likely]] {
    out.add({kept.text, kept.size});
    if (first.show == Show::mac) last_at_ = some.bit_at + first.at, last_depth_ = some.depth;
    return;
  }
  const std::size_t start = out.size();
  some.apart({step.row, step.rows});
  if (!keep(out, start, kept)) return;
  kept.first = &first;
  kept.bytes = bytes;
  kept.place = place;
}

void Tree::line(const Node& node) {
  const field::Field& f = *node.field;
  Text& out = *out_;
  const std::size_t start = out.size();
  const bool computed = node.bit_size == 0, bits = bitwise(*packet_, node);
  // What stands before and behind the value is the same as the last time, most often.
  Form& form = forms_[f.key % kept_forms];
  if (!bits && (form.field != &f || form.place != form_place(node.depth, computed))) {
    form = Form{};
    form.field = &f;
    form.place = form_place(node.depth, computed);
    shape(f, node.depth, computed, form);
  }
  const bool known = !bits && form.size != 0;
  if (known) {
    out.add({form.text, form.value_at});
  } else {
    out.fill(' ', 4 + 2u * node.depth);
    if (computed) out.add('[');
    if (bits) pattern(*packet_, node, out);
    out.add(f.title);
    if (f.show != Show::mark) out.add(": ");
  }
  if (f.more.payload && !look_.payload && f.show != Show::mark) {
    out.dec(node.bytes.size()).add(node.bytes.size() == 1 ? " byte" : " bytes");
  } else {
    readable_value(node, out, f.more.payload ? std::size_t(-1) : f.show == Show::text ? 1000 : 48);
  }
  if (computed) out.add(']');
  if (f.name.empty()) {
    out.add('\n');
    return;
  }
  // Plain numbers and addresses are ASCII: then bytes are columns.
  const bool ascii = known && f.show != Show::text && f.more.scale == 1 && f.more.values.empty();
  const u32 used = ascii ? name_column - form.room + u32(out.size() - start) - form.value_at
                         : characters(out.view().substr(start));
  const u32 gap = used < name_column ? name_column - used : 2;
  if (known) {
    out.fill(' ', gap).add({form.text + form.size - form.behind, form.behind});
    return;
  }
  out.fill(' ', gap);
  if (look_.color) out.add(style::dim);
  out.add(f.name);
  if (look_.color) out.add(style::plain);
  out.add('\n');
}

void Tree::problem(const field::Problem& p) {
  Text& out = *out_;
  out.add("    ");
  if (look_.color) out.add(style::alarm);
  out.add("! ").add(kind_name(p.kind));
  if (p.field != nullptr && !p.field->name.empty()) out.add(" (").add(p.field->name).add(')');
  out.add(": ").escaped(p.says);
  if (look_.color) out.add(style::plain);
  out.add('\n');
}

void Tree::heading(const Layer& layer) {
  const bool quoted = (layer.flags & Layer::quoted) != 0;
  Text& kept = headings_[2u * layer.proto + (quoted ? 1 : 0)];
  if (kept.empty()) {
    const field::Protocol& protocol = look_.registry[layer.proto];
    if (look_.color) kept.add(style::bold).add(style::layers[u8(protocol.osi)]);
    const std::string_view name = look_.tcpip ? tcpip_name(protocol.osi) : osi_name(protocol.osi);
    kept.add("Layer ")
        .dec(look_.tcpip ? tcpip_number(protocol.osi) : u8(protocol.osi))
        .add(' ')
        .add(name);
    if (name.size() < 12) kept.fill(' ', 12 - name.size());
    kept.add("  ").add(protocol.title);
    if (quoted) kept.add(" (quoted)");
    const std::size_t unseen = look_.color ? style::bold.size() + style::layers[0].size() : 0;
    if (look_.color) kept.add(style::plain);
    const std::size_t used = kept.size() - unseen - (look_.color ? style::plain.size() : 0);
    kept.fill(' ', used < name_column ? name_column - used : 2);
    kept.add("bytes ");
  }
  const u32 size = layer.header != 0 ? layer.header : layer.body;
  char* const start = out_->room(kept.size() + 42);
  std::memcpy(start, kept.view().data(), kept.size());
  char* p = base::put_dec(start + kept.size(), layer.at);
  *p++ = '-';
  p = base::put_dec(p, layer.at + (size > 0 ? size - 1 : 0));
  *p++ = '\n';
  out_->took(std::size_t(p - start));
}

// What the capture knows, in two lines; all of frame.* is in JSON and -T fields.
void Tree::frame(const Packet& packet) {
  const base::Frame& f = packet.frame;
  Text& out = *out_;
  if (look_.color) out.add(style::bold);
  out.add("Frame ")
      .dec(f.number)
      .add(": ")
      .dec(f.wire_size)
      .add(f.wire_size == 1 ? " byte" : " bytes")
      .add(" on the wire");
  if (f.size != f.wire_size) out.add(", ").dec(f.size).add(" kept by the capture");
  if (look_.color) out.add(style::plain);
  out.add("\n    Seen ");
  moments_.add(f.time, out);
  if (!f.interface_name.empty()) out.add(" on ").escaped(f.interface_name, 64);
  out.add(", ").seconds(f.time - packet.first_time).add(" s after the first, ");
  out.seconds(f.time - packet.previous_time).add(" s after the one before\n");
  if (!f.comment.empty()) out.add("    Comment: ").escaped(f.comment, 1000).add('\n');
}

// The layers of the packet or of one of its parts, whose bytes count from a buffer of their own.
void Tree::layers(const Packet& packet) {
  bool told = packet.in.empty();
  for (const Layer& layer : packet.all()) {
    if (!shown(look_, layer)) continue;
    if (!told) {
      told = true;
      if (look_.color) out_->add(style::dim);
      out_->add("[").dec(packet.frame.size).add(packet.frame.size == 1 ? " byte " : " bytes ");
      if (packet.frames.empty()) {
        out_->add("that ").add(packet.in).add(" unpacked, counted from 0");
      } else {
        out_->add("reassembled from frames ");
        frame_list(packet.frames, *out_);
      }
      out_->add("]");
      if (look_.color) out_->add(style::plain);
      out_->add('\n');
    }
    heading(layer);
    last_depth_ = 0xfe;
    field::expand(look_.registry, packet, layer, *this, look_.settings);
  }
}

void Tree::packet(const Packet& packet, Text& out) {
  out_ = &out;
  packet_ = &packet;
  frame(packet);
  layers(packet);
  for (const Packet& part : packet.others()) {
    packet_ = &part;
    layers(part);
  }
  if (!any_shown(look_, packet)) out.add("    nothing at this layer\n");
  if (packet.too_deep) {
    problem({field::Kind::unknown, nullptr,
             "there are more layers than are decoded; what follows is not shown"});
  }
  out.add('\n');
}

}  // namespace netpeel::view
