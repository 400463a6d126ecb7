#include "stream/websocket.hpp"

#include <zlib.h>

#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using test::Said;
using test::StreamRun;

namespace {

constexpr auto client = stream::Side::client, server = stream::Side::server;

const stream::Streamed plain{
    .name = "websocket",
    .open = [](stream::Context& c) { return stream::make_websocket(c, {.path = "/chat"}); },
};
const stream::Streamed deflating{
    .name = "websocket",
    .open =
        [](stream::Context& c) {
          return stream::make_websocket(c, {.path = "/", .extensions = "permessage-deflate"});
        },
};

std::string frame(u8 first, std::string payload, bool masked) {
  std::string out(1, char(first));
  const std::size_t n = payload.size();
  const char mask = masked ? char(0x80) : 0;
  if (n < 126) {
    out += char(char(n) | mask);
  } else {
    out += char(126 | mask);
    out += char(n >> 8);
    out += char(n);
  }
  if (masked) {
    const std::string key = "\x11\x22\x33\x44";
    out += key;
    for (std::size_t i = 0; i < n; ++i) payload[i] = char(payload[i] ^ key[i & 3]);
  }
  return out + payload;
}

// Both messages of one compressor, without the 00 00 ff ff at the end.
std::vector<std::string> deflated(const std::vector<std::string>& messages) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::vector<std::string> out;
  for (std::string m : messages) {
    std::string to(m.size() + 100, '\0');
    z.next_in = static_cast<u8*>(static_cast<void*>(m.data()));
    z.avail_in = uInt(m.size());
    z.next_out = static_cast<u8*>(static_cast<void*>(to.data()));
    z.avail_out = uInt(to.size());
    deflate(&z, Z_SYNC_FLUSH);
    to.resize(to.size() - z.avail_out - 4);
    out.push_back(to);
  }
  deflateEnd(&z);
  return out;
}

bool has(const std::string& all, std::string_view what) {
  return all.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("WebSocket: masked text, fragments with a ping between them, close; in any split") {
  const std::vector<Said> said{
      {client,              frame(0x81, "hello",                 true) + frame(0x01, "Gr\xc3", true) + frame(0x89, "who", true) +
                   frame(0x80, "\xbc\xc3\x9f", true)},
      {server, frame(0x82,      std::string(300, 'x'),     false) + frame(0x8a, "who", false)},
      {client,                   frame(0x88,
       "\x03\xe8"
                     "bye",                                     true)                                  },
  };
  const std::string all = StreamRun::lines(plain, said);
  INFO(all);
  CHECK(has(all, "client websocket 0-11: text, 5 bytes: \"hello\"; websocket.fin=1; "
                 "websocket.rsv=0; websocket.opcode=1; "
                 "websocket.mask=1; websocket.payload_length=5; websocket.masking_key=11223344; "
                 "websocket.masked_payload=1; "
                 "websocket.payload=1; websocket.payload.text=hello\n"));
  CHECK(has(all, "begins a text message, 3 bytes"));
  CHECK(has(all, "ping, asks whether the other side is still there"));
  CHECK(has(all, "text, 6 bytes in 2 frames: \"Gr\xc3\xbc\xc3\x9f\""));
  CHECK(has(all, "websocket.fragment.count=2; websocket.reassembled.length=6"));
  CHECK(has(all, "websocket.payload_length=126; websocket.payload_length_ext_16=300"));
  CHECK(has(all, "close, code 1000 (Normal closure): \"bye\""));
  CHECK(has(all, "websocket.payload.close.status_code=1000; websocket.payload.close.reason=bye"));
  CHECK(!has(all, "{"));
  for (u64 seed = 1; seed < 12; ++seed) {
    // The captured frames that pieces ended in differ with the split; nothing else does.
    CHECK(StreamRun::lines(plain, said, seed, false) == StreamRun::lines(plain, said, 0, false));
  }
}

TEST_CASE("WebSocket: what the standard forbids is told") {
  const auto one = [](stream::Side side, const std::string& bytes) {
    return StreamRun::lines(plain, {
                                       {side, bytes}
    });
  };
  CHECK(has(one(client, frame(0x81, "a", false)), "a client must mask"));
  CHECK(has(one(server, frame(0x81, "a", true)), "a server must not mask"));
  CHECK(has(one(server, frame(0xc1, "a", false)), "a reserved bit is set"));
  CHECK(has(one(server, frame(0x83, "a", false)), "this opcode is reserved"));
  CHECK(has(one(server, frame(0x09, "a", false)), "must not be split"));
  CHECK(has(one(server, frame(0x89, std::string(126, 'a'), false)), "at most 125 bytes"));
  CHECK(has(one(server, "\x81\x7e\x00\x01"s + "a"), "more bytes than it needs"));
  CHECK(has(one(server, frame(0x80, "a", false)), "beginning was not seen"));
  CHECK(has(one(server, frame(0x01, "a", false) + frame(0x81, "b", false)),
            "before the one before it was finished"));
  CHECK(has(one(server, frame(0x81, "\xff", false)), "must be UTF-8"));
  CHECK(has(one(server, frame(0x88, "\x03\xed", false)), "must not be sent"));
  CHECK(has(one(server, frame(0x88, "x", false)), "here is one byte"));
  CHECK(
      has(one(server, frame(0x88, "", false) + frame(0x81, "b", false)), "had already said close"));
}

TEST_CASE("WebSocket: permessage-deflate, the window kept over messages") {
  const std::string words = "the same words again and again and again";
  const std::vector<std::string> d = deflated({words, words});
  REQUIRE(d[1].size() < d[0].size());
  const std::string first = frame(0xc1, d[0], false),
                    second =
                        frame(0x41, d[1].substr(0, 3), false) + frame(0x80, d[1].substr(3), false);
  const std::string all = StreamRun::lines(deflating, {
                                                          {server, first + second}
  });
  INFO(all);
  CHECK(has(all, "text, 40 bytes, was compressed: \"" + words + "\""));
  CHECK(has(all, "text, 40 bytes in 2 frames, was compressed: \"" + words + "\""));
  CHECK(!has(all, "{"));
  // Without the first the second cannot be understood, and says so.
  const std::string later = StreamRun::lines(
      deflating, {
                     {server,      "",   first.size()},
                     { server, frame(0xc1, d[1],       false)}
  });
  CHECK(has(later, "refers to earlier messages"));
  CHECK(has(StreamRun::lines(deflating,
                             {
                                 {server, frame(0xc1, "\xff\xff\xff", false)}
  }),
            "cannot be inflated"));
}

TEST_CASE("WebSocket: holes, huge frames, ends in the middle") {
  const std::string long_one = frame(0x82, std::string(1000, 'z'), false),
                    next = frame(0x81, "next", false);
  // The hole lies within a payload: its length says where to go on.
  std::string all = StreamRun::lines(
      plain, {
                 {server, long_one.substr(0, 100)},
                 {server,      "",                  904},
                 {server,   next  }
  });
  CHECK(has(all, "904 bytes of the payload are missing"));
  CHECK(has(all, "text, 4 bytes: \"next\""));
  // It does not: the thread is found again.
  all = StreamRun::lines(
      plain,
      {
          {server, next.substr(0, 3)},
          {server,      "",              500},
          {server,   "rubbish" + next  }
  },
      1);
  CHECK(has(all, "text, 4 bytes: \"next\""));
  CHECK(has(all, "seems to begin again here"));
  const std::string huge = "\x82\x7f\x00\x00\x00\x00\x40\x00\x00\x00"s;
  all = StreamRun::lines(plain, {
                                    {server, huge},
                                    {server, "",   0x40000000},
                                    {server,      next    }
  });
  CHECK(has(all, "longer than what is kept"));
  CHECK(has(all, "text, 4 bytes: \"next\""));
  CHECK(has(StreamRun::lines(plain,
                             {
                                 {server, next.substr(0, 4)}
  }),
            "the stream ended in the middle of this frame"));
  CHECK(has(StreamRun::lines(plain,
                             {
                                 {server, next.substr(0, 1)}
  }),
            "part of a frame's head"));
}

TEST_CASE("WebSocket: where the upgrade was not captured, text frames are known by their look") {
  const auto looks = [](stream::Side side, const std::string& bytes) {
    return stream::websocket.signature(side, base::as_bytes(bytes));
  };
  const std::string event = R"(42["chat message","hello"])";
  CHECK(looks(client, frame(0x81, event, true)));
  CHECK(looks(server, frame(0x81, event, false) + frame(0x81, "2", false)));
  CHECK_FALSE(looks(client, frame(0x81, event, false)));            // clients mask
  CHECK_FALSE(looks(server, frame(0x81, event, false) + "GET /"));  // something else follows
  CHECK_FALSE(looks(server, frame(0x82, "1234", false)));           // bytes prove nothing
  CHECK_FALSE(looks(server, frame(0x81, "1\x01\xff\x02", false)));
  CHECK_FALSE(looks(server, frame(0x81, "abc", false)));
  const std::vector<Said> said{
      {client, frame(0x81,          event, true) },
      { server, frame(0x81, event,   false) + frame(0x81, "2", false)}
  };
  const std::string all = StreamRun::lines(stream::websocket, said);
  INFO(all);
  CHECK(has(all, "{truncated: the capture began after this connection"));
  CHECK(has(all, "event \"chat message\" with 1 argument"));
  CHECK(has(all, "eio.type=2"));
  std::size_t told = 0;
  for (std::size_t at = 0; (at = all.find("the capture began", at)) != std::string::npos; ++at)
    ++told;
  CHECK(told == 2);  // once a side
  for (u64 seed = 1; seed < 10; ++seed)
    CHECK(StreamRun::lines(stream::websocket, said, seed) == all);
  CHECK_FALSE(has(StreamRun::lines(stream::websocket,
                                   {
                                       {client, frame(0x81, "4 o'clock, then", true)}
  }),
                  "eio."));
}
