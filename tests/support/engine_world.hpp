// A world for Engine.IO sessions: its own time, replies and WebSockets that write down what is said
// to them, and a listener that writes down what it hears. One line each, in `said`.
#pragma once
#include <deque>
#include <functional>
#include <map>

#include "net/engine_session.hpp"

namespace netpeel::test {

class FakeReply final : public net::HttpReply {
 public:
  FakeReply(std::string name, std::vector<std::string>& said)
      : name_(std::move(name)), said_(said) {}
  void send(net::HttpAnswer answer) override {
    answered = answer;
    finish(std::to_string(answer.status) + " " + answer.body);
  }
  void begin(net::HttpAnswer) override { finish("begun"); }
  bool chunk(std::string_view) override { return false; }
  void end() override {}
  void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
  bool gone() const override { return done_; }
  void abort() override { finish("aborted"); }
  // The client breaks the request off.
  void leave() {
    if (done_) return;
    done_ = true;
    if (gone_) gone_();
  }
  std::size_t times = 0;  // that something was said: never more than once
  net::HttpAnswer answered;

 private:
  void finish(const std::string& what) {
    ++times;
    done_ = true;
    said_.push_back(name_ + ": " + what);
  }
  std::string name_;
  std::vector<std::string>& said_;
  std::function<void()> gone_;
  bool done_ = false;
};

class FakeSocket final : public net::WebSocket {
 public:
  FakeSocket(std::string name, std::vector<std::string>& said)
      : name_(std::move(name)), said_(said) {}
  bool send(net::Encoded frame) override {
    const u8 opcode = u8((*frame)[0]), size = u8((*frame)[1]);
    const std::size_t head = size < 126 ? 2 : size == 126 ? 4 : 10;
    return send(net::WsOpcode(opcode & 15), std::string_view(*frame).substr(head));
  }
  bool send(net::WsOpcode opcode, std::string_view payload) override {
    misused = misused || dead;
    said_.push_back(name_ + (opcode == net::WsOpcode::binary ? " binary: " : ": ") +
                    std::string(payload));
    return !closed;
  }
  bool compresses() const override { return false; }
  bool writable() const override { return waiting == 0; }
  std::size_t queued() const override { return waiting; }
  void close(u16 code, std::string_view reason) override {
    misused = misused || dead;
    closed = true;
    ++closes;
    said_.push_back(name_ + ": close " + std::to_string(code) +
                    (reason.empty() ? "" : " " + std::string(reason)));
  }
  void abort() override { said_.push_back(name_ + ": abort"); }
  std::string peer() const override { return "127.0.0.1:1"; }
  bool closed = false;
  bool dead = false, misused = false;  // the test: it is gone, and must not be spoken to
  std::size_t waiting = 0, closes = 0;

 private:
  std::string name_;
  std::vector<std::string>& said_;
};

class EngineWorld final : public net::EngineHost, public net::EngineEvents {
 public:
  explicit EngineWorld(net::EngineSettings settings, net::QueueLimit queue = {})
      : EngineHost(std::move(settings), queue, *this, counted) {}

  // ---- EngineHost ----
  i64 now() const override { return time; }
  void due_changed(net::EngineSession&) override {}
  void ended(net::EngineSession&) override { ++ends; }

  // ---- EngineEvents ----
  void opened(net::EngineSocket& socket) override {
    said.push_back("opened");
    if (on_opened) on_opened(socket);
  }
  void text(net::EngineSocket& socket, std::string_view message) override {
    said.push_back("text " + std::string(message));
    if (on_text) on_text(socket, message);
  }
  void binary(net::EngineSocket& socket, Bytes message) override {
    said.push_back("binary " + std::string(base::as_text(message)));
    if (on_binary) on_binary(socket, message);
  }
  void closed(net::EngineSocket&, net::EngineEnd why) override {
    ++closes;
    said.push_back("closed: " + std::string(net::engine_end_name(why)));
  }

  // ---- For the test ----
  std::shared_ptr<FakeReply> reply(const std::string& name) {
    return replies.emplace_back(std::make_shared<FakeReply>(name, said));
  }
  FakeSocket& socket(const std::string& name) { return sockets.emplace_back(name, said); }
  std::shared_ptr<net::EngineSession> session() {
    return std::make_shared<net::EngineSession>(*this, "SID", net::PackedRequest());
  }
  // Time goes on; the session is called when it asked to be.
  void pass(net::EngineSession& session, i64 milliseconds) {
    const i64 until = time + milliseconds * 1'000'000;
    while (session.due() <= until) {
      time = std::max(time, session.due());
      session.tick();
    }
    time = until;
  }
  // What was said since the last call.
  std::string heard() {
    std::string out;
    for (const std::string& line : said) out += (out.empty() ? "" : " | ") + line;
    said.clear();
    for (char& c : out) c = c == '\x1e' ? '~' : c;
    return out;
  }

  i64 time = 1'000'000'000;
  std::vector<std::string> said;
  std::deque<FakeSocket> sockets;
  std::vector<std::shared_ptr<FakeReply>> replies;
  std::size_t ends = 0, closes = 0;
  net::Counters counted;
  std::function<void(net::EngineSocket&)> on_opened;
  std::function<void(net::EngineSocket&, std::string_view)> on_text;
  std::function<void(net::EngineSocket&, Bytes)> on_binary;
};

}  // namespace netpeel::test
