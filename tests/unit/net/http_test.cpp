#include "net/http.hpp"

#include "ends.hpp"
#include "fake_connection.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using net::FakeConnection;
using net::HttpAnswer;
using net::HttpReplyPtr;
using net::HttpRequest;

namespace {

// /now answers at once; all other paths wait for the test.
struct Site final : net::HttpSite {
  struct Waiting {
    HttpRequest request;
    HttpReplyPtr reply;
    net::Connection* connection = nullptr;
  };
  std::vector<Waiting> waiting;
  std::vector<std::string> began_paths, gone;

  void began(const HttpRequest& request, const HttpReplyPtr& reply) override {
    began_paths.push_back(request.path);
    if (request.path == "/early") reply->send({403, {}, "no"});
  }
  void request(HttpRequest request, HttpReplyPtr reply) override {
    if (request.path == "/now") return reply->send({200, {}, request.method + request.body});
    if (request.path == "/watched") reply->on_gone([this] { gone.push_back("watched"); });
    waiting.push_back({std::move(request), std::move(reply)});
  }
  void upgrade(HttpRequest request, HttpReplyPtr reply, net::Connection& connection) override {
    waiting.push_back({std::move(request), std::move(reply), &connection});
  }
  std::size_t body_limit(const HttpRequest& request, const net::HttpLimits& limits) override {
    return request.path == "/small" ? 10 : limits.body;
  }
};

struct Server {
  net::Loop loop;
  Site site;
  net::HttpLimits limits;
  net::Counters counters;
  FakeConnection connection{net::make_http_reader(loop, site, limits, counters)};

  explicit Server(const net::HttpLimits& wanted = {}) : limits(wanted) {}
  void got(std::string_view bytes) { connection.got(bytes); }
  // What was sent since, dates left out.
  std::string sent() {
    std::string out;
    out.swap(connection.sent);
    for (std::size_t at = out.find("Date: "); at != out.npos; at = out.find("Date: "))
      out.erase(at, out.find('\n', at) + 1 - at);
    return out;
  }
};

std::string get(const std::string& path, const std::string& headers = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}
std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("requests on one connection, split anywhere") {
  const std::string text = get("/now") +
                           "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" +
                           "HEAD /now HTTP/1.1\r\nHost: h\r\n\r\n" + get("/now");
  const std::string wanted =
      ok("GET") + ok("POSTabc") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + ok("GET");
  for (std::size_t at = 0; at <= text.size(); ++at) {
    Server server;
    server.got(std::string_view(text).substr(0, at));
    server.got(std::string_view(text).substr(at));
    CHECK(server.sent() == wanted);
  }
  Server server;
  for (const char c : text) server.got({&c, 1});
  CHECK(server.sent() == wanted);
}

TEST_CASE("answers come in the order of the requests") {
  Server server;
  server.got(get("/a") + get("/now") + get("/b") + get("/now"));
  CHECK(server.sent().empty());
  REQUIRE(server.site.waiting.size() == 2);
  CHECK(server.site.waiting[0].request.peer == "192.0.2.1:4000");
  server.site.waiting[1].reply->begin({200, {}, "one"});
  server.site.waiting[1].reply->chunk("two");
  CHECK(server.sent().empty());
  server.site.waiting[0].reply->send({200, {}, "A"});
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n";
  CHECK(server.sent() == ok("A") + ok("GET") + chunked);
  server.site.waiting[1].reply->end();
  CHECK(server.sent() == "0\r\n\r\n" + ok("GET"));
  CHECK(server.site.waiting[1].reply->gone());
}

TEST_CASE("no more requests are read ahead than the limit says") {
  Server server;
  std::string many;
  for (int i = 0; i < 40; ++i) many += get("/" + std::to_string(i));
  server.got(many);
  CHECK(server.site.waiting.size() == 16);
  CHECK(server.connection.paused);
  for (std::size_t i = 0; i < 40; ++i) {
    REQUIRE(i < server.site.waiting.size());
    server.site.waiting[i].reply->send({});
    server.connection.give();
  }
  CHECK(server.site.waiting.size() == 40);
}

TEST_CASE("when the connection ends behind an answer") {
  Server one;
  one.got(get("/now", "Connection: close\r\n") + get("/now"));
  CHECK(one.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nGET");
  CHECK(one.connection.closing());
  Server old;
  old.got("GET /now HTTP/1.0\r\n\r\n");
  CHECK(old.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nGET");
  CHECK(old.connection.closing());
  Server stays;
  stays.got("GET /now HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  CHECK(stays.sent() ==
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nGET");
  CHECK_FALSE(stays.connection.closing());
  Server bit;
  bit.got("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  bit.site.waiting[0].reply->begin({});
  bit.site.waiting[0].reply->chunk("x");
  bit.site.waiting[0].reply->end();
  CHECK(bit.sent() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx");
  CHECK(bit.connection.closing());
}

TEST_CASE("what is refused is answered behind what was asked before, and ends the connection") {
  Server server;
  server.got(get("/a") + "nonsense\r\n");
  CHECK(server.sent().empty());
  server.site.waiting[0].reply->send({});
  const std::string sent = server.sent();
  CHECK(sent.find("HTTP/1.1 400 Bad Request\r\n") != sent.npos);
  CHECK(sent.find("Connection: close") != sent.npos);
  CHECK(sent.ends_with("The first line is not METHOD TARGET HTTP/1.1: \"nonsense\".\n"));
  CHECK(server.connection.closing());
  CHECK(server.counters.refused == 1);
}

TEST_CASE("a body under way: told to the site, asked for, limited") {
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  Server server;
  server.got(head);
  CHECK(server.site.began_paths == std::vector<std::string>{"/a"});
  CHECK(server.sent() == "HTTP/1.1 100 Continue\r\n\r\n");
  server.got("ab");
  server.got("c");
  REQUIRE(server.site.waiting.size() == 1);
  CHECK(server.site.waiting[0].request.body == "abc");
  server.site.waiting[0].reply->send({});
  CHECK(server.sent() == ok(""));

  Server behind;  // the word to go on waits for its turn, as an answer does
  behind.got(get("/first") + head);
  CHECK(behind.sent().empty());
  behind.site.waiting[0].reply->send({});
  CHECK(behind.sent() == ok("") + "HTTP/1.1 100 Continue\r\n\r\n");

  Server at_once;
  at_once.got(head + "abc");
  CHECK(at_once.sent().empty());
  CHECK(at_once.site.began_paths.empty());

  Server early;
  early.got("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
  CHECK(early.sent().starts_with("HTTP/1.1 403 Forbidden"));
  CHECK(early.connection.closing());
  early.got("abc" + get("/now"));
  CHECK(early.sent().empty());

  Server large;
  large.got(
      "POST /small HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  CHECK(large.sent().starts_with("HTTP/1.1 413 Payload Too Large"));
  CHECK(large.site.began_paths.empty());

  Server chunks;
  chunks.got(
      "POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n");
  CHECK(chunks.site.began_paths.size() == 1);
  chunks.got("3\r\n");
  CHECK(chunks.sent().starts_with("HTTP/1.1 413 Payload Too Large"));
  CHECK(chunks.connection.closing());
}

TEST_CASE("a client that goes away is told to who asked") {
  Server server;
  server.got(get("/watched") + get("/watched") + get("/a"));
  server.site.waiting[1].reply->send({});
  server.connection.ended();
  CHECK(server.site.gone == std::vector<std::string>{"watched"});
  CHECK(server.site.waiting[2].reply->gone());
  server.site.waiting[0].reply->send({});
  CHECK(server.sent().empty());

  Server fin;  // no more requests come; the answers do
  fin.got(get("/a"));
  fin.connection.fin();
  CHECK_FALSE(fin.connection.closing());
  fin.site.waiting[0].reply->send({});
  CHECK(fin.sent() == ok(""));
  CHECK(fin.connection.closing());

  Server poll;
  poll.got(get("/watched"));
  poll.connection.fin();
  CHECK(poll.site.gone.size() == 1);
  CHECK(poll.connection.closing());

  Server half;
  half.got("GET / HT");
  half.connection.fin();
  CHECK(half.sent().starts_with("HTTP/1.1 400 "));
}

TEST_CASE("an upgrade waits for the answers before it; what follows belongs to the next reader") {
  Server server;
  net::Recorder::Log log;
  const std::string upgrade =
      get("/ws", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n");
  server.got(get("/a") + upgrade + "FRAME");
  REQUIRE(server.site.waiting.size() == 1);
  server.site.waiting[0].reply->send({});
  REQUIRE(server.site.waiting.size() == 2);
  server.sent();
  server.site.waiting[1].reply->send({
      101, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}},
       ""
  });
  CHECK(server.sent() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  server.connection.become(std::make_unique<net::Recorder>(log));
  server.connection.give();
  CHECK(log.got == "FRAME");
  CHECK_FALSE(server.connection.closing());

  Server refused;
  refused.got(upgrade);
  refused.site.waiting[0].reply->send({404, {}, ""});
  CHECK(refused.sent() ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(refused.connection.closing());
}

TEST_CASE("an answer's header cannot hold a line end; a full queue ends what cannot go on") {
  Server server;
  server.got(get("/a"));
  server.site.waiting[0].reply->send({200, {{"X", "1\r\nSet-Cookie: a=1"}}, ""});
  CHECK(server.sent() == "HTTP/1.1 200 OK\r\nX: 1  Set-Cookie: a=1\r\nContent-Length: 0\r\n\r\n");
  server.got(get("/b"));
  server.connection.full = true;
  server.site.waiting[1].reply->send({});
  CHECK(server.connection.aborted);

  Server bits;
  bits.got(get("/a"));
  bits.site.waiting[0].reply->begin({});
  bits.connection.full = true;
  CHECK_FALSE(bits.site.waiting[0].reply->chunk("lost"));
  bits.connection.full = false;
  bits.sent();
  CHECK(bits.site.waiting[0].reply->chunk("x"));
  CHECK(bits.sent() == "1\r\nx\r\n");
}

TEST_CASE("who is slow gets 408; who says nothing, nothing") {
  net::HttpLimits limits;
  limits.head_within = 30'000'000;
  limits.body_within = 60'000'000;
  limits.idle = 90'000'000;
  const auto run = [&](std::string_view text, i64 within) {
    Server server(limits);
    server.got(text);
    server.sent();
    net::Timer stop(server.loop), look(server.loop);
    const i64 begin = net::Loop::now();
    i64 closed = 0;
    std::function<void()> again = [&] {
      if (server.connection.closing()) {
        closed = net::Loop::now() - begin;
        return server.loop.stop();
      }
      look.after(1'000'000, again);
    };
    again();
    stop.after(3'000'000'000, [&] { server.loop.stop(); });
    server.loop.run();
    CHECK(closed >= within);
    CHECK(closed < within + 1'000'000'000);
    return server.sent();
  };
  CHECK(run("", 30'000'000).empty());
  CHECK(run("GET / HTTP/1.1\r\nHos", 30'000'000).starts_with("HTTP/1.1 408 Request Timeout"));
  CHECK(run("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na", 60'000'000)
            .starts_with("HTTP/1.1 408 "));
  CHECK(run(get("/now"), 90'000'000).empty());
}

TEST_CASE("empty lines begin no request: who sends nothing else has no more time") {
  net::HttpLimits limits;
  limits.head_within = 60'000'000;
  limits.idle = 60'000'000;
  for (const std::string& first : {std::string(), get("/now")}) {
    Server server(limits);
    server.got(first);
    net::Timer again(server.loop), stop(server.loop);
    std::function<void()> drip = [&] {
      if (server.connection.closing()) return server.loop.stop();
      server.got("\r\n");
      again.after(10'000'000, drip);
    };
    drip();
    stop.after(1'000'000'000, [&] { server.loop.stop(); });
    server.loop.run();
    CHECK(server.connection.closing());
  }
}

TEST_CASE("HTTP over a real socket") {
  net::Loop loop;
  net::Counters counters;
  net::QueueLimit limit;
  net::HttpLimits limits;
  Site site;
  net::Listener listener(loop, {}, counters,
                         [&] { return net::make_http_reader(loop, site, limits, counters); });
  net::Recorder::Log client;
  client.on_open = [](net::Connection& c) {
    c.send(net::encoded(get("/now") + get("/now", "Connection: close\r\n")));
  };
  client.on_end = [&] { loop.stop(); };
  net::Timer late(loop);
  late.after(5'000'000'000, [&] { loop.stop(); });
  net::dial(loop, "127.0.0.1", listener.port(), limit, counters,
            std::make_unique<net::Recorder>(client), [&](const auto&) { loop.stop(); });
  loop.run();
  CHECK(client.code == 0);
  CHECK(client.got.find("GETHTTP/1.1 200 OK") != client.got.npos);
  CHECK(client.got.ends_with("\r\n\r\nGET"));
}
