#include "view/explain.hpp"

#include "print.hpp"
#include "support/catch.hpp"
#include "view/glossary.hpp"

using namespace netpeel;
using namespace netpeel::test;

namespace {
std::string explained(std::string_view word) {
  base::Text out;
  return view::explain_word(registry(), word, false, out) ? std::string(out.view()) : std::string();
}
}  // namespace

TEST_CASE("fields, aliases, protocols and terms are explained") {
  CHECK(holds(explained("ip.ttl"), "Time to live, a field of Internet Protocol Version 4"));
  CHECK(holds(explained("ip.addr"), "stands for ip.src ip.dst;"));
  CHECK(
      holds(explained("UDP"), "|          Source port          |       Destination port        |"));
  CHECK(holds(explained("Round Trip-Time"), "RFC 2681"));
  CHECK(holds(explained("rooms"), "A named list of clients"));
  CHECK(holds(explained("sio.ack_id"), "a number, written as digits, as many as it takes"));
  CHECK(holds(explained("eio.ping_interval"), "written as digits"));
  CHECK(holds(explained("sio.data"), "text, as many bytes as there are"));
  CHECK(explained("xyzzy").empty());
  CHECK(view::nearest_words(registry(), "handshaek") == "handshake");
  CHECK(view::nearest_words(registry(), "ip.tll") == "ip.ttl");
  CHECK(view::nearest_words(registry(), "SYN") == "tcp.flags.syn, or tcp.connection.syn");
}

TEST_CASE("what a term points at can be asked for as well") {
  for (const view::Term& term : view::glossary()) {
    for (std::string_view rest = term.see; !rest.empty();) {
      const std::size_t n = std::min(rest.find(", "), rest.size());
      const std::string_view word = rest.substr(0, n);
      INFO(term.names << " points at " << word);
      // Fields of protocols that are still to come are known by their dot.
      CHECK((word.find('.') != std::string_view::npos || !explained(word).empty()));
      rest.remove_prefix(std::min(n + 2, rest.size()));
    }
  }
}

TEST_CASE("no two terms share a name, and every answer is a paragraph") {
  std::vector<std::string> names;
  for (const view::Term& term : view::glossary()) {
    CHECK(term.answer.size() > 60);
    CHECK(term.answer.find('\n') == std::string_view::npos);
    for (std::string_view rest = term.names; !rest.empty();) {
      const std::size_t n = std::min(rest.find('|'), rest.size());
      const std::string name(rest.substr(0, n));
      INFO(name);
      CHECK(std::find(names.begin(), names.end(), name) == names.end());
      CHECK(view::find_term(name) == &term);
      names.push_back(name);
      rest.remove_prefix(std::min(n + 1, rest.size()));
    }
  }
}

TEST_CASE("the terms of the lessons' sources are there") {
  for (const char* word : {"HTTP",
                           "request",
                           "upgrade handshake",
                           "WebSocket",
                           "W3C",
                           "Socket.IO",
                           "polling",
                           "fallback",
                           "TCP",
                           "UDP",
                           "IP address",
                           "LAN",
                           "WAN",
                           "Internet",
                           "MAC address",
                           "address resolution",
                           "OSI model",
                           "TCP/IP model",
                           "socket",
                           "endpoint",
                           "port",
                           "5-tuple",
                           "client",
                           "frontend",
                           "server",
                           "host",
                           "process",
                           "packet",
                           "segment",
                           "datagram",
                           "octet",
                           "stream",
                           "packet switching",
                           "routing",
                           "loss",
                           "reordering",
                           "duplicate",
                           "corruption",
                           "guarantee",
                           "checksum",
                           "latency",
                           "loss-tolerating",
                           "full-duplex",
                           "bidirectional",
                           "server push",
                           "real-time",
                           "persistent connection",
                           "event",
                           "emit",
                           "listener",
                           "payload",
                           "pub/sub",
                           "connection event",
                           "broadcast",
                           "missed event",
                           "acknowledgement",
                           "unique id",
                           "chat",
                           "Node.js",
                           "Express",
                           "localhost",
                           "room",
                           "namespace",
                           "default room",
                           "authentication",
                           "asynchronous",
                           "disconnection",
                           "Redis",
                           "reserved events",
                           "message queue",
                           "interoperability",
                           "IETF",
                           "RFC"}) {
    INFO(word);
    CHECK(view::find_term(word) != nullptr);
  }
}

TEST_CASE("a byte is explained from the outermost layer to its bits") {
  const Peeled p(hey);
  base::Text out;
  view::explain_byte(look(), p.packet, 20, out);
  const std::string text(out.view());
  CHECK(holds(
      text,
      "Byte 20 of frame 1 is 40 hexadecimal, 64 decimal, 01000000 in bits, \"@\" as a character."));
  CHECK(holds(text, "Layer 2 Data link, Ethernet II: carries it as byte 6"));
  CHECK(holds(text, "ip.flags.df, Don't fragment = set; bit 1 from the left of byte 20"));
  CHECK(holds(text, "ip.frag_offset, Fragment offset = 0; bits 3-15 from the left of byte 20"));
  for (u32 byte = 0; byte < p.packet.frame.size; ++byte) {
    out.clear();
    view::explain_byte(look(), p.packet, byte, out);
    CHECK(out.size() > 80);
  }
}
