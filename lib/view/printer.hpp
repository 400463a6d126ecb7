// A printed form of packets: line, tree, json, fields, hex, diagram. Printers append to a Text that
// the caller writes out; they keep buffers of their own, so that after the first packets nothing is
// allocated.
#pragma once
#include <string>
#include <vector>

#include "field/expand.hpp"

namespace netpeel::view {

using base::Text;

// What all printers share. The registry outlives them.
struct Look {
  const field::Registry& registry;
  field::Settings settings{};
  bool payload = false;  // rows that hold the bytes carried
  bool color = false;    // escape sequences for a terminal
  bool tcpip = false;    // name layers by the TCP/IP model instead of OSI's
  u8 only = 0;           // 2 to 7: this OSI layer alone; 0: all
};

class Printer {
 public:
  virtual ~Printer() = default;
  virtual void begin(Text&) {}
  virtual void packet(const field::Packet& packet, Text& out) = 0;
  // The fields and protocols that it prints; null: all there are.
  virtual const std::vector<std::string>* names() const { return nullptr; }
};

// The pseudo layer that expands to frame.*: all bytes, as its body.
field::Layer frame_layer(const field::Packet& packet);

// Whether the layer is to be shown under Look::only.
inline bool shown(const Look& look, const field::Layer& layer) {
  return look.only == 0 || u8(look.registry[layer.proto].osi) == look.only;
}

// Whether any layer of the packet is, here or in what was put together from several frames.
bool any_shown(const Look& look, const field::Packet& packet);

}  // namespace netpeel::view
