// netpeel demo ws: messages over a WebSocket, and a handshake by hand.
#include <cstdlib>

#include "base/json.hpp"
#include "demo.hpp"
#include "demo_client.hpp"
#include "net/client_words.hpp"
#include "net/client_ws.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(A WebSocket client. With MESSAGEs: sends them and prints as many answers. Without, on a terminal:
each line is a message. In a pipe: a line a message, a message a line; then the closing handshake.
The options that break the rules of RFC 6455 are there to see what the server says.)";
constexpr const char* help =
    "Each line is a text message. /ping TEXT, /binary hex:0102 or @file, /close CODE REASON, "
    "/text TEXT (for a text that begins with /). Ctrl-D closes.";

struct Asked {
  ClientOptions client;
  std::string key, version = "13", origin;
  std::vector<std::string> headers;
  u64 count = u64(-1), fragment = 0, opcode = u64(-1);
  bool no_mask = false, binary = false, deflate = false;
};

class WsTalk final : Talk, net::WsClient::Hears {
 public:
  WsTalk(const Asked& asked, net::Target target)
      : Talk(asked.client, std::move(target)), asked_(asked), patience_(loop_),
        ws_(loop_, settings(), *this) {}

  int run() {
    leave_by([this] { close(1000, ""); });
    for (const std::string& word : options_.words) messages_.push_back(payload(word));
    awaited_ = asked_.count != u64(-1) ? asked_.count : messages_.size();
    ws_.open();
    return talk();
  }

 private:
  void opened(const net::HttpGot& answer) override {
    const std::string* agreed = answer.header("sec-websocket-extensions");
    screen_.note("connected to " + target_.authority() + target_.path +
                 (agreed != nullptr ? ", " + *agreed : ""));
    one_shot_ = !messages_.empty() || asked_.count != u64(-1);
    for (const std::string& message : messages_) send(message, asked_.binary);
    if (one_shot_) return awaited_ == 0 ? close(1000, "") : wait();
    input_ = std::make_unique<Input>(
        loop_, screen_, "ws> ",
        Input::Hears{.line = [this](const std::string& line) { typed(line); },
                     .end = [this] { close(1000, ""); }});
  }

  void message(bool binary, std::span<u8> payload) override {
    if (options_.json) {
      screen_.object("message", [&](base::Json& json, base::Text&) {
        json.key("binary").boolean(binary).member("size", payload.size());
        add_payload(json, payload);
      });
    } else if (!peeler_) {
      show(binary, payload);
    }
    if (cli::stopped()) return stop();
    if (!one_shot_) return;
    if (awaited_ > 0 && --awaited_ == 0) return close(1000, "");
    wait();
  }
  // To a ping that was asked for a pong is the answer.
  void pong(Bytes payload) override {
    screen_.note("pong " + std::string(base::as_text(payload)));
    const bool asked = one_shot_ && !closing_ && asked_.opcode == u64(net::WsOpcode::ping);
    if (asked && awaited_ > 0 && --awaited_ == 0) close(1000, "");
  }
  void closed(u16 code, std::string_view reason) override {
    if (input_) input_->close();
    const std::string says =
        std::to_string(code) + (reason.empty() ? "" : ", " + std::string(reason));
    if (options_.json) {
      screen_.object("closed", [&](base::Json& json, base::Text&) {
        json.member("code", u64(code)).member("reason", reason);
      });
    }
    if (!closing_) {
      screen_.note(code == net::WsClose::no_close_frame ? std::string(reason)
                                                        : "the server closed with " + says);
      if (code != net::WsClose::normal || one_shot_) code_ = cli::check_said_no;
    }
    stop();
  }
  void refused(const net::HttpGot& answer, const std::string& why) override {
    if (options_.json) {
      screen_.object("refused", [&](base::Json& json, base::Text&) {
        json.member("status", u64(answer.status)).member("why", why).member("body", answer.body);
      });
    } else {
      screen_.note(why);
      if (!peeler_ && !answer.head.empty()) show_refusal(answer);
    }
    code_ = cli::check_said_no;
    stop();
  }
  void failed(const net::DialFailure& why) override { could_not_dial(why); }

  net::WsClientSettings settings() {
    net::WsClientSettings out{.host = target_.host,
                              .port = target_.port,
                              .path = target_.path,
                              .key = asked_.key,
                              .version = asked_.version,
                              .headers = read_headers(asked_.headers),
                              .mask = !asked_.no_mask,
                              .deflate = asked_.deflate,
                              .timeout = options_.within(),
                              .tap = peeler_.get()};
    if (!asked_.origin.empty()) out.headers.push_back({"Origin", asked_.origin});
    return out;
  }

  std::string payload(const std::string& word) const {
    if (!asked_.binary) return word;
    auto bytes = net::read_bytes(word);
    if (!bytes) cli::usage_error(bytes.complaint().what);
    return *bytes;
  }

  void send(std::string_view message, bool binary) {
    const auto kind = binary ? net::WsOpcode::binary : net::WsOpcode::text;
    if (asked_.fragment == 0 && asked_.opcode == u64(-1)) {
      ws_.send(kind, message);
      return;
    }
    net::WsHead head{.opcode = asked_.opcode == u64(-1) ? kind : net::WsOpcode(asked_.opcode & 15)};
    const std::size_t size =
        asked_.fragment == 0 ? std::max<std::size_t>(message.size(), 1) : asked_.fragment;
    do {
      const std::string_view part = message.substr(0, size);
      message.remove_prefix(part.size());
      head.fin = message.empty();
      if (!asked_.no_mask) head.mask = net::ws_random_mask();
      ws_.send_frame(head, part);
      head.opcode = net::WsOpcode::more;
    } while (!message.empty());
  }

  void typed(const std::string& line) {
    if (!Input::interactive() || !line.starts_with('/')) {
      if (line == "help" && Input::interactive()) return screen_.note(help);
      return send(line, asked_.binary);
    }
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string word = line.substr(1, blank - 1);
    const std::string rest = blank < line.size() ? line.substr(blank + 1) : "";
    if (word == "ping") {
      ws_.send(net::WsOpcode::ping, rest.substr(0, 125));
    } else if (word == "text") {
      send(rest, false);
    } else if (word == "close") {
      const int code = std::atoi(rest.c_str());
      const std::size_t reason = rest.find(' ');
      close(u16(code == 0 ? 1000 : code),
            reason == std::string::npos ? "" : rest.substr(reason + 1));
    } else if (word == "binary") {
      auto bytes = net::read_bytes(rest);
      if (!bytes) return screen_.note(bytes.complaint().what);
      send(*bytes, true);
    } else {
      screen_.note(help);
    }
  }

  // In a pipe text is text, and bytes are bytes if that is what was asked for.
  void show(bool binary, std::span<u8> payload) {
    const bool people = screen_.editor != nullptr || cli::is_terminal(1);
    if (asked_.binary && !people) return screen_.bytes(payload);
    base::Text out;
    if (binary) {
      const std::size_t most = people ? 64 : payload.size();
      out.add("hex:").hex_bytes(payload.first(std::min(payload.size(), most)));
      if (payload.size() > most) out.add("… (").dec(payload.size()).add(" bytes)");
    } else if (people) {
      out.escaped(base::as_text(payload));
    } else {
      out.add(base::as_text(payload));
    }
    out.add('\n');
    screen_.lines(out.view());
  }

  void show_refusal(const net::HttpGot& answer) {
    const std::string_view head = answer.head;
    for (std::size_t at = 0; at < head.size();) {
      const std::size_t end = std::min(head.find("\r\n", at), head.size());
      screen_.line(head.substr(at, end - at));
      at = end + 2;
    }
    std::string_view body = answer.body;
    if (body.ends_with('\n')) body.remove_suffix(1);
    if (!body.empty()) screen_.line(body);
  }

  void wait() {
    patience_.after(options_.within(), [this] {
      screen_.note("no answer within " + std::to_string(options_.timeout) + " ms");
      code_ = cli::check_said_no;
      close(1000, "");
    });
  }
  void close(u16 code, const std::string& reason) {
    closing_ = true;
    patience_.cancel();
    if (!ws_.is_open()) return stop();
    ws_.close(code, reason);
  }

  const Asked& asked_;
  std::vector<std::string> messages_;
  u64 awaited_ = 0;
  bool one_shot_ = false, closing_ = false;
  net::Timer patience_;
  net::WsClient ws_;
};

// --version is every tool's own; with a number behind it, it is the handshake's.
std::vector<std::string> own_version(int argc, char** argv) {
  std::vector<std::string> out(argv, argv + argc);
  for (std::size_t i = 1; i < out.size(); ++i) {
    const bool number = i + 1 < out.size() && !out[i + 1].empty() &&
                        out[i + 1].find_first_not_of("0123456789") == std::string::npos;
    if (out[i] == "--version" && number) out[i] = "--ws-version";
    if (out[i].starts_with("--version=")) out[i].replace(2, 7, "ws-version");
  }
  return out;
}

}  // namespace

int demo_ws(int argc, char** argv) {
  Asked asked;
  std::string path;
  cli::Options options("demo ws", about);
  describe(options, asked.client, "TARGET [MESSAGE...]",
           "HOST:PORT/PATH, 127.0.0.1:3000/ws/echo if not given; then messages");
  options.text("--path", path, "PATH", "The path, where the target has none");
  options.number("--count", asked.count, "N", "So many messages are awaited; one for each sent");
  options.flag("--binary", asked.binary, "Messages are binary; hex:0102 and @FILE are bytes");
  options.number("--fragment", asked.fragment, "N", "In frames of N bytes");
  options.flag("--deflate", asked.deflate, "Offer permessage-deflate");
  options.text("--origin", asked.origin, "ORIGIN", "An Origin header, as a browser's page has");
  options.texts("-H,--header", asked.headers, "NAME:VALUE",
                "One more header (several: several -H)");
  options.text("--key", asked.key, "TEXT", "Sec-WebSocket-Key; 16 random bytes if not given");
  options.text("--ws-version", asked.version, "N",
               "Sec-WebSocket-Version; 13 is the only one (--version N is the same)");
  options.flag("--no-mask", asked.no_mask, "Frames without the mask that clients must use");
  options.number("--opcode", asked.opcode, "N", "The opcode of the frames, 0 to 15");
  options.example("netpeel demo ws localhost:3000/ws/echo hello", "One message, and its echo.");
  options.example("netpeel demo ws localhost:3000 --no-mask hello",
                  "Against the rules: the server closes, and says why.");
  options.example("netpeel demo ws localhost:3000 --show wire hello", "Each frame taken apart.");
  std::vector<std::string> words = own_version(argc, argv);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  options.parse(int(pointers.size()), pointers.data());
  if (asked.opcode != u64(-1) && asked.opcode > 15) cli::usage_error("an opcode is at most 15");
  const net::Target target =
      take_target(asked.client.words, {.port = 3000, .path = path.empty() ? "/ws/echo" : path});
  return WsTalk(asked, target).run();
}
