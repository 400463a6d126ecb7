// For tests of protocols: hex in, layers and fields out, as text that is easy to compare.
#pragma once
#include <string>
#include <vector>

#include "field/expand.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "proto/all.hpp"

namespace netpeel::test {

// Hex digits with anything that is not a digit between them.
std::vector<u8> unhex(std::string_view text);

inline const field::Registry& registry() {
  static const field::Registry all = flow::registry();
  return all;
}

// A packet and all its fields. wire_size 0: the capture is whole.
class Peeled {
 public:
  explicit Peeled(std::vector<u8> bytes, u16 link_type = 1, field::Settings settings = {},
                  u32 wire_size = 0);
  explicit Peeled(std::string_view hex, u16 link_type = 1, field::Settings settings = {},
                  u32 wire_size = 0)
      : Peeled(unhex(hex), link_type, settings, wire_size) {}
  Peeled(const Peeled&) = delete;
  Peeled& operator=(const Peeled&) = delete;

  std::string chain() const;  // "eth:ethertype:ip:udp"
  std::string value(std::string_view name)
      const;  // all values of that name, in order, joined by a blank; "" if none
  bool has(std::string_view name) const;
  std::string problems() const;  // "malformed udp.length: udp.length says 9; …" joined by line ends
  std::string sentence(std::string_view protocol) const;
  std::vector<std::string>
  lines() const;  // "ip.ttl @176+8 = 64", two blanks a depth: for tests of place and order

  field::Packet packet;

 private:
  struct Row {
    std::string name, value;
    u32 bit_at, bit_size;
    u8 depth;
  };
  std::vector<u8> bytes_;
  std::vector<Row> rows_;
  std::vector<std::string> problems_;
};

}  // namespace netpeel::test
