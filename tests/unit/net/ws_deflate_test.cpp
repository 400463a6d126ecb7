#include "net/ws_deflate.hpp"

#include "base/random.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using net::WsDeflateTerms;

namespace {

// What a server answers to an offer; "" where it declines.
std::string answer(std::string_view offer, const WsDeflateTerms& wanted = {}) {
  const auto offers = net::ws_extensions(offer);
  if (!offers) return "malformed";
  const auto terms = net::ws_deflate_accept(*offers, wanted);
  return terms ? terms->answer() : "";
}

std::optional<std::string> through(net::WsDeflate& out, net::WsInflate& in,
                                   const std::string& payload) {
  const std::string packed = out.message(payload);
  std::vector<u8> got;
  if (in.add(base::as_bytes(packed), true, got, 1'000'000) != net::WsInflate::Verdict::good)
    return std::nullopt;
  return std::string(base::as_text(got));
}

}  // namespace

TEST_CASE("Sec-WebSocket-Extensions is read as RFC 6455 §9.1 writes it") {
  const auto list = net::ws_extensions("foo, bar; x=1; y ;z=\"q\" ,, baz");
  REQUIRE(list);
  REQUIRE(list->size() == 3);
  CHECK((*list)[1].name == "bar");
  REQUIRE((*list)[1].parameters.size() == 3);
  CHECK((*list)[1].parameters[0].value == "1");
  CHECK(!(*list)[1].parameters[1].value);
  CHECK((*list)[1].parameters[2].value == "q");
  CHECK(net::ws_extensions("")->empty());
  for (const char* bad : {";", "foo bar", "foo;", "foo; x=", "foo; =1", "foo; x=\"",
                          "foo; x=\"a b\"", "foo; x=\"\"", "foo; x=\"\\", "f\x01"})
    CHECK(answer(bad) == "malformed");
}

TEST_CASE("offers that can be met, and what is answered (RFC 7692 §7.1)") {
  CHECK(answer("permessage-deflate") == "permessage-deflate");
  CHECK(answer("permessage-deflate; client_max_window_bits") == "permessage-deflate");
  CHECK(answer("permessage-deflate; client_max_window_bits=10") ==
        "permessage-deflate; client_max_window_bits=10");
  CHECK(answer("permessage-deflate; client_max_window_bits=\"8\"") ==
        "permessage-deflate; client_max_window_bits=8");
  CHECK(answer("permessage-deflate; server_max_window_bits=9") ==
        "permessage-deflate; server_max_window_bits=9");
  CHECK(answer("permessage-deflate; server_no_context_takeover; client_no_context_takeover") ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  const WsDeflateTerms wanted{true, true, 12, 11};
  CHECK(answer("permessage-deflate", wanted) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=12");
  CHECK(answer("permessage-deflate; client_max_window_bits; server_max_window_bits=10", wanted) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11");
}

TEST_CASE("offers that are declined, and the next one that is taken") {
  for (const char* bad :
       {"x-webkit-deflate-frame", "permessage-deflate; what",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits=1x",
        "permessage-deflate; server_max_window_bits=8",  // zlib has no such window to write with
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=999",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"}) {
    INFO(bad);
    CHECK(answer(bad) == "");
    CHECK(answer(std::string(bad) + ", permessage-deflate; client_max_window_bits") ==
          "permessage-deflate");
  }
}

TEST_CASE("a client takes only an answer that fits its offer") {
  const auto agreed = [](std::string_view text, const WsDeflateTerms& offered = {}) {
    return net::ws_deflate_agreed(text, offered);
  };
  CHECK(WsDeflateTerms{}.offer() == "permessage-deflate; client_max_window_bits");
  CHECK(agreed("permessage-deflate") == WsDeflateTerms{});
  CHECK(agreed("permessage-deflate; server_no_context_takeover; client_max_window_bits=9") ==
        WsDeflateTerms{true, false, 15, 9});
  CHECK(agreed("permessage-deflate; client_no_context_takeover") ==
        WsDeflateTerms{false, true, 15, 15});
  const WsDeflateTerms strict{true, false, 10, 15};
  CHECK(agreed("permessage-deflate; server_no_context_takeover; server_max_window_bits=10",
               strict) == WsDeflateTerms{true, false, 10, 15});
  CHECK(!agreed("permessage-deflate; server_max_window_bits=10", strict));
  CHECK(!agreed("permessage-deflate; server_no_context_takeover", strict));
  for (const char* bad : {"", "foo", "permessage-deflate, permessage-deflate",
                          "permessage-deflate; what", "permessage-deflate; client_max_window_bits",
                          "permessage-deflate; client_max_window_bits=8",
                          "permessage-deflate; server_max_window_bits=99", "permessage-deflate;"})
    CHECK(!agreed(bad));
}

TEST_CASE("what is packed with any window and context comes out again") {
  base::Random random(3);
  for (const u8 bits : {u8(9), u8(12), u8(15)}) {
    for (const bool takeover : {false, true}) {
      net::WsDeflate out(bits, takeover);
      net::WsInflate in(takeover);
      for (int i = 0; i < 60; ++i) {
        std::string payload;
        const std::size_t size = i % 10 == 9 ? 60'000 : random.below(300);
        while (payload.size() < size)
          payload +=
              random.chance(0.5) ? std::string("again and ") : std::string(1, char(random.next()));
        CHECK(through(out, in, payload) == payload);
        CHECK(through(out, in, "") == "");
      }
    }
  }
}

TEST_CASE("a message that never arrived is forgotten") {
  net::WsDeflate out(15, true);
  net::WsInflate in(true);
  CHECK(through(out, in, "the first of them") == "the first of them");
  (void)out.message("a long text that is lost on the way, and is not sent");
  out.forget();
  CHECK(through(out, in, "a long text that is lost on the way") ==
        "a long text that is lost on the way");
}
