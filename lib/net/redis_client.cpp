#include "net/redis_client.hpp"

#include <cstring>

#include "net/client_target.hpp"

namespace netpeel::net {

namespace {

using stream::resp_codec::Element;
using stream::resp_codec::Status;

constexpr i64 millisecond = 1'000'000;
constexpr i64 first_pause = 100 * millisecond, longest_pause = 5000 * millisecond;
constexpr i64 heartbeat = 10'000 * millisecond;
constexpr std::size_t most_message = 64 * 1024 * 1024;
constexpr std::size_t most_said = 200;         // of an error, in a sentence
constexpr std::size_t most_waiting = 100'000;  // commands without an answer yet

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    const std::size_t at = std::string_view("0123456789abcdef").find(char(c | 0x20));
    return at == std::string_view::npos || (c < '0') ? -1 : int(at);
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? digit(text[i + 1]) : -1, low = escape ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += char(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

base::Result<RedisAddress> read_redis_url(const std::string& url) {
  constexpr std::string_view scheme = "redis://";
  if (url.starts_with("rediss://")) {
    return base::Complaint{"\"" + url + "\" needs TLS, which is not spoken here", 0, url.size(),
                           "Write redis://host:port."};
  }
  if (!url.starts_with(scheme)) {
    return base::Complaint{"\"" + url + "\" is no address of a Redis server", 0, url.size(),
                           "Write redis://127.0.0.1:6379."};
  }
  RedisAddress out;
  std::string_view rest = std::string_view(url).substr(scheme.size());
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const std::size_t colon = who.find(':');
    out.user = percent_decoded(who.substr(0, colon));
    if (colon != std::string_view::npos) out.password = percent_decoded(who.substr(colon + 1));
    rest.remove_prefix(at + 1);
  }
  const auto target = read_target(rest.substr(0, rest.find('/')), {out.host, out.port, {}});
  if (!target) return target.complaint();
  out.host = target->host;
  out.port = target->port;
  return out;
}

RedisClient::RedisClient(Loop& loop, RedisAddress address, std::size_t most_queued, Events events)
    : address_(std::move(address)), most_queued_(most_queued), events_(std::move(events)),
      tcp_(loop, *this), again_(loop), alive_(loop), pause_(first_pause) {}

void RedisClient::open() { tcp_.open(address_.host, address_.port); }

void RedisClient::opened() {
  walker_.reset();
  waiting_.clear();
  subscribed_ = silent_ = false;
  const Answer first = [this](const Value* value) {
    if (value == nullptr || value->empty()) return;
    if (value->front().type == '-') {
      base::Text says;
      says.add("it refused: ").escaped(base::as_text(value->front().line), most_said);
      return lose(std::string(says.view()));
    }
    greeted();
  };
  waiting_.push_back(first);
  if (address_.password.empty()) {
    write({"PING"});
  } else if (address_.user.empty()) {
    write({"AUTH", address_.password});
  } else {
    write({"AUTH", address_.user, address_.password});
  }
}

void RedisClient::greeted() {
  ready_ = true;
  told_ = false;
  pause_ = first_pause;
  alive_.after(heartbeat, [this] { tick(); });
  events_.ready();
}

// A server that is there answers within one heartbeat.
void RedisClient::tick() {
  if (std::exchange(silent_, true)) return lose("it has not answered for a while");
  if (subscribed_) {
    write({"PING"});
  } else {
    command({"PING"});
  }
  alive_.after(heartbeat, [this] { tick(); });
}

bool RedisClient::write(const Words& words) {
  if (!tcp_.is_open() || tcp_.queued() > most_queued_) return false;
  base::Text text;
  stream::resp_codec::write_command(text, words);
  return tcp_.send(std::string(text.view()));
}

bool RedisClient::command(const Words& words, Answer answer) {
  if (!ready_ || waiting_.size() >= most_waiting || !write(words)) return false;
  waiting_.push_back(std::move(answer));
  return true;
}

bool RedisClient::subscribe(const Words& words) {
  subscribed_ = true;
  return ready_ && write(words);
}

std::size_t RedisClient::data(std::span<u8> bytes) {
  std::size_t at = 0;
  silent_ = false;
  while (tcp_.is_open()) {
    const Bytes have = Bytes(bytes).subspan(at);
    const Status status = walker_.go(have);
    if (status == Status::more) {
      if (have.size() > most_message) lose("a message of it was too long");
      break;
    }
    if (status == Status::wrong) {
      lose("what it said was not Redis' protocol");
      break;
    }
    const std::size_t size = walker_.size();
    walker_.reset();
    Value value;
    for (std::size_t i = 0; i < size;) {
      Element element;
      std::size_t need = 0;
      if (stream::resp_codec::read(have.subspan(i), element, need) != Status::whole) break;
      i += element.size;
      value.push_back(element);
    }
    at += size;
    if (!value.empty() && value.front().type == 0) {  // a command as people type it: no answer
      lose("what it said was not Redis' protocol");
      break;
    }
    if (!value.empty()) take(value);
  }
  return tcp_.is_open() ? at : bytes.size();
}

void RedisClient::take(const Value& value) {
  if (subscribed_) return events_.heard(value);
  if (waiting_.empty()) return lose("it answered what nobody had asked");
  const Answer answer = std::move(waiting_.front());
  waiting_.pop_front();
  if (answer) answer(&value);
}

void RedisClient::ended(int code) {
  lose(code == 0 ? "the server ended the connection" : std::strerror(code));
}

void RedisClient::failed(const DialFailure& why) {
  lose((why.code == 0 ? std::string() : std::string(std::strerror(why.code)) + ". ") + why.advice);
}

void RedisClient::lose(const std::string& why) {
  tcp_.let_go();
  ready_ = false;
  alive_.cancel();
  again_.after(pause_, [this] { open(); });
  pause_ = std::min(2 * pause_, longest_pause);
  for (const Answer& answer : std::exchange(waiting_, {})) {
    if (answer) answer(nullptr);
  }
  if (!std::exchange(told_, true)) events_.lost(why);
}

}  // namespace netpeel::net
