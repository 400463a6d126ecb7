#include "stream/socketio.hpp"

#include "stream/websocket.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using test::Said;
using test::StreamRun;

namespace {

constexpr auto client = stream::Side::client, server = stream::Side::server;

const stream::Streamed websocket{
    .name = "sio",
    .open =
        [](stream::Context& c) {
          return stream::make_websocket(c, {.path = "/socket.io/?EIO=4&transport=websocket"});
        },
};

std::string sent(stream::Side side, u8 first, std::string payload) {
  std::string out{char(first), char(u8(payload.size()) | (side == client ? 0x80 : 0))};
  if (side == client) {
    out += "\x01\x02\x03\x04";
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = char(payload[i] ^ char(i % 4 + 1));
  }
  return out + payload;
}
Said text(stream::Side side, const std::string& packet) {
  return {side, sent(side, 0x81, "4" + packet)};
}
Said binary(stream::Side side, const std::string& bytes) { return {side, sent(side, 0x82, bytes)}; }
bool has(const std::string& all, std::string_view what) {
  return all.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("Socket.IO: codec, there and back") {
  for (const std::string_view good :
       {"0", "1/admin,", R"(2["hey"])", R"(2/admin,456["project:delete",123])", "3/admin,456[]",
        R"(4{"message":"no"})", R"(51-["x",{"_placeholder":true,"num":0}])", R"(62-/a,7[1])"}) {
    stream::SioPacket p;
    CHECK(stream::decode_sio(good, p).empty());
    std::string out;
    stream::encode_sio(p, out);
    CHECK(out == good);
  }
  stream::SioPacket p;
  for (const std::string_view bad :
       {"", "7", "x", "5[]", "5-[]", "51", "51[]", "299999999999999999999[]"})
    CHECK(!stream::decode_sio(bad, p).empty());
}

TEST_CASE("Socket.IO: connect, events, acknowledgments, namespaces") {
  const std::vector<Said> said{
      text(client, "0"),
      text(server, R"(0{"sid":"S1","pid":"P1"})"),
      text(client, R"(27["chat message","hi",{"a":[1,2]}])"),
      text(server, R"(37["got it"])"),
      text(server, R"(2/admin,["caf\u00e9"])"),
      text(server, R"(2["news",1,"off-1"])"),
      text(client, R"(0{"pid":"P1","offset":"off-1"})"),
      text(server, R"(4/admin,{"message":"Not authorized"})"),
      text(client, "1"),
  };
  const std::string all = StreamRun::lines(websocket, said);
  INFO(all);
  CHECK(has(all, "client sio 0-8 in eio") == false);
  CHECK(has(all, "connect, asks to join; sio.type=0"));
  CHECK(has(all, "sio.sid=S1; sio.pid=P1"));
  CHECK(has(all, "event \"chat message\" with 2 arguments, wants acknowledgment 7; sio.type=2; "
                 "sio.nsp=/; sio.ack_id=7"));
  CHECK(has(all, "sio.event=chat message; sio.args=\"hi\",{\"a\":[1,2]}; sio.arg_count=2"));
  CHECK(has(all, "acknowledgment 7, answers event \"chat message\" of frame 3, 1 argument"));
  CHECK(has(all, "sio.answers=chat message; sio.event_in=3"));
  CHECK(has(all, "sio.nsp=/admin"));
  CHECK(has(all, "sio.event=caf\xc3\xa9"));
  CHECK(has(all, "sio.offset=off-1"));
  CHECK(has(all, "sio.message=Not authorized"));
  CHECK(has(all, "disconnect, leaves"));
  CHECK(!has(all, "{malformed"));
  CHECK(!has(all, "{unusual"));
  const std::string plain = StreamRun::lines(websocket, said, 2, false);
  for (u64 seed = 4; seed < 8; seed += 2) CHECK(std::count(plain.begin(), plain.end(), '\n') == 27);
}

TEST_CASE("Socket.IO: a lost connection is restored, or is not") {
  const auto story = [](const std::string& welcome) {
    return StreamRun::lines(websocket, {text(client, R"(0{"pid":"P1","offset":"o"})"),
                                        text(server, R"(2["meant for before",1,"o2"])"),
                                        text(server, welcome)});
  };
  const std::string restored = story(R"(0{"sid":"S1","pid":"P1"})");
  INFO(restored);
  CHECK(has(restored, "connect, asks to join, wants its lost connection back"));
  CHECK(has(restored, "connect, welcome back: the lost connection goes on"));
  CHECK(has(restored, "sio.recovered=1"));
  CHECK(!has(restored, "{unusual"));
  for (const std::string fresh : {R"(0{"sid":"S2","pid":"P2"})", R"(0{"sid":"S2"})"}) {
    const std::string refused = story(fresh);
    INFO(refused);
    CHECK(has(refused, "connect, welcome, but as a new client"));
    CHECK(has(refused, "sio.recovered=0"));
    CHECK(has(refused, "events sent to it in between are lost"));
  }
  CHECK(!has(
      StreamRun::lines(websocket, {text(client, "0"), text(server, R"(0{"sid":"S","pid":"P"})")}),
      "sio.recovered"));
}

TEST_CASE("Socket.IO: who leaves a namespace learns what was never acknowledged") {
  const std::string all = StreamRun::lines(
      websocket, {text(client, R"(21["answered"])"), text(client, R"(22["silent",5])"),
                  text(client, R"(2/news,1["elsewhere"])"), text(server, "31[]"), text(client, "1"),
                  text(server, "1/news,"), text(server, "1/news,")});
  INFO(all);
  CHECK(has(all, "disconnect, leaves; never acknowledged: \"silent\"; sio.type=1"));
  CHECK(has(all, "sio.unanswered=silent\n"));
  CHECK(has(all,
            "disconnect, puts the client out, namespace /news; never acknowledged: \"elsewhere\""));
  CHECK(!has(all, "sio.unanswered=answered"));
  CHECK(has(all, "disconnect, puts the client out, namespace /news; sio.type"));
}

TEST_CASE("Socket.IO: binary attachments put back") {
  const std::string all = StreamRun::lines(
      websocket,
      {text(server, R"(52-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])"),
       binary(server, "\x01\x02"), binary(server, "\x03")});
  INFO(all);
  CHECK(has(
      all,
      " in eio: event \"file\" with 2 arguments, 2 attachments; sio.type=5; sio.attachments=2"));
  CHECK(has(all, "sio.attachment=0102; sio.attachment=03\n"));
  CHECK(!has(all, " {"));
}

TEST_CASE("Socket.IO: what is wrong is told") {
  const auto one = [](const std::string& packet) {
    return StreamRun::lines(websocket, {text(server, packet)});
  };
  CHECK(has(one("9"), "begins with a digit from 0 to 6"));
  CHECK(has(one("2{}"), "begins with its name; this is not"));
  CHECK(has(one("2[\"a\""), "begins with its name; this is not"));
  CHECK(has(one(R"(2["connect"])"), "the library's own"));
  CHECK(has(one("2[null]"), "a string or a number"));
  CHECK(has(one("39[]"), "was not seen"));
  CHECK(has(one("2"), "needs a list"));
  CHECK(has(StreamRun::lines(websocket, {binary(server, "x")}), "no packet before it announced"));
  CHECK(has(StreamRun::lines(websocket, {text(server, R"(51-["f"])"), text(server, R"(2["g"])")}),
            "before all attachments"));
}
