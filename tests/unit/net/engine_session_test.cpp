// Stories in virtual time. The oracle for each: npm's engine.io 6.6.
#include "net/engine_session.hpp"

#include "net/secret_id.hpp"
#include "support/catch.hpp"
#include "support/engine_world.hpp"

using namespace netpeel;
using net::EnginePacket;
using test::EngineWorld;
using test::FakeSocket;

namespace {

// The conformance suites' times.
net::EngineSettings quick() {
  net::EngineSettings s;
  s.ping_interval = 300'000'000;
  s.ping_timeout = 200'000'000;
  s.upgrade_timeout = 1'000'000'000;
  return s;
}

Bytes bytes(std::string_view text) { return base::as_bytes(text); }

struct Story {
  explicit Story(net::EngineSettings settings = quick(), net::QueueLimit queue = {})
      : world(std::move(settings), queue), session(world.session()) {}

  void begin_polling() {
    session->begin(world.reply("hello"));
    world.heard();
  }
  FakeSocket& begin_websocket() {
    FakeSocket& socket = world.socket("ws");
    session->begin(socket);
    world.heard();
    return socket;
  }
  void echo() {
    world.on_text = [](net::EngineSocket& s, std::string_view m) { s.send(EnginePacket::text(m)); };
    world.on_binary = [](net::EngineSocket& s, Bytes m) {
      s.send(EnginePacket::binary(base::as_text(m)));
    };
  }
  std::string poll(const std::string& name) {
    session->poll(world.reply(name));
    return world.heard();
  }
  std::string post(const std::string& body, const std::string& name = "post") {
    std::string raw = body;
    for (char& c : raw) c = c == '~' ? '\x1e' : c;
    session->post(false, raw, world.reply(name));
    return world.heard();
  }
  std::string says(FakeSocket& socket, std::string_view text) {
    session->message(socket, false, bytes(text));
    return world.heard();
  }
  std::string send(std::string_view text) {
    session->send(EnginePacket::text(text));
    return world.heard();
  }
  std::string pass(i64 milliseconds) {
    world.pass(*session, milliseconds);
    return world.heard();
  }

  EngineWorld world;
  std::shared_ptr<net::EngineSession> session;
};

}  // namespace

// ---- Handshake ----

TEST_CASE("a handshake over polling is the open packet, in the original's order of keys") {
  Story s(net::EngineSettings{});
  s.session->begin(s.world.reply("hello"));
  CHECK(s.world.heard() ==
        R"(hello: 200 0{"sid":"SID","upgrades":["websocket"],"pingInterval":25000,)"
        R"("pingTimeout":20000,"maxPayload":1000000} | opened)");
  const auto& headers = s.world.replies[0]->answered.headers;
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].value == "text/plain; charset=UTF-8");
  CHECK(headers[1].name + ": " + headers[1].value == "cache-control: no-store");
  CHECK(s.session->transport() == "polling");
}

TEST_CASE("a handshake over WebSocket offers no upgrade") {
  Story s;
  FakeSocket& ws = s.world.socket("ws");
  s.session->begin(ws);
  CHECK(s.world.heard() ==
        R"(ws: 0{"sid":"SID","upgrades":[],"pingInterval":300,"pingTimeout":200,)"
        R"("maxPayload":1000000} | opened)");
  CHECK(s.session->transport() == "websocket");
}

TEST_CASE("an id is 20 characters of base64url, with a counter in its last octets") {
  const std::string one = net::secret_id(), two = net::secret_id();
  CHECK(one.size() == 20);
  CHECK(one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
  CHECK(one.substr(0, 16) != two.substr(0, 16));
  CHECK(one.substr(16, 3) == two.substr(16, 3));
  CHECK(one.substr(16) < two.substr(16));
}

TEST_CASE("the request a session began with is kept whole") {
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/socket%2eio/?EIO=4&x=1";
  request.path = "/socket.io/";
  request.peer = "[::1]:9";
  request.headers = {
      {"Host",   "a"},
      {"Cookie", "" },
      {"X",      "y"}
  };
  const net::HttpRequest back = net::PackedRequest(request).unpack();
  CHECK(back.method == "GET");
  CHECK(back.target == request.target);
  CHECK(back.path == request.path);
  CHECK(back.query == "EIO=4&x=1");
  CHECK(back.peer == "[::1]:9");
  REQUIRE(back.headers.size() == 3);
  CHECK(back.headers[1].name + back.headers[2].value == "Cookiey");
}

// ---- Heartbeat ----

TEST_CASE("a silent session is gone ping interval + ping timeout behind the handshake, exactly") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.pass(299) == "");
  CHECK(s.pass(1) == "ws: 2");
  CHECK(s.pass(199) == "");
  CHECK(s.pass(1) == "ws: close 1005 | closed: ping timeout");
  CHECK(ws.closes == 1);
  CHECK(s.session->due() == net::EngineSession::never);
}

TEST_CASE("a silent polling session hears a ping, then that it is over") {
  Story s;
  s.begin_polling();
  CHECK(s.poll("poll") == "");
  CHECK(s.pass(300) == "poll: 200 2");
  s.poll("next");
  CHECK(s.pass(199) == "");
  CHECK(s.pass(1) == "next: 200 1 | closed: ping timeout");
}

TEST_CASE("without a poll the ping waits, and the time runs all the same") {
  Story s;
  s.begin_polling();
  CHECK(s.pass(499) == "");
  CHECK(s.pass(1) == "closed: ping timeout");
}

TEST_CASE("a pong begins the interval anew, also one that nobody asked for") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.pass(350) == "ws: 2");
  CHECK(s.says(ws, "3") == "");
  CHECK(s.pass(299) == "");
  CHECK(s.pass(1) == "ws: 2");
  s.says(ws, "3");
  s.pass(200);
  s.says(ws, "3");
  CHECK(s.pass(299) == "");
  CHECK(s.pass(1) == "ws: 2");
}

TEST_CASE("any packet while a pong is awaited puts off the end, once") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.pass(450) == "ws: 2");
  CHECK(s.says(ws, "4x") == "text x");
  CHECK(s.pass(150) == "");
  s.says(ws, "4y");
  s.world.heard();
  CHECK(s.pass(49) == "");
  CHECK(s.pass(1) == "ws: close 1005 | closed: ping timeout");
}

TEST_CASE("a tick that comes a little late does not put off the end") {
  Story s;
  s.begin_websocket();
  s.world.time += 303'000'000;
  s.session->tick();
  CHECK(s.world.heard() == "ws: 2");
  CHECK(s.pass(196) == "");
  CHECK(s.pass(1) == "ws: close 1005 | closed: ping timeout");
}

TEST_CASE("a busy loop does not shorten the client's time to answer a ping") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  s.world.time += 900'000'000;
  s.session->tick();
  CHECK(s.world.heard() == "ws: 2");
  CHECK(s.pass(199) == "");
  s.says(ws, "3");
  CHECK(s.pass(299) == "");
}

TEST_CASE("a client's ping ends the session") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.says(ws, "2") == "ws: close 1005 | closed: transport error");
  Story p;
  p.begin_polling();
  p.poll("poll");
  CHECK(p.post("2") == "poll: 200 1 | closed: transport error | post: 200 ok");
}

// ---- Messages ----

TEST_CASE("text and binary over WebSocket") {
  Story s;
  s.echo();
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.says(ws, "4hello") == "text hello | ws: 4hello");
  CHECK(s.says(ws, "4") == "text  | ws: 4");
  s.session->message(ws, true, bytes("\x01\x02"));
  CHECK(s.world.heard() == "binary \x01\x02 | ws binary: \x01\x02");
  CHECK(s.says(ws, "bAQI=") == "binary \x01\x02 | ws binary: \x01\x02");
  const std::string large(70'000, 'x');
  CHECK(s.says(ws, "4" + large) == "text " + large + " | ws: 4" + large);
}

TEST_CASE("with b64 in the query binary goes as text") {
  Story s;
  s.echo();
  FakeSocket& ws = s.world.socket("ws");
  s.session->begin(ws, {.base64 = true});
  s.world.heard();
  s.session->message(ws, true, bytes("\x01\x02\x03"));
  CHECK(s.world.heard() == "binary \x01\x02\x03 | ws: bAQID");
}

TEST_CASE("what the server has no use for is passed over; close over WebSocket too") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  for (const char* packet : {"0", "0{}", "1", "5", "6", "3", "3probe"})
    CHECK(s.says(ws, packet) == "");
}

TEST_CASE("what is no packet ends the session") {
  for (const char* packet : {"", "7", "abc", "/"}) {
    Story s;
    FakeSocket& ws = s.begin_websocket();
    CHECK(s.says(ws, packet) == "ws: close 1005 | closed: parse error");
    Story p;
    p.begin_polling();
    CHECK(p.post(packet) == "closed: parse error | post: 200 ok");
  }
}

TEST_CASE("a poll hangs until there is something; what waits comes together") {
  Story s;
  s.begin_polling();
  CHECK_FALSE(s.session->writable());
  CHECK(s.poll("a") == "");
  CHECK(s.session->writable());
  CHECK(s.send("one") == "a: 200 4one");
  CHECK_FALSE(s.session->writable());
  CHECK(s.send("two") == "");
  s.session->send(EnginePacket::binary("\x01\x02\x03\x04"));
  CHECK(s.send("three") == "");
  CHECK(s.session->queued() > 10);
  CHECK(s.poll("b") == "b: 200 4two~bAQIDBA==~4three");
  CHECK(s.session->queued() == 0);
  CHECK(s.poll("c") == "");
}

TEST_CASE("a payload of several packets") {
  Story s;
  s.echo();
  s.begin_polling();
  CHECK(s.post("4a~bAQI=~4b") == "text a | binary \x01\x02 | text b | post: 200 ok");
  CHECK(s.poll("poll") == "poll: 200 4a~bAQI=~4b");
  s.poll("next");
  // As the original: the first answer does not wait for the others.
  CHECK(s.post("4a~4b") == "text a | next: 200 4a | text b | post: 200 ok");
  CHECK(s.world.replies.back()->answered.headers[0].value == "text/html");
  CHECK(s.post("4a~9~4b") == "text a | closed: parse error | post: 200 ok");
}

TEST_CASE("text that is not UTF-8 is mended") {
  Story s;
  s.begin_polling();
  CHECK(s.post("4a\xff"
               "b\xe2\x82") == "text a\xef\xbf\xbd"
                               "b\xef\xbf\xbd | post: 200 ok");
}

TEST_CASE("a body over the limit is refused, and the session lives on") {
  Story s;
  s.begin_polling();
  CHECK(s.post("4" + std::string(1'000'000, 'x')) == "post: 413 ");
  CHECK(s.post("4x") == "text x | post: 200 ok");
}

TEST_CASE("octets are refused, and the session ends") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  s.session->post(true, "4x", s.world.reply("post"));
  CHECK(s.world.heard() == "poll: 200 1 | closed: transport error | post: 400 ");
}

// ---- Requests that meet ----

TEST_CASE("two polls at once: the first hears close, the second 400, the session is gone") {
  Story s;
  s.begin_polling();
  s.poll("first");
  CHECK(s.poll("second") == "first: 200 1 | closed: transport error | second: 400 ");
  CHECK(s.poll("third") == "third: 400 ");
}

TEST_CASE("two posts at once: the first is cut off, the second gets 400, the session is gone") {
  Story s;
  s.begin_polling();
  s.session->post_began(false, s.world.reply("first"));
  CHECK(s.world.heard() == "");
  CHECK(s.post("4x", "second") == "first: aborted | closed: transport error | second: 400 ");
}

TEST_CASE("a post whose body was slow, and one that HTTP refused for its length") {
  Story s;
  s.begin_polling();
  const auto slow = s.world.reply("slow");
  s.session->post_began(false, slow);
  s.session->post(false, "4x", slow);
  CHECK(s.world.heard() == "text x | slow: 200 ok");
  const auto long_one = s.world.reply("long");
  s.session->post_began(false, long_one);
  long_one->send({.status = 413, .headers = {}, .body = {}});
  s.world.heard();
  CHECK(s.post("4y") == "text y | post: 200 ok");
}

TEST_CASE("a poll or a post that the client breaks off ends the session") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  s.world.replies.back()->leave();
  CHECK(s.world.heard() == "closed: transport error");
  Story p;
  p.begin_polling();
  p.session->post_began(false, p.world.reply("post"));
  p.world.replies.back()->leave();
  CHECK(p.world.heard() == "closed: transport error");
}

TEST_CASE("a poll that was answered may be left without harm") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  s.send("x");
  s.world.replies.back()->leave();
  CHECK(s.world.heard() == "");
  CHECK_FALSE(s.session->over());
}

TEST_CASE("behind the client's close the hanging poll gets a noop") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  CHECK(s.post("1~4late") == "poll: 200 6 | closed: transport close | post: 200 ok");
}

// ---- Upgrade ----

TEST_CASE("an upgrade: probe, release of the poll, then everything over WebSocket") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  CHECK(s.says(ws, "2probe") == "ws: 3probe");
  CHECK(s.pass(99) == "");
  CHECK(s.pass(1) == "poll: 200 6");
  CHECK(s.send("kept") == "");
  CHECK(s.post("4still by post") == "text still by post | post: 200 ok");
  CHECK(s.session->transport() == "polling");
  CHECK(s.says(ws, "5") == "ws: 4kept");
  CHECK(s.session->transport() == "websocket");
  CHECK(s.send("now") == "ws: 4now");
  CHECK(s.says(ws, "4back") == "text back");
  CHECK(s.poll("late") == "late: 400 ");
}

TEST_CASE("from the probe on, polling still carries data, and each poll is released again") {
  Story s;
  s.begin_polling();
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  s.says(ws, "2probe");
  s.poll("a");
  CHECK(s.send("x") == "a: 200 4x");
  s.poll("b");
  CHECK(s.pass(100) == "b: 200 6");
  s.poll("c");
  CHECK(s.pass(100) == "c: 200 6");
}

TEST_CASE("a poll that hangs when the upgrade comes is told that its transport is closed") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  CHECK(s.says(ws, "5") == "poll: 200 1");
  CHECK_FALSE(s.session->over());
}

TEST_CASE("a second WebSocket is closed, while one tries and behind the upgrade") {
  Story s;
  s.begin_polling();
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  FakeSocket& second = s.world.socket("second");
  s.session->candidate(second, false);
  CHECK(s.world.heard() == "second: close 1005");
  CHECK(s.says(second, "5") == "");
  s.says(ws, "2probe");
  s.says(ws, "5");
  FakeSocket& third = s.world.socket("third");
  s.session->candidate(third, false);
  CHECK(s.world.heard() == "third: close 1005");
  CHECK(s.says(ws, "4x") == "text x");
}

TEST_CASE("a session that began over WebSocket may move to another one, once") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  FakeSocket& next = s.world.socket("next");
  s.session->candidate(next, false);
  CHECK(s.says(next, "2probe") == "next: 3probe");
  CHECK(s.says(next, "5") == "ws: close 1005");
  s.session->gone(ws);
  CHECK(s.send("x") == "next: 4x");
}

TEST_CASE("anything else than a probe or an upgrade closes the new WebSocket only") {
  Story s;
  s.begin_polling();
  for (const char* packet : {"2", "4x", "", "3probe", "2probe "}) {
    FakeSocket& ws = s.world.socket("ws");
    s.session->candidate(ws, false);
    CHECK(s.says(ws, packet) == "ws: close 1005");
  }
  CHECK(s.post("4x") == "text x | post: 200 ok");
}

TEST_CASE("an upgrade that is not completed in time, or breaks, leaves the session alone") {
  net::EngineSettings slow = quick();
  slow.ping_interval = 60'000'000'000;
  Story s(slow);
  s.begin_polling();
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  s.says(ws, "2probe");
  CHECK(s.pass(999) == "");
  CHECK(s.pass(1) == "ws: close 1005");
  CHECK(s.says(ws, "5") == "");
  FakeSocket& again = s.world.socket("again");
  s.session->candidate(again, false);
  s.session->gone(again);
  FakeSocket& bad = s.world.socket("bad");
  s.session->candidate(bad, false);
  s.session->broke(bad);
  s.poll("poll");
  CHECK(s.pass(2000) == "");
  CHECK(s.send("x") == "poll: 200 4x");
}

TEST_CASE("a session that ends takes the trying WebSocket with it") {
  Story s;
  s.begin_polling();
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  CHECK(s.pass(500) == "ws: close 1005 | closed: ping timeout");
}

TEST_CASE("a ping that waited for a poll is answered over WebSocket in full time") {
  Story s;
  s.begin_polling();
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  s.says(ws, "2probe");
  CHECK(s.pass(450) == "");
  CHECK(s.says(ws, "5") == "ws: 2");
  CHECK(s.pass(199) == "");
  CHECK(s.says(ws, "3") == "");
  CHECK(s.pass(299) == "");
}

// ---- The end ----

TEST_CASE("close() over WebSocket") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  s.send("last");
  s.session->close();
  CHECK(s.world.heard() == "ws: close 1005 | closed: forced close");
  CHECK_FALSE(s.session->send(EnginePacket::text("x")));
  s.session->gone(ws);
  CHECK(s.world.heard() == "");
}

TEST_CASE("close() while a poll hangs") {
  Story s;
  s.begin_polling();
  s.poll("poll");
  s.session->close();
  CHECK(s.world.heard() == "poll: 200 1 | closed: forced close");
}

TEST_CASE("close() without a poll waits for the next, and packets are not heard any more") {
  Story s(net::EngineSettings{});
  s.begin_polling();
  s.session->close();
  CHECK(s.world.heard() == "");
  CHECK_FALSE(s.session->send(EnginePacket::text("x")));
  CHECK(s.post("4x") == "post: 200 ok");
  CHECK(s.poll("poll") == "poll: 200 6~1 | closed: forced close");
}

TEST_CASE("close() flushes first, then waits for one more poll") {
  Story s(net::EngineSettings{});
  s.begin_polling();
  s.send("a");
  s.send("b");
  s.session->close();
  CHECK(s.poll("poll") == "poll: 200 4a~4b");
  CHECK(s.poll("next") == "next: 200 6~1 | closed: forced close");
}

TEST_CASE("close() waits for a poll no longer than 30 seconds") {
  Story s(net::EngineSettings{});
  s.begin_polling();
  s.session->close();
  CHECK(s.pass(29'999) == "");
  CHECK(s.pass(1) == "closed: forced close");
}

TEST_CASE("close() from within a message") {
  Story s;
  s.world.on_text = [](net::EngineSocket& socket, std::string_view) { socket.close(); };
  s.begin_polling();
  s.poll("poll");
  CHECK(s.post("4a~4b") == "text a | poll: 200 1 | closed: forced close | post: 200 ok");
}

TEST_CASE("an upgrade completes while close() waits") {
  Story s;
  s.begin_polling();
  s.send("a");
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  s.session->close();
  CHECK(s.says(ws, "5") == "ws: 4a | ws: close 1005 | closed: forced close");
}

TEST_CASE("a WebSocket that closes or breaks the rules ends its session") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  s.session->gone(ws);
  CHECK(s.world.heard() == "closed: transport close");
  Story b;
  FakeSocket& bad = b.begin_websocket();
  b.session->broke(bad);
  b.session->gone(bad);
  CHECK(b.world.heard() == "closed: transport error");
}

TEST_CASE("a server that shuts down tells its clients") {
  Story s;
  s.begin_websocket();
  s.session->shut_down();
  CHECK(s.world.heard() == "ws: close 1001 server shutting down | closed: server shutting down");
  Story p;
  p.begin_polling();
  p.poll("poll");
  p.session->shut_down();
  CHECK(p.world.heard() == "poll: 200 1 | closed: server shutting down");
}

// ---- Limits ----

TEST_CASE("a full queue drops, and counts") {
  Story s(quick(), {.bytes = 20, .slow = net::Slow::drop});
  s.begin_polling();
  CHECK(s.session->send(EnginePacket::text("0123456789012345678901234")));
  CHECK_FALSE(s.session->send(EnginePacket::text("x")));
  CHECK(s.world.counted.dropped == 1);
  CHECK(s.poll("poll") == "poll: 200 40123456789012345678901234");
  CHECK(s.session->send(EnginePacket::text("x")));
}

TEST_CASE("what many small packets cost beside their bytes counts, too") {
  Story s(quick(), {.bytes = 10'000, .slow = net::Slow::drop});
  s.begin_polling();
  int taken = 0;
  while (taken < 1000 && s.session->send(EnginePacket::text("x"))) ++taken;
  CHECK(taken > 50);
  CHECK(taken < 200);
}

TEST_CASE("a full queue closes, and the next poll says why") {
  Story s(quick(), {.bytes = 20, .slow = net::Slow::close});
  s.begin_polling();
  s.send("0123456789");
  CHECK_FALSE(s.session->send(EnginePacket::text("0123456789")));
  CHECK_FALSE(s.session->send(EnginePacket::text("0123456789")));
  CHECK(s.world.heard() == "");
  CHECK(s.pass(0) == "");
  CHECK(s.session->queued() == 0);
  CHECK(s.poll("poll") ==
        "poll: 200 6~1more is waiting for you than this server keeps | closed: forced close");
  CHECK(s.world.counted.closed_slow == 1);
}

TEST_CASE("a WebSocket's own queue decides what a volatile packet may do") {
  Story s;
  FakeSocket& ws = s.begin_websocket();
  CHECK(s.session->writable());
  ws.waiting = 10;
  CHECK_FALSE(s.session->writable());
  CHECK(s.session->queued() == 10);
}

// ---- Revision 3 ----

TEST_CASE("revision 3: lengths in payloads, the client asks, and the server never does") {
  Story s;
  s.session->begin(s.world.reply("hello"), {.revision = 3});
  const std::string hello = s.world.heard();
  CHECK(hello.starts_with("hello: 200 "));
  CHECK(hello.find(":0{\"sid\":\"SID\"") != std::string::npos);
  s.echo();
  CHECK(s.post("2:4x5:4ü😀!") == "text x | text ü😀! | post: 200 ok");
  CHECK(s.poll("poll") == "poll: 200 2:4x5:4ü😀!");
  s.session->poll(s.world.reply("poll"));
  s.world.pass(*s.session, 450);
  CHECK(s.world.heard().empty());
  CHECK(s.post("1:2") == "poll: 200 1:3 | post: 200 ok");
  s.world.pass(*s.session, 499);
  CHECK(s.world.heard().empty());
  s.world.pass(*s.session, 1);
  CHECK(s.world.heard() == "closed: ping timeout");
}

TEST_CASE("revision 3: binary is base64, bytes or a script, as the client can take it") {
  for (const bool base64 : {false, true}) {
    Story s;
    s.session->begin(s.world.reply("hello"), {.revision = 3, .base64 = base64});
    s.world.heard();
    s.session->send(EnginePacket::text("ü"));
    s.session->send(EnginePacket::binary("\x01"));
    s.session->poll(s.world.reply("poll"));
    const auto& answer = s.world.replies.back()->answered;
    using namespace std::string_literals;
    CHECK(answer.body == (base64 ? "2:4ü6:b4AQ=="s
                                 : "\0\3\xff"s
                                   "4ü"
                                   "\1\2\xff\4\1"s));
    const std::string type = answer.headers[0].value;
    CHECK(type == (base64 ? "text/plain; charset=UTF-8" : "application/octet-stream"));
  }
  Story s;
  s.session->begin(s.world.reply("hello"), {.revision = 3, .jsonp = true, .callback = "7"});
  CHECK(s.world.heard().starts_with("hello: 200 ___eio[7](\""));
  s.echo();
  CHECK(s.post("d=4%3A4a%5Cnb") == "text a\nb | post: 200 ok");
  s.session->send(EnginePacket::binary("\x01"));
  CHECK(s.poll("poll") == "poll: 200 ___eio[7](\"4:4a\\nb6:b4AQ==\");");
}

TEST_CASE("revision 3: who asks without polling gets one answer, and keeps its bound") {
  Story s;
  s.session->begin(s.world.reply("hello"), {.revision = 3});
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "1:2";
  s.post(many);
  CHECK(s.session->queued() < 10);
  CHECK(s.poll("poll").ends_with("poll: 200 1:3"));
}

TEST_CASE("revision 3: over WebSocket bytes begin with their type") {
  Story s;
  FakeSocket& ws = s.world.socket("ws");
  s.session->begin(ws, {.revision = 3});
  s.world.heard();
  s.echo();
  const auto says = [&](std::string_view text) {
    s.session->message(ws, true, bytes(text));
    return s.world.heard();
  };
  CHECK(says("\4x") == "binary x | ws binary: \4x");
  CHECK(says("\2") == "ws: 3");
  CHECK(says("\x09") == "");
  CHECK(says("") == "");
  CHECK(s.says(ws, "b4eA==") == "binary x | ws binary: \4x");
  CHECK(s.says(ws, "2") == "ws: 3");
  CHECK(s.says(ws, "3") == "ws: close 1005 | closed: transport error");
}

TEST_CASE("revision 3: the upgrade, and the heart behind it") {
  Story s;
  s.session->begin(s.world.reply("hello"), {.revision = 3});
  s.world.heard();
  s.session->poll(s.world.reply("poll"));
  FakeSocket& ws = s.world.socket("ws");
  s.session->candidate(ws, false);
  CHECK(s.says(ws, "2probe") == "ws: 3probe");
  s.world.pass(*s.session, 100);
  CHECK(s.world.heard() == "poll: 200 1:6");
  s.world.pass(*s.session, 300);
  s.session->poll(s.world.reply("again"));
  CHECK(s.says(ws, "5") == "again: 200 1:1");
  s.world.pass(*s.session, 499);
  CHECK(s.world.heard() == "");
  s.world.pass(*s.session, 1);
  CHECK(s.world.heard() == "ws: close 1005 | closed: ping timeout");
}
