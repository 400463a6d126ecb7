#include "stream/sio_msgpack.hpp"

#include "stream/all.hpp"
#include "stream/msgpack.hpp"
#include "stream/websocket.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace netpeel::stream;
using namespace std::string_literals;
using test::Said;
using test::StreamRun;

namespace {

constexpr auto client = Side::client, server = Side::server;

const Streamed websocket_of_socketio{
    .name = "sio",
    .open =
        [](Context& c) {
          return make_websocket(c, {.path = "/socket.io/?EIO=4&transport=websocket"});
        },
};

// A body of polling.
class Body final : public Session {
 public:
  explicit Body(Context& context) : context_(context) {}
  std::size_t parse(Side side, Bytes have, u64 at, bool, Out& out) override {
    if (have.empty() || have.back() != '\n') return 0;
    const Message outer{.protocol = stream::websocket.protocol,
                        .side = side,
                        .from = at,
                        .to = at + have.size(),
                        .bytes = have,
                        .header = 0};
    engineio_polling(context_, side, "EIO=4&transport=polling&sid=abc", have.first(have.size() - 1),
                     outer, out);
    return have.size();
  }
  void gap(Side, Bytes, u64, u64, Out&) override {}

 private:
  Context& context_;
};
const Streamed polling{
    .name = "sio",
    .open = [](Context& c) -> std::unique_ptr<Session> { return std::make_unique<Body>(c); },
};

std::string packed(SioType type, std::string_view nsp, std::string_view json,
                   std::optional<u64> id = {}, std::vector<std::string_view> attachments = {}) {
  std::string out;
  write_sio_msgpack({.type = type,
                     .attachments = u32(attachments.size()),
                     .nsp = nsp,
                     .has_id = id.has_value(),
                     .id = id.value_or(0),
                     .json = json},
                    attachments, out);
  return out;
}
Said frame(Side side, const std::string& map) {
  std::string out = "\x82";
  if (map.size() < 126) {
    out += char(map.size());
  } else {
    out += {126, char(map.size() >> 8), char(map.size())};
  }
  return {side, out + map};  // not masked: that is told of the frame, not of what it carries
}
Said record(Side side, const std::string& map) {
  std::string out = "b";
  to_base64(base::as_bytes(map), out);
  return {side, out + '\n'};
}
bool has(const std::string& all, std::string_view what) {
  return all.find(what) != std::string::npos;
}

constexpr std::string_view both = R"(["file",{"_placeholder":true,"num":0},{"a":[1,null]}])";

std::vector<Said> story(Said (*say)(Side, const std::string&)) {
  return {
      say(client, packed(SioType::connect, "/", R"({"token":"t"})")),
      say(server, packed(SioType::connect, "/", R"({"sid":"S1","pid":"P1"})")),
      say(client, packed(SioType::event, "/", both, 7, {"\x01\x02"})),
      say(server, packed(SioType::ack, "/", R"(["got it"])", 7)),
      say(server, packed(SioType::event, "/", R"(["news",1,"off-1"])")),
      say(server, packed(SioType::event, "/odd,one", R"([5,"caf\u00e9"])")),
      say(client, packed(SioType::connect, "/", R"({"pid":"P1","offset":"off-1"})")),
      say(server, packed(SioType::connect_error, "/admin", R"({"message":"no","data":[1]})")),
      say(client, packed(SioType::event, "/x", R"(["ask"])", 9)),
      say(server, packed(SioType::disconnect, "/x", "")),
  };
}

void check_story(const std::string& all) {
  INFO(all);
  CHECK(has(all, "connect, asks to join; sio.type=0; sio.nsp=/; sio.data={\"token\":\"t\"}; "
                 "sio.auth={\"token\":\"t\"}"));
  CHECK(has(all, "connect, welcome; sio.type=0"));
  CHECK(has(all, "sio.sid=S1; sio.pid=P1"));
  CHECK(has(all, "event \"file\" with 2 arguments, 1 attachment, wants acknowledgment 7; "
                 "sio.type=2; sio.attachments=1; sio.nsp=/; sio.ack_id=7"));
  CHECK(has(all, "sio.event=file; sio.args={\"_placeholder\":true,\"num\":0},{\"a\":[1,null]}; "
                 "sio.arg_count=2; sio.attachment=0102\n"));
  CHECK(has(all, "acknowledgment 7, answers event \"file\" of frame "));
  CHECK(has(all, "sio.answers=file; sio.event_in="));
  CHECK(has(all, "sio.event=news; sio.args=1,\"off-1\"; sio.arg_count=2; sio.offset=off-1"));
  CHECK(has(all, "sio.nsp=/odd,one"));
  CHECK(has(all, "sio.event=5; sio.args=\"caf\xc3\xa9\""));
  CHECK(has(all, "wants its lost connection back"));
  CHECK(has(all, "sio.message=no"));
  CHECK(has(all, "disconnect, puts the client out, namespace /x; never acknowledged: \"ask\""));
  CHECK_FALSE(has(all, "no Socket.IO packet"));
  CHECK_FALSE(has(all, "announced"));
}

// What the bytes say where a part of the JSON is said to stand.
std::string there(const std::string& bytes, std::string_view part) {
  SioUnpacked p;
  REQUIRE(read_sio_msgpack(bytes, p).empty());
  const std::size_t at = p.json.find(part);
  REQUIRE(at != std::string::npos);
  const auto place = p.place(bytes, std::string_view(p.json).substr(at, part.size()));
  return bytes.substr(place.at, place.size);
}

}  // namespace

TEST_CASE("Socket.IO in msgpack: the same fields as in text, over both transports, split anyhow") {
  for (const auto& [protocol, say] :
       {std::pair(&websocket_of_socketio, &frame), std::pair(&polling, &record)}) {
    const std::vector<Said> said = story(say);
    const std::string all = StreamRun::lines(*protocol, said);
    check_story(all);
    CHECK(has(all, " in eio: event \"file\"") == (say == &record));
    // Frames are numbered by what is fed, so without them.
    const std::string plain = StreamRun::lines(*protocol, said, 2, false);
    for (u64 seed = 1; seed < 20; ++seed) {
      const std::string again = StreamRun::lines(*protocol, said, seed, false);
      CHECK(std::count(again.begin(), again.end(), '\n') ==
            std::count(plain.begin(), plain.end(), '\n'));
      CHECK(has(again, "event \"file\" with 2 arguments, 1 attachment, wants acknowledgment 7"));
      CHECK_FALSE(has(again, "no Socket.IO packet"));
    }
  }
}

TEST_CASE("Socket.IO in msgpack: where its parts stand") {
  const std::string event = packed(SioType::event, "/n", both, 300, {"\x01\x02"});
  CHECK(there(event, "\"file\"") == "\xa4"
                                    "file");
  CHECK(there(event, R"({"a":[1,null]})") == "\x81\xa1"
                                             "a\x92\x01\xc0");
  CHECK(there(event, R"({"_placeholder":true,"num":0},{"a":[1,null]})") ==
        "\xc4\x02\x01\x02\x81\xa1"
        "a\x92\x01\xc0");
  CHECK(there(event, both).substr(0, 6) == "\x93\xa4"
                                           "file");
  const std::string connect = packed(SioType::connect, "/", R"({"sid":"S1","pid":"P1"})");
  CHECK(there(connect, "\"P1\"") == "\xa2P1");
  SioUnpacked p;
  REQUIRE(read_sio_msgpack(event, p).empty());
  const auto at = [&](SioUnpacked::Place place) { return event.substr(place.at, place.size); };
  CHECK(at(p.type) == "\x02");
  CHECK(at(p.nsp) == "\xa2/n");
  CHECK(at(p.id) == "\xcd\x01\x2c");
}

TEST_CASE("Socket.IO in msgpack: what is wrong is told") {
  const auto one = [](const std::string& map) {
    return StreamRun::lines(websocket_of_socketio, {frame(server, map)});
  };
  const std::string good = packed(SioType::event, "/", R"(["a",1])");
  CHECK(has(one(good.substr(0, good.size() - 1)), "is one whole value; this is not"));
  CHECK(has(one(good + "x"), "is one whole value; this is not"));
  CHECK(has(one("\x81\xa4type\x02"s), "names its namespace; this one does not"));
  CHECK(has(one("\x81\xa3nsp\xa1/"s), "tells its type; this one does not"));
  CHECK(has(one("\x82\xa4type\x05\xa3nsp\xa1/"s), "a number from 0 to 4"));
  CHECK(has(one("\x82\xa4type\x02\xa3nsp\x01"s), "a namespace is text"));
  CHECK(has(one("\x83\xa4type\x03\xa3nsp\xa1/\xa2id\xff"s), "whole one from 0 on"));
  CHECK(has(one(packed(SioType::event, "/", R"({"a":1})")), "brings a list along"));
  CHECK(has(one(packed(SioType::connect, "/", "[]")), "is a map; this is none"));
  CHECK(has(one(packed(SioType::disconnect, "/", "[]")), "brings nothing along; this one does"));
  CHECK(has(one(packed(SioType::connect_error, "/", "7")), "says why; this one does not"));
  CHECK(has(one(packed(SioType::event, "/", R"(["connect"])")), "the library's own"));
  CHECK(has(one(packed(SioType::event, "/", "[null]")), "a string or a number"));
  CHECK(has(one(packed(SioType::event, "/", "[]")), "begins with its name; this is not"));
  CHECK(has(one(packed(SioType::ack, "/", "[]", 9)), "was not seen"));
  CHECK(has(one(packed(SioType::connect_error, "/", "\"no\"")), "sio.message=no"));
  std::string binaries = "\x83\xa4type\x02\xa3nsp\xa1/\xa4"
                         "data";
  put_msgpack_list(4098, binaries);
  put_msgpack_text("a", binaries);
  for (int i = 0; i < 4097; ++i) binaries += "\xc4\0"s;
  CHECK(has(one(binaries), "more attachments than anybody takes"));
  CHECK_FALSE(has(one(good), "{malformed"));
}
