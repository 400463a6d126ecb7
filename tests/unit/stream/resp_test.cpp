#include "stream/resp.hpp"

#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using stream::Side;
using test::Said;
using test::StreamRun;

namespace {
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("RESP: commands and answers of both versions, in any split") {
  base::Text set;
  const std::string_view words[]{"set", "greeting", "hello\r\nworld"};
  stream::resp_codec::write_command(set, words);
  const std::vector<Said> said{
      {Side::client, std::string(set.view()) + "PING now\r\n"                                   },
      {Side::server,
       "+OK\r\n-ERR no such thing\r\n:-42\r\n$-1\r\n$3\r\na\0b\r\n*2\r\n*1\r\n:1\r\n$0\r\n\r\n"s},
      {Side::server,
       "%1\r\n+key\r\n#t\r\n_\r\n,3.25\r\n>2\r\n+message\r\n+hi\r\n=7\r\ntxt:abc\r\n"           },
  };
  const std::string whole = StreamRun::lines(stream::resp, said);
  CHECK(has(whole, "client resp 0-46: command SET greeting hello\\r\\nworld; "));
  CHECK(has(whole, "resp.cmd=SET"));
  CHECK(has(whole, "resp.cmd=PING"));
  CHECK(has(whole, "resp.fragment"));
  CHECK(has(whole, "answers OK; resp.string=OK\n"));
  CHECK(has(whole, "error: ERR no such thing; resp.error=ERR no such thing\n"));
  CHECK(has(whole, "resp.integer="));
  CHECK(has(whole, "answers that there is no value; resp.bulk_string=1"));
  CHECK(has(whole, "resp.bulk_string.value=610062"));
  CHECK(has(whole, "a list of 2 values; resp.array=1; resp.array.length=2; resp.array=1; "
                   "resp.array.length=1; resp.integer=1; resp.bulk_string=1"));
  CHECK(has(whole, "a list of 1 pairs"));
  CHECK(has(whole, "tells unasked, 2 values"));
  CHECK(!has(whole, "{"));
  for (u64 seed = 1; seed < 20; ++seed) CHECK(StreamRun::lines(stream::resp, said, seed) == whole);
}

TEST_CASE("RESP: gaps, ends and nonsense are told, and the next value is found") {
  const std::string ok = "+OK\r\n", bulk = "$10\r\n0123456789\r\n";
  const std::string gap = StreamRun::lines(stream::resp, {
                                                             {Side::server, ok + bulk.substr(0, 8)},
                                                             {Side::server,            "",                   4},
                                                             {Side::server,           bulk.substr(12) + ok          }
  });
  CHECK(has(gap, "server resp 5-13: 8 bytes that are no whole value {truncated: "));
  CHECK(has(gap, "server resp 17-22: "));
  CHECK(has(gap, "server resp 22-27: answers OK"));
  const std::string nonsense =
      StreamRun::lines(stream::resp, {
                                         {Side::server, ok + "$x\r\n" + ok + "$9\r\nabc"}
  });
  CHECK(has(nonsense, "{malformed: no RESP value begins here"));
  CHECK(has(nonsense, "server resp 9-14: answers OK"));
  CHECK(has(nonsense, "{truncated: the stream ends inside this value}"));
  CHECK(StreamRun::lines(stream::resp, {
                                           {Side::client, "\x16\3\1\2\0\1"s}
  }) == "");
  // Deep arrays end at a bound.
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "*1\r\n";
  CHECK(has(StreamRun::lines(stream::resp,
                             {
                                 {Side::client, deep + ":1\r\n"}
  }),
            "deeper"));
}

TEST_CASE("RESP: what a client's first bytes look like") {
  CHECK(stream::resp.signature(Side::client, base::as_bytes("*1\r\n$4\r\nPING\r\n"s)));
  CHECK(!stream::resp.signature(Side::client, base::as_bytes("*\r\n$4"s)));
  CHECK(!stream::resp.signature(Side::client, base::as_bytes("* OK IMAP4"s)));
}
