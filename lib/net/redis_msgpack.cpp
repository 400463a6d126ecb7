#include "net/redis_msgpack.hpp"

#include <cstdio>
#include <ctime>

#include "net/redis_wire.hpp"

namespace netpeel::net::redis_wire {

namespace {

constexpr std::size_t deepest_msgpack = 1040;  // a packet's 1024, and what is around it
constexpr u64 none = u64(-1);

u64 big_endian(std::string_view bytes) {
  u64 out = 0;
  for (const char c : bytes) out = out << 8 | u8(c);
  return out;
}

// Where a value ends without its children, and how many these are.
struct Head {
  u64 size = none;  // none: cut short, or no msgpack
  u64 children = 0;
};

Head sized(std::string_view at, std::size_t width, u64 more) {
  if (at.size() < 1 + width) return {};
  return {1 + width + big_endian(at.substr(1, width)) + more, 0};
}

Head counted(std::string_view at, std::size_t width, u64 times) {
  if (at.size() < 1 + width) return {};
  return {1 + width, big_endian(at.substr(1, width)) * times};
}

Head read_head(std::string_view at) {
  if (at.empty()) return {};
  const u8 c = u8(at[0]);
  if (c < 0x80 || c >= 0xe0) return {1, 0};
  if (c < 0x90) return {1, u64(c & 15) * 2};
  if (c < 0xa0) return {1, u64(c & 15)};
  if (c < 0xc0) return {1 + u64(c & 31), 0};
  switch (c) {
    case 0xc0:
    case 0xc2:
    case 0xc3: return {1, 0};
    case 0xc4:
    case 0xd9: return sized(at, 1, 0);
    case 0xc5:
    case 0xda: return sized(at, 2, 0);
    case 0xc6:
    case 0xdb: return sized(at, 4, 0);
    case 0xc7: return sized(at, 1, 1);
    case 0xc8: return sized(at, 2, 1);
    case 0xc9: return sized(at, 4, 1);
    case 0xcc:
    case 0xd0: return {2, 0};
    case 0xcd:
    case 0xd1: return {3, 0};
    case 0xca:
    case 0xce:
    case 0xd2: return {5, 0};
    case 0xcb:
    case 0xcf:
    case 0xd3: return {9, 0};
    case 0xd4: return {3, 0};
    case 0xd5: return {4, 0};
    case 0xd6: return {6, 0};
    case 0xd7: return {10, 0};
    case 0xd8: return {18, 0};
    case 0xdc: return counted(at, 2, 1);
    case 0xdd: return counted(at, 4, 1);
    case 0xde: return counted(at, 2, 2);
    case 0xdf: return counted(at, 4, 2);
    default: return {};
  }
}

Json date(i64 seconds, u64 nanoseconds) {
  const std::time_t time = seconds;
  std::tm tm{};
  if (gmtime_r(&time, &tm) == nullptr) return nullptr;
  char day[64], out[96];
  if (std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) == 0) return nullptr;
  const unsigned ms = unsigned(nanoseconds / 1'000'000 % 1000);
  std::snprintf(out, sizeof out, "%s.%03uZ", day, ms);
  return out;
}

Json plain(const Json::binary_t& extension) {
  const std::string_view bytes = base::as_text(Bytes(extension.data(), extension.size()));
  const auto type = static_cast<signed char>(extension.subtype());
  if (type == 0 && bytes.size() == 1) return nullptr;  // undefined
  if (type == -1 && bytes.size() == 4) return date(i64(big_endian(bytes)), 0);
  if (type == -1 && bytes.size() == 8) {
    const u64 both = big_endian(bytes);
    return date(i64(both & 0x3'ffff'ffff), both >> 34);
  }
  if (type == -1 && bytes.size() == 12)
    return date(i64(big_endian(bytes.substr(4))), big_endian(bytes.substr(0, 4)));
  return Json::binary(Json::binary_t::container_type(extension));
}

}  // namespace

bool msgpack_is_whole(std::string_view bytes, std::size_t deepest) {
  std::vector<u64> open{1};  // values still to come, level by level
  std::size_t at = 0;
  while (!open.empty()) {
    if (open.back() == 0) {
      open.pop_back();
      continue;
    }
    --open.back();
    const Head head = read_head(bytes.substr(at));
    if (head.size > bytes.size() - at) return false;
    at += std::size_t(head.size);
    if (head.children == 0) continue;
    if (open.size() > deepest || head.children > bytes.size() - at) return false;
    open.push_back(head.children);
  }
  return at == bytes.size();
}

void without_extensions(Json& value) {
  if (value.is_binary() && value.get_binary().has_subtype()) {
    value = plain(value.get_binary());
  } else if (value.is_structured()) {
    for (Json& v : value) without_extensions(v);
  }
}

std::string to_msgpack(const Json& value) {
  std::string out;
  Json::to_msgpack(value, nlohmann::detail::output_adapter<char>(out));
  return out;
}

std::optional<Json> from_msgpack(std::string_view bytes) {
  if (!msgpack_is_whole(bytes, deepest_msgpack)) return std::nullopt;
  Json value = Json::from_msgpack(bytes, true, false);
  if (value.is_discarded()) return std::nullopt;
  without_extensions(value);
  return value;
}

namespace {

void with_buffers(Json& value) {
  if (value.is_binary()) {
    const auto bytes = value.get_binary();
    Json list = Json::array();
    for (const u8 b : bytes) list.push_back(b);
    value = {
        {"type", "Buffer"},
        {"data", list    }
    };
  } else if (value.is_structured()) {
    for (Json& v : value) with_buffers(v);
  }
}

}  // namespace

std::string to_json(const Json& value) {
  Json copy = value;
  with_buffers(copy);
  return copy.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace netpeel::net::redis_wire
