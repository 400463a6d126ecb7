#include "net/http.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

#include "net/http_parser.hpp"
#include "net/http_words.hpp"

namespace netpeel::net {

namespace {

class HttpReader;

constexpr std::size_t together = 4096;    // bodies up to this size go in one piece with their head
constexpr std::size_t ahead = 64 * 1024;  // bytes kept behind a request that must be answered first
constexpr std::size_t most_waiting = 1'000'000;  // of an answer whose turn has not come
constexpr i64 never = INT64_MAX;

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7), made once a second.
const std::string& date_now() {
  thread_local std::time_t made = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == made) return text;
  made = now;
  std::tm utc{};
  gmtime_r(&now, &utc);
  constexpr const char* days[]{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char out[64];
  std::snprintf(out, sizeof out, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
                utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text = out;
}

// A header cannot end early: what would end its line becomes a blank.
void add_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  const std::size_t from = out.size();
  out += value;
  std::replace_if(
      out.begin() + i64(from), out.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  out += "\r\n";
}

// One request's answer: written at once where its turn is, kept where earlier ones are missing.
class Exchange final : public HttpReply {
 public:
  Exchange(HttpReader& reader, Loop& loop) : reader_(&reader), loop_(loop) {}

  void send(HttpAnswer answer) override;
  void begin(HttpAnswer head) override;
  bool chunk(std::string_view bytes) override;
  void end() override;
  void on_gone(std::function<void()> gone) override;
  bool gone() const override { return reader_ == nullptr || complete_; }
  void abort() override;

  void front();   // every earlier answer is complete
  void detach();  // the connection is gone
  bool complete() const { return complete_; }
  bool watched() const { return bool(gone_); }
  void say_continue();
  void forget_gone() { gone_ = nullptr; }

  bool head_only = false, old = false;  // HEAD; HTTP/1.0
  bool last = false;                    // the connection closes behind it
  bool upgrade = false;

 private:
  std::string head(const HttpAnswer& answer, std::optional<std::size_t> length);
  bool write(Encoded bytes);
  void done();

  HttpReader* reader_;
  Loop& loop_;
  std::function<void()> gone_;
  std::vector<Encoded> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool front_ = false, begun_ = false, chunked_ = false, complete_ = false, lost_ = false;
};
using ExchangePtr = std::shared_ptr<Exchange>;

class HttpReader final : public Reader {
 public:
  HttpReader(Loop& loop, HttpSite& site, const HttpLimits& limits, Counters& counters)
      : loop_(loop), site_(site), limits_(limits), counters_(counters), parser_(limits),
        timer_(loop) {}
  ~HttpReader() override {
    for (const ExchangePtr& one : exchanges_) one->forget_gone();
    detach_all();
  }

  void opened(Connection& connection) override;
  std::size_t data(Connection& connection, std::span<u8> bytes) override;
  void half_closed(Connection& connection) override;
  void ended(Connection& connection, int code) override;
  void leaving(Connection& connection) override;

  Connection& connection() { return *connection_; }
  void completed();
  void switched();  // 101 was sent: what follows is not HTTP

 private:
  enum class State : u8 { reading, upgrading, switched, deaf };

  bool step(std::string_view& bytes);
  bool body(std::string_view& bytes);
  bool more();
  ExchangePtr exchange();
  void on_head();
  void on_request();
  void hand_upgrade();
  void refuse(const HttpProblem& problem);
  void detach_all();
  void set_deadline();
  void on_time();

  Loop& loop_;
  HttpSite& site_;
  const HttpLimits& limits_;
  Counters& counters_;
  Connection* connection_ = nullptr;
  HttpParser parser_;
  Timer timer_;
  std::vector<ExchangePtr> exchanges_;  // in the order of the requests; the front one is answered
  ExchangePtr receiving_;               // its body is under way, and the site knows
  HttpRequest upgrade_;
  i64 since_ = 0;  // the request under way began, or the last answer ended
  i64 deadline_ = never, timer_at_ = never;
  State state_ = State::reading;
  bool fresh_ = true, held_ = false, fin_ = false, continued_ = false;
};

// ---- An answer. ----

std::string Exchange::head(const HttpAnswer& answer, std::optional<std::size_t> length) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  out += reason_phrase(answer.status);
  out += "\r\n";
  bool close_said = false;
  for (const HttpHeader& header : answer.headers) {
    if (same_word(header.name, "Content-Length")) continue;
    if (same_word(header.name, "Connection")) {
      close_said = true;
      last |= same_word(header.value, "close");
    }
    add_header(out, header.name, header.value);
  }
  if (answer.status == 101) return out + "\r\n";
  add_header(out, "Date", date_now());
  if (length) add_header(out, "Content-Length", std::to_string(*length));
  if (chunked_) add_header(out, "Transfer-Encoding", "chunked");
  if (!close_said && last) add_header(out, "Connection", "close");
  if (!close_said && !last && old) add_header(out, "Connection", "keep-alive");
  return out + "\r\n";
}

void Exchange::send(HttpAnswer answer) {
  if (gone() || begun_) return;
  begun_ = true;
  if (answer.status == 101) {
    write(encoded(head(answer, std::nullopt)));
    complete_ = true;
    reader_->switched();
    return;
  }
  if (upgrade) last = true;
  const bool bodiless = answer.status == 204 || answer.status == 304 || answer.status < 200;
  std::string out = head(answer, bodiless ? std::nullopt : std::optional(answer.body.size()));
  if (bodiless || head_only || answer.body.size() <= together) {
    if (!bodiless && !head_only) out += answer.body;
    write(encoded(std::move(out)));
  } else {
    write(encoded(std::move(out)));
    write(encoded(std::move(answer.body)));
  }
  done();
}

void Exchange::begin(HttpAnswer answer) {
  if (gone() || begun_) return;
  begun_ = true;
  chunked_ = !old;
  if (old) last = true;  // HTTP/1.0: the body ends where the connection does
  write(encoded(head(answer, std::nullopt)));
  if (!answer.body.empty()) chunk(answer.body);
}

bool Exchange::chunk(std::string_view bytes) {
  if (gone() || !begun_) return false;
  if (bytes.empty() || head_only) return true;
  if (!chunked_) return write(encoded(std::string(bytes)));
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return write(encoded(size + std::string(bytes) + "\r\n"));
}

void Exchange::end() {
  if (gone() || !begun_) return;
  if (chunked_ && !head_only) write(encoded("0\r\n\r\n"));
  done();
}

// False: not taken. An answer of a known length cannot go on then; the reader of one that comes bit
// by bit may.
bool Exchange::write(Encoded bytes) {
  if (lost_) return false;
  if (!front_) {
    if (waiting_bytes_ > 0 && waiting_bytes_ + bytes->size() > most_waiting) {
      lost_ = !chunked_;
      return false;
    }
    waiting_bytes_ += bytes->size();
    waiting_.push_back(std::move(bytes));
    return true;
  }
  if (reader_->connection().send(std::move(bytes))) return true;
  if (!chunked_) reader_->connection().abort();
  return false;
}

void Exchange::front() {
  front_ = true;
  if (lost_) return reader_->connection().abort();
  std::vector<Encoded> waiting;
  waiting.swap(waiting_);
  for (Encoded& bytes : waiting) {
    if (!write(std::move(bytes))) return reader_->connection().abort();
  }
}

void Exchange::done() {
  complete_ = true;
  gone_ = nullptr;
  reader_->completed();
}

void Exchange::say_continue() {
  if (!begun_) write(encoded("HTTP/1.1 100 Continue\r\n\r\n"));
}

void Exchange::on_gone(std::function<void()> gone) {
  if (complete_) return;
  if (reader_ == nullptr) return loop_.later(std::move(gone));
  gone_ = std::move(gone);
}

void Exchange::detach() {
  reader_ = nullptr;
  waiting_.clear();
  if (complete_ || !gone_) return;
  const auto gone = std::move(gone_);
  gone_ = nullptr;
  gone();
}

void Exchange::abort() {
  gone_ = nullptr;
  if (reader_ != nullptr && !complete_) reader_->connection().abort();
}

// ---- Requests. ----

void HttpReader::opened(Connection& connection) {
  connection_ = &connection;
  since_ = Loop::now();
  set_deadline();
}

std::size_t HttpReader::data(Connection&, std::span<u8> bytes) {
  std::string_view left = base::as_text(bytes);
  while (!left.empty() && state_ == State::reading) {
    if (!step(left)) break;
  }
  if (state_ == State::deaf) return bytes.size();
  if (state_ != State::reading && left.size() > ahead) {
    held_ = true;
    connection_->pause();
  }
  if (state_ != State::switched) set_deadline();
  return bytes.size() - left.size();
}

// False: nothing more can be done with these bytes now.
bool HttpReader::step(std::string_view& bytes) {
  const bool fresh = !parser_.under_way();
  if (fresh && exchanges_.size() >= limits_.pipelined) {
    held_ = true;
    connection_->pause();
    return false;
  }
  const HttpParser::Step found = parser_.read(bytes);
  // Empty lines may stand before a request; whoever sends nothing else begins none, and waits for
  // the door as long as whoever is silent.
  if (fresh && (parser_.under_way() || found != HttpParser::Step::more)) since_ = Loop::now();
  switch (found) {
    case HttpParser::Step::more: return more();
    case HttpParser::Step::head:
      continued_ = false;
      parser_.request().peer = connection_->peer();
      parser_.body_limit(site_.body_limit(parser_.request(), limits_));
      // A request without a body is complete, though no byte may be left.
      return body(bytes);
    case HttpParser::Step::done: on_request(); return true;
    case HttpParser::Step::bad: refuse(parser_.problem()); return false;
  }
  return false;
}

bool HttpReader::body(std::string_view& bytes) {
  switch (parser_.read(bytes)) {
    case HttpParser::Step::done: on_request(); return true;
    case HttpParser::Step::bad: refuse(parser_.problem()); return false;
    default: return more();
  }
}

bool HttpReader::more() {
  if (parser_.in_body()) on_head();
  fresh_ &= !parser_.under_way();
  return false;
}

ExchangePtr HttpReader::exchange() {
  auto out = std::make_shared<Exchange>(*this, loop_);
  const HttpRequest& request = parser_.request();
  out->head_only = request.method == "HEAD";
  out->old = request.version < 11;
  out->last = !parser_.keep_alive();
  out->upgrade = parser_.upgrade();
  exchanges_.push_back(out);
  if (exchanges_.size() == 1) out->front();
  return out;
}

// The body is still to come.
void HttpReader::on_head() {
  if (receiving_) return;
  receiving_ = exchange();
  const ExchangePtr mine = receiving_;  // the site may answer at once
  if (parser_.wants_continue() && mine == exchanges_.front()) {
    continued_ = true;
    mine->say_continue();
  }
  site_.began(parser_.request(), mine);
}

void HttpReader::on_request() {
  const ExchangePtr mine = receiving_ ? std::exchange(receiving_, nullptr) : exchange();
  fresh_ = false;
  if (mine->upgrade) {
    state_ = State::upgrading;
    upgrade_ = std::move(parser_.request());
    if (mine == exchanges_.front()) hand_upgrade();
    return;
  }
  if (mine->last) state_ = State::deaf;
  if (!mine->gone()) site_.request(std::move(parser_.request()), mine);
}

void HttpReader::hand_upgrade() {
  const ExchangePtr mine = exchanges_.front();
  site_.upgrade(std::move(upgrade_), mine, *connection_);
}

void HttpReader::refuse(const HttpProblem& problem) {
  ++counters_.refused;
  state_ = State::deaf;
  HttpAnswer answer{
      problem.status,
      {{"Content-Type", "text/plain; charset=UTF-8"}, {"Connection", "close"}},
      problem.says + "\n"
  };
  const ExchangePtr mine = receiving_ ? std::exchange(receiving_, nullptr) : exchange();
  mine->forget_gone();
  mine->last = true;
  if (!mine->gone()) mine->send(std::move(answer));
}

// ---- Answers have ended; the connection does. ----

void HttpReader::completed() {
  const bool early = receiving_ && receiving_->complete();  // the body is no longer wanted
  if (early) {
    receiving_->last = true;
    receiving_.reset();
    state_ = State::deaf;
  }
  since_ = Loop::now();
  while (!exchanges_.empty() && exchanges_.front()->complete()) {
    const bool last = exchanges_.front()->last;
    exchanges_.erase(exchanges_.begin());
    if (last) {
      state_ = State::deaf;
      connection_->close();
      return detach_all();
    }
    if (exchanges_.empty()) break;
    exchanges_.front()->front();
    if (exchanges_.front() == receiving_ && parser_.wants_continue() && !continued_) {
      continued_ = true;
      receiving_->say_continue();
    }
    if (state_ == State::upgrading && exchanges_.size() == 1) return hand_upgrade();
  }
  if (exchanges_.empty() && fin_) return connection_->close();
  if (held_ && state_ == State::reading && exchanges_.size() < limits_.pipelined) {
    held_ = false;
    connection_->resume();
  }
  set_deadline();
}

void HttpReader::switched() {
  state_ = State::switched;
  timer_.cancel();
  exchanges_.front()->detach();
  exchanges_.clear();
  if (held_) connection_->resume();
}

void HttpReader::half_closed(Connection& connection) {
  fin_ = true;
  if (state_ == State::switched) return;
  if (receiving_ && receiving_->watched()) {
    connection.close();
    return detach_all();
  }
  if (state_ == State::reading && parser_.under_way())
    refuse({400, "The request ends in its middle."});
  // Who is told when the client is gone, has nobody to answer any more: most clients that end their
  // direction are gone.
  const bool watched = std::any_of(exchanges_.begin(), exchanges_.end(),
                                   [](const ExchangePtr& one) { return one->watched(); });
  if (!watched && !exchanges_.empty()) return;
  connection.close();
  detach_all();
}

void HttpReader::leaving(Connection& connection) {
  state_ = State::deaf;
  connection.close(300'000'000);
  detach_all();
}

void HttpReader::ended(Connection&, int) { detach_all(); }

void HttpReader::detach_all() {
  std::vector<ExchangePtr> all;
  all.swap(exchanges_);
  receiving_.reset();
  for (const ExchangePtr& one : all) one->detach();
}

// ---- Time. ----

// Timers are set anew only where the time comes earlier: most requests end long before it.
void HttpReader::set_deadline() {
  if (parser_.in_body())
    deadline_ = since_ + limits_.body_within;
  else if (parser_.under_way() || fresh_)
    deadline_ = since_ + limits_.head_within;
  else
    deadline_ = exchanges_.empty() ? since_ + limits_.idle : never;
  if (deadline_ >= timer_at_) return;
  timer_at_ = deadline_;
  timer_.at(timer_at_, [this] { on_time(); });
}

void HttpReader::on_time() {
  timer_at_ = never;
  if (connection_->closing()) return;
  if (Loop::now() < deadline_) return set_deadline();
  if (state_ == State::reading && parser_.in_body())
    refuse({408, "The body did not come in time."});
  else if (state_ == State::reading && parser_.under_way())
    refuse({408, "The request's head did not come in time."});
  else
    connection_->close();
}

}  // namespace

std::string http_refusal(u32 status, const std::string& sentence) {
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
         "\r\nContent-Type: text/plain; charset=UTF-8\r\nRetry-After: 5\r\nContent-Length: " +
         std::to_string(sentence.size()) + "\r\nConnection: close\r\n\r\n" + sentence;
}

std::unique_ptr<Reader> make_http_reader(Loop& loop, HttpSite& site, const HttpLimits& limits,
                                         Counters& counters) {
  return std::make_unique<HttpReader>(loop, site, limits, counters);
}

}  // namespace netpeel::net
