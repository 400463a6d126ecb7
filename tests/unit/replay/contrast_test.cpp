#include <set>

#include "replay/plain_json.hpp"
#include "replay/request.hpp"
#include "replay/verdict.hpp"
#include "stream/http.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::replay;

namespace {

Utterance said(Side side, const std::string& key, const std::string& text, u64 frame,
               const std::string& name = {}) {
  Utterance out{.level = Level::socketio, .side = side, .frame = frame};
  out.key = key;
  out.title = key + " " + text;
  out.values.push_back({.name = "args", .text = text, .json = true});
  if (!name.empty()) {
    out.names.push_back(name);
    out.values.push_back({.name = "sid", .text = name, .varies = "a session's id"});
  }
  return out;
}

struct Talk {
  std::vector<Recorded> recorded = std::vector<Recorded>(1);
  Rerun live;
  Talk() { live.actors.resize(1); }

  Talk& was(const std::string& key, const std::string& text, const std::string& name = {}) {
    auto& all = recorded[0].said;
    all.push_back(said(Side::server, key, text, all.size() + 1, name));
    return *this;
  }
  Talk& is(const std::string& key, const std::string& text, const std::string& name = {}) {
    live.actors[0].heard.push_back(said(Side::server, key, text, 0, name));
    return *this;
  }
  // One letter each: same, different, missing, new.
  std::string verdicts() {
    live.actors[0].said.resize(recorded[0].said.size());
    std::string out;
    for (const Finding& f : contrast(recorded, live).findings) out += verdict_name(f.verdict)[0];
    return out;
  }
};

}  // namespace

TEST_CASE("JSON that means the same is the same") {
  CHECK(plain_json(R"({ "b": [1, 2], "a": "\u0041\/" })") == R"({"a":"A/","b":[1,2]})");
  CHECK(plain_json(R"([{"b":1,"a":{"d":1,"c":2}}])") == R"([{"a":{"c":2,"d":1},"b":1}])");
  CHECK(plain_json("[2,1]") == "[2,1]");
  CHECK(plain_json(R"(["z","a"])", {"z"}) == R"(["a","z"])");
  CHECK(plain_json(R"(["z","a"])", {"y"}) == R"(["z","a"])");
  for (const char* text : {"", "no JSON", "{\"a\":1", "[1] 2", "{\"a\":}"})
    CHECK(plain_json(text) == text);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(plain_json(deep) == deep);
}

TEST_CASE("what was said again, otherwise, not, and only now") {
  CHECK(Talk().was("a", "1").was("b", "2").is("a", "1").is("b", "2").verdicts() == "ss");
  CHECK(Talk().was("a", "1").was("b", "2").is("b", "2").is("a", "1").verdicts() == "ss");
  CHECK(Talk().was("a", "1").was("b", "2").is("a", "1").verdicts() == "sm");
  CHECK(Talk().was("a", "1").is("a", "1").is("a", "2").verdicts() == "sn");
  CHECK(Talk().was("a", "1").is("a", "3").verdicts() == "d");
  CHECK(Talk().was("a", "[1, 2]").is("a", "[1,2]").verdicts() == "s");
  CHECK(Talk().was("a", "1").is("b", "1").verdicts() == "mn");
  // One that is missing leaves those behind it what they are.
  Talk burst;
  for (const char* n : {"0", "1", "2", "3", "4"}) burst.was("burst", n);
  for (const char* n : {"0", "2", "3", "4"}) burst.is("burst", n);
  CHECK(burst.verdicts() == "smsss");
  CHECK(Talk().verdicts().empty());
}

TEST_CASE("names of sessions are no difference, wherever they stand") {
  Talk talk;
  talk.was("connect", "{}", "oldoldold").is("connect", "{}", "newnewnew");
  talk.was("ack", R"({"id":"oldoldold","rooms":["a","oldoldold"]})");
  talk.is("ack", R"({"rooms":["newnewnew","a"],"id":"newnewnew"})");
  talk.was("who", R"("oldoldold")").is("who", R"("somebody else")");
  talk.live.names.learn({"oldoldold"}, {"newnewnew"});
  CHECK(talk.verdicts() == "ssd");
  const Contrast c = contrast(talk.recorded, talk.live);
  CHECK(c.findings[0].varies == std::vector<std::string>{"sid is a session's id"});
  REQUIRE(c.findings[2].differences.size() == 1);
  CHECK(c.findings[2].differences[0].live == "\"somebody else\"");
  CHECK_FALSE(c.equal());
}

TEST_CASE("a client whose server has hung up is told") {
  Talk talk;
  talk.recorded[0].said.push_back(said(Side::client, "hello", "1", 1));
  talk.recorded[0].said.push_back(said(Side::client, "more", "2", 2));
  talk.live.actors[0].said = {true, false};
  const Contrast c = contrast(talk.recorded, talk.live);
  CHECK(c.findings[0].verdict == Verdict::sent);
  CHECK(c.findings[1].verdict == Verdict::not_sent);
  CHECK_FALSE(c.equal());
}

TEST_CASE("a request for another host") {
  const std::string before =
      "POST /a?b HTTP/1.1\r\nhost: old:1\r\nOrigin: http://old:1\r\nX-Y:  z \r\n"
      "Content-Length: 2\r\n\r\nhi";
  CHECK(for_host(before, "new:22") ==
        "POST /a?b HTTP/1.1\r\nhost: new:22\r\nOrigin: http://new:22\r\nX-Y:  z \r\n"
        "Content-Length: 2\r\n\r\nhi");
  CHECK(for_host("GET / HTTP/1.1\r\n\r\n", "h:1") == "GET / HTTP/1.1\r\nHost: h:1\r\n\r\n");
  CHECK(for_host("GET / HTTP/1.0\r\n\r\n", "h:1") == "GET / HTTP/1.0\r\n\r\n");
  const std::string upgrade = for_host("GET / HTTP/1.1\r\nHost: o\r\nSec-WebSocket-Key: AAAA\r\n"
                                       "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                                       "h:1");
  CHECK(upgrade.find("AAAA") == std::string::npos);
  CHECK(upgrade.find("deflate") == std::string::npos);
  CHECK(stream::http_head(base::as_bytes(upgrade)).key.size() == 24);
}

TEST_CASE("a request of an Engine.IO client keeps what the recorded one asked") {
  const std::string request = engine_request(
      {.recorded = "GET /io/?EIO=4&transport=polling&t=abc&token=7&sid=zz HTTP/1.1\r\nHost: old\r\n"
                   "Cookie: a=b\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
       .host = "h:1",
       .transport = "polling",
       .sid = "new",
       .post = true,
       .body = "40"});
  CHECK(request ==
        "POST /io/?EIO=4&transport=polling&token=7&sid=new HTTP/1.1\r\nHost: h:1\r\n"
        "Cookie: a=b\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 2\r\n\r\n40");
  const std::string plain =
      engine_request({.recorded = {}, .host = "h:1", .transport = "websocket", .sid = {}});
  CHECK(plain.starts_with("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h:1\r\n"));
  CHECK(plain.find("Upgrade: websocket") != std::string::npos);
}

TEST_CASE("frames of a client are masked, each anew") {
  for (const std::size_t n : {0u, 125u, 126u, 65535u, 65536u}) {
    const std::string payload(n, 'x');
    const std::string frame = websocket_frame(1, payload);
    const std::size_t head = n < 126 ? 2 : n < 65536 ? 4 : 10;
    REQUIRE(frame.size() == head + 4 + n);
    CHECK(u8(frame[0]) == 0x81);
    CHECK((u8(frame[1]) & 0x80) != 0);
    for (std::size_t i = 0; i < n; i += 997)
      CHECK((frame[head + 4 + i] ^ frame[head + i % 4]) == 'x');
  }
  CHECK(websocket_frame(2, "abc").substr(2, 4) != websocket_frame(2, "abc").substr(2, 4));
  CHECK(new_websocket_key() != new_websocket_key());
}

TEST_CASE("servers are named by host and port") {
  const auto v4 = parse_target("127.0.0.1:3000"), v6 = parse_target("[::1]:80");
  REQUIRE(v4.ok());
  REQUIRE(v6.ok());
  CHECK(v4->text() == "127.0.0.1:3000");
  CHECK(v6->host == "::1");
  CHECK(v6->text() == "[::1]:80");
  for (const char* wrong : {"", "host", "host:", ":80", "host:0", "host:99999", "host:8o", "[::1]"})
    CHECK_FALSE(parse_target(wrong).ok());
}
