// An expression, a line end, a packet: compiled, printed, compiled again, run. Only the expression
// may be there too. What is printed must mean the same, and a complaint must point into the
// expression.
#include <cstdlib>

#include "base/caret.hpp"
#include "field/walk.hpp"
#include "filter/filter.hpp"
#include "flow/registry.hpp"

using namespace netpeel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const field::Registry registry = flow::registry();
  // Ethernet, IPv4, UDP, for inputs without a packet of their own.
  static constexpr u8 usual[]{0x00, 0x05, 0x5d, 0x21, 0x99, 0x4c, 0x00, 0x0c, 0x29, 0xaa,
                              0xbb, 0xcc, 0x08, 0x00, 0x45, 0x00, 0x00, 0x20, 0x1c, 0x46,
                              0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x01,
                              0xc0, 0xa8, 0x01, 0x02, 0xc7, 0x38, 0x00, 0x35, 0x00, 0x0c,
                              0xbe, 0xef, 0x61, 0x62, 0x63, 0x64};
  const std::string_view all = base::as_text({data, size});
  const std::size_t line = all.find('\n');
  const std::string_view expression = all.substr(0, line);
  Bytes frame = usual;
  if (line != std::string_view::npos && line + 1 < size) frame = {data + line + 1, size - line - 1};
  if (frame.size() > 70000) return 0;

  const base::Result<filter::Filter> filter = filter::compile(expression, registry);
  if (!filter) {
    const base::Complaint& c = filter.complaint();
    if (c.what.empty() || c.at > expression.size()) std::abort();
    if (base::pointed(expression, c).find('^') == std::string::npos) std::abort();
    return 0;
  }
  field::Packet packet;
  packet.frame = {
      .data = frame.data(), .size = u32(frame.size()), .wire_size = u32(frame.size()), .number = 1};
  field::walk(registry, packet);
  const bool matches = filter->matches(packet);
  if (filter->matches(packet) != matches) std::abort();
  // The canonical spelling may be longer than what was written, and so too long.
  if (filter->print().size() > filter::most_bytes) return 0;
  const base::Result<filter::Filter> again = filter::compile(filter->print(), registry);
  if (!again || again->print() != filter->print() || again->matches(packet) != matches)
    std::abort();
  return 0;
}
