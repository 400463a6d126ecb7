#include "contrast/handshake.hpp"

#include "support/catch.hpp"

namespace netpeel {

using contrast::Comparison;
using contrast::Head;

TEST_CASE("the proof of RFC 6455 section 1.3") {
  Head asks, says;
  asks.headers = {
      {"Host",              "server.example.com"      },
      {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}
  };
  says.headers = {
      {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}
  };
  const contrast::Proof proof = contrast::prove(asks, says);
  CHECK(proof.digest == "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
  CHECK(proof.expected == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(proof.right());
  says.headers[0].second = "s3pPLMBiTxaQ9kYGzzhZRbK+xOO=";
  CHECK_FALSE(contrast::prove(asks, says).right());
}

TEST_CASE("heads side by side: each field once, whatever its case, and why they differ") {
  Head a, b, none;
  a.line = "GET / HTTP/1.1";
  b.line = "GET /ws HTTP/1.1";
  a.headers = {
      {"Host",   "b"  },
      {"Accept", "*/*"}
  };
  b.headers = {
      {"HOST",    "b"        },
      {"Upgrade", "websocket"}
  };
  const auto lines = contrast::compare(a, none, b, none);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0].field == "request line");
  CHECK_FALSE(lines[0].why.empty());
  CHECK(lines[1].field == "Host");
  CHECK(lines[1].values[0] == lines[1].values[1]);
  CHECK(lines[1].why.empty());
  CHECK(lines[2].values[1].empty());
  CHECK(lines[3].field == "Upgrade");
  CHECK(lines[3].values[0].empty());
  CHECK_FALSE(lines[3].why.empty());
}

}  // namespace netpeel
