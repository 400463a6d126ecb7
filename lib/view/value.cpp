#include "view/value.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "proto/all.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

using base::Text;
using field::Show;

bool any_shown(const Look& look, const field::Packet& packet) {
  const auto in = [&](const field::Packet& some) {
    return std::ranges::any_of(some.all(), [&](const field::Layer& l) { return shown(look, l); });
  };
  return in(packet) || std::ranges::any_of(packet.others(), in);
}

field::Layer frame_layer(const field::Packet& packet) {
  field::Layer layer;
  layer.proto = proto::id::frame;
  layer.body = packet.frame.size;
  return layer;
}

namespace {

// Addresses of the wrong size come from packets cut short or badly built: shown as the bytes they
// are.
void address(const field::Node& node, Text& out) {
  if (node.field->show == Show::mac && node.bytes.size() == 6) {
    out.mac(node.bytes.data());
  } else if (node.field->show == Show::ipv4 && node.bytes.size() == 4) {
    out.ipv4(node.bytes.data());
  } else if (node.field->show == Show::ipv6 && node.bytes.size() == 16) {
    out.ipv6(node.bytes.data());
  } else {
    out.hex_bytes(node.bytes);
  }
}

void moment(const field::Node& node, Text& out) {
  if (i64(node.number) == field::no_time) {
    out.add("NULL");
  } else {
    out.iso_time(i64(node.number));
  }
}

}  // namespace

void json_value(const field::Node& node, base::Json& out) {
  switch (node.field->show) {
    case Show::mark: out.boolean(true); break;
    case Show::flag: out.boolean(node.number != 0); break;
    case Show::dec:
    case Show::hex:
      if (node.field->width < 64) {
        out.number(node.number);
      } else {
        out.quoted().dec(node.number);
        out.end_quoted();
      }
      break;
    case Show::sdec: out.number_signed(i64(node.number)); break;
    case Show::mac:
    case Show::ipv4:
    case Show::ipv6:
    case Show::bytes:
      address(node, out.quoted());
      out.end_quoted();
      break;
    case Show::text: out.text(base::as_text(node.bytes)); break;
    case Show::time:
      moment(node, out.quoted());
      out.end_quoted();
      break;
    case Show::seconds:
      out.quoted().seconds(i64(node.number));
      out.end_quoted();
      break;
  }
}

void plain_value(const field::Node& node, base::Text& out) {
  switch (node.field->show) {
    case Show::mark: out.add('1'); break;
    case Show::flag: out.add(node.number != 0 ? '1' : '0'); break;
    case Show::dec: out.dec(node.number); break;
    case Show::sdec: out.sdec(i64(node.number)); break;
    case Show::hex: out.add("0x").hex(node.number, hex_digits(node.field->width)); break;
    case Show::mac:
    case Show::ipv4:
    case Show::ipv6:
    case Show::bytes: address(node, out); break;
    case Show::text: out.escaped(base::as_text(node.bytes)); break;
    case Show::time: moment(node, out); break;
    case Show::seconds: out.seconds(i64(node.number)); break;
  }
}

void readable_value(const field::Node& node, base::Text& out, std::size_t most) {
  const field::Field& f = *node.field;
  switch (f.show) {
    case Show::mark: return;
    case Show::flag: {
      const std::string_view says = field::meaning(f, node.number);
      out.add(!says.empty() ? says : node.number != 0 ? "set" : "not set");
      return;
    }
    case Show::dec:
    case Show::sdec:
    case Show::hex: {
      const std::string_view says =
          f.more.values.empty() ? std::string_view{} : field::meaning(f, node.number);
      if (!says.empty()) out.add(says).add(" (");
      if (f.show == Show::hex) {
        plain_value(node, out);
      } else if (f.show == Show::sdec) {
        out.sdec(i64(node.number));
      } else {
        out.dec(node.number);
        if (f.more.scale > 1)
          out.add(" (").dec(node.number / f.more.scale).add(" × ").dec(f.more.scale).add(')');
      }
      if (!says.empty()) out.add(')');
      return;
    }
    case Show::bytes:
      if (node.bytes.size() > most) {
        out.hex_bytes(node.bytes.first(most)).add("… (").dec(node.bytes.size()).add(" bytes)");
      } else {
        out.hex_bytes(node.bytes);
      }
      return;
    case Show::text: out.escaped(base::as_text(node.bytes), most); return;
    case Show::seconds: out.seconds(i64(node.number)).add(" s"); return;
    default: plain_value(node, out); return;
  }
}

void frame_list(std::span<const u64> numbers, base::Text& out) {
  u32 runs = 0;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (++runs == 8 && end < numbers.size()) {
      out.add(" … ").dec(numbers.back());
      return;
    }
    if (i > 0) out.add(", ");
    out.dec(numbers[i]);
    if (end - i > 1) out.add(end - i == 2 ? ", " : "–").dec(numbers[end - 1]);
    i = end;
  }
}

u32 columns(std::string_view text) {
  u32 n = 0;
  while (!text.empty()) {
    const u32 size = u8(text[0]) < 0x80 ? 1 : std::max(base::utf8_length(text), 1u);
    u32 point = u8(text[0]);
    if (size > 1) {
      point &= 0xffu >> (size + 1);
      for (u32 i = 1; i < size; ++i) point = point << 6 | (u8(text[i]) & 0x3fu);
    }
    const bool wide =
        (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) ||
        (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
        (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) ||
        (point >= 0x1f300 && point <= 0x1faff) || (point >= 0x20000 && point <= 0x3fffd);
    const bool combining =
        (point >= 0x300 && point <= 0x36f) || (point >= 0xfe00 && point <= 0xfe0f);
    n += combining ? 0 : wide ? 2 : 1;
    text.remove_prefix(size);
  }
  return n;
}

}  // namespace netpeel::view
