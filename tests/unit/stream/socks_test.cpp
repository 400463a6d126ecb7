#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using stream::Side;
using test::Said;
using test::StreamRun;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("SOCKS: the handshake, then what is spoken through it, in any split") {
  const std::vector<Said> said{
      {Side::client, "\5\2\0\2"s                           },
      {Side::server, "\5\2"                                },
      {Side::client, "\1\3bob\6secret"                     },
      {Side::server, "\1\0"s                               },
      {Side::client, "\5\1\0\3\x0b"s + "example.org\0\x50"s},
      {Side::server, "\5\0\0\1\x0a\1\2\3\4\0"s             },
      {Side::client, get                                   },
      {Side::server, "HTTP/1.1 204 No Content\r\n\r\n"     }
  };
  const std::string whole = StreamRun::lines(stream::socks, said, 0, false);
  CHECK(has(whole, "offers 2 ways to log in"));
  CHECK(has(whole, "takes: Username/password"));
  CHECK(has(whole, "logs in as bob"));
  CHECK(has(whole, "lets the client in"));
  CHECK(has(whole, "Connect to example.org:80"));
  CHECK(has(whole, "Succeeded"));
  CHECK(has(whole, "client http 34-61: GET / HTTP/1.1"));
  CHECK(has(whole, "204 No Content"));
  for (u64 seed = 1; seed < 20; ++seed) {
    CHECK(StreamRun::lines(stream::socks, said, seed, false) == whole);
  }
  const std::string fields = StreamRun::lines(stream::socks, said);
  CHECK(has(fields, "socks.remote_name=example.org; socks.port=80"));
  CHECK(has(fields, "socks.dst=0a010203; socks.port=1024"));
  CHECK(has(fields, "{unusual: name and password travel readable"));
}

TEST_CASE("SOCKS: refusals, other protocols and lost beginnings end it") {
  const std::string refused = StreamRun::lines(
      stream::socks, {
                         {Side::client, "\5\1\0"s},
                         {Side::server, "\5\xff" },
                         {Side::client, get      }
  });
  CHECK(has(refused, "takes: No method"));
  CHECK(!has(refused, "http"));
  CHECK(StreamRun::lines(stream::socks, {
                                            {Side::client, "\4\1\0\x50"s}
  }) == "");
  CHECK(
      StreamRun::lines(stream::socks, {
                                          {Side::client, "", 7},
                                          {Side::client,            "\5\1\0"s  }
  }) == "");
  CHECK(stream::socks.signature(Side::client, base::as_bytes("\5\1\0"s)));
  CHECK(!stream::socks.signature(Side::client, base::as_bytes("\5\1\0more"s)));
  CHECK(!stream::socks.signature(Side::server, base::as_bytes("\5\1\0"s)));
}
