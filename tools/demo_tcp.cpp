// netpeel demo tcp: bytes to a TCP server and back, like nc.
#include <cerrno>
#include <cstring>

#include "base/json.hpp"
#include "demo.hpp"
#include "demo_client.hpp"
#include "net/client_tcp.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(A TCP client. With TEXT: sends it as one line, says that no more follows (FIN), and prints what
comes until the server ends too. Without, on a terminal: sends each line that is typed. In a pipe:
standard input out, answers in, byte for byte; ends when the server does.)";

class TcpTalk final : Talk, net::TcpClient::Hears {
 public:
  // abort: the end is RST instead of FIN.
  TcpTalk(const ClientOptions& options, net::Target target, bool abort)
      : Talk(options, std::move(target)), abort_(abort), tcp_(loop_, *this), patience_(loop_),
        pace_(loop_) {}

  int run(const std::string& text) {
    leave_by([this] { done(cli::done); });
    text_ = text;
    tcp_.open(target_.host, target_.port, options_.within());
    return talk();
  }

 private:
  void opened() override {
    screen_.note("connected to " + tcp_.peer());
    if (!text_.empty()) {
      send(text_ + "\n");
      return no_more();
    }
    const bool paced = options_.pace > 0 && !Input::interactive();
    input_ = std::make_unique<Input>(
        loop_, screen_, "tcp> ",
        Input::Hears{.line =
                         [this, paced](const std::string& line) {
                           send(line + "\n");
                           if (!paced) return;
                           input_->pause();
                           pace_.after(options_.apart(), [this] { input_->resume(); });
                         },
                     .bytes = paced ? std::function<void(Bytes)>()
                                    : [this](Bytes b) { send(std::string(base::as_text(b))); },
                     .end = [this] { no_more(); }});
  }
  std::size_t data(std::span<u8> bytes) override {
    received_ += bytes.size();
    if (peeler_) {
      peeler_->bytes(net::Way::in, bytes);
    } else if (options_.json) {
      screen_.object("received", [&](base::Json& json, base::Text&) {
        json.member("size", bytes.size());
        add_payload(json, bytes);
      });
    } else if (screen_.editor != nullptr) {
      show_text(base::as_text(bytes));
    } else {
      screen_.bytes(bytes);
    }
    if (cli::stopped()) done(cli::done);  // nobody reads our output
    if (finished_ && abort_) {
      tcp_.abort();
    } else if (finished_) {
      wait_for_end();
    }
    return bytes.size();
  }
  void drained() override {
    if (input_ && options_.pace == 0) input_->resume();
  }
  void half_closed() override {
    show_rest();
    screen_.note("the server ended its side (FIN)");
    // Whoever sends at a pace goes on: the other side has said nothing about ours.
    if (options_.pace > 0 && input_ && !finished_) return;
    if (input_) input_->close();
    tcp_.finish();
  }
  void ended(int code) override {
    show_rest();
    if (abort_ && code == ECONNABORTED) return done(cli::done);
    if (code != 0) screen_.note("the connection broke: " + std::string(std::strerror(code)));
    done(code == 0 ? cli::done : cli::check_said_no);
  }
  void failed(const net::DialFailure& why) override { could_not_dial(why); }

  // All is sent: our FIN; or, after an answer, RST.
  void no_more() {
    if (!abort_) tcp_.finish();
    wait_for_end();
    if (abort_ && received_ > 0) tcp_.abort();
  }
  void send(std::string bytes) {
    sent_ += bytes.size();
    if (peeler_) peeler_->bytes(net::Way::out, base::as_bytes(bytes));
    tcp_.send(std::move(bytes));
    if (tcp_.queued() > 1024 * 1024 && input_) input_->pause();
  }
  // On the terminal bytes are shown line by line.
  void show_text(std::string_view text) {
    constexpr std::size_t longest = 65536;  // of what waits for its end
    shown_ += text;
    if (shown_.size() > longest && shown_.find('\n') == std::string::npos) return show_rest();
    for (std::size_t end; (end = shown_.find('\n')) != std::string::npos;) {
      screen_.line(std::string_view(shown_).substr(0, end));
      shown_.erase(0, end + 1);
    }
  }
  void show_rest() {
    if (!shown_.empty()) screen_.line(shown_);
    shown_.clear();
  }
  void wait_for_end() {
    finished_ = true;
    patience_.after(options_.within(), [this] {
      screen_.note("nothing came for " + std::to_string(options_.timeout) +
                   " ms, and the server has not ended the connection");
      if (abort_) tcp_.abort();
      done(cli::check_said_no);
    });
  }
  void done(int code) {
    if (options_.json && !peeler_) {
      screen_.object("done", [&](base::Json& json, base::Text&) {
        json.member("sent", sent_).member("received", received_);
      });
    }
    stop(code);
  }

  const bool abort_;
  std::string text_, shown_;
  u64 sent_ = 0, received_ = 0;
  bool finished_ = false;
  net::TcpClient tcp_;
  net::Timer patience_, pace_;
};

}  // namespace

int demo_tcp(int argc, char** argv) {
  ClientOptions asked;
  cli::Options options("demo tcp", about);
  describe(options, asked, "TARGET [TEXT]", "HOST:PORT, 127.0.0.1:7007 if not given; then a line");
  describe_pace(options, asked);
  bool abort = false;
  options.flag("--abort", abort, "Ends with RST, after the first answer behind the last line");
  options.example("netpeel demo tcp localhost:7007 'hello there'",
                  "One line, and what comes back.");
  options.example("netpeel demo tcp", "Line by line, to the echo server of netpeel demo serve.");
  options.example("netpeel demo tcp localhost:7007 < picture.png > same.png",
                  "A file there and back.");
  options.parse(argc, argv);
  const net::Target target = take_target(asked.words, {.port = 7007});
  std::string text;
  for (const std::string& word : asked.words) text += (text.empty() ? "" : " ") + word;
  return TcpTalk(asked, target, abort).run(text);
}
