#include "view/value.hpp"

#include "proto/all.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

using base::Text;
using field::Show;

field::Layer frame_layer(const field::Packet& packet) {
  field::Layer layer;
  layer.proto = proto::id::frame;
  layer.body = packet.frame.size;
  return layer;
}

namespace {

// Addresses of the wrong size come from packets cut short or badly built: shown as the bytes they are.
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
      out.quoted().iso_time(i64(node.number));
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
    case Show::hex: {
      // Wireshark pads to the integer type that holds the field.
      const u32 width = node.field->width;
      out.add("0x").hex(node.number, width <= 8 ? 2 : width <= 16 ? 4 : width <= 24 ? 6 : width <= 32 ? 8 : 16);
      break;
    }
    case Show::mac:
    case Show::ipv4:
    case Show::ipv6:
    case Show::bytes: address(node, out); break;
    case Show::text: out.escaped(base::as_text(node.bytes)); break;
    case Show::time: out.iso_time(i64(node.number)); break;
    case Show::seconds: out.seconds(i64(node.number)); break;
  }
}

}  // namespace netpeel::view
