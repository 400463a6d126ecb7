// One Engine.IO session (revision 4 or 3) and whatever can happen to it, in virtual time. The first
// byte chooses how it begins; then come steps: a byte that names one, and what the step needs.
// Whatever the order: the session opens once and ends once, says nothing behind its end, answers
// each request once, lets go of each WebSocket, keeps its queue's bound, and silence ends it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "support/engine_world.hpp"

using namespace netpeel;
using net::EnginePacket;

namespace {

constexpr std::size_t bound = 4096, largest_send = 3 * 256;

class Player {
 public:
  Player(const u8* data, std::size_t size)
      : at_(data), end_(data + size), first_(byte()), world_(settings(), limit()),
        session_(world_.session()) {
    world_.on_opened = [this](net::EngineSocket& s) {
      if (++opened_ != 1) fail("opened twice");
      if ((first_ & 16) != 0) s.send(EnginePacket::text("welcome"));
      if ((first_ & 32) != 0) s.close();
    };
    world_.on_text = [this](net::EngineSocket& s, std::string_view m) {
      if (world_.closes > 0) fail("a message behind the end");
      if (m.starts_with("c")) return s.close();
      if (!m.starts_with("q")) s.send(EnginePacket::text(m));
    };
    world_.on_binary = [this](net::EngineSocket& s, Bytes m) {
      if (world_.closes > 0) fail("a message behind the end");
      s.send(EnginePacket::binary(base::as_text(m)));
    };
  }

  void play() {
    if ((first_ & 1) != 0) {
      session_->begin(socket(), dialect());
    } else {
      session_->begin(world_.reply("hello"), dialect());
    }
    for (u32 steps = 0; at_ < end_ && steps < 2000; ++steps) {
      step();
      check();
      world_.said.clear();
    }
    // A server's ping that nobody answers, or a close that nobody comes for.
    pass(120'000);
    check();
    if (!session_->over()) fail("silence does not end it");
    if (opened_ != 1 || world_.ends != 1 || world_.closes != 1) fail("not begun or ended once");
    for (const auto& reply : world_.replies) {
      if (!reply->gone()) fail("a request without an answer");
    }
    for (const test::FakeSocket& s : world_.sockets) {
      if (!s.closed && !s.dead) fail("a WebSocket that nobody closed");
    }
  }

 private:
  [[noreturn]] static void fail(const char* why) {
    std::fprintf(stderr, "engine_session: %s\n", why);
    std::abort();
  }
  net::EngineSettings settings() const {
    net::EngineSettings s;
    s.max_payload = 2000;
    s.upgrades = (first_ & 64) == 0;
    return s;
  }
  net::QueueLimit limit() const {
    return {.bytes = bound, .slow = (first_ & 4) != 0 ? net::Slow::drop : net::Slow::close};
  }
  net::EngineDialect dialect() const {
    const bool third = (first_ & 128) != 0;
    return {.revision = u8(third ? 3 : 4),
            .base64 = (first_ & 2) != 0,
            .jsonp = third && (first_ & 8) != 0,
            .callback = "0"};
  }
  bool octets() const { return (first_ & (128 | 8 | 2)) == 128; }
  u8 byte() { return at_ < end_ ? *at_++ : u8(0); }
  std::string some() {
    const std::size_t wanted = byte(), n = std::min(wanted, std::size_t(end_ - at_));
    std::string out(base::as_text({at_, n}));
    at_ += n;
    return out;
  }
  test::FakeSocket& socket() { return world_.socket("ws"); }
  test::FakeSocket* a_socket() {
    const std::size_t n = world_.sockets.size(), which = byte();
    return n == 0 ? nullptr : &world_.sockets[which % n];
  }
  // What HTTP would still hand over: not answered, not left.
  std::shared_ptr<test::FakeReply> a_reply() {
    const std::size_t n = world_.replies.size(), which = byte();
    return n == 0 ? nullptr : world_.replies[which % n];
  }
  void pass(i64 milliseconds) {
    const i64 until = world_.time + milliseconds * 1'000'000;
    for (u32 ticks = 0; session_->due() <= until; ++ticks) {
      if (ticks > 5000) fail("time does not go on");
      world_.time = std::max(world_.time, session_->due());
      session_->tick();
    }
    world_.time = until;
  }
  void check() {
    for (const auto& reply : world_.replies) {
      if (reply->times > 1) fail("a request answered twice");
    }
    for (const test::FakeSocket& s : world_.sockets) {
      if (s.misused) fail("a WebSocket was used behind its end");
      if (s.closes > 1) fail("a WebSocket was closed twice");
    }
    if (world_.ends != world_.closes || world_.closes > 1) fail("ended twice");
    if (session_->over() != (world_.closes == 1)) fail("over, and did not say so");
    if (session_->over() && session_->due() != net::EngineSession::never)
      fail("due behind its end");
    if (session_->transport() == "polling" && session_->queued() > bound + 2 * largest_send)
      fail("more queued than the bound");
  }

  void step() {
    switch (byte() % 16) {
      case 0: return session_->poll(world_.reply("poll"));
      case 1: return session_->post(octets(), some(), world_.reply("post"));
      case 2: return began((byte() & 7) == 0);
      case 3: return finish_post();
      case 4:
        if (const auto reply = a_reply()) reply->leave();
        return;
      case 5: return session_->candidate(socket(), (byte() & 1) != 0);
      case 6: return message(false);
      case 7: return message(true);
      case 8: return end_socket(false);
      case 9: return end_socket(true);
      case 10: return pass(byte() * 10);
      case 11: return pass(byte() * 200);
      case 12: session_->send(EnginePacket::text(some())); return;
      case 13: session_->send(EnginePacket::binary(std::string(3u * byte(), 'x'))); return;
      case 14: return session_->close();
      default: return rarely();
    }
  }
  void began(bool octets) {
    const auto reply = world_.reply("slow");
    // The server asks no session that is over, and HTTP answers 404 there.
    if (session_->over() || session_->transport() != "polling") return reply->leave();
    session_->post_began(octets, reply);
    if (!reply->gone()) under_way_ = reply;
  }
  void finish_post() {
    const auto reply = std::exchange(under_way_, nullptr);
    if (reply && !reply->gone()) session_->post(false, some(), reply);
  }
  void message(bool binary) {
    test::FakeSocket* s = a_socket();
    const std::string text = some();
    if (s != nullptr && !s->dead) session_->message(*s, binary, base::as_bytes(text));
  }
  void end_socket(bool rules) {
    test::FakeSocket* s = a_socket();
    if (s == nullptr || s->dead) return;
    s->dead = true;
    rules ? session_->broke(*s) : session_->gone(*s);
  }
  void rarely() {
    const u8 what = byte();
    if (what == 0) return session_->shut_down();
    if (what < 8) {
      const auto all = session_->handshake();
      return;
    }
    if (test::FakeSocket* s = a_socket()) s->waiting = what;
    (void)session_->writable();
    if ((what & 1) != 0) session_->tick();
  }

  const u8* at_;
  const u8* const end_;
  const u8 first_;
  test::EngineWorld world_;
  std::shared_ptr<net::EngineSession> session_;
  std::shared_ptr<test::FakeReply> under_way_;
  u32 opened_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0 && size < 20'000) Player(data, size).play();
  return 0;
}
