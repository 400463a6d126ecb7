#include "net/site.hpp"

#include "net/http_words.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using net::HttpAnswer;
using net::HttpRequest;

namespace {

// Keeps what was answered.
struct FakeReply final : net::HttpReply {
  HttpAnswer answer;
  std::string body;
  bool begun = false, complete = false;
  std::function<void()> gone_call;

  void send(HttpAnswer whole) override {
    begun = complete = true;
    answer = std::move(whole);
    body = answer.body;
  }
  void begin(HttpAnswer head) override {
    begun = true;
    answer = std::move(head);
  }
  bool chunk(std::string_view bytes) override {
    body += bytes;
    return true;
  }
  void end() override { complete = true; }
  void on_gone(std::function<void()> gone) override { gone_call = std::move(gone); }
  bool gone() const override { return complete; }
  void abort() override { complete = true; }
};

HttpRequest asks(const std::string& target, std::vector<net::HttpHeader> headers = {}) {
  HttpRequest out;
  out.method = "GET";
  out.target = target;
  out.path = target.substr(0, target.find('?'));
  if (out.path.size() < target.size()) out.query = target.substr(out.path.size() + 1);
  out.headers = std::move(headers);
  return out;
}

void run_for(net::Loop& loop, i64 nanoseconds) {
  net::Timer stop(loop);
  stop.after(nanoseconds, [&] { loop.stop(); });
  loop.run();
  loop.restart();
}

constexpr i64 ms = 1'000'000;

std::size_t occurrences(std::string_view text, std::string_view of) {
  std::size_t n = 0;
  for (std::size_t at = text.find(of); at != text.npos; at = text.find(of, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a ticker runs only while somebody listens") {
  net::Loop loop;
  const net::Ticker ticker(loop, ms);
  run_for(loop, 20 * ms);
  loop.run();  // nothing is left to wait for: it returns
  loop.restart();
  CHECK(ticker.listeners() == 0);
  CHECK(ticker.latest().starts_with("{\"tick\":"));
}

TEST_CASE(
    "long-polling: what was missed at once, the next tick when it comes, 204 when none does") {
  net::Loop loop;
  net::Ticker ticker(loop, 50 * ms);
  run_for(loop, 120 * ms);
  const auto missed = std::make_shared<FakeReply>();
  ticker.wait(asks("/t?after=0"), missed);
  CHECK(missed->answer.status == 200);
  CHECK(missed->body.starts_with("[{\"tick\":1,"));
  CHECK(missed->body.find("\"tick\":2") != std::string::npos);
  const auto next = std::make_shared<FakeReply>();
  ticker.wait(asks("/t"), next);
  CHECK_FALSE(next->complete);
  CHECK(ticker.listeners() == 1);
  run_for(loop, 200 * ms);
  CHECK(next->complete);
  CHECK(next->answer.status == 200);
  CHECK(ticker.listeners() == 0);
  ticker.patience = 10 * ms;
  const auto never = std::make_shared<FakeReply>();
  ticker.wait(asks("/t?after=1000000"), never);
  run_for(loop, 200 * ms);
  CHECK(never->answer.status == 204);
  const auto wrong = std::make_shared<FakeReply>();
  ticker.wait(asks("/t?after=-1"), wrong);
  CHECK(wrong->answer.status == 400);
  const auto left = std::make_shared<FakeReply>();
  ticker.wait(asks("/t?after=1000000"), left);
  left->gone_call();
  CHECK(ticker.listeners() == 0);
}

TEST_CASE("nobody is told more than a hundred ticks again, and none twice") {
  net::Loop loop;
  net::Ticker ticker(loop, ms / 10);
  run_for(loop, 50 * ms);  // some 500 ticks
  const auto poll = std::make_shared<FakeReply>();
  ticker.wait(asks("/t?after=0"), poll);
  CHECK(occurrences(poll->body, "\"tick\"") == 100);
  const auto stream = std::make_shared<FakeReply>();
  ticker.events(asks("/t",
                     {
                         {"Last-Event-ID", "0"}
  }),
                stream);
  CHECK(stream->body.starts_with("retry: 2000\n\nid: "));
  CHECK(occurrences(stream->body, "id: ") == 100);
  run_for(loop, 50 * ms);
  u64 last = 0;
  for (std::size_t at = stream->body.find("id: "); at != std::string::npos;
       at = stream->body.find("id: ", at + 1)) {
    const u64 id = std::stoull(stream->body.substr(at + 4));
    if (last != 0) CHECK(id == last + 1);
    last = id;
  }
  CHECK(occurrences(stream->body, "id: ") > 200);
  ticker.shut_down();
  CHECK(stream->complete);
  const auto fresh = std::make_shared<FakeReply>();
  ticker.events(asks("/t"), fresh);
  CHECK(fresh->body == "retry: 2000\n\n");
  CHECK(fresh->complete);
}

TEST_CASE("who asks for gzip gets it, and only who does") {
  const auto accepts = [](const std::string& value) {
    return net::accepts_gzip(asks("/", {
                                           {"Accept-Encoding", value}
    }));
  };
  CHECK(accepts("gzip"));
  CHECK(accepts("br , GZIP ; q=0.5"));
  CHECK_FALSE(accepts("gzip;q=0"));
  CHECK_FALSE(accepts("gzip; q=0.000"));
  CHECK_FALSE(accepts("br, deflate"));
  CHECK_FALSE(net::accepts_gzip(asks("/")));
  CHECK(net::html_escaped("<a b='\"&'>") == "&lt;a b=&#39;&quot;&amp;&#39;&gt;");
}

TEST_CASE("metrics as Prometheus reads them") {
  net::Counters counters;
  counters.dropped = 7;
  const std::string text =
      net::metrics_text(counters, {
                                      {"sessions", "Open.", "path=\"/a\"", 1},
                                      {"sessions", "Open.", "path=\"/b\"", 2}
  });
  CHECK(text.starts_with(
      "# HELP netpeel_sessions Open.\n# TYPE netpeel_sessions gauge\n"
      "netpeel_sessions{path=\"/a\"} 1\nnetpeel_sessions{path=\"/b\"} 2\n# HELP "));
  CHECK(
      text.find(
          "\n# TYPE netpeel_dropped_messages_total counter\nnetpeel_dropped_messages_total 7\n") !=
      std::string::npos);
}

TEST_CASE("answers that take their time: so many at once, no more") {
  net::Loop loop;
  net::SitePages pages(loop);
  std::vector<std::shared_ptr<FakeReply>> waiting;
  const auto ask = [&](const std::string& target) {
    auto reply = std::make_shared<FakeReply>();
    CHECK(pages.request(asks(target), reply));
    return reply;
  };
  for (long i = 0; i < net::SitePages::most_waiting; ++i) waiting.push_back(ask("/http/slow"));
  CHECK(waiting.back()->answer.status != 503);
  CHECK(ask("/http/slow")->answer.status == 503);
  CHECK(ask("/http/chunked?n=2&ms=1")->answer.status == 503);
}

TEST_CASE("the site's files: by name, no others") {
  net::Loop loop;
  net::Counters counters;
  constexpr net::Asset files[]{
      {"index.html", "<p>"},
      {"a.js",       "1"  }
  };
  net::SiteSettings settings;
  settings.pages = files;
  net::Site site(loop, settings, counters);
  const auto get = [&](const std::string& target) {
    auto reply = std::make_shared<FakeReply>();
    site.request(asks(target), reply);
    return reply;
  };
  CHECK(get("/")->body == "<p>");
  CHECK(get("/a.js")->answer.headers[0].value == "text/javascript; charset=UTF-8");
  for (const char* const none :
       {"/b.js", "/../a.js", "//a.js", "/a.js/", "*", "/http", "/socket.io/"})
    CHECK(get(none)->answer.status == 404);
  CHECK(get("/socket.io/socket.io.js")->answer.status == 404);
  CHECK(get("/socket.io/socket.io.js")->body.find("npm install") != std::string::npos);
}
