// What npm's @socket.io/redis-adapter 8.3 (notepack.io 3.0, redis 6.3) put on Redis in one run with
// the reference server, byte by byte, and what no node should say.
#include "net/redis_wire.hpp"

#include "net/redis_client.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::net;
using namespace netpeel::net::redis_wire;

namespace {

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += char(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

constexpr const char* joined = "93a66f71644f623983a47479706502a46461746193a66a6f696e6564a27231b4323"
                               "0527532397263436271307135677a"
                               "41414141a36e7370a12f83a5726f6f6d7391a27231a665786365707491b43230527"
                               "532397263436271307135677a4141"
                               "4141a5666c61677380";
constexpr const char* said = "93a62d73724d385783a47479706502a46461746198ac726f6f6d3a6d657373616765b"
                             "4744b746a4e4b6f73732d506d42"
                             "595f4e41414141a2686907ffcb3ff8000000000000c081a162c40200ffa36e7370a12"
                             "f83a5726f6f6d7391a27231a665"
                             "786365707491b4744b746a4e4b6f73732d506d42595f4e41414141a5666c61677380";
constexpr const char* is_volatile = "93a62d73724d385783a47479706502a46461746193a962726f616463617374"
                                    "b4744b746a4e4b6f73732d506d42595f4e"
                                    "41414141a178a36e7370a12f83a5726f6f6d7390a665786365707491b4744b"
                                    "746a4e4b6f73732d506d42595f4e414141"
                                    "41a5666c61677381a8766f6c6174696c65c3";
constexpr const char* asked = "85a3756964a62d73724d3857a9726571756573744964a6424e5673335fa474797065"
                              "07a67061636b657483a474797065"
                              "02a46461746192a87175657374696f6ea171a36e7370a12fa46f70747383a5726f6f"
                              "6d7391a27231a665786365707490"
                              "a5666c61677381a774696d656f7574cd0384";
constexpr const char* answered =
    "83a47479706509a9726571756573744964a6424e5673335fa67061636b657481a3796573c3";

}  // namespace

TEST_CASE("channels are those of npm's adapter, and their pattern matches nothing else") {
  const Channels c("socket.io", "/", "abc123");
  CHECK(c.broadcast == "socket.io#/#");
  CHECK(c.pattern == "socket.io#/#*");
  CHECK(c.request == "socket.io-request#/#");
  CHECK(c.response == "socket.io-response#/#");
  CHECK(c.response_own == "socket.io-response#/#abc123#");
  CHECK(Channels("k", "/a*[b]?", "u").pattern == "k#/a\\*\\[b\\]\\?#*");
  CHECK(channel_of(c, {.to = {"r#1"}}) == "socket.io#/#r#1#");
  CHECK(channel_of(c, {
                          .to = {"a", "b"}
  }) == "socket.io#/#");
  CHECK(channel_of(c, {}) == "socket.io#/#");
}

TEST_CASE("broadcasts are read and written as npm's adapter does") {
  const auto join = read_broadcast(bytes(joined));
  REQUIRE(join);
  CHECK(join->uid == "oqdOb9");
  CHECK(join->message.nsp == "/");
  CHECK(join->message.event == "joined");
  CHECK(join->message.args.text() == R"("r1","20Ru29rcCbq0q5gzAAAA")");
  CHECK(join->message.to == Rooms{"r1"});
  CHECK(join->message.except == Rooms{"20Ru29rcCbq0q5gzAAAA"});
  CHECK(write_broadcast("oqdOb9", join->message) == bytes(joined));
  const auto quick = read_broadcast(bytes(is_volatile));
  REQUIRE(quick);
  CHECK(quick->message.flags.is_volatile);
  CHECK(write_broadcast("-srM8W", quick->message) == bytes(is_volatile));
}

TEST_CASE("numbers, null and binary arrive as they were") {
  const auto heard = read_broadcast(bytes(said));
  REQUIRE(heard);
  const Args& args = heard->message.args;
  CHECK(args.text() ==
        R"("tKtjNKoss-PmBY_NAAAA","hi",7,-1,1.5,null,{"b":{"_placeholder":true,"num":0}})");
  REQUIRE(args.attachments().size() == 1);
  CHECK(*args.attachments()[0] == std::string("\0\xff", 2));
  const auto again = read_broadcast(write_broadcast("-srM8W", heard->message));
  REQUIRE(again);
  CHECK(again->message.args.text() == args.text());
  CHECK(*again->message.args.attachments()[0] == *args.attachments()[0]);
}

TEST_CASE("requests are read and written as npm's adapter does") {
  const auto ask = read_request(bytes(asked), "/");
  REQUIRE(ask);
  CHECK(ask->type == Ask::broadcast);
  CHECK(ask->id == "BNVs3_");
  CHECK(ask->message.flags.timeout == 900);
  CHECK(ask->message.args.text() == R"("q")");
  CHECK(write_request(*ask) == bytes(asked));
  CHECK_FALSE(read_request(bytes(asked), "/other"));
  for (const char* const text : {
           R"({"uid":"-srM8W","requestId":"rP6Cf_","type":5,"opts":{"rooms":["r1"],"except":[]}})",
           R"({"uid":"-srM8W","type":2,"opts":{"rooms":["r1"],"except":[]},"rooms":["r2"]})",
           R"({"uid":"-srM8W","type":3,"opts":{"rooms":["r1"],"except":[]},"rooms":["r2"]})",
           R"({"uid":"-srM8W","type":4,"opts":{"rooms":["zz"],"except":[]},"close":true})",
           R"({"uid":"-srM8W","requestId":"-gHXpf","type":6,"data":["whereareyou"]})",
       }) {
    const auto request = read_request(text, "/");
    REQUIRE(request);
    CHECK(write_request(*request) == text);
  }
}

TEST_CASE("answers are written as npm's adapter does") {
  const Request to{.type = Ask::broadcast, .id = "BNVs3_", .message = {}};
  CHECK(write_client_answer(to, Args{Json{{"yes", true}}}) == bytes(answered));
  CHECK(write_count(to, 1) == R"({"type":8,"requestId":"BNVs3_","clientCount":1})");
  CHECK(write_server_side(to, Args{"n2"}) == R"({"type":6,"requestId":"BNVs3_","data":"n2"})");
  const Args described{
      Json{{"id", "x"}, {"rooms", {"x", "r"}}, {"data", Json::object()}}
  };
  CHECK(write_sockets({.type = Ask::sockets, .id = "1", .message = {}}, described) ==
        R"({"requestId":"1","sockets":["x"]})");
  CHECK(write_rooms({.id = "1", .message = {}}, described) ==
        R"({"requestId":"1","rooms":["r","x"]})");
  const auto fetched =
      read_answer(write_sockets({.type = Ask::fetch, .id = "1", .message = {}}, described));
  REQUIRE(fetched);
  const Json& socket = fetched->value["sockets"][0];
  CHECK(socket["handshake"]["headers"].empty());
  CHECK(read_socket(socket) == described[0]);
}

TEST_CASE("the extensions of notepack.io become what JSON has for them") {
  const auto json = [](std::string_view hex) {
    const auto value = from_msgpack(bytes(hex));
    return value ? value->dump() : "nothing";
  };
  CHECK(json("d40000") == "null");  // undefined
  CHECK(json("91d6ff00000001") == R"(["1970-01-01T00:00:01.000Z"])");
  CHECK(json("d7ff0007a12000000002") == R"("1970-01-01T00:00:02.000Z")");
  CHECK(json("d7ff7735940000000002") == R"("1970-01-01T00:00:02.500Z")");
  CHECK(json("c70cff00000000ffffffffffffffff") == R"("1969-12-31T23:59:59.000Z")");
  CHECK(json("ca3fc00000") == "1.5");
}

TEST_CASE("what is no message is no message: cut anywhere, too deep, or of other kinds") {
  for (const char* const hex : {joined, said, asked}) {
    const std::string whole = bytes(hex);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      CHECK_FALSE(read_broadcast(std::string_view(whole).substr(0, i)));
      CHECK_FALSE(read_request(std::string_view(whole).substr(0, i), "/"));
    }
    CHECK_FALSE(read_broadcast(whole + 'x'));
  }
  CHECK_FALSE(from_msgpack(std::string(1'000'000, char(0x91))));
  CHECK_FALSE(from_msgpack(bytes("ddffffffff")));
  CHECK_FALSE(read_object(R"({"a":)" + std::string(1'000'000, '[')));
  for (const char* const text :
       {"", "{", "{}", "[]", "junk", R"({"type":99})", R"({"type":"6"})", R"({"type":6,"data":[]})",
        R"({"type":6,"data":[{}]})", R"({"type":2,"rooms":[1],"opts":{"rooms":[],"except":[]}})",
        R"({"type":2,"sid":"a","room":"b","requestId":"c"})",
        R"({"type":7,"packet":{"data":["x"]}})"})
    CHECK_FALSE(read_request(text, "/"));
  for (const char* const text : {"", "{}", R"({"requestId":7})"}) CHECK_FALSE(read_answer(text));
}

TEST_CASE("addresses of Redis servers") {
  const auto plain = read_redis_url("redis://127.0.0.1");
  REQUIRE(plain);
  CHECK(plain->port == 6379);
  const auto full = read_redis_url("redis://me:p%40ss@localhost:7000/2");
  REQUIRE(full);
  CHECK(full->host == "localhost");
  CHECK(full->port == 7000);
  CHECK(full->user == "me");
  CHECK(full->password == "p@ss");
  for (const char* const wrong : {"", "127.0.0.1:6379", "rediss://x", "redis://x:0", "redis://x:y"})
    CHECK_FALSE(read_redis_url(wrong).ok());
}
