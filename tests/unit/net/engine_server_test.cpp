// What lies around the sessions: who is let in, in which order one is refused, real time.
#include "net/engine.hpp"

#include "net/engine_cors.hpp"
#include "support/catch.hpp"
#include "support/engine_world.hpp"

using namespace netpeel;

namespace {

constexpr i64 ms = 1'000'000;

struct NoConnection final : net::Connection {
  bool send(net::Encoded) override { return false; }
  std::size_t queued() const override { return 0; }
  void last_words(net::Encoded) override {}
  void become(std::unique_ptr<net::Reader>) override { became = true; }
  void finish() override {}
  void close(i64) override {}
  void abort() override {}
  bool closing() const override { return false; }
  std::string peer() const override { return "127.0.0.1:1"; }
  void pause() override {}
  void resume() override {}
  bool became = false;
};

class Heard final : public net::EngineEvents {
 public:
  void opened(net::EngineSocket& socket) override {
    last = &socket;
    id = socket.id();
    opened_at = net::Loop::now();
  }
  void text(net::EngineSocket&, std::string_view message) override { texts += message; }
  void binary(net::EngineSocket&, Bytes) override {}
  void closed(net::EngineSocket&, net::EngineEnd why) override {
    ends.push_back(net::engine_end_name(why));
    closed_at = net::Loop::now();
  }
  net::EngineSocket* last = nullptr;
  std::string id, texts;
  std::vector<std::string_view> ends;
  i64 opened_at = 0, closed_at = 0;
};

struct House {
  explicit House(net::EngineSettings s = {})
      : server(std::make_unique<net::EngineServer>(loop, std::move(s), net::QueueLimit{}, heard,
                                                   counters)) {}

  static net::HttpRequest request(const std::string& method, const std::string& query) {
    net::HttpRequest r;
    r.method = method;
    r.target = "/socket.io/?" + query;
    r.path = "/socket.io/";
    r.query = query;
    r.headers = {
        {"Host", "me.example:3000"}
    };
    return r;
  }
  std::shared_ptr<test::FakeReply> ask(net::HttpRequest r) {
    const auto reply = std::make_shared<test::FakeReply>("", said);
    server->request(std::move(r), reply);
    return reply;
  }
  std::string answer(const std::string& method, const std::string& query) {
    const auto reply = ask(request(method, query));
    return std::to_string(reply->answered.status) + " " + reply->answered.body;
  }
  // With what RFC 6455 wants of a handshake.
  std::string upgrade(const std::string& query, const std::string& origin) {
    net::HttpRequest r = request("GET", query);
    r.headers.push_back({"Connection", "Upgrade"});
    r.headers.push_back({"Upgrade", "websocket"});
    r.headers.push_back({"Sec-WebSocket-Version", "13"});
    r.headers.push_back({"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="});
    if (!origin.empty()) r.headers.push_back({"Origin", origin});
    const auto reply = std::make_shared<test::FakeReply>("", said);
    server->upgrade(std::move(r), reply, connection);
    return std::to_string(reply->answered.status) + " " + reply->answered.body;
  }

  net::Loop loop;
  net::Counters counters;
  Heard heard;
  std::vector<std::string> said;
  NoConnection connection;
  std::unique_ptr<net::EngineServer> server;
};

}  // namespace

TEST_CASE("refusals come in the order of the original") {
  House h;
  const std::string begin = "EIO=4&transport=polling";
  CHECK(h.answer("GET", "transport=x") == R"(400 {"code":0,"message":"Transport unknown"})");
  CHECK(h.answer("POST", "sid=x") == R"(400 {"code":0,"message":"Transport unknown"})");
  CHECK(h.answer("GET", "transport=polling&sid=x") ==
        R"(400 {"code":1,"message":"Session ID unknown"})");
  CHECK(h.answer("POST", "transport=polling") ==
        R"(400 {"code":2,"message":"Bad handshake method"})");
  CHECK(h.answer("GET", "transport=websocket&EIO=4") ==
        R"(400 {"code":3,"message":"Bad request"})");
  CHECK(h.answer("GET", "transport=polling") ==
        R"(400 {"code":5,"message":"Unsupported protocol version"})");
  CHECK(h.counters.refused == 6);
  CHECK(h.server->sessions() == 0);
  CHECK(h.answer("GET", begin).starts_with("200 0{"));
  CHECK(h.server->sessions() == 1);
  CHECK(h.answer("GET", "transport=polling&sid=" + h.heard.id) ==
        R"(400 {"code":3,"message":"Bad request"})");
  CHECK(h.answer("PUT", begin + "&sid=" + h.heard.id) == "500 ");
  CHECK(h.answer("GET", "EIO=4&transport=websocket&sid=" + h.heard.id) ==
        R"(400 {"code":3,"message":"Bad request"})");
}

TEST_CASE("a transport that is switched off is unknown, and not offered") {
  net::EngineSettings s;
  s.websocket = false;
  House h(s);
  CHECK(h.upgrade("EIO=4&transport=websocket", "") == "400 Transport unknown");
  CHECK(h.answer("GET", "EIO=4&transport=polling").find(R"("upgrades":[])") != std::string::npos);
}

TEST_CASE("there are so many sessions at most, over polling as over WebSocket") {
  net::EngineSettings s;
  s.most_sessions = 2;
  House h(s);
  const std::string begin = "EIO=4&transport=polling";
  for (int i = 0; i < 2; ++i) CHECK(h.answer("GET", begin).starts_with("200 0{"));
  CHECK(h.answer("GET", begin).starts_with("503 This server has as many sessions"));
  CHECK(h.upgrade("EIO=4&transport=websocket", "").starts_with("503 "));
  CHECK(h.upgrade("EIO=4&transport=websocket&sid=" + h.heard.id, "").starts_with("101"));
  CHECK(h.server->sessions() == 2);
  CHECK(h.counters.refused == 2);
}

TEST_CASE("an upgrade is refused with the reason as text") {
  House h;
  CHECK(h.upgrade("EIO=4&transport=websocket&sid=x", "") == "400 Session ID unknown");
  CHECK(h.upgrade("transport=websocket", "") == "400 Unsupported protocol version");
  net::HttpRequest r = House::request("GET", "EIO=4&transport=websocket");
  const auto reply = std::make_shared<test::FakeReply>("", h.said);
  h.server->upgrade(std::move(r), reply, h.connection);
  CHECK(reply->answered.status == 426);  // RFC 6455's rules come behind Engine.IO's
  CHECK_FALSE(h.connection.became);
  CHECK(h.upgrade("EIO=4&transport=websocket", "").starts_with("101"));
  CHECK(h.connection.became);
}

TEST_CASE("with --cors a WebSocket's page has to be the allowed one, or ours") {
  net::EngineSettings s;
  s.cors = "http://page.example";
  House h(s);
  const std::string query = "EIO=4&transport=websocket";
  CHECK(h.upgrade(query, "http://evil.example") == "403 Forbidden");
  CHECK(h.upgrade(query, "http://page.example.evil.example") == "403 Forbidden");
  CHECK(h.upgrade(query, "null") == "403 Forbidden");
  CHECK(h.upgrade(query, "http://page.example").starts_with("101"));
  CHECK(h.upgrade(query, "http://me.example:3000").starts_with("101"));
  CHECK(h.upgrade(query, "").starts_with("101"));
  s.cors = "*";
  CHECK(House(s).upgrade(query, "http://evil.example").starts_with("101"));
  CHECK(House().upgrade(query, "http://evil.example").starts_with("101"));
}

TEST_CASE("a preflight, with credentials where they are allowed") {
  net::EngineSettings s;
  s.cors = "http://page.example";
  s.cors_credentials = true;
  House h(s);
  net::HttpRequest r = House::request("OPTIONS", "transport=x");
  r.headers.push_back({"Access-Control-Request-Headers", "content-type"});
  const auto reply = h.ask(std::move(r));
  std::string headers;
  for (const auto& [name, value] : reply->answered.headers) headers += name + ": " + value + "\n";
  CHECK(reply->answered.status == 204);
  CHECK(headers == "Access-Control-Allow-Origin: http://page.example\n"
                   "Access-Control-Allow-Credentials: true\n"
                   "Vary: Origin, Access-Control-Request-Headers\n"
                   "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\n"
                   "Access-Control-Allow-Headers: content-type\n");
}

TEST_CASE("bodies are judged before they come in") {
  net::EngineSettings s;
  s.max_payload = 100;
  House h(s);
  h.answer("GET", "EIO=4&transport=polling");
  const auto began = [&](const std::string& query, const std::string& length) {
    net::HttpRequest r = House::request("POST", query);
    r.headers.push_back({"Content-Length", length});
    const auto reply = std::make_shared<test::FakeReply>("", h.said);
    CHECK(h.server->body_limit(r) >= 100);
    h.server->began(r, reply);
    return reply;
  };
  const std::string query = "EIO=4&transport=polling&sid=" + h.heard.id;
  CHECK(began("EIO=4&transport=polling&sid=x", "1000000000000")->answered.status == 400);
  CHECK(began(query, "101")->answered.status == 413);
  CHECK(h.server->sessions() == 1);
  const auto good = began(query, "100");
  CHECK_FALSE(good->gone());
  net::HttpRequest whole = House::request("POST", query);
  whole.body = "4hello";
  h.server->request(std::move(whole), good);
  CHECK(good->answered.body == "ok");
  CHECK(h.heard.texts == "hello");
}

TEST_CASE("a silent session is gone in time, by the real clock") {
  net::EngineSettings s;
  s.ping_interval = 60 * ms;
  s.ping_timeout = 40 * ms;
  House h(s);
  for (int i = 0; i < 100; ++i) h.answer("GET", "EIO=4&transport=polling");
  CHECK(h.server->sessions() == 100);
  h.loop.run();
  CHECK(h.server->sessions() == 0);
  CHECK(h.heard.ends == std::vector<std::string_view>(100, "ping timeout"));
  CHECK(h.heard.closed_at - h.heard.opened_at >= 100 * ms);
  CHECK(h.heard.closed_at - h.heard.opened_at < 400 * ms);
}

TEST_CASE("shut_down() tells who polls, and is done") {
  House h;
  h.answer("GET", "EIO=4&transport=polling");
  const auto poll = h.ask(House::request("GET", "EIO=4&transport=polling&sid=" + h.heard.id));
  h.answer("GET", "EIO=4&transport=polling");
  h.server->shut_down();
  CHECK(poll->answered.body == "1");
  CHECK(h.server->sessions() == 0);
  CHECK(h.heard.ends == std::vector<std::string_view>(2, "server shutting down"));
  h.loop.run();
}

TEST_CASE("a server that is destroyed says nothing to anybody") {
  House h;
  h.answer("GET", "EIO=4&transport=polling");
  const auto poll = h.ask(House::request("GET", "EIO=4&transport=polling&sid=" + h.heard.id));
  h.server = nullptr;
  poll->leave();
  h.loop.run();
  CHECK(h.heard.ends.empty());
}
