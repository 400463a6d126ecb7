#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using test::Said;
using test::StreamRun;

namespace {

// "a.test", type A, with its length in front.
std::string question(char id) {
  using namespace std::string_literals;
  return "\0\x18"s + "\0"s + id + "\1\0\0\1\0\0\0\0\0\0"s + "\1a\4test\0"s + "\0\1\0\1"s;
}

}  // namespace

TEST_CASE("DNS over TCP: messages behind their lengths, in any split") {
  const std::vector<Said> said{
      {stream::Side::client, question(1) + question(2)},
      {stream::Side::server, question(3)              }
  };
  const std::string whole = StreamRun::lines(stream::dns_tcp, said);
  CHECK(whole.find("client dns 0-26: asks for ") != std::string::npos);
  CHECK(whole.find("client dns 26-52: ") != std::string::npos);
  CHECK(whole.find("dns.length=24; dns.id=2;") != std::string::npos);
  CHECK(whole.find("server dns 0-26: ") != std::string::npos);
  for (u64 seed = 1; seed < 20; ++seed)
    CHECK(StreamRun::lines(stream::dns_tcp, said, seed) == whole);
}

TEST_CASE("DNS over TCP: an end in the middle of a message shows what came") {
  const std::string cut =
      StreamRun::lines(stream::dns_tcp, {
                                            {stream::Side::client, question(1).substr(0, 9)}
  });
  CHECK(cut.find("client dns 0-9: ") != std::string::npos);
}
