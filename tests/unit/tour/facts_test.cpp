#include "tour/facts.hpp"

#include "flow/registry.hpp"
#include "support/catch.hpp"

namespace netpeel::tour {
namespace {

std::string path_of(const std::string& capture) {
  return NETPEEL_SOURCE_DIR "/captures/" + capture;
}
const field::Registry& registry() {
  static const field::Registry all = flow::registry();
  return all;
}
Seen seen_in(const std::string& capture) { return look(path_of(capture), registry()); }
std::optional<Lost> lost_in(const std::string& capture) {
  return find_lost(seen_in(capture), path_of(capture), registry());
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

  const auto lost = lost_in("tour.pcapng");
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
  CHECK(lost->tcp.again == 1);
  CHECK(lost->tcp.lost()->arrived > lost->tcp.lost()->again);

  const auto web = find_web(seen);
  REQUIRE(web);
  CHECK(web->proof.right());
  CHECK(web->pushed.size() == 3);
  CHECK(web->client_messages == 0);
}

TEST_CASE("what is not in a capture is not told") {
  for (const char* capture : {"tcp.pcapng", "dns.pcapng", "two-taps.pcapng"}) {
    const Seen seen = seen_in(capture);
    CHECK_FALSE(find_peel(seen));
    CHECK_FALSE(find_web(seen));
  }
  CHECK_FALSE(lost_in("tcp.pcapng"));
  CHECK_FALSE(lost_in("chat.pcapng"));
}

TEST_CASE("an event of npm's client is found as well") {
  const auto peel = find_peel(seen_in("socketio.pcapng"));
  REQUIRE(peel);
  CHECK_FALSE(peel->event.empty());
}

}  // namespace
}  // namespace netpeel::tour
