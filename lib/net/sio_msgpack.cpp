#include "net/sio_msgpack.hpp"

#include <cmath>

#include "net/msgpack.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {
namespace {

using stream::SioType;
using Kind = MsgpackHead::Kind;

constexpr std::size_t deepest = stream::json_deepest;
constexpr std::size_t most_binaries = 4096;  // of one packet: each costs a hundred bytes here

// As Number.isInteger() sees it: 5.0 is one.
bool integer(const MsgpackHead& head, i64& out) {
  if (head.kind == Kind::integer) {
    out = head.integer;
    return true;
  }
  constexpr double exact = 9007199254740992.0;
  if (head.kind != Kind::real || std::floor(head.real) != head.real || std::fabs(head.real) > exact)
    return false;
  out = i64(head.real);
  return true;
}

class Unpacker {
 public:
  Unpacker(std::string_view bytes, SioUnpacked& out) : bytes_(bytes), out_(out) {}

  bool run() {
    std::size_t at = 0;
    MsgpackHead map;
    if (!msgpack_is_whole(bytes_, deepest) || !read_msgpack(bytes_, at, map)) return false;
    if (map.kind != Kind::map) return false;
    for (u64 i = 0; i < map.natural; ++i) {
      MsgpackHead name, value;
      read_msgpack(bytes_, at, name);
      const std::size_t begin = at;
      read_msgpack(bytes_, at, value);
      if (!member(name.data, value, begin)) return false;
      at = begin;
      skip_msgpack(bytes_, at, deepest);
    }
    return typed_ && named_ && data();
  }

 private:
  bool member(std::string_view name, const MsgpackHead& value, std::size_t at) {
    i64 number = 0;
    if (name == "type") {
      typed_ = integer(value, number) && number >= 0 && number <= i64(SioType::connect_error);
      out_.packet.type = SioType(number);
      return typed_;
    }
    if (name == "nsp") {
      named_ = value.kind == Kind::text;
      out_.nsp = value.data;
      return named_;
    }
    if (name == "id" && value.kind != Kind::undefined) {
      out_.packet.has_id = integer(value, number) && number >= 0;
      out_.packet.id = u64(number);
      return out_.packet.has_id;
    }
    if (name != "data") return true;
    data_ = value;
    data_at_ = at;
    return true;
  }

  bool data() {
    const bool none = data_.kind == Kind::undefined;
    const bool map = data_.kind == Kind::map;
    switch (out_.packet.type) {
      case SioType::connect: return none || (map && convert(nullptr));
      case SioType::disconnect: return none;
      case SioType::connect_error: return (map || data_.kind == Kind::text) && convert(nullptr);
      case SioType::event: return data_.kind == Kind::list && event();
      default: return data_.kind == Kind::list && convert(&out_.attachments);
    }
  }

  // What has no name, or an impossible one, is an event that nobody hears: nothing is left of it.
  bool event() {
    std::size_t at = data_at_;
    MsgpackHead list, name;
    read_msgpack(bytes_, at, list);
    if (list.natural == 0) return true;
    read_msgpack(bytes_, at, name);
    i64 number = 0;
    if (name.kind != Kind::text && !integer(name, number)) return true;
    return convert(&out_.attachments);
  }

  bool convert(std::vector<Encoded>* attachments) {
    std::size_t at = data_at_;
    msgpack_to_json(bytes_, at, out_.json, attachments);
    return out_.attachments.size() <= most_binaries;
  }

  std::string_view bytes_;
  SioUnpacked& out_;
  bool typed_ = false, named_ = false;
  MsgpackHead data_{.kind = Kind::undefined};
  std::size_t data_at_ = 0;
};

}  // namespace

bool read_sio_msgpack(std::string_view bytes, SioUnpacked& out) {
  if (!Unpacker(bytes, out).run()) return false;
  out.packet.nsp = out.nsp;
  out.packet.json = out.json;
  out.packet.attachments = u32(out.attachments.size());
  return true;
}

std::string write_sio_msgpack(const stream::SioPacket& packet,
                              const std::vector<Encoded>& attachments) {
  std::string out;
  const std::size_t more = (packet.json.empty() ? 0u : 1u) + (packet.has_id ? 1u : 0u);
  out.reserve(packet.json.size() + packet.nsp.size() + 40);
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
  return out;
}

}  // namespace netpeel::net
