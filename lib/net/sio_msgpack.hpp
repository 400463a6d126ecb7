// Socket.IO packets as npm's socket.io-msgpack-parser 3 writes them: one msgpack map, {type, nsp,
// data, id}, in one binary message. Here from and to the parts that the text form has.
#pragma once
#include <vector>

#include "net/connection.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

// A packet of which nothing is left in the bytes.
struct SioUnpacked {
  stream::SioPacket packet;  // views into what follows
  std::string nsp, json;
  std::vector<Encoded> attachments;
};
// False: no packet, where the original sees none either (or a list beyond what is taken).
bool read_sio_msgpack(std::string_view bytes, SioUnpacked& out);

// Kinds are those without "binary"; the JSON's placeholders speak of the attachments.
std::string write_sio_msgpack(const stream::SioPacket& packet,
                              const std::vector<Encoded>& attachments);

}  // namespace netpeel::net
