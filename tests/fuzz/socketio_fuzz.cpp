// A Socket.IO server with the demo's events under four fake Engine.IO sessions. The input is steps:
// a byte (low two bits: which session; bit 2: binary; bit 3: the session ends; bit 4: a turn of the
// loop; bit 5: not writable; bit 6: recovery is asked for with what the server gave) and, for
// messages, two bytes of length and the message. No crash; nothing beyond its bounds; a whole
// client that came before gets its answer behind all of it.
#include <cstdlib>
#include <string>

#include "net/demo_events.hpp"
#include "net/loop.hpp"
#include "support/fake_engine.hpp"

using namespace netpeel;

namespace {

[[noreturn]] void fail() { std::abort(); }

// Reads steps; views of the input.
class Steps {
 public:
  explicit Steps(std::string_view input) : input_(input) {}
  bool next(u8& step) {
    if (at_ >= input_.size()) return false;
    step = u8(input_[at_++]);
    return true;
  }
  std::string_view message() {
    if (input_.size() - at_ < 2) return {};
    const std::size_t size = std::size_t(u8(input_[at_])) << 8 | u8(input_[at_ + 1]);
    const std::string_view out = input_.substr(at_ + 2, size);
    at_ += 2 + out.size();
    return out;
  }

 private:
  std::string_view input_;
  std::size_t at_ = 0;
};

std::string between(const std::string& text, const std::string& begin) {
  const auto at = text.find(begin);
  if (at == std::string::npos) return {};
  return text.substr(at + begin.size(), text.find('"', at + begin.size()) - at - begin.size());
}

struct Client {
  std::unique_ptr<test::FakeEngineSocket> session;
  std::string pid, offset;

  void note() {
    for (const std::string& s : session->sent) {
      if (const std::string p = between(s, "\"pid\":\""); !p.empty()) pid = p;
      const auto quote = s.rfind(",\"");
      if (s.starts_with("2[") && quote != std::string::npos)
        offset = s.substr(quote + 2, s.size() - quote - 4);
    }
    session->sent.clear();
    session->pointers.clear();
  }
};

constexpr std::size_t most_sent = 1000;
constexpr u8 is_binary = 4, ends = 8, turns = 16, busy = 32, comes_back = 64;

void run(net::Loop& loop, net::SocketIoServer& io, std::string_view input) {
  Client clients[4];
  Steps steps(input);
  u8 step = 0;
  for (int n = 0; n < 200 && steps.next(step); ++n) {
    Client& c = clients[step & 3];
    if ((step & ends) != 0 && c.session) c.session->end(net::EngineEnd(step % 6));
    if (c.session && c.session->closed) {
      c.note();
      c.session.reset();
    }
    if (!c.session) c.session = std::make_unique<test::FakeEngineSocket>(io.engine_events());
    c.session->is_writable = (step & busy) == 0;
    c.session->most = most_sent;
    if ((step & comes_back) != 0) {
      c.session->text(R"(0{"pid":")" + c.pid + R"(","offset":")" + c.offset + "\"}");
    } else if ((step & is_binary) != 0) {
      c.session->binary(std::string(steps.message()));
    } else {
      c.session->text(std::string(steps.message()));
    }
    if ((step & turns) != 0) loop.poll();
    c.note();
  }
  loop.poll();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input = base::as_text(Bytes(data, size));
  net::Loop loop;
  net::SocketIoSettings settings;
  settings.recovery = (input[0] & 1) != 0 ? 60'000'000'000 : 0;
  settings.recovery_bytes = 20'000;
  settings.recovery_sessions = 8;
  settings.most_rooms = 16;
  settings.most_namespaces = 10;
  settings.most_asked = 16;
  net::SocketIoServer io(loop, settings);
  net::add_demo_events(io, {});
  test::FakeEngineSocket witness(io.engine_events());
  witness.text("0");
  loop.poll();
  run(loop, io, input.substr(1));

  const net::SocketIoCounters n = io.counters();
  if (n.kept_sessions > settings.recovery_sessions || n.namespaces > settings.most_namespaces)
    fail();
  if (n.kept_packets > 1 && n.kept_bytes > settings.recovery_bytes + 200'000) fail();
  if (n.sockets > 0 && n.clients == 0) fail();
  if (witness.closed) return 0;  // /admin may have ended it
  witness.sent.clear();
  witness.text(R"(27["echo","still here"])");
  // It may have been put out of its namespace by /admin, and then it is closed for speaking.
  if (!witness.closed && (witness.sent.empty() || witness.sent.back() != R"(37["still here"])"))
    fail();
  return 0;
}
