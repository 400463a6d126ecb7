// Socket.IO packets as npm's socket.io-msgpack-parser 3 writes them: one msgpack map, {type, nsp,
// data, id}, in one binary message. Here from and to the parts that the text form has. Views into
// the bytes, but for the JSON.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "stream/socketio.hpp"

namespace netpeel::stream {

struct SioUnpacked {
  struct Place {
    std::size_t at = 0, size = 0;
  };

  SioPacket packet;  // its type as on the wire, so none with "binary" in it
  std::string json;  // packet.json's; its placeholders speak of the attachments
  std::vector<std::string_view> attachments;
  Place type, nsp, id, data;  // where in the bytes the values stand

  // Where in the bytes that part of the JSON stands: all of it, one value of the list or the object
  // that it is, or several values of the list in a row.
  Place place(std::string_view bytes, std::string_view part) const;
};

// What is wrong, as a clause; empty: nothing. No packet is what the original takes for none, and
// what has more binary in it than anybody takes.
std::string_view read_sio_msgpack(std::string_view bytes, SioUnpacked& out);
// Whether the bytes begin like such a packet: a map whose first name is one of the parser's.
bool like_sio_msgpack(std::string_view bytes);
// Appends a packet of a kind without "binary"; the JSON's placeholders speak of the attachments.
void write_sio_msgpack(const SioPacket& packet, std::span<const std::string_view> attachments,
                       std::string& out);

}  // namespace netpeel::stream
