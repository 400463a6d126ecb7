// Chapter 1: one event, from its name down to the bytes.
#include <algorithm>

#include "flow/play.hpp"
#include "tour/words.hpp"

namespace netpeel::tour {
namespace {

// A layer's line: its name, what it says, and what it adds.
std::string layer(const char* name, const std::string& says, const std::string& adds) {
  return "  " + padded(name, 11) + padded(says, 34) + adds + "\n";
}

std::string layers(const Peel& p) {
  const std::string payload = number(p.eio.size()) + " bytes";
  std::string out = layer("event", fitted(p.event + ": " + p.args, 34), "what the program said");
  const std::string type = "2: an event";
  const bool id = p.sio.size() > 1 && p.sio[1] >= '0' && p.sio[1] <= '9';
  out += layer("Socket.IO", fitted(p.sio, 34), type + (id ? "; then its answer's id" : ""));
  out += layer("Engine.IO", fitted(p.eio, 34), "4: a message");
  out += layer("WebSocket", fitted(hex(p.ws.substr(0, p.ws_header + 4)) + " …", 34),
               number(p.ws_header) + " bytes, then " + payload + ", masked");
  out += layer(
      "TCP",
      fitted(p.from.substr(p.from.rfind(':') + 1) + " → " + p.to.substr(p.to.rfind(':') + 1), 34),
      number(p.at.transport) + " bytes: ports, place, flags …");
  out += layer(
      "IP",
      fitted(p.from.substr(0, p.from.rfind(':')) + " → " + p.to.substr(0, p.to.rfind(':')), 34),
      number(p.at.net) + " bytes: from where to where");
  return out + layer("Ethernet", "to the next machine on this cable", number(p.at.link) + " bytes");
}

// The first bytes under the mask, each with its key byte.
std::string mask(const Peel& p) {
  const std::string key = p.masking_key();
  const std::size_t n = std::min<std::size_t>(p.eio.size(), 12);
  std::string text, plain, keys, wire;
  for (std::size_t i = 0; i < n; ++i) {
    const bool printable = p.eio[i] >= ' ' && p.eio[i] <= '~';
    text.append(printable ? std::string(1, p.eio[i]) : ".").append("  ");
    plain += hex(p.eio.substr(i, 1)) + " ";
    keys += hex(key.substr(i % 4, 1)) + " ";
    wire += hex(p.ws.substr(p.ws_header + i, 1)) + " ";
  }
  const std::string more = p.eio.size() > n ? "…" : "";
  plain.pop_back();
  return "  the text     " + text + more + "\n  in hex       " + plain + "\n  the key      " +
         keys + " 4 bytes, again and again\n  on the wire  " + wire + " XOR of the two above\n";
}

std::string dump(const std::string& bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    base::Text line;
    line.add("  ").hex(at, 4).add("  ");
    const std::string piece = bytes.substr(at, 16);
    line.add(padded(hex(piece), 49));
    for (const char c : piece) line.add(c >= ' ' && c <= '~' ? c : '.');
    out.append(line.view()).append("\n");
  }
  return out;
}

std::string frame_bytes(const Source& from, u64 wanted, const field::Registry& registry) {
  std::string out;
  const auto source = capture::open_file(from.path);
  flow::play(*source, registry, nullptr, [&](const field::Packet& packet, std::size_t) {
    if (packet.frame.number == wanted) out = base::as_text(packet.frame.bytes());
  });
  return out;
}

}  // namespace

Chapter tell_peel(const Peel& p, const Source& from, const field::Registry& registry) {
  Chapter out{.title = "One message, from the event down to the bytes", .id = "peel"};
  out.say("A program says: emit \"" + shown(p.event) + "\" with " + shown(p.args) +
          ". What goes over the cable is frame " + number(p.frame) +
          ". Between the two stand layers; each wraps what it gets from above and does not care "
          "what is in it:");
  out.show(layers(p));
  const u64 headers = p.at.link + p.at.net + p.at.transport + p.ws_header;
  out.say("The text has " + count(p.eio.size(), "byte") + ", the frame " +
          count(p.at.size, "byte") + ": " + number(p.at.link) + " + " + number(p.at.net) + " + " +
          number(p.at.transport) + " + " + number(p.ws_header) + " + " + number(p.eio.size()) +
          ". So " + number(headers) + " bytes are headers.");
  out.say("Why can nobody read the text in the frame? A client must mask what it sends by "
          "WebSocket (RFC 6455), with a key that stands right in front of it. That hides nothing; "
          "it keeps programs in between from taking the bytes for something else:");
  out.show(mask(p));
  out.say("And this is the whole frame, as it was on the wire:");
  out.show(dump(frame_bytes(from, p.frame, registry)));
  return out;
}

}  // namespace netpeel::tour
