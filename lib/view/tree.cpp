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
  if (node.bit_size == 0 || node.bit_size > 32 || (node.bit_at % 8 == 0 && node.bit_size % 8 == 0)) return false;
  return node.bit_at / 8 + (node.bit_at % 8 + node.bit_size + 7) / 8 <= packet.frame.size;
}

}  // namespace

void Tree::node(const Node& node) {
  const field::Field& f = *node.field;
  if (f.more.hidden) return;
  Text& out = *out_;
  const std::size_t start = out.size();
  out.fill(' ', 4 + 2u * node.depth);
  const bool computed = node.bit_size == 0;
  if (computed) out.add('[');
  if (bitwise(*packet_, node)) pattern(*packet_, node, out);
  out.add(f.title);
  if (f.show != Show::mark) {
    out.add(": ");
    if (f.more.payload && !look_.payload) {
      out.dec(node.bytes.size()).add(node.bytes.size() == 1 ? " byte" : " bytes");
    } else {
      readable_value(node, out, f.more.payload ? std::size_t(-1) : f.show == Show::text ? 1000 : 48);
    }
  }
  if (computed) out.add(']');
  // Characters of more than one byte are few here; the column is a help, not a promise.
  const std::size_t used = out.size() - start;
  out.fill(' ', used < name_column ? name_column - used : 2);
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
  if (p.field != nullptr) out.add(" (").add(p.field->name).add(')');
  out.add(": ").escaped(p.says);
  if (look_.color) out.add(style::plain);
  out.add('\n');
}

void Tree::heading(const Layer& layer) {
  const field::Protocol& protocol = look_.registry[layer.proto];
  Text& out = *out_;
  const std::size_t start = out.size();
  if (look_.color) out.add(style::bold).add(style::layers[u8(protocol.osi)]);
  const std::string_view name = look_.tcpip ? tcpip_name(protocol.osi) : osi_name(protocol.osi);
  out.add("Layer ").dec(look_.tcpip ? tcpip_number(protocol.osi) : u8(protocol.osi)).add(' ').add(name);
  if (name.size() < 12) out.fill(' ', 12 - name.size());
  out.add("  ").add(protocol.title);
  if ((layer.flags & Layer::quoted) != 0) out.add(" (quoted)");
  if (look_.color) out.add(style::plain);
  const u32 size = layer.header != 0 ? layer.header : layer.body;
  const std::size_t used = out.size() - start;
  out.fill(' ', used < name_column ? name_column - used : 2);
  out.add("bytes ").dec(layer.at).add("-").dec(layer.at + (size > 0 ? size - 1 : 0)).add('\n');
}

void Tree::packet(const Packet& packet, Text& out) {
  out_ = &out;
  packet_ = &packet;
  const base::Frame& frame = packet.frame;
  if (look_.color) out.add(style::bold);
  out.add("Frame ").dec(frame.number).add(": ").dec(frame.wire_size).add(" bytes on the wire");
  if (frame.size != frame.wire_size) out.add(", ").dec(frame.size).add(" kept by the capture");
  if (look_.color) out.add(style::plain);
  out.add('\n');
  if (look_.only == 0) field::expand(look_.registry, packet, frame_layer(packet), *this, look_.settings);
  for (const Layer& layer : packet.all()) {
    if (!shown(look_, layer)) continue;
    heading(layer);
    field::expand(look_.registry, packet, layer, *this, look_.settings);
  }
  if (packet.too_deep) {
    problem({field::Kind::unknown, nullptr, "there are more layers than are decoded; what follows is not shown"});
  }
  out.add('\n');
}

}  // namespace netpeel::view
