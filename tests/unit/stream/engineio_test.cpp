#include "stream/engineio.hpp"

#include "stream/all.hpp"
#include "stream/json_pieces.hpp"
#include "stream/websocket.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using test::Said;
using test::StreamRun;

namespace {

constexpr auto client = stream::Side::client, server = stream::Side::server;

// A conversation of polling bodies, each ended by a line end: what HTTP would hand over.
class Bodies final : public stream::Session {
 public:
  explicit Bodies(stream::Context& context) : context_(context) {}
  std::size_t parse(stream::Side side, Bytes have, u64 at, bool, stream::Out& out) override {
    std::size_t taken = 0;
    for (;;) {
      const std::string_view rest = base::as_text(have.subspan(taken));
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) return taken;
      const stream::Message outer{.protocol = stream::websocket.protocol,
                                  .side = side,
                                  .from = at + taken,
                                  .to = at + taken + end + 1,
                                  .bytes = have.subspan(taken, end + 1),
                                  .header = 0};
      const std::string_view query = context_.engineio == nullptr
                                         ? "/socket.io/?EIO=4&transport=polling"
                                         : "EIO=4&transport=polling&sid=abc";
      stream::engineio_polling(context_, side, query, have.subspan(taken, end), outer, out);
      taken += end + 1;
    }
  }
  void gap(stream::Side, Bytes, u64, u64, stream::Out&) override {}

 private:
  stream::Context& context_;
};

const stream::Streamed polling{
    .name = "eio",
    .open = [](stream::Context& c) -> std::unique_ptr<stream::Session> {
      return std::make_unique<Bodies>(c);
    },
};
const stream::Streamed over_websocket{
    .name = "eio",
    .open =
        [](stream::Context& c) {
          return stream::make_websocket(c, {.path = "/engine.io/?EIO=4&transport=websocket"});
        },
};

const stream::Streamed third{
    .name = "eio",
    .open =
        [](stream::Context& c) {
          return stream::make_websocket(c, {.path = "/socket.io/?EIO=3&transport=websocket"});
        },
};
const stream::Streamed packed{
    .name = "eio",
    .open =
        [](stream::Context& c) {
          return stream::make_websocket(c, {.path = "/socket.io/?EIO=4&transport=websocket"});
        },
};

std::string from_server(u8 first, const std::string& payload) {
  return std::string(1, char(first)) + char(payload.size()) + payload;
}
bool has(const std::string& all, std::string_view what) {
  return all.find(what) != std::string::npos;
}

constexpr std::string_view opening =
    R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";

}  // namespace

TEST_CASE("Engine.IO: codec") {
  stream::EioPacket p;
  REQUIRE(stream::decode_eio("4hi", p));
  CHECK(p.type == stream::EioType::message);
  CHECK(p.data == "hi");
  CHECK(!stream::decode_eio("", p));
  CHECK(!stream::decode_eio("7", p));
  CHECK(!stream::decode_eio("bAA==", p));
  REQUIRE(stream::decode_eio_polling("bAQID", p));
  CHECK(p.binary);
  std::string out;
  for (const std::string& bytes : {""s, "a"s, "ab"s, "abc"s, "\x00\xff\x10"s + "z"}) {
    out.clear();
    stream::encode_eio({.binary = true, .data = bytes}, true, out);
    REQUIRE(stream::decode_eio_polling(out, p));
    std::string back;
    CHECK(stream::from_base64(p.data, back));
    CHECK(back == bytes);
  }
  for (const std::string_view bad : {"A", "A===", "AB=C", "A*==", "AA==AAAA"})
    CHECK(!stream::from_base64(bad, out));
}

TEST_CASE("JSON pieces: what stands where, and what is none") {
  for (const std::string_view good : {"[]", "{}", R"([1,-0.5e+3,"a\"]\u00e9",{"k":[null]},true])",
                                      R"( {"a" : {} , "b":[[]]} )"}) {
    const std::size_t end = stream::json_end(good, 0);
    REQUIRE(end != std::string_view::npos);
    CHECK(stream::json_blanks(good, end) == good.size());
    for (std::size_t cut = 0; cut < end; ++cut)
      CHECK(stream::json_end(good.substr(0, cut), 0) == std::string_view::npos);
  }
  for (const std::string_view bad :
       {"", "[1,]", "{,}", "{1:2}", "01", "1.", "\"\\x\"", "tru", "[1 2]", "{\"a\"}", "\"\n\""}) {
    const std::size_t end = stream::json_end(bad, 0);
    CHECK((end == std::string_view::npos || end < bad.size()));
  }
  CHECK(stream::json_end(std::string(100000, '['), 0) == std::string_view::npos);
  std::string out;
  CHECK(stream::json_string(R"("\ud83d\ude00\n\/")", out));
  CHECK(out == "\xf0\x9f\x98\x80\n/");
}

TEST_CASE("Engine.IO: a session over polling") {
  const std::vector<Said> said{
      {server, std::string(opening) + "\n"},
      {client, "4hi\x1e"
               "bAQID\n"    },
      {server, "ok\n"                     },
      {server, "2\x1e"
               "6\n"        },
      {client, "3\n"                      },
      {server, R"({"code":1,"message":"Session ID unknown"})"
               "\n"         },
      {client, "9x\n"                     },
      {client, "b***\n"                   }
  };
  const std::string all = StreamRun::lines(polling, said);
  INFO(all);
  CHECK(has(all, "open, session \"abc\", a ping every 25000 ms; eio.type=0; eio.transport=polling; "
                 "eio.sid=abc; eio.upgrades=websocket; "
                 "eio.ping_interval=25000; eio.ping_timeout=20000; eio.max_payload=1000000\n"));
  CHECK(has(all, "binary message in base64, 4 bytes; eio.type=4; eio.sid=abc; "
                 "eio.transport=polling; eio.binary=010203"));
  CHECK(has(all, "ping, asks whether the other side is still there"));
  CHECK(has(all, "noop, lets a waiting poll end"));
  CHECK(has(all, "pong, still there"));
  CHECK(!has(all, "unknown\""));
  CHECK(has(all, "begins with a digit from 0 to 6"));
  CHECK(has(all, "is base64; this is not"));
  for (u64 seed = 1; seed < 6; ++seed) CHECK(StreamRun::lines(polling, said, seed) == all);
}

TEST_CASE("Engine.IO: over WebSocket, with a probe and binary messages") {
  const std::string all = StreamRun::lines(
      over_websocket, {
                          {server, from_server(0x81, "3probe") + from_server(0x81, "4text") +
                                       from_server(0x82, "\x01\x02") + from_server(0x81, "")}
  });
  INFO(all);
  CHECK(has(all, "server eio 0-8: pong, this transport works; eio.type=3; eio.transport=websocket; "
                 "eio.probe=1; eio.data=probe"));
  CHECK(has(all, "message, 4 bytes; eio.type=4; eio.transport=websocket; eio.data=text"));
  CHECK(has(all, "binary message, 2 bytes; eio.type=4; eio.transport=websocket; eio.binary=0102"));
  CHECK(has(all, "there is not even a type"));
}

TEST_CASE("Engine.IO 3: binary tells its type, a welcome and a refusal say little") {
  const std::string all = StreamRun::lines(
      third, {
                 {server, from_server(0x81, "40") + from_server(0x81, "44/x,\"no\"") +
                              from_server(0x81, "451-[\"e\",{\"_placeholder\":true,\"num\":0}]") +
                              from_server(0x82, "\x04\x01\x02") + from_server(0x81, "3")}
  });
  INFO(all);
  CHECK(has(all, "connect, welcome"));
  CHECK(has(all, "sio.message=no"));
  CHECK(has(all, "binary message, 2 bytes; eio.type=4; eio.transport=websocket; eio.binary=0102"));
  CHECK(has(all, "sio.attachment=0102"));
  CHECK(has(all, "pong, still there"));
  CHECK_FALSE(has(all, "should be a JSON object"));
  CHECK_FALSE(has(all, "no packet before it announced"));
}

TEST_CASE("Socket.IO in msgpack is called so, and is no attachment that nobody announced") {
  const std::string all = StreamRun::lines(
      packed,
      {
          {server, from_server(0x82, "\x82\xa4type\x01\xa3nsp\xa1/") + from_server(0x82, "junk")}
  });
  INFO(all);
  CHECK(has(all, "a Socket.IO packet in msgpack, 13 bytes"));
  CHECK(all.find("no packet before it announced") > all.find("13 bytes"));
  CHECK(all.find("no packet before it announced") == all.rfind("no packet before it announced"));
}
