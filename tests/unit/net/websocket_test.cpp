// The session of a server, over a connection that only writes down what it is told.
#include "net/websocket.hpp"

#include "net/ws_rooms.hpp"
#include "support/catch.hpp"
#include "support/ws_log.hpp"

using namespace netpeel;
using namespace std::string_literals;
using net::WsOpcode;

namespace {

class Wire final : public net::Connection {
 public:
  std::string sent, last;  // all of it; last_words()
  std::unique_ptr<net::Reader> reader;
  std::size_t waiting = 0;  // queued(): what a slow peer leaves
  bool full = false, closed = false, aborted = false;

  bool send(net::Encoded bytes) override {
    if (full || closing()) return false;
    sent += *bytes;
    return true;
  }
  std::size_t queued() const override { return waiting; }
  void last_words(net::Encoded bytes) override {
    last = *bytes;
    closed = true;
  }
  void become(std::unique_ptr<net::Reader> next) override {
    reader = std::move(next);
    reader->opened(*this);
  }
  void finish() override { closed = true; }
  void close(i64) override { closed = true; }
  void abort() override { aborted = true; }
  bool closing() const override { return closed || aborted; }
  std::string peer() const override { return "127.0.0.1:1"; }
  void pause() override {}
  void resume() override {}
};

class Reply final : public net::HttpReply {
 public:
  net::HttpAnswer answer;
  void send(net::HttpAnswer a) override { answer = std::move(a); }
  void begin(net::HttpAnswer) override {}
  bool chunk(std::string_view) override { return false; }
  void end() override {}
  void on_gone(std::function<void()>) override {}
  bool gone() const override { return false; }
  void abort() override {}
};

// Echoes, and writes down what happens.
class Events final : public net::WsEvents {
 public:
  explicit Events(WsLines& lines) : lines_(lines) {}
  void opened(net::WebSocket&) override { note("opened"); }
  void message(net::WebSocket& socket, bool binary, std::span<u8> payload) override {
    const std::string text(base::as_text(payload));
    note((binary ? "binary " : "text ") + text);
    if (text == "bye") return socket.close(4000, "as you wish");
    if (text == "drop") return socket.abort();
    socket.send(binary ? WsOpcode::binary : WsOpcode::text, text);
  }
  void ping(net::WebSocket&, Bytes payload) override {
    note("ping " + std::string(base::as_text(payload)));
  }
  void failed(net::WebSocket&, u16 code, std::string_view) override {
    note("failed " + std::to_string(code));
  }
  void closed(net::WebSocket& socket, u16 code, std::string_view reason) override {
    note("closed " + std::to_string(code) + " " + std::string(reason));
    CHECK(!socket.send(WsOpcode::text, "too late"));
  }
  void drained(net::WebSocket&) override { note("drained"); }

 private:
  void note(std::string line) { lines_.push_back(std::move(line)); }
  WsLines& lines_;
};

net::HttpRequest good_request() {
  net::HttpRequest out;
  out.method = "GET";
  out.target = out.path = "/ws/echo";
  out.headers = {
      {"Host",                  "localhost"               },
      {"Upgrade",               "websocket"               },
      {"Connection",            "keep-alive, Upgrade"     },
      {"Sec-WebSocket-Version", "13"                      },
      {"Sec-WebSocket-Key",     "dGhlIHNhbXBsZSBub25jZQ=="},
  };
  return out;
}

struct Opened {
  explicit Opened(net::WsLimits limits = {}, std::string_view extensions = {}) {
    net::HttpRequest request = good_request();
    if (!extensions.empty())
      request.headers.push_back({"Sec-WebSocket-Extensions", std::string(extensions)});
    accept_websocket(loop, request, reply, wire, limits, counters, std::make_unique<Events>(lines));
  }
  void say(std::string frames) {
    wire.sent.clear();
    wire.reader->data(wire, {static_cast<u8*>(static_cast<void*>(frames.data())), frames.size()});
  }
  void say(WsOpcode opcode, std::string_view payload) { say(masked(opcode, payload)); }
  static std::string masked(WsOpcode opcode, std::string_view payload, u8 reserved = 0) {
    return ws_frame(
        net::WsHead{
            opcode, true, reserved, net::WsMask{1, 2, 3, 4}
    },
        payload);
  }
  // What a strict client reads in what was sent.
  WsLines heard() const {
    return ws_read(net::WsDecoder(net::WsRole::client, 1'000'000), wire.sent,
                   [](std::size_t n) { return n; });
  }
  std::string answered(std::string_view name) const {
    for (const auto& h : reply->answer.headers) {
      if (h.name == name) return h.value;
    }
    return {};
  }
  net::Loop loop;
  net::Counters counters;
  std::shared_ptr<Reply> reply = std::make_shared<Reply>();
  Wire wire;
  WsLines lines;
};

std::string refused(const net::HttpRequest& request) {
  const auto no = net::ws_refusal(request);
  if (!no) return "good";
  CHECK(no->body.ends_with(".\n"));
  std::string out = std::to_string(no->status);
  for (const auto& h : no->headers) {
    if (h.name != "Content-Type") out += " " + h.name + ": " + h.value;
  }
  return out;
}

std::string without(std::string_view name) {
  net::HttpRequest request = good_request();
  std::erase_if(request.headers, [&](const auto& h) { return h.name == name; });
  return refused(request);
}
std::string with(const std::string& name, const std::string& value) {
  net::HttpRequest request = good_request();
  std::erase_if(request.headers, [&](const auto& h) { return h.name == name; });
  request.headers.push_back({name, value});
  return refused(request);
}
std::string and_also(const std::string& name, const std::string& value) {
  net::HttpRequest request = good_request();
  request.headers.push_back({name, value});
  return refused(request);
}

}  // namespace

TEST_CASE("which requests may become a WebSocket (RFC 6455 §4.2.1), and what the others are told") {
  CHECK(refused(good_request()) == "good");
  net::HttpRequest request = good_request();
  request.method = "POST";
  CHECK(refused(request) == "405 Allow: GET");
  request = good_request();
  request.version = 10;
  CHECK(refused(request) == "400");
  request = good_request();
  request.body = "x";
  CHECK(refused(request) == "400");
  CHECK(and_also("Content-Length", "5") == "400");
  CHECK(and_also("Content-Length", "0") == "good");
  CHECK(and_also("Transfer-Encoding", "chunked") == "400");
  CHECK(without("Host") == "400");
  CHECK(and_also("Host", "other") == "400");

  CHECK(without("Upgrade") == "426 Upgrade: websocket Connection: Upgrade");
  CHECK(with("Upgrade", "h2c") == "426 Upgrade: websocket Connection: Upgrade");
  CHECK(with("Upgrade", "h2c, WebSocket") == "good");
  CHECK(with("Upgrade", "websockets") == "426 Upgrade: websocket Connection: Upgrade");
  CHECK(without("Connection") == "400");
  CHECK(with("Connection", "keep-alive") == "400");
  CHECK(with("Connection", "UPGRADE") == "good");

  CHECK(without("Sec-WebSocket-Version") == "426 Sec-WebSocket-Version: 13");
  for (const char* other : {"8", "7", "0", "14", "013", "abc", ""})
    CHECK(with("Sec-WebSocket-Version", other) == "426 Sec-WebSocket-Version: 13");
  CHECK(and_also("Sec-WebSocket-Version", "13") == "400 Sec-WebSocket-Version: 13");

  CHECK(without("Sec-WebSocket-Key") == "400");
  CHECK(and_also("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") == "400");
  for (const char* key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
                          "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZWE=",
                          "dGhlIHNhbXBs-SBub25jZQ==", "dGhlIHNhbXBsZSBub2 jZQ=="})
    CHECK(with("Sec-WebSocket-Key", key) == "400");
  CHECK(and_also("Sec-WebSocket-Extensions", "x; y=1, z") == "good");
  CHECK(and_also("Sec-WebSocket-Extensions", "x;;") == "400");
}

TEST_CASE("the answer of RFC 6455 §1.3, and what was asked for besides") {
  CHECK(net::ws_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const Opened plain;
  CHECK(plain.reply->answer.status == 101);
  CHECK(plain.answered("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(plain.answered("Upgrade") == "websocket");
  CHECK(plain.lines == WsLines{"opened"});
  CHECK(Opened({}, "permessage-deflate").answered("Sec-WebSocket-Extensions") == "");
  CHECK(Opened({.deflate = true}, "x, permessage-deflate").answered("Sec-WebSocket-Extensions") ==
        "permessage-deflate");
  CHECK(Opened({.deflate = true}, "x").answered("Sec-WebSocket-Extensions") == "");
}

TEST_CASE("messages go through, and are counted") {
  Opened o;
  o.say(WsOpcode::text, "one");
  CHECK(o.heard() == WsLines{"text one"});
  o.say(WsOpcode::binary, "\xff");
  CHECK(o.heard() == WsLines{"binary \xff"});
  CHECK(o.counters.messages_in == 2);
  CHECK(o.counters.messages_out == 2);
  o.wire.full = true;
  o.say(WsOpcode::text, "two");
  CHECK(o.counters.messages_out == 2);
}

TEST_CASE("compressed both ways when that was agreed on, also behind a message that was dropped") {
  Opened o({.deflate = true}, "permessage-deflate");
  net::WsDeflate out(15, true);
  const auto packed = [&](std::string_view text) {
    return Opened::masked(WsOpcode::text, out.message(text), 4);
  };
  net::WsDecoder client(net::WsRole::client, 1'000'000);
  client.inflate_with(std::make_unique<net::WsInflate>(true));
  const auto heard = [&] {
    WsLog log;
    client.read({static_cast<u8*>(static_cast<void*>(o.wire.sent.data())), o.wire.sent.size()},
                log);
    return log.lines;
  };
  const std::string text = "the same again and again and again";
  o.say(packed(text));
  CHECK(heard() == WsLines{"text " + text});
  o.wire.full = true;
  o.say(packed(text + " lost"));
  o.wire.full = false;
  o.say(packed(text + " lost, not sent"));
  CHECK(heard() == WsLines{"text " + text + " lost, not sent"});
  CHECK(o.wire.sent.size() > 0);
}

TEST_CASE("the client closes: the same code comes back, then TCP ends (§5.5.1, §7.1)") {
  for (const u16 code : {1000, 1001, 3000, 4999, 1005}) {
    Opened o;
    o.say(WsOpcode::close, net::ws_close_payload(code, code == 1005 ? "" : "enough"));
    CHECK(o.heard() == WsLines{"close " + std::to_string(code) + " "});
    CHECK(o.wire.closed);
    CHECK(o.lines ==
          WsLines{"opened", "closed " + std::to_string(code) + (code == 1005 ? " " : " enough")});
    o.wire.reader->ended(o.wire, 0);
    CHECK(o.lines.size() == 2);
  }
}

TEST_CASE("the server closes: messages under way are not given on, the client's answer ends it") {
  Opened o;
  o.say(Opened::masked(WsOpcode::text, "bye") + Opened::masked(WsOpcode::text, "more") +
        Opened::masked(WsOpcode::ping, ""));
  CHECK(o.heard() == WsLines{"close 4000 as you wish"});
  CHECK(!o.wire.closed);
  o.say(WsOpcode::close, net::ws_close_payload(4000, ""));
  CHECK(o.wire.sent.empty());
  CHECK(o.wire.closed);
  CHECK(o.lines == WsLines{"opened", "text bye", "closed 4000 "});
}

TEST_CASE("a client that does not answer a close frame is waited for as long as is said") {
  Opened o({.close_within = 20'000'000});
  const i64 begin = net::Loop::now();
  o.say(WsOpcode::text, "bye");
  o.loop.run();
  CHECK(net::Loop::now() - begin >= 20'000'000);
  CHECK(o.wire.closed);
  CHECK(o.lines.back().starts_with("closed 1006"));
}

TEST_CASE("a broken rule is answered with its code and a sentence, once") {
  Opened o;
  o.say(ws_frame(WsOpcode::text, "unmasked") + Opened::masked(WsOpcode::text, "more"));
  CHECK(o.heard() == WsLines{"close 1002 A client must mask its frames."});
  CHECK(o.wire.closed);
  CHECK(o.lines == WsLines{"opened", "failed 1002", "closed 1006 A client must mask its frames."});
}

TEST_CASE("a message beyond the limit") {
  Opened o({.message = 10});
  o.say(WsOpcode::text, "12345678901");
  CHECK(o.heard()[0].starts_with("close 1009 "));
}

TEST_CASE("pings are answered with what they brought; of many unsent pongs only the last") {
  Opened o;
  o.say(WsOpcode::ping, "abc");
  CHECK(o.heard() == WsLines{"pong abc"});
  CHECK(o.lines.back() == "ping abc");
  o.wire.waiting = 1;  // from now on nothing leaves
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += Opened::masked(WsOpcode::ping, std::to_string(i));
  o.say(pings);
  const std::size_t before = o.heard().size();
  CHECK(before <= 64);
  o.wire.sent.clear();
  o.wire.waiting = 0;
  o.wire.reader->drained(o.wire);
  CHECK(o.heard() == WsLines{"pong 999"});
  CHECK(o.lines.back() == "drained");
}

TEST_CASE("who reads too slowly is told why") {
  Opened o;
  o.wire.full = true;
  o.wire.reader->overflow(o.wire);
  o.wire.sent = o.wire.last;
  CHECK(o.heard()[0].starts_with("close 1013 You read more slowly"));
  CHECK(o.lines.back().starts_with("closed 1006"));
}

TEST_CASE("the connection goes without a close frame; the program drops it; the server ends") {
  Opened gone, half, dropped, leaving;
  gone.wire.reader->ended(gone.wire, 104);
  CHECK(gone.lines.back().starts_with("closed 1006"));
  half.wire.reader->half_closed(half.wire);
  CHECK(half.lines.back().starts_with("closed 1006"));
  CHECK(half.wire.closed);
  dropped.say(Opened::masked(WsOpcode::text, "drop") + Opened::masked(WsOpcode::text, "more"));
  CHECK(dropped.wire.aborted);
  CHECK(dropped.lines.back() == "text drop");
  dropped.wire.reader->ended(dropped.wire, 103);
  CHECK(dropped.lines.back().starts_with("closed 1006"));
  leaving.wire.reader->leaving(leaving.wire);
  CHECK(leaving.heard() == WsLines{"close 1001 The server is stopping."});
  leaving.say(WsOpcode::close, net::ws_close_payload(1001, ""));
  CHECK(leaving.wire.closed);
}

TEST_CASE("a room gives everybody every message, and forgets who left") {
  net::Loop loop;
  net::Counters counters;
  net::WsRoom room;
  Wire wires[3];
  for (Wire& wire : wires)
    accept_websocket(loop, good_request(), std::make_shared<Reply>(), wire, {}, counters,
                     room.make_member());
  CHECK(room.size() == 3);
  const auto say = [&](Wire& wire, WsOpcode opcode, std::string_view text) {
    for (Wire& w : wires) w.sent.clear();
    std::string frame = Opened::masked(opcode, text);
    wire.reader->data(wire, {static_cast<u8*>(static_cast<void*>(frame.data())), frame.size()});
  };
  say(wires[1], WsOpcode::text, "all");
  for (const Wire& w : wires) CHECK(w.sent == ws_frame(WsOpcode::text, "all"));
  say(wires[0], WsOpcode::close, "");
  CHECK(room.size() == 2);
  say(wires[2], WsOpcode::binary, "rest");
  CHECK(wires[0].sent.empty());
  for (const Wire* w : {&wires[1], &wires[2]}) CHECK(w->sent == ws_frame(WsOpcode::binary, "rest"));
}
