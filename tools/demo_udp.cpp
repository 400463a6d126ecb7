// netpeel demo udp: datagrams to a server and back.
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/json.hpp"
#include "demo.hpp"
#include "demo_client.hpp"
#include "net/client_udp.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(A UDP client. With TEXT: sends it as one datagram and waits for one. Without, on a terminal: each
line is a datagram. In a pipe: standard input in datagrams of 1024 bytes, answers to standard output.
UDP has no end of a conversation: this one ends when nothing came for the time of --timeout.)";

class UdpTalk final : Talk {
 public:
  UdpTalk(const ClientOptions& options, net::Target target)
      : Talk(options, std::move(target)), udp_(loop_, target_.host, target_.port), patience_(loop_),
        pace_(loop_) {}

  int run(const std::string& text) {
    leave_by([this] { done(cli::done); });
    udp_.on_datagram([this](Bytes datagram) { heard(datagram); });
    udp_.on_trouble([this](int code) { trouble(code); });
    screen_.note("to " + udp_.peer() + "; nothing is opened, and nobody is asked");
    if (!text.empty()) {
      one_ = true;
      send(base::as_bytes(text));
      wait();
    } else {
      const bool paced = options_.pace > 0 && !Input::interactive();
      input_ = std::make_unique<Input>(
          loop_, screen_, "udp> ",
          Input::Hears{.line =
                           [this, paced](const std::string& line) {
                             send(base::as_bytes(line));
                             if (!paced) return;
                             input_->pause();
                             pace_.after(options_.apart(), [this] { input_->resume(); });
                           },
                       .bytes = paced ? std::function<void(Bytes)>()
                                      : [this](Bytes b) { send_pieces(b); },
                       .end = [this] { wait(); }});
    }
    const int code = talk();
    if (refused_) {
      throw base::Error(
          "talk to " + udp_.peer(), ECONNREFUSED,
          "An ICMP message came back: no program has that UDP port. To start the demo "
          "servers: netpeel demo serve");
    }
    return code;
  }

 private:
  static constexpr std::size_t piece = 1024;

  void send(Bytes datagram) {
    if (peeler_) peeler_->bytes(net::Way::out, datagram);
    const int code = udp_.send(datagram);
    if (code == 0) ++sent_;
    if (code == EMSGSIZE) screen_.note("that is too long for a datagram (65507 bytes at most)");
    if (code == ECONNREFUSED) trouble(code);
  }
  void send_pieces(Bytes b) {
    waiting_ += base::as_text(b);
    input_->pause();
    send_piece();
  }
  // A few at a time: what a receiver cannot take is lost, and nobody would know.
  void send_piece() {
    for (int i = 0; i < 16 && !waiting_.empty(); ++i) {
      const std::string datagram = waiting_.substr(0, piece);
      waiting_.erase(0, datagram.size());
      send(base::as_bytes(datagram));
    }
    if (waiting_.empty()) return input_->resume();
    pace_.after(1'000'000, [this] { send_piece(); });
  }
  void heard(Bytes datagram) {
    ++heard_;
    if (peeler_) {
      peeler_->bytes(net::Way::in, datagram);
    } else if (options_.json) {
      screen_.object("received", [&](base::Json& json, base::Text&) {
        json.member("size", datagram.size());
        add_payload(json, datagram);
      });
    } else if (one_ || options_.pace > 0 || screen_.editor != nullptr) {
      screen_.line(base::as_text(datagram));
    } else {
      screen_.bytes(datagram);
    }
    if (cli::stopped() || one_) return done(cli::done);
    if (ending_) wait();
  }
  void trouble(int code) {
    if (code != ECONNREFUSED) return screen_.note(std::strerror(code));
    if (screen_.editor != nullptr) {
      return screen_.note("an ICMP message came back: no program has that UDP port. To start the "
                          "demo servers: netpeel demo serve");
    }
    refused_ = true;
    stop();
  }
  void wait() {
    ending_ = true;
    patience_.after(options_.within(), [this] {
      if (heard_ == 0 && sent_ > 0) {
        screen_.note("no answer within " + std::to_string(options_.timeout) +
                     " ms: lost on the way there or back, or nobody wants to answer. UDP does not "
                     "tell which.");
      }
      done(heard_ == 0 && sent_ > 0 ? cli::check_said_no : cli::done);
    });
  }
  void done(int code) {
    if (options_.json && !peeler_) {
      screen_.object("done", [&](base::Json& json, base::Text&) {
        json.member("sent", sent_).member("received", heard_);
      });
    }
    stop(code);
  }

  std::string waiting_;
  u64 sent_ = 0, heard_ = 0;
  bool one_ = false, ending_ = false, refused_ = false;
  net::UdpClient udp_;
  net::Timer patience_, pace_;
};

}  // namespace

int demo_udp(int argc, char** argv) {
  ClientOptions asked{.timeout = 1000};
  cli::Options options("demo udp", about);
  describe(options, asked, "TARGET [TEXT]",
           "HOST:PORT, 127.0.0.1:7007 if not given; then a datagram's text");
  options.example("netpeel demo udp localhost:7007 hello", "One datagram, and the answer.");
  options.example("netpeel demo udp localhost:7007 '#1 hello'",
                  "With a number, which the demo server acknowledges.");
  describe_pace(options, asked);
  options.example("netpeel demo udp", "Line by line, to the echo server of netpeel demo serve.");
  options.parse(argc, argv);
  const net::Target target = take_target(asked.words, {.port = 7007});
  std::string text;
  for (const std::string& word : asked.words) text += (text.empty() ? "" : " ") + word;
  return UdpTalk(asked, target).run(text);
}
