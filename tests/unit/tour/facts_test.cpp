#include "tour/facts.hpp"

#include "flow/registry.hpp"
#include "support/catch.hpp"

namespace netpeel::tour {
namespace {

Seen seen_in(const std::string& capture) {
  static const field::Registry registry = flow::registry();
  return look(NETPEEL_SOURCE_DIR "/captures/" + capture, registry);
}

TEST_CASE("the accept value of RFC 6455") {
  const Accept accept = accept_of("dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(accept.sha1 == "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
  CHECK(accept.base64 == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("the shipped tour holds all four chapters") {
  const Seen seen = seen_in("tour.pcapng");
  REQUIRE(seen.taps == std::vector<std::string>{"a", "b"});
  const auto peel = find_peel(seen);
  REQUIRE(peel);
  CHECK(peel->event == "echo");
  CHECK(peel->args == "\"hello from a\"");
  CHECK(peel->eio == "4" + peel->sio);
  const std::string key = peel->masking_key();
  REQUIRE(key.size() == 4);
  std::string unmasked = peel->ws.substr(peel->ws_header);
  for (std::size_t i = 0; i < unmasked.size(); ++i) unmasked[i] ^= key[i % 4];
  CHECK(unmasked == peel->eio);
  CHECK(peel->at.link + peel->at.net + peel->at.transport + peel->ws.size() == peel->at.size);

  const auto lost = find_lost(seen);
  REQUIRE(lost);
  CHECK(lost->tcp.arrived() == 5);
  CHECK(lost->udp.arrived() == 4);
  REQUIRE(lost->tcp.lost() != nullptr);
  CHECK(lost->tcp.lost()->text == "message three\n");
  CHECK(lost->tcp.lost()->again > lost->tcp.lost()->sent);
  CHECK(lost->tcp.held_longest() != nullptr);
  CHECK(lost->udp.held_longest() == nullptr);
  CHECK(lost->tcp.before_data == 3);
  CHECK(lost->udp.before_data == 0);

  const auto web = find_web(seen);
  REQUIRE(web);
  CHECK(accept_of(web->key).base64 == web->accept);
  CHECK(web->pushed.size() == 3);
  CHECK(web->client_messages == 0);
}

TEST_CASE("what is not in a capture is not told") {
  for (const char* capture : {"tcp.pcapng", "dns.pcapng", "two-taps.pcapng"}) {
    const Seen seen = seen_in(capture);
    CHECK_FALSE(find_peel(seen));
    CHECK_FALSE(find_web(seen));
  }
  CHECK_FALSE(find_lost(seen_in("tcp.pcapng")));
  CHECK_FALSE(find_lost(seen_in("chat.pcapng")));
}

TEST_CASE("an event of npm's client is found as well") {
  const auto peel = find_peel(seen_in("socketio.pcapng"));
  REQUIRE(peel);
  CHECK_FALSE(peel->event.empty());
}

}  // namespace
}  // namespace netpeel::tour
