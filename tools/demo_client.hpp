// What the clients of netpeel demo share: their common options, where input comes from, where
// output goes, and how a failure reads.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "base/json.hpp"
#include "cli/line_editor.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "net/client_peel.hpp"
#include "net/client_target.hpp"
#include "net/dial.hpp"
#include "net/fd_watch.hpp"

namespace netpeel::demo {

struct ClientOptions {
  std::vector<std::string> words;  // the target, and what follows
  std::string show;                // "wire"
  u64 timeout = 5000;              // ms
  u64 pace = 0;                    // ms between the lines of a pipe; 0: as they come
  bool json = false, quiet = false;

  bool wire() const { return show == "wire"; }
  i64 within() const { return i64(timeout) * 1'000'000; }
  i64 apart() const { return i64(pace) * 1'000'000; }
};
void describe(cli::Options& options, ClientOptions& to, const std::string& words,
              const std::string& words_about);
// --pace, of those clients that send lines.
void describe_pace(cli::Options& options, ClientOptions& to);
// The first word as a target, taken off; otherwise all of `otherwise`. A mistake is wrong use.
net::Target take_target(std::vector<std::string>& words, const net::Target& otherwise);
std::vector<net::HttpHeader> read_headers(const std::vector<std::string>& lines);

// Nobody answered the door: throws, exit 3.
[[noreturn]] void could_not(const net::DialFailure& why, const net::Target& target);

// Where everything is written, above the line that is being edited if there is one.
class Screen {
 public:
  explicit Screen(const ClientOptions& options) : options_(options) {}
  void line(std::string_view text);   // escaped here; a line end is added
  void lines(std::string_view text);  // whole lines, harmless already
  void bytes(Bytes bytes);            // to standard output: as they are, but harmless on a terminal
  void note(const std::string& text);  // for people: standard error, or the terminal that is edited
  // One object a line, made by `fill` with the words between the braces.
  void object(std::string_view what, const std::function<void(base::Json&, base::Text&)>& fill);
  bool json() const { return options_.json; }
  std::unique_ptr<net::Peeler> peeler(bool engine, bool socketio);
  cli::LineEditor* editor = nullptr;

 private:
  const ClientOptions& options_;
};
// "text", or "hex" where it is no text.
void add_payload(base::Json& json, Bytes payload);
// A value that is JSON already. out: what `json` writes to.
void add_json(base::Json& json, base::Text& out, std::string_view key, std::string_view value);

// Standard input: lines that are edited where it is a terminal, lines or bytes where it is not.
class Input {
 public:
  struct Hears {
    std::function<void(const std::string& line)> line{};  // without its end
    std::function<void(Bytes bytes)> bytes{};             // where set: no lines from a pipe
    std::function<void()> end{};
  };
  Input(net::Loop& loop, Screen& screen, const std::string& prompt, Hears hears);
  ~Input();
  static bool interactive();  // a person types here, and sees the answers
  void pause() { paused_ = true; }
  void resume();
  void close();

 private:
  void wait();
  void read();
  void give_lines();

  Screen& screen_;
  Hears hears_;
  net::FdWatch watch_;
  std::unique_ptr<cli::LineEditor> editor_;
  std::string rest_;
  bool paused_ = false, waiting_ = false, ended_ = false;
};

// Ctrl-C and SIGTERM end the loop in order.
void stop_on_signals(net::Loop& loop, const std::function<void()>& stop);

// What all of the clients have: each adds what it speaks, behind this and so ended before it.
class Talk {
 protected:
  // engine: what is shown of the wire may be Engine.IO and Socket.IO.
  Talk(const ClientOptions& options, net::Target target, bool engine = false)
      : options_(options), target_(std::move(target)), screen_(options),
        peeler_(screen_.peeler(engine, engine)) {}
  ~Talk() = default;

  // First of all: the line editor's own handlers have to stand behind these.
  void leave_by(const std::function<void()>& leave) { stop_on_signals(loop_, leave); }
  // Runs the loop until stop(). The exit code, or could_not().
  int talk();
  void stop() { loop_.stop(); }
  void stop(int code) {
    code_ = code;
    loop_.stop();
  }
  void could_not_dial(const net::DialFailure& why) {
    failure_ = why;
    loop_.stop();
  }

  const ClientOptions& options_;
  net::Target target_;
  net::Loop loop_;
  Screen screen_;
  std::unique_ptr<net::Peeler> peeler_;  // null: nothing is shown of the wire
  std::unique_ptr<Input> input_;         // null: nobody is asked
  int code_ = cli::done;

 private:
  std::optional<net::DialFailure> failure_;
};

}  // namespace netpeel::demo
