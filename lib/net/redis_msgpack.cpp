// Values of this floor's Json to msgpack and back, for redis_wire.
#include "net/redis_wire.hpp"
#include "net/sio_json.hpp"
#include "stream/msgpack.hpp"

namespace netpeel::net::redis_wire {

namespace {

constexpr std::size_t deepest_msgpack = 1040;  // a packet's 1024, and what is around it

}  // namespace

std::string to_msgpack(const Json& value) {
  std::string json, out;
  std::vector<Encoded> attachments;
  write_json(value, json, attachments);
  std::vector<std::string_view> views;
  for (const Encoded& bytes : attachments) views.push_back(*bytes);
  stream::json_to_msgpack(json, views, out);
  return out;
}

std::optional<Json> from_msgpack(std::string_view bytes) {
  if (!stream::msgpack_is_whole(bytes, deepest_msgpack)) return std::nullopt;
  std::string json;
  std::vector<std::string_view> views;
  std::size_t at = 0;
  stream::msgpack_to_json(bytes, at, json, &views);
  std::vector<Encoded> attachments;
  for (const std::string_view one : views) attachments.push_back(encoded(std::string(one)));
  return read_json(json, attachments);
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
