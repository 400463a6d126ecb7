#include "demo_sio_talk.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

#include "base/error.hpp"
#include "base/json.hpp"
#include "net/client_words.hpp"

namespace netpeel::demo {

const char* const sio_commands =
    R"(Commands:
  emit EVENT [ARG...] [ack]   an event; with ack: waits for the server's answer
  send [ARG...]               the event "message"
  volatile EVENT [ARG...]     an event that is dropped if it cannot go at once
  join ROOM...                the demo server puts us into these rooms; leave ROOM... out of them
  wait EVENT [N]              until it came (N times)
  answer EVENT [ARG...]       from now on, to what the server asks with that event
  nsp NAME [AUTH]             connects to that namespace; later commands go there
  status                      id, transport, whether the connection was recovered
  drop                        loses the connection without a good-bye, and comes back
  disconnect, connect         leaves the namespace; comes back to it
  sleep MS, help, quit
An ARG is JSON; hex:0102 and @FILE are bytes; any other word is a string.)";

namespace {

using Words = std::vector<std::string>;
using net::Args;
using net::Json;

struct Known {
  std::string_view name;
  std::size_t least, most;  // words behind it
};
constexpr std::size_t any = 1000;
constexpr Known known[]{
    {"emit",       1, any},
    {"send",       0, any},
    {"volatile",   1, any},
    {"join",       1, any},
    {"leave",      1, any},
    {"wait",       1, 2  },
    {"answer",     1, any},
    {"nsp",        1, 2  },
    {"status",     0, 0  },
    {"drop",       0, 0  },
    {"disconnect", 0, 0  },
    {"connect",    0, 0  },
    {"sleep",      1, 1  },
    {"help",       0, 0  },
    {"quit",       0, 0  },
};

// What is wrong with a command; empty: nothing.
std::string mistake(const Words& words) {
  const auto* const found = std::find_if(std::begin(known), std::end(known),
                                         [&](const Known& k) { return k.name == words[0]; });
  if (found == std::end(known)) return "\"" + words[0] + "\" is no command";
  if (words.size() - 1 < found->least) return words[0] + " wants more: see help";
  if (words.size() - 1 > found->most)
    return words[0] + " does not want \"" + words[found->most + 1] + "\"";
  const bool number = (words[0] == "sleep") || (words[0] == "wait" && words.size() == 3);
  if (number && words.back().find_first_not_of("0123456789") != std::string::npos)
    return "\"" + words.back() + "\" is no number";
  return {};
}

u64 number(const std::string& text) {
  u64 out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

constexpr i64 linger = 200'000'000;

class SioTalk final : Talk {
 public:
  SioTalk(const ClientOptions& options, net::Target target, SioOptions sio)
      : Talk(options, std::move(target), true), answers_(std::move(sio.answers)), nsp_(sio.nsp),
        auth_(std::move(sio.auth)), no_reconnect_(sio.no_reconnect), patience_(loop_),
        io_(loop_, settings(std::move(sio.engine), sio.parser)) {}

  int run(const std::vector<Words>& commands) {
    leave_by([this] { leave(); });
    for (const Words& words : commands) todo_.push_back(words);
    one_shot_ = !todo_.empty();
    io_.on_transport([this](std::string_view name) { transport(name); });
    io_.on_trouble([this](const auto& trouble) { lost(trouble); });
    io_.on_closed([this] { stop(); });
    open(nsp_, auth_);
    wait("the connection to be made");
    if (!one_shot_) {
      input_ = std::make_unique<Input>(
          loop_, screen_, "sio> ",
          Input::Hears{.line = [this](const std::string& line) { typed(line); },
                       .end =
                           [this] {
                             ended_ = true;
                             next();
                           }});
    }
    return talk();
  }

 private:
  net::SocketIoClientSettings settings(net::EngineClientSettings engine, net::SioParser parser) {
    engine.timeout = options_.within();
    engine.tap = peeler_.get();
    return {.engine = std::move(engine), .parser = parser, .reconnect = !no_reconnect_};
  }
  net::SioChannel& channel() { return io_.of(nsp_); }

  void open(const std::string& nsp, const Json& auth) {
    const bool there = io_.channels().contains(nsp);
    net::SioChannel& c = io_.of(nsp, auth);
    nsp_ = c.nsp();
    if (there) return;
    c.on_connect([this, &c] { connected(c); });
    c.on_disconnect([this, &c](const std::string& reason, const std::string& why) {
      disconnected(c, reason, why);
    });
    c.on_refused(
        [this, &c](const std::string& message, const Json& data) { refused(c, message, data); });
    c.on_any([this, &c](const std::string& event, const Args& args, const net::Ack& ack) {
      heard(c, event, args, ack);
    });
  }

  // ---- What happens. ----

  void transport(std::string_view name) {
    if (screen_.json()) {
      screen_.object("transport",
                     [&](base::Json& json, base::Text&) { json.member("transport", name); });
    } else {
      screen_.line("transport " + std::string(name));
    }
  }

  void connected(net::SioChannel& c) {
    was_connected_ = true;
    if (screen_.json()) {
      screen_.object("connected", [&](base::Json& json, base::Text&) {
        json.member("nsp", c.nsp()).member("id", c.id()).member("transport", io_.transport());
        json.key("recovered").boolean(c.recovered());
      });
    } else {
      screen_.line("connected " + c.nsp() + " " + c.id() + (c.recovered() ? ", recovered" : ""));
    }
    if (c.nsp() == nsp_ && doing_.empty()) done();
    if (c.nsp() == nsp_ && (doing_ == "nsp" || doing_ == "connect" || doing_ == "drop")) done();
  }

  void disconnected(net::SioChannel& c, const std::string& reason, const std::string& why) {
    if (screen_.json()) {
      screen_.object("disconnected", [&](base::Json& json, base::Text&) {
        json.member("nsp", c.nsp()).member("reason", reason).member("why", why);
      });
    } else {
      screen_.line("disconnected " + c.nsp() + ": " + reason);
      if (!why.empty() && !leaving_ && doing_ != "drop") screen_.note(why);
    }
    if (reason == "io server disconnect" && one_shot_ && !leaving_) {
      code_ = cli::check_said_no;
      if (c.nsp() == nsp_) fail("the server ended " + nsp_);
    }
  }

  void refused(net::SioChannel& c, const std::string& message, const Json& data) {
    if (screen_.json()) {
      screen_.object("connect_error", [&](base::Json& json, base::Text& out) {
        json.member("nsp", c.nsp()).member("message", message);
        add_json(json, out, "data", net::show_value(data));
      });
    } else {
      screen_.line("refused " + c.nsp() + ": " + message +
                   (data.is_null() ? "" : " " + net::show_value(data)));
    }
    code_ = cli::check_said_no;
    if (one_shot_ || !Input::interactive()) leave();
    done();
  }

  void heard(net::SioChannel& c, const std::string& event, const Args& args, const net::Ack& ack) {
    const auto answer = answers_.find(event);
    if (screen_.json()) {
      screen_.object("event", [&](base::Json& json, base::Text& out) {
        json.member("nsp", c.nsp()).member("event", event).key("ack").boolean(bool(ack));
        add_json(json, out, "args", net::show_args(args));
      });
    } else {
      screen_.line("event " + (c.nsp() == "/" ? "" : c.nsp() + " ") + event + " " +
                   net::show_args(args) +
                   (ack ? (answer == answers_.end() ? " (asks, unanswered)" : " (asks)") : ""));
    }
    if (ack && answer != answers_.end()) ack(answer->second);
    ++came_[event];
    if (doing_ == "wait" && event == awaited_ && came_[event] >= wanted_) {
      came_[event] -= wanted_;
      done();
    }
  }

  void lost(const net::SocketIoClient::Trouble& trouble) {
    if (!was_connected_ && !trouble.failure.problem.empty() &&
        (one_shot_ || !Input::interactive())) {
      return could_not_dial(trouble.failure);
    }
    const std::string what = trouble.why.empty() ? trouble.reason : trouble.why;
    if (trouble.next < 0 || (!was_connected_ && (one_shot_ || !Input::interactive()))) {
      screen_.note("no connection: " + what);
      return stop(cli::check_said_no);
    }
    if (doing_ != "drop") {
      screen_.note("no connection: " + what + "; next try in " +
                   std::to_string(trouble.next / 1'000'000) + " ms");
    }
  }

  // ---- What is to be done. ----

  void typed(const std::string& line) {
    auto words = net::split_words(line);
    if (!words) return complain(words.complaint().what);
    if (words->empty()) return;
    const std::string wrong = mistake(*words);
    if (!wrong.empty()) return complain(wrong + ". All commands: help");
    todo_.push_back(std::move(*words));
    if (todo_.size() >= 1000 && input_) input_->pause();
    if (idle_) next();
  }

  void complain(const std::string& what) {
    screen_.note(what);
    if (!Input::interactive()) code_ = cli::wrong_use;
  }

  // Behind everything that is ready: what came in the same turn is shown first.
  void done() {
    patience_.cancel();
    doing_ = "-";
    loop_.later([this] { next(); });
  }

  void next() {
    if (leaving_ || (doing_ != "-" && !idle_)) return;
    idle_ = todo_.empty();
    if (idle_) {
      if (input_ && !ended_) return input_->resume();
      if (!told_ || lingered_) return leave();
      lingered_ = true;  // what it brings about should be seen
      return patience_.after(linger, [this] { leave(); });
    }
    const Words words = std::move(todo_.front());
    todo_.pop_front();
    doing_ = words[0];
    perform(words);
  }

  void wait(const std::string& what) {
    patience_.after(options_.within(), [this, what] { fail(what); });
  }

  void fail(const std::string& what) {
    screen_.note("waited " + std::to_string(options_.timeout) + " ms in vain for " + what);
    code_ = cli::check_said_no;
    if (one_shot_) return leave();
    done();
  }

  void leave() {
    if (leaving_) return stop();
    leaving_ = true;
    patience_.after(2'000'000'000, [this] { stop(); });
    if (input_) input_->close();
    io_.close();
  }

  bool arguments(const Words& words, std::size_t from, std::size_t to, Args& out) {
    for (std::size_t i = from; i < to; ++i) {
      auto value = net::read_value(words[i]);
      if (!value) {
        complain(value.complaint().what);
        code_ = cli::wrong_use;
        return false;
      }
      out.add(*value);
    }
    return true;
  }

  void emit(const Words& words, std::size_t first) {
    const std::string event = first == 1 ? "message" : words[1];
    const bool asks = words.size() > first && words.back() == "ack";
    Args args;
    if (!arguments(words, first, words.size() - (asks ? 1 : 0), args)) return done();
    if (!asks) {
      channel().emit(event, args);
      told_ = true;
      return done();
    }
    told_ = false;
    ask(event, args);
  }

  void ask(const std::string& event, const Args& args) {
    const i64 begin = net::Loop::now();
    channel().emit(event, args, i64(options_.timeout),
                   [this, event, begin](const std::string& error, const Args& answer) {
                     if (!error.empty()) {
                       screen_.note("\"" + event + "\" was not answered: " + error);
                       code_ = cli::check_said_no;
                       if (one_shot_) return leave();
                     } else {
                       answered(event, answer, net::Loop::now() - begin);
                     }
                     done();
                   });
  }

  void answered(const std::string& event, const Args& answer, i64 took) {
    if (!screen_.json()) return screen_.line("ack " + net::show_args(answer));
    screen_.object("ack", [&](base::Json& json, base::Text& out) {
      json.member("event", event).key("ms").number(u64(took / 1'000'000));
      add_json(json, out, "args", net::show_args(answer));
    });
  }

  void perform(const Words& words) {
    const std::string& what = words[0];
    if (what == "emit") return emit(words, 2);
    if (what == "send") return emit(words, 1);
    if (what == "join" || what == "leave") {
      return ask(what, {Json(Words(words.begin() + 1, words.end()))});
    }
    if (what == "volatile") {
      Args args;
      if (arguments(words, 2, words.size(), args) && !channel().emit_volatile(words[1], args))
        screen_.note("\"" + words[1] + "\" was dropped: it could not go at once");
    } else if (what == "wait") {
      awaited_ = words[1];
      wanted_ = words.size() > 2 ? std::max<u64>(number(words[2]), 1) : 1;
      if (came_[awaited_] < wanted_) return wait("\"" + awaited_ + "\"");
      came_[awaited_] -= wanted_;
    } else if (what == "answer") {
      Args args;
      if (arguments(words, 2, words.size(), args)) answers_[words[1]] = args;
    } else if (what == "nsp") {
      const Json auth = words.size() > 2 ? Json::parse(words[2], nullptr, false) : Json::object();
      nsp_ = words[1].starts_with('/') ? words[1] : "/" + words[1];
      open(nsp_, auth.is_object() ? auth : Json::object());
      if (!channel().connected()) return wait("the namespace " + nsp_);
    } else if (what == "drop") {
      wait("the connection to come back");
      return io_.drop();
    } else if (what == "connect") {
      channel().connect();
      if (!channel().connected()) return wait("the namespace " + nsp_);
    } else if (what == "sleep") {
      constexpr u64 longest = 1'000'000'000;  // milliseconds
      return patience_.after(i64(std::min(number(words[1]), longest)) * 1'000'000,
                             [this] { done(); });
    } else if (what == "quit") {
      return leave();
    } else if (what == "disconnect") {
      channel().disconnect();
    } else if (what == "help") {
      screen_.lines(std::string(sio_commands) + "\n");
    } else if (what == "status") {
      status();
    }
    done();
  }

  void status() {
    net::SioChannel& c = channel();
    if (screen_.json()) {
      return screen_.object("status", [&](base::Json& json, base::Text&) {
        json.member("nsp", c.nsp()).key("connected").boolean(c.connected()).member("id", c.id());
        json.member("transport", io_.transport()).key("recovered").boolean(c.recovered());
      });
    }
    screen_.line("status " + c.nsp() + ": " +
                 (c.connected() ? "connected as " + c.id() + " over " + std::string(io_.transport())
                                : "not connected") +
                 (c.recovered() ? ", recovered" : ""));
  }

  std::map<std::string, Args> answers_;
  std::map<std::string, u64> came_;  // events nobody waited for yet
  std::deque<Words> todo_;
  std::string nsp_, awaited_;
  std::string doing_;  // a command; empty: connecting for the first time; "-": nothing
  Json auth_;
  u64 wanted_ = 1;
  bool one_shot_ = false, ended_ = false, idle_ = false, leaving_ = false, was_connected_ = false;
  bool no_reconnect_ = false;
  bool told_ = false, lingered_ = false;  // the last thing said asked for no answer
  net::Timer patience_;
  net::SocketIoClient io_;
};

}  // namespace

void check_sio_command(const Words& words) {
  const std::string wrong = mistake(words);
  if (!wrong.empty()) cli::usage_error(wrong, "All commands: netpeel demo sio --help");
}

int talk_sio(const ClientOptions& options, const net::Target& target, SioOptions sio,
             const std::vector<Words>& commands) {
  return SioTalk(options, target, std::move(sio)).run(commands);
}

}  // namespace netpeel::demo
