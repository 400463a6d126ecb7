// What follow makes of what a tracker tells it.
#include "view/follow.hpp"

#include "print.hpp"
#include "stream/all.hpp"
#include "stream/http.hpp"
#include "stream/websocket.hpp"
#include "support/catch.hpp"
#include "view/survey.hpp"

using namespace netpeel;
using namespace netpeel::test;
using flow::Conversation;
using flow::Side;

namespace {

constexpr i64 ms = 1'000'000;

Conversation talk(u32 stream, i64 time, Conversation::Kind kind = Conversation::Kind::tcp) {
  Conversation c{.kind = kind, .stream = stream};
  c.client = {
      .address = {10, 0, 0, 1},
        .port = 51000
  };
  c.server = {
      .address = {0x20, 0x01, 0x0d, 0xb8},
        .port = 80, .v6 = true
  };
  c.last_time = time;
  return c;
}

struct Followed {
  explicit Followed(view::FollowLook look,
                    std::unique_ptr<view::SaidPrinter> with = view::said_text({}))
      : printer(std::move(with)),
        follow(
            look, [](const Conversation& c) { return c.stream != 9; }, *printer, out) {}
  Followed& data(u32 stream, Side side, std::string_view text, u64 frame) {
    ear.data(talk(stream, i64(frame) * ms), side, base::as_bytes(text), 0, frame);
    return *this;
  }
  std::string text() {
    follow.flush();
    return std::string(out.view());
  }

  base::Text out;
  std::unique_ptr<view::SaidPrinter> printer;
  view::Follow follow;
  flow::Listener& ear = follow;
};

view::FollowLook bytes_look(bool join) {
  return {.messages = {.registry = registry()}, .join = join};
}

std::string read(const stream::Message& message, bool json = false) {
  view::Said said;
  const view::MessageLook look{.registry = registry()};
  if (!view::said_message(look, message, said)) return "nothing";
  base::Text out;
  (json ? view::said_json() : view::said_text({}))->said(talk(0, 0), said, out);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("Bytes that one side sends in a row are joined, and only those") {
  Followed f(bytes_look(true));
  f.data(0, Side::client, "GET", 4)
      .data(0, Side::client, " /\r\n", 5)
      .data(0, Side::client, "x", 7);
  f.data(0, Side::server, "no", 8)
      .data(9, Side::server, "not wanted", 9)
      .data(1, Side::server, "other", 10);
  CHECK(f.text() == "TCP conversation 0: client 10.0.0.1:51000, server [2001:db8::]:80\n\n"
                    "client ->  0.004000 s, frames 4, 5, 7: 8 bytes\n  > GET /\n  > x\n"
                    "<- server  0.008000 s, frame 8: 2 bytes\n  < no\n"
                    "\nTCP conversation 1: client 10.0.0.1:51000, server [2001:db8::]:80\n\n"
                    "<- server  0.010000 s, frame 10: 5 bytes\n  < other\n");
  CHECK(f.follow.told() == 3);
}

TEST_CASE("A side that never stops is printed piece by piece") {
  Followed f(bytes_look(true));
  for (u64 frame = 1; frame <= 20; ++frame) f.data(0, Side::client, std::string(1400, 'a'), frame);
  CHECK(holds(f.text(), "frames 1–11: 15400 bytes\n"));
  CHECK(holds(f.text(), "frames 12–20: 12600 bytes\n"));
}

TEST_CASE("A gap stands where it was, and is counted") {
  Followed f(bytes_look(true));
  f.data(0, Side::client, "a", 1);
  f.ear.gap(talk(0, 0), Side::client, 412);
  f.data(0, Side::client, "b", 2);
  const std::string text = f.text();
  CHECK(text.find("  > a\n") < text.find("client ->  [412 bytes not captured]"));
  CHECK(text.find("[412") < text.find("  > b\n"));
  CHECK(f.follow.missing() == 412);
}

TEST_CASE("Nothing that was sent moves the cursor or the text about") {
  Followed f(bytes_look(false));
  const std::string evil = "plain text that is long enough to count as text \x1b[2J \xe2\x80\xae "
                           "and more of it, and more";
  f.data(0, Side::server, evil, 1);
  CHECK(holds(f.text(), "\\x1b[2J \\u202e and"));
  Followed dump(bytes_look(false));
  dump.data(0, Side::client, std::string("\x00\xff\x1b", 3), 1);
  CHECK(holds(dump.text(), "  > 0000  00 ff 1b" + std::string(13 * 3 + 2, ' ') + "...\n"));
}

TEST_CASE("Raw is every byte and nothing else, of one side") {
  view::FollowLook look = bytes_look(false);
  look.side = Side::server;
  Followed f(look, view::said_raw());
  f.data(0, Side::client, "question", 1)
      .data(0, Side::server, std::string_view("\r\n\x00\xff", 4), 2);
  f.ear.gap(talk(0, 0), Side::server, 5);
  f.data(0, Side::server, "end", 3);
  CHECK(f.text() == std::string("\r\n\x00\xff"
                                "end",
                                7));
}

TEST_CASE("What an HTTP message says: its head, and its body unwrapped") {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  stream::HttpFacts facts;
  facts.number = 2;
  facts.request_in = 7;
  facts.since_request = 1500 * 1000;
  stream::Message m{.protocol = stream::http.protocol,
                    .side = Side::server,
                    .from = 0,
                    .to = bytes.size(),
                    .bytes = base::as_bytes(bytes),
                    .header = u32(bytes.find("3\r\nabc")),
                    .facts = &facts};
  CHECK(
      holds(read(m),
            "response 2, answers frame 7 after 0.001500 s, body of 20 bytes, unwrapped 5 bytes\n"));
  CHECK(holds(read(m), "> HTTP/1.1 200 OK\n  > Transfer-Encoding: chunked\n  > \n  > abcde\n"));
  CHECK(holds(
      read(m, true),
      R"("status":200,"phrase":"OK","body_size_on_wire":20,"headers":[["Transfer-Encoding","chunked"]],"body":"abcde"})"));
  m.bytes = m.bytes.first(5);
  m.header = 0;
  facts.trouble = "cut";
  CHECK(holds(read(m), "5 bytes that are no HTTP message\n  ! cut\n"));
}

TEST_CASE("A body that is told as it comes: chunk by chunk") {
  const std::string bytes = "5;x=y\r\ndata:\r\n";
  stream::HttpFacts facts;
  facts.form = stream::HttpFacts::Form::chunk;
  stream::Message m{.protocol = stream::http.protocol,
                    .side = Side::server,
                    .from = 0,
                    .to = bytes.size(),
                    .bytes = base::as_bytes(bytes),
                    .header = u32(bytes.size()),
                    .facts = &facts};
  CHECK(holds(read(m), "chunk of the body, 5 bytes\n  > data:\n"));
  m.bytes = base::as_bytes("0\r\n\r\n");
  CHECK(holds(read(m), "end of the body, 0 bytes\n"));
}

TEST_CASE("A WebSocket message is told once, at its last frame") {
  const u8 first[]{0x01, 0x02, 'h', 'e'}, last[]{0x80, 0x03, 'l', 'l', 'o'},
      close[]{0x88, 0x05, 0x03, 0xe9, 'b', 'y', 'e'};
  stream::WebSocketFacts facts;
  facts.opcode = 1;
  facts.count = 1;
  stream::Message m{.protocol = stream::websocket.protocol,
                    .side = Side::client,
                    .from = 0,
                    .to = 4,
                    .bytes = first,
                    .header = 2,
                    .facts = &facts};
  CHECK(read(m) == "nothing");
  const u64 pieces[]{3, 5};
  facts.last = true;
  facts.count = 2;
  facts.pieces = pieces;
  facts.message = base::as_bytes("hello");
  m.bytes = last;
  CHECK(holds(read(m), "frames 3, 5: text, 5 bytes, in 2 WebSocket frames\n  > hello\n"));
  facts = {};
  facts.opcode = 8;
  facts.last = true;
  facts.message = facts.payload = Bytes(close).subspan(2);
  m.bytes = close;
  CHECK(holds(read(m), ": close 1001 (Going away)\n  > bye\n"));
}

TEST_CASE("A protocol without a reader of its own says its sentence") {
  // Ping as RESP has it, which is text; and a TLS alert, whose bytes are not worth showing again.
  const std::string ping = "*1\r\n$4\r\nPING\r\n";
  CHECK(holds(read({.protocol = stream::resp.protocol,
                    .side = Side::client,
                    .from = 0,
                    .to = 14,
                    .bytes = base::as_bytes(ping),
                    .header = 14}),
              "  > $4\n  > PING\n"));
  const u8 alert[]{21, 3, 3, 0, 2, 1, 0};
  const stream::Message m{.protocol = stream::tls.protocol,
                          .side = Side::client,
                          .from = 0,
                          .to = 7,
                          .bytes = alert,
                          .header = 7};
  CHECK(!holds(read(m), "  > "));
  CHECK(holds(read(m), "frame unknown: "));
  CHECK(holds(read(m, true), "\"data_hex\":\"15030300020100\""));
}

TEST_CASE("A survey lists who speaks, TCP first, and whom a filter chose") {
  view::Survey survey(registry(), {});
  flow::Listener& ear = survey;
  field::Packet packet;
  const auto seen = [&](u64 frame, const Conversation& c, std::string_view text) {
    packet.frame.number = frame;
    ear.packet(c, Side::client, packet);
    ear.data(c, Side::client, base::as_bytes(text), 0, frame);
  };
  const Conversation udp = talk(0, 0, Conversation::Kind::udp);
  seen(1, udp, "a");
  seen(2, talk(1, 0), "b");
  survey.choose(2);
  survey.choose(3);  // a frame without a conversation
  seen(4, talk(0, 0), "");
  for (const Conversation& c : {udp, talk(1, 0), talk(0, 0)}) ear.closed(c);
  const std::vector<Conversation> all = survey.list(false), chosen = survey.list(true);
  REQUIRE(all.size() == 2);
  CHECK(all[0].stream == 1);
  CHECK(all[1].kind == Conversation::Kind::udp);
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].stream == 1);
}
