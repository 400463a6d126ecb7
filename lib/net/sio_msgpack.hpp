// Socket.IO packets as npm's msgpack parser writes them (stream/sio_msgpack.hpp), for who keeps and
// passes on what is in them.
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
// False: no packet. Of an event that nobody can hear, its name being neither a string nor a whole
// number, nothing is left.
bool read_sio_msgpack(std::string_view bytes, SioUnpacked& out);

// Kinds are those without "binary"; the JSON's placeholders speak of the attachments.
std::string write_sio_msgpack(const stream::SioPacket& packet,
                              const std::vector<Encoded>& attachments);

}  // namespace netpeel::net
