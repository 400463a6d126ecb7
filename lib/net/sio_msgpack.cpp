#include "net/sio_msgpack.hpp"

#include "stream/json_pieces.hpp"
#include "stream/msgpack.hpp"
#include "stream/sio_msgpack.hpp"

namespace netpeel::net {
namespace {

using stream::SioType;

// Whether somebody may hear it: its name is a string or a whole number.
bool named(std::string_view bytes, const stream::SioUnpacked& event) {
  std::size_t at = event.data.at;
  stream::MsgpackHead list, name;
  stream::read_msgpack(bytes, at, list);
  if (list.natural == 0) return false;
  stream::read_msgpack(bytes, at, name);
  return name.kind == stream::MsgpackHead::Kind::text || stream::msgpack_integer(name);
}

}  // namespace

bool read_sio_msgpack(std::string_view bytes, SioUnpacked& out) {
  stream::SioUnpacked read;
  if (!stream::read_sio_msgpack(bytes, read).empty()) return false;
  out.packet = read.packet;
  out.nsp = read.packet.nsp;
  if (read.packet.type == SioType::event && !named(bytes, read)) {
    out.packet.attachments = 0;  // nothing is left of it
  } else {
    out.json = std::move(read.json);
    for (const std::string_view one : read.attachments)
      out.attachments.push_back(encoded(std::string(one)));
  }
  out.packet.nsp = out.nsp;
  out.packet.json = out.json;
  return true;
}

std::string write_sio_msgpack(const stream::SioPacket& packet,
                              const std::vector<Encoded>& attachments) {
  std::vector<std::string_view> views;
  for (const Encoded& one : attachments) views.push_back(*one);
  std::string out;
  out.reserve(packet.json.size() + packet.nsp.size() + 40);
  stream::write_sio_msgpack(packet, views, out);
  return out;
}

}  // namespace netpeel::net
