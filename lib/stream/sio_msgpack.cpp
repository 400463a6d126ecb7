#include "stream/sio_msgpack.hpp"

#include "stream/json_pieces.hpp"
#include "stream/msgpack.hpp"

namespace netpeel::stream {
namespace {

using Kind = MsgpackHead::Kind;

constexpr std::size_t deepest = json_deepest;
constexpr std::size_t most_binaries = 4096;  // of one packet: a server keeps each by itself

class Unpacker {
 public:
  Unpacker(std::string_view bytes, SioUnpacked& out) : bytes_(bytes), out_(out) {}

  std::string_view run() {
    std::size_t at = 0;
    MsgpackHead map;
    if (!msgpack_is_whole(bytes_, deepest) || !read_msgpack(bytes_, at, map))
      return "a packet in msgpack is one whole value; this is not";
    if (map.kind != Kind::map) return "a packet in msgpack is a map; this is none";
    for (u64 i = 0; i < map.natural; ++i) {
      MsgpackHead name, value;
      read_msgpack(bytes_, at, name);
      const std::size_t begin = at;
      read_msgpack(bytes_, at, value);
      at = begin;
      skip_msgpack(bytes_, at, deepest);
      const std::string_view fault = member(name.data, value, {begin, at - begin});
      if (!fault.empty()) return fault;
    }
    if (out_.type.size == 0) return "a packet in msgpack tells its type; this one does not";
    if (out_.nsp.size == 0) return "a packet in msgpack names its namespace; this one does not";
    return data();
  }

 private:
  using Place = SioUnpacked::Place;

  std::string_view member(std::string_view name, const MsgpackHead& value, Place place) {
    i64 number = 0;
    if (name == "type") {
      if (!msgpack_integer(value, &number) || number < 0 || number > i64(SioType::connect_error))
        return "a packet's type in msgpack is a number from 0 to 4; this one's is not";
      out_.type = place;
      out_.packet.type = SioType(number);
    } else if (name == "nsp") {
      if (value.kind != Kind::text) return "a namespace is text; this one's is not";
      out_.nsp = place;
      out_.packet.nsp = value.data;
    } else if (name == "id" && value.kind != Kind::undefined) {
      if (!msgpack_integer(value, &number) || number < 0)
        return "the acknowledgment's number is a whole one from 0 on; this one's is not";
      out_.id = place;
      out_.packet.has_id = true;
      out_.packet.id = u64(number);
    } else if (name == "data") {
      data_ = value.kind;
      out_.data = value.kind == Kind::undefined ? Place{} : place;
    }
    return {};
  }

  std::string_view data() {
    const bool none = data_ == Kind::undefined, map = data_ == Kind::map;
    switch (out_.packet.type) {
      case SioType::connect:
        if (none) return {};
        return map ? convert(false) : "what a CONNECT brings along is a map; this is none";
      case SioType::disconnect:
        return none ? std::string_view() : "a DISCONNECT brings nothing along; this one does";
      case SioType::connect_error:
        return map || data_ == Kind::text ? convert(false)
                                          : "a CONNECT_ERROR says why; this one does not";
      default:
        return data_ == Kind::list ? convert(true)
                                   : "an event or an answer brings a list along; this one does not";
    }
  }

  std::string_view convert(bool binary) {
    std::size_t at = out_.data.at;
    if (!msgpack_to_json(bytes_, at, out_.json, binary ? &out_.attachments : nullptr,
                         most_binaries))
      return "it holds more attachments than anybody takes";
    return {};
  }

  std::string_view bytes_;
  SioUnpacked& out_;
  Kind data_ = Kind::undefined;
};

}  // namespace

SioUnpacked::Place SioUnpacked::place(std::string_view bytes, std::string_view part) const {
  if (part.data() == json.data() && part.size() == json.size()) return data;
  const char* const end = part.data() + part.size();
  JsonPieces pieces(json);
  std::size_t at = data.at;
  MsgpackHead head;
  read_msgpack(bytes, at, head);
  Place out;
  std::string_view key, value;
  while (pieces.next(key, value)) {
    if (head.kind == Kind::map && !skip_msgpack(bytes, at, deepest)) break;
    if (value.data() == part.data()) out.at = at;
    if (!skip_msgpack(bytes, at, deepest)) break;
    if (value.data() + value.size() == end) {
      if (out.at > 0) out.size = at - out.at;
      break;
    }
  }
  return out;
}

std::string_view read_sio_msgpack(std::string_view bytes, SioUnpacked& out) {
  out = {};
  const std::string_view fault = Unpacker(bytes, out).run();
  out.packet.json = out.json;
  out.packet.attachments = u32(out.attachments.size());
  return fault;
}

bool like_sio_msgpack(std::string_view bytes) {
  if (bytes.empty() || (u8(bytes[0]) & 0xf0) != 0x80) return false;
  std::size_t at = 1;
  MsgpackHead name;
  if (!read_msgpack(bytes, at, name) || name.kind != Kind::text) return false;
  for (const std::string_view one : {"type", "nsp", "data", "id", "options"}) {
    if (name.data == one) return true;
  }
  return false;
}

void write_sio_msgpack(const SioPacket& packet, std::span<const std::string_view> attachments,
                       std::string& out) {
  const std::size_t more = (packet.json.empty() ? 0u : 1u) + (packet.has_id ? 1u : 0u);
  put_msgpack_map(2 + more, out);
  put_msgpack_text("type", out);
  put_msgpack_natural(u64(packet.type), out);
  put_msgpack_text("nsp", out);
  put_msgpack_text(packet.nsp, out);
  if (!packet.json.empty()) {
    put_msgpack_text("data", out);
    json_to_msgpack(packet.json, attachments, out);
  }
  if (packet.has_id) {
    put_msgpack_text("id", out);
    put_msgpack_natural(packet.id, out);
  }
}

}  // namespace netpeel::stream
