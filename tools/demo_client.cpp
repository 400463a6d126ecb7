#include "demo_client.hpp"

#include <cerrno>
#include <csignal>
#include <unistd.h>

#include "base/error.hpp"
#include "base/utf8.hpp"

namespace netpeel::demo {

void describe(cli::Options& options, ClientOptions& to, const std::string& words,
              const std::string& words_about) {
  options.words(words, to.words, words_about);
  options.choice("--show", to.show, {"wire"},
                 "wire: each message taken apart, what is sent and what comes");
  options.flag("--json", to.json, "One object a line");
  options.number("--timeout", to.timeout, "MS",
                 "How long to wait for an answer; " + std::to_string(to.timeout) + " if not given");
  options.flag("-q,--quiet", to.quiet, "No notes");
}

void describe_pace(cli::Options& options, ClientOptions& to) {
  options.number("--pace", to.pace, "MS",
                 "In a pipe: a line at a time, MS between them, whatever the other side does");
}

net::Target take_target(std::vector<std::string>& words, const net::Target& otherwise) {
  if (words.empty()) return otherwise;
  auto target = net::read_target(words.front(), otherwise);
  if (!target) cli::usage_error(target.complaint().what, target.complaint().hint);
  words.erase(words.begin());
  return *target;
}

std::vector<net::HttpHeader> read_headers(const std::vector<std::string>& lines) {
  std::vector<net::HttpHeader> out;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.find_first_of("\r\n") != std::string::npos)
      cli::usage_error("a header wants a name, a colon and a value, not \"" + line + "\"");
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    out.push_back({line.substr(0, colon), value == std::string::npos ? "" : line.substr(value)});
  }
  return out;
}

void could_not(const net::DialFailure& why, const net::Target& target) {
  std::string advice = why.advice;
  if (why.code == ECONNREFUSED) {
    advice = "Nothing listens there. To start the demo servers: netpeel demo serve" +
             std::string(target.port == 3000 || target.port == 7007
                             ? ""
                             : " (it listens on 3000, and on 7007 for TCP and UDP echo)");
  }
  if (why.code == 0) throw base::Error::sentence("could not " + why.problem, advice);
  throw base::Error(why.problem, why.code, advice);
}

// ---- Screen. ----

void Screen::lines(std::string_view text) {
  if (editor != nullptr) return editor->print(text);
  cli::Output out;
  out.text().add(text);
  out.flush();
}

void Screen::line(std::string_view text) {
  base::Text out;
  out.escaped(text).add('\n');
  lines(out.view());
}

void Screen::bytes(Bytes bytes) {
  cli::Output out;
  std::string_view rest = base::as_text(bytes);
  if (!cli::is_terminal(1)) {
    out.text().add(rest);
  } else {
    for (std::size_t end = 0; !rest.empty(); rest.remove_prefix(std::min(end + 1, rest.size()))) {
      end = std::min(rest.find('\n'), rest.size());
      out.text().escaped(rest.substr(0, end)).add(end < rest.size() ? "\n" : "");
    }
  }
  out.flush();
}

void Screen::note(const std::string& text) {
  if (options_.quiet) return;
  if (editor == nullptr) return cli::complain(text);
  base::Text out;
  out.escaped(text).add('\n');
  editor->print(out.view());
}

void Screen::object(std::string_view what,
                    const std::function<void(base::Json&, base::Text&)>& fill) {
  base::Text out;
  base::Json json(out);
  json.open('{').member("what", what);
  fill(json, out);
  json.close('}');
  out.add('\n');
  lines(out.view());
}

std::unique_ptr<net::Peeler> Screen::peeler(bool engine, bool socketio) {
  if (!options_.wire()) return nullptr;
  return std::make_unique<net::Peeler>(net::PeelSettings{.engine = engine,
                                                         .socketio = socketio,
                                                         .json = options_.json,
                                                         .color = cli::wants_color(1)},
                                       [this](std::string_view text) { lines(text); });
}

void add_payload(base::Json& json, Bytes payload) {
  if (base::is_utf8(base::as_text(payload))) {
    json.member("text", base::as_text(payload));
  } else {
    json.key("hex").quoted().hex_bytes(payload);
    json.end_quoted();
  }
}

void add_json(base::Json& json, base::Text& out, std::string_view key, std::string_view value) {
  json.key(key);
  if (value.starts_with('{') || value.starts_with('[')) {
    json.open(value.front());
    out.add(value.substr(1, value.size() - 2));
    json.close(value.back());
  } else if (value.starts_with('"')) {
    json.quoted().add(value.substr(1, value.size() - 2));
    json.end_quoted();
  } else if (value == "true" || value == "false") {
    json.boolean(value == "true");
  } else {
    json.null();
    if (value != "null") {  // a number
      out.shorten(out.size() - 4);
      out.add(value);
    }
  }
}

// ---- Input. ----

bool Input::interactive() { return cli::is_terminal(0) && cli::is_terminal(1); }

Input::Input(net::Loop& loop, Screen& screen, const std::string& prompt, Hears hears)
    : screen_(screen), hears_(std::move(hears)), watch_(loop, 0) {
  if (interactive()) {
    editor_ = std::make_unique<cli::LineEditor>(prompt, [this](std::optional<std::string> line) {
      if (line) return hears_.line(*line);
      ended_ = true;
      hears_.end();
    });
    screen.editor = editor_.get();
  }
  wait();
}

Input::~Input() { close(); }

void Input::close() {
  ended_ = true;
  watch_.cancel();
  screen_.editor = nullptr;
  editor_.reset();
}

void Input::wait() {
  if (waiting_ || ended_ || paused_) return;
  waiting_ = true;
  watch_.when_readable([this] {
    waiting_ = false;
    if (editor_) {
      editor_->readable();
    } else {
      read();
    }
    wait();
  });
}

void Input::resume() {
  paused_ = false;
  if (!rest_.empty()) give_lines();
  wait();
}

void Input::read() {
  char buffer[65536];
  const ssize_t n = ::read(0, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n > 0 && hears_.bytes) return hears_.bytes(base::as_bytes({buffer, std::size_t(n)}));
  if (n > 0) {
    rest_.append(buffer, std::size_t(n));
    return give_lines();
  }
  ended_ = true;
  if (!rest_.empty() && hears_.line) hears_.line(rest_);
  rest_.clear();
  hears_.end();
}

void Input::give_lines() {
  std::size_t from = 0;
  for (std::size_t end; !ended_ && !paused_ && (end = rest_.find('\n', from)) != std::string::npos;
       from = end + 1) {
    const std::size_t size = end > from && rest_[end - 1] == '\r' ? end - from - 1 : end - from;
    hears_.line(rest_.substr(from, size));
  }
  rest_.erase(0, from);
}

void stop_on_signals(net::Loop& loop, const std::function<void()>& stop) {
  for (const int signal : {SIGINT, SIGTERM}) loop.on_signal(signal, stop);
}

int Talk::talk() {
  loop_.run();
  input_.reset();
  if (failure_) could_not(*failure_, target_);
  return code_;
}

}  // namespace netpeel::demo
