// What is written into each frame before it goes: values into fields by name, with the checksums
// mended after. One thread.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "field/registry.hpp"

namespace netpeel::replay {

class Changes {
 public:
  // "ip.dst=10.0.0.2,tcp.dstport=8080": the complaint points into it. The registry outlives it.
  static base::Result<Changes> parse(const field::Registry& registry, const std::string& text);

  bool empty() const { return all_.empty(); }
  // Throws base::Error (exit 2) where a value cannot stand in a field that the frame has.
  void apply(std::span<u8> frame, u16 link_type, u32 wire_size);
  // Names that stood in no frame so far.
  std::vector<std::string> unused() const;

 private:
  struct Change {
    std::string name, value;
    u64 places = 0;
  };
  explicit Changes(const field::Registry& registry) : registry_(&registry) {}

  const field::Registry* registry_;
  std::vector<Change> all_;
};

}  // namespace netpeel::replay
