// Bytes and the integers that name their sizes. A `Bytes` is a view: whoever made it says how long
// it lives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace netpeel {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

using Bytes = std::span<const u8>;

namespace base {

// The same memory seen as text and as bytes; nothing is copied or checked.
inline std::string_view as_text(Bytes bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {static_cast<const u8*>(static_cast<const void*>(text.data())), text.size()};
}

}  // namespace base
}  // namespace netpeel
