// A Socket.IO server under fake Engine.IO sessions: what it answers to what, packet by packet.
#include "net/socketio.hpp"

#include "base/random.hpp"
#include "net/adapter.hpp"
#include "net/sio_metrics.hpp"
#include "support/catch.hpp"
#include "support/fake_engine.hpp"

using namespace netpeel;
using namespace netpeel::net;

namespace {

using Sent = std::vector<std::string>;

// A server, and clients by number that have joined "/" unless told otherwise.
struct Story {
  explicit Story(SocketIoSettings settings = {}) : io(loop, std::move(settings)) {}

  test::FakeEngineSocket& open() {
    clients.push_back(std::make_unique<test::FakeEngineSocket>(io.engine_events()));
    return *clients.back();
  }
  // Returns the socket's id.
  std::string join(test::FakeEngineSocket& c, const std::string& nsp = "/",
                   const std::string& auth = "") {
    c.text("0" + (nsp == "/" ? "" : nsp + ",") + auth);
    loop.poll();
    for (const std::string& s : c.sent) {
      if (const auto at = s.find("\"sid\":\""); at != std::string::npos)
        return s.substr(at + 7, 20);
    }
    return {};
  }
  // One that has joined "/", and whose answer to that is taken.
  test::FakeEngineSocket& client() {
    auto& c = open();
    ids.push_back(join(c));
    c.take();
    return c;
  }

  Loop loop;
  SocketIoServer io;
  std::vector<std::unique_ptr<test::FakeEngineSocket>> clients;
  std::vector<std::string> ids;
};

SocketIoSettings recovering() {
  SocketIoSettings s;
  s.recovery = 60'000'000'000;
  return s;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto at = text.find(begin);
  if (at == std::string::npos) return {};
  const auto from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

}  // namespace

TEST_CASE("CONNECT is answered with an id of 20 characters, in a later turn") {
  Story s;
  auto& c = s.open();
  c.text("0");
  CHECK(c.sent.empty());
  s.loop.poll();
  REQUIRE(c.sent.size() == 1);
  CHECK(c.sent[0].substr(0, 8) == R"(0{"sid":)");
  CHECK(c.sent[0].size() == std::string(R"(0{"sid":""})").size() + 20);
  CHECK(s.io.root().size() == 1);
}

TEST_CASE("what comes before CONNECT was answered closes the connection") {
  Story s;
  auto& c = s.open();
  c.text("0");
  c.text(R"(2["a"])");
  CHECK(c.closed);
  s.loop.poll();
  CHECK(c.sent.empty());
  CHECK(s.io.root().size() == 0);
  CHECK(s.io.counters().clients == 0);
}

TEST_CASE("auth is an object, handed on as it came") {
  Story s;
  std::string seen;
  s.io.root().on_connection([&](const SocketPtr& socket) {
    seen = socket->auth().text();
    socket->emit("auth", socket->auth());
  });
  auto& c = s.open();
  s.join(c, "/", R"({"b":1.50,"a":[]})");
  CHECK(seen == R"({"b":1.50,"a":[]})");
  CHECK(c.sent[1] == R"(2["auth",{"b":1.50,"a":[]}])");
  auto& none = s.open();
  s.join(none);
  CHECK(none.sent[1] == R"(2["auth",{}])");
}

TEST_CASE("packets that break the protocol close the connection at once") {
  const Sent bad{"9",
                 "x",
                 "",
                 R"(2["a")",
                 R"(2["a"]x)",
                 "2{}",
                 "2\"a\"",
                 "2[]",
                 "2[null]",
                 "2[true]",
                 "2[{}]",
                 R"(2["connect"])",
                 R"(2["connect_error"])",
                 R"(2["disconnect"])",
                 R"(2["disconnecting"])",
                 R"(2["newListener"])",
                 R"(2["removeListener"])",
                 R"(2["\u0063onnect"])",
                 R"(2/nope,["a"])",
                 "0",
                 "0{}",
                 "4{}",
                 "1{}",
                 "1/nope,",
                 "3/nope,1[]",
                 "31{}",
                 R"(50-["a"])",
                 R"(5-["a"])",
                 R"(5["a"])",
                 R"(511-["a"])",
                 R"(5x-["a"])",
                 R"(51-["a")",
                 "2[01]",
                 "2['a']",
                 R"(2["a",])",
                 R"(2["a","\x"])",
                 "0/x,[]",
                 "0/x,null",
                 "0/x,1e",
                 "0/x,{"};
  for (const std::string& packet : bad) {
    std::string reason;
    Story s;
    auto& c = s.client();
    auto& other = s.client();
    s.io.root().on_disconnect([&](const SocketPtr&, const std::string& r) { reason = r; });
    CAPTURE(packet);
    c.text(packet);
    CHECK(c.closed);
    CHECK(reason.substr(0, 6) == "forced");
    CHECK_FALSE(other.closed);
    CHECK(s.io.counters().closed_broken == 1);
  }
}

TEST_CASE("attachments: too early, text amid them, a number out of range") {
  Story binary;
  auto& no_list = binary.client();
  no_list.text("51-{}");
  CHECK(no_list.closed);
  for (const std::string placeholder :
       {R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-1})",
        R"({"_placeholder":true})", R"({"_placeholder":true,"num":"0"})"}) {
    Story s;
    auto& c = s.client();
    c.text(R"(51-["a",[)" + placeholder + "]]");
    CHECK_FALSE(c.closed);
    c.binary("x");
    CHECK(c.closed);
  }
  Story s;
  auto& early = s.client();
  early.binary("x");
  CHECK(early.closed);
  auto& amid = s.client();
  amid.text(R"(52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  amid.binary("x");
  amid.text(R"(2["b"])");
  CHECK(amid.closed);
}

TEST_CASE("what is ignored: unknown events, answers that nobody waits for, events without a name") {
  Story s;
  auto& c = s.client();
  int heard = 0;
  s.io.root().on("known", [&](const SocketPtr&, const Args&, const Ack&) { ++heard; });
  for (const char* packet : {R"(2["unknown",1])", "399[1]", "3[]", "31", "2", "25"}) c.text(packet);
  CHECK_FALSE(c.closed);
  CHECK(c.sent.empty());
  c.text(R"(2["known"])");
  CHECK(heard == 1);
}

TEST_CASE("values go back as they came: numbers, order, escapes, halves of surrogate pairs") {
  Story s;
  s.io.root().on("echo", [](const SocketPtr& socket, const Args& args, const Ack& ack) {
    if (ack) return ack(args);
    socket->emit("echo", args);
  });
  auto& c = s.client();
  const std::string values = R"({"z":1,"a":12345678901234567890,"e":1.10e+2},"\ud800",[],"ü",null)";
  c.text(R"(2["echo",)" + values + "]");
  c.text(R"(27["echo",)" + values + "]");
  c.text(R"(2[ "echo" , 1 ,  2 ] )");
  c.text(R"(20["echo"])");
  c.text(R"(2["echo",{"_placeholder":true,"num":0}])");
  CHECK(c.take() == Sent{R"(2["echo",)" + values + "]", "37[" + values + "]", R"(2["echo",1,2])",
                         "30[]", R"(2["echo",{"_placeholder":true,"num":0}])"});
}

TEST_CASE("what was written in an unusual way goes back as JSON.stringify writes it") {
  Story s;
  s.io.root().on("echo", [](const SocketPtr& socket, const Args& args, const Ack&) {
    socket->emit("echo", args);
  });
  auto& c = s.client();
  c.text(R"(2["echo",  "\u0041\/\u000A\u0001\uD83D\uDE00\uDEAD\u0022",{ "a" : [ 1 , {} ] }])");
  CHECK(c.take() == Sent{R"(2["echo","A/\n\u0001)"
                         "\xf0\x9f\x98\x80"
                         R"(\udead\"",{"a":[1,{}]}])"});
}

TEST_CASE("attachments: numbered in the order they are spoken of; the unspoken are left out") {
  Story s;
  s.io.root().on("echo", [](const SocketPtr& socket, const Args& args, const Ack&) {
    socket->emit("echo", args);
  });
  auto& c = s.client();
  c.text(R"(53-["echo",{"_placeholder":true,"num":2},{"_placeholder":true,"num":0}])");
  for (const char* bytes : {"A", "B", "C"}) c.binary(bytes);
  CHECK(c.take() ==
        Sent{R"(52-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
             "bQw==", "bQQ=="});
}

TEST_CASE("CONNECT twice at once: the second is one too many only if the first was let in") {
  Story s;
  auto& refused = s.open();
  refused.text("0/none,");
  refused.text("0/none,");
  CHECK_FALSE(refused.closed);
  CHECK(refused.sent.size() == 2);
  auto& twice = s.open();
  twice.text("0");
  twice.text("0");
  s.loop.poll();
  CHECK(twice.closed);
  CHECK(s.io.root().size() == 0);
}

TEST_CASE("an event's name may be a number") {
  Story s;
  std::string text;
  s.io.root().on("7", [&](const SocketPtr&, const Args& args, const Ack&) { text = args.text(); });
  auto& c = s.client();
  c.text(R"(2[7,"x"])");
  CHECK(text == R"("x")");
  CHECK_FALSE(c.closed);
}

TEST_CASE("binary goes both ways, and is numbered anew where arguments are put together") {
  Story s;
  s.io.root().on("swap", [](const SocketPtr& socket, const Args& args, const Ack&) {
    socket->emit("swapped", Args(args.from(1)).append(args.first(1)));
  });
  s.io.root().on("read", [](const SocketPtr&, const Args& args, const Ack& ack) {
    const auto bytes = args[0]["b"].get_binary();
    ack(std::string(bytes.begin(), bytes.end()), Json::binary({1, 2}));
  });
  auto& c = s.client();
  c.text(R"(52-["swap",{"_placeholder":true,"num":0},[{"num":1,"_placeholder":true}]])");
  c.binary("A");
  CHECK(c.sent.empty());
  c.binary("B");
  CHECK(c.take() == Sent{R"(52-["swapped",[{"_placeholder":true,"num":0}],)"
                         R"({"_placeholder":true,"num":1}])",
                         "bQg==", "bQQ=="});
  c.text(R"(51-3["read",{"b":{"_placeholder":true,"num":0}}])");
  c.binary("hello");
  CHECK(c.take() == Sent{R"(61-3["hello",{"_placeholder":true,"num":0}])", "bAQI="});
}

TEST_CASE("a handler that takes a value for what it is not ends nothing") {
  std::string told;
  Story s;
  s.io.root().use([](const SocketPtr& socket, const Socket::Next& next) {
    socket->data = socket->auth()[0].value("name", 1);
    next(std::nullopt);
  });
  s.io.root().on("text", [](const SocketPtr&, const Args& args, const Ack& ack) {
    ack(args[0].get<std::string>());
  });
  s.io.root().on_error([&](const SocketPtr&, const Refusal& r) { told = r.message; });
  auto& refused = s.open();
  s.join(refused, "/", R"({"name":"x"})");
  CHECK(refused.sent == Sent{R"(4{"message":"not understood"})"});
  auto& c = s.client();
  c.text(R"(21["text",5])");
  CHECK_FALSE(told.empty());
  c.text(R"(22["text","fine"])");
  CHECK(c.take() == Sent{R"(32["fine"])"});
  CHECK(s.io.counters().failed_handlers == 2);
}

TEST_CASE("handlers of coming and going that fail end nothing") {
  Story s;
  const auto wrong = [](const SocketPtr& socket) { Json(1).at("x"), socket->join("never"); };
  s.io.root().on_connection(wrong);
  s.io.root().on_disconnecting([&](const SocketPtr& socket, const auto&) { wrong(socket); });
  s.io.root().on_disconnect([&](const SocketPtr& socket, const auto&) { wrong(socket); });
  auto& c = s.open();
  s.join(c);
  CHECK(s.io.root().size() == 1);
  c.text("1");
  CHECK(s.io.root().size() == 0);
  CHECK(s.io.counters().failed_handlers == 3);
}

TEST_CASE("what JSON.parse takes can be read: halves of pairs, numbers beyond all doubles") {
  Story s;
  Json read;
  s.io.root().on("x", [&](const SocketPtr&, const Args& args, const Ack&) { read = args[0]; });
  auto& c = s.client();
  c.text(R"(2["x",["\ud83d\ude00","\ud83dx","\\u1e999",1e999,-1e999,1.5]])");
  CHECK(read == Json{"\xf0\x9f\x98\x80", "\xef\xbf\xbdx", "\\u1e999", nullptr, nullptr, 1.5});
}

TEST_CASE("nesting is bounded") {
  Story s;
  auto& c = s.client();
  c.text("2[\"a\"," + std::string(100, '[') + std::string(100, ']') + "]");
  CHECK_FALSE(c.closed);
  c.text("2[\"a\"," + std::string(100'000, '[') + std::string(100'000, ']') + "]");
  CHECK(c.closed);
}

TEST_CASE("namespaces: unknown, on demand, refused, a second time behind leaving") {
  Story s;
  s.io.of_any([](const std::string& name) { return name.starts_with("/dyn-"); })
      .on_connection(
          [](const SocketPtr& socket) { socket->emit("welcome", {socket->nsp().name()}); });
  s.io.of("/locked").use([](const SocketPtr&, const Socket::Next& next) {
    next(Refusal{"unauthorized", {{"code", 401}}});
  });
  auto& c = s.open();
  s.join(c, "/none");
  s.join(c, "/locked");
  CHECK(c.take() == Sent{R"(4/none,{"message":"Invalid namespace"})",
                         R"(4/locked,{"message":"unauthorized","data":{"code":401}})"});
  s.join(c, "/dyn-1");
  CHECK(c.sent[1] == R"(2/dyn-1,["welcome","/dyn-1"])");
  c.text("1/dyn-1,");
  CHECK_FALSE(c.closed);
  c.take();
  s.join(c, "/dyn-1");
  CHECK(c.sent.size() == 2);
  s.join(c, "/dyn-1?x=1");
  CHECK(c.sent.back() == R"(2/dyn-1?x=1,["welcome","/dyn-1?x=1"])");
}

TEST_CASE("too many namespaces are refused, and empty ones make room") {
  SocketIoSettings settings;
  settings.most_namespaces = 3;
  settings.most_joined = 4;
  Story s(settings);
  s.io.of_any([](const std::string&) { return true; });
  auto& c = s.open();
  for (const char* nsp : {"/a", "/b", "/c"}) s.join(c, nsp);
  CHECK(c.sent.back() == R"(4/c,{"message":"Invalid namespace"})");
  c.text("1/a,");
  s.loop.poll();
  s.join(c, "/c");
  CHECK(c.sent.back().starts_with(R"(0/c,{"sid")"));
  CHECK(s.io.counters().namespaces == 3);
  CHECK(s.io.counters().refused_namespaces == 1);
}

TEST_CASE("middleware may answer later, in order, and once") {
  Story s;
  Socket::Next held;
  std::string order;
  s.io.root().use([&](const SocketPtr&, Socket::Next next) {
    order += '1';
    held = std::move(next);
  });
  s.io.root().use([&](const SocketPtr&, const Socket::Next& next) {
    order += '2';
    next(std::nullopt);
  });
  auto& c = s.open();
  s.join(c);
  CHECK(c.sent.empty());
  held(std::nullopt);
  held(Refusal{"too late"});
  CHECK(c.sent.size() == 1);
  CHECK(order == "12");
  auto& gone = s.open();
  s.join(gone);
  gone.end(EngineEnd::transport_close);
  held(std::nullopt);
  CHECK(s.io.root().size() == 1);
}

TEST_CASE("a client that joins nothing in time is closed") {
  SocketIoSettings settings;
  settings.connect_timeout = 20'000'000;
  Story s(settings);
  auto& idle = s.open();
  auto& fine = s.client();
  auto& refused = s.open();
  s.join(refused, "/none");
  Timer end(s.loop);
  end.after(60'000'000, [&] { s.loop.stop(); });
  s.loop.run();
  CHECK(idle.closed);
  CHECK(refused.closed);
  CHECK_FALSE(fine.closed);
  CHECK(s.io.counters().closed_unjoined == 2);
}

TEST_CASE("rooms: a union once, except, the sender, private rooms") {
  Story s;
  std::vector<test::FakeEngineSocket*> c;
  for (int i = 0; i < 4; ++i) c.push_back(&s.client());
  const auto socket = [&](int i) { return s.io.root().find(s.ids[std::size_t(i)]); };
  socket(0)->join(Rooms{"a", "b"});
  socket(1)->join("a");
  socket(2)->join("b");
  const auto heard = [&] {
    std::string out;
    for (auto* x : c) out += std::to_string(x->take().size());
    return out;
  };
  Namespace& root = s.io.root();
  root.emit("x");
  CHECK(heard() == "1111");
  root.to("a").to("b").emit("x");
  CHECK(heard() == "1110");
  root.to(Rooms{"a", "b"}).except("a").emit("x");
  CHECK(heard() == "0010");
  socket(0)->to("a").emit("x");
  CHECK(heard() == "0100");
  socket(0)->broadcast().emit("x");
  CHECK(heard() == "0111");
  root.to(s.ids[3]).to("nobody").emit("x");
  CHECK(heard() == "0001");
  root.except(s.ids[3]).emit("x");
  CHECK(heard() == "1110");
  socket(1)->join(s.ids[0]);
  root.to(s.ids[0]).emit("x");
  CHECK(heard() == "1100");
  CHECK(root.rooms().size() == 2);
  CHECK(root.rooms()[0].count == 2);
  socket(0)->leave("a");
  root.to("a").emit("x");
  CHECK(heard() == "0100");
  root.in("b").sockets_join({"c"});
  root.to("c").emit("x");
  CHECK(heard() == "1010");
  root.in("c").sockets_leave({"c"});
  root.to("c").emit("x");
  CHECK(heard() == "0000");
  CHECK(root.in("b").sockets().size() == 2);
  root.in("b").disconnect_sockets(true);
  CHECK(c[0]->closed);
  CHECK(c[2]->closed);
  CHECK(c[0]->take() == Sent{"1"});
  CHECK(root.size() == 2);
}

TEST_CASE("a broadcast is encoded once") {
  Story s;
  auto& a = s.client();
  auto& b = s.client();
  a.pointers.clear();
  b.pointers.clear();
  s.io.root().emit("x", {1});
  CHECK(a.pointers == b.pointers);
  CHECK(a.sent == Sent{R"(2["x",1])"});
}

TEST_CASE("volatile packets are dropped where the transport is busy") {
  Story s;
  auto& c = s.client();
  const auto socket = s.io.root().find(s.ids[0]);
  c.is_writable = false;
  socket->volatile_().emit("x");
  s.io.root().volatile_().emit("x");
  socket->emit("y");
  CHECK(c.take() == Sent{R"(2["y"])"});
  c.is_writable = true;
  socket->volatile_().emit("x");
  CHECK(c.take() == Sent{R"(2["x"])"});
}

TEST_CASE("a packet goes with all its attachments or not at all") {
  SocketIoSettings settings;
  settings.queue = {.bytes = 1000, .slow = Slow::drop};
  Counters counters;
  Loop loop;
  SocketIoServer io(loop, settings, &counters);
  test::FakeEngineSocket c(io.engine_events());
  c.text("0");
  loop.poll();
  c.take();
  c.queued_bytes = 900;
  io.root().emit("x", {Json::binary(std::vector<u8>(200))});
  CHECK(c.take().empty());
  CHECK(counters.dropped == 1);
  io.root().emit("x", {1});
  CHECK(c.take().size() == 1);
}

TEST_CASE("acknowledgments: ours and theirs, once, with a time limit") {
  std::string said;
  Story s;
  auto& c = s.client();
  const auto socket = s.io.root().find(s.ids[0]);
  const auto answer = [&](const std::string& error, const Args& args) {
    said += "<" + error + "|" + args.text() + ">";
  };
  socket->emit("q", {1}, answer);
  CHECK(c.take() == Sent{R"(20["q",1])"});
  c.text("30[1,2]");
  c.text("30[3]");
  CHECK(said == "<|1,2>");
  said.clear();
  socket->timeout(5).emit("q", {}, answer);
  CHECK(c.take() == Sent{R"(21["q"])"});
  Timer end(s.loop);
  end.after(30'000'000, [&] { s.loop.stop(); });
  s.loop.run();
  CHECK(said == "<operation has timed out|>");
  c.text("31[3]");
  said.clear();
  socket->emit("q", {}, answer);
  c.end(EngineEnd::transport_close);
  CHECK(said == "<socket has been disconnected|>");

  auto& e = s.client();
  said.clear();
  s.io.root().find(s.ids[1])->timeout(longest_timeout).emit("q", {}, answer);
  const std::weak_ptr<Socket> gone = s.io.root().find(s.ids[1]);
  e.end(EngineEnd::transport_close);
  CHECK(said == "<socket has been disconnected|>");
  s.loop.poll();
  CHECK(gone.expired());  // an answer that nobody can give keeps nothing until its time is over

  s.io.root().on("twice", [](const SocketPtr&, const Args&, const Ack& ack) {
    ack(1);
    ack(2);
  });
  auto& d = s.client();
  d.text(R"(25["twice"])");
  CHECK(d.take() == Sent{"35[1]"});
}

TEST_CASE("a question to a room has one number, and collects the first value of each answer") {
  Story s;
  auto& a = s.client();
  auto& b = s.client();
  std::string error = "none";
  Args got;
  const auto answers = [&](const std::string& e, const Args& args) {
    error = e;
    got = args;
  };
  s.io.root().timeout(10'000).emit("q", {"?"}, answers);
  CHECK(a.take() == Sent{R"(20["q","?"])"});
  CHECK(b.take() == Sent{R"(20["q","?"])"});
  b.text(R"(30["b",2])");
  CHECK(error == "none");
  a.text("30[]");
  CHECK(error.empty());
  CHECK(got.text() == R"("b",null)");

  error = "none";
  s.io.root().timeout(5).emit("q", {}, answers);
  a.text("31[1]");
  Timer end(s.loop);
  end.after(30'000'000, [&] { s.loop.stop(); });
  s.loop.run();
  CHECK(error == "operation has timed out");
  CHECK(got.text() == "1");

  error = "none";
  s.io.root().to("nobody").timeout(5).emit("q", {}, answers);
  s.loop.poll();
  CHECK(error.empty());
  CHECK(got.empty());
}

TEST_CASE("reasons, and the rooms one is still in while disconnecting") {
  std::string told;
  Story s;
  s.io.root().on_disconnecting([&](const SocketPtr& socket, const std::string&) {
    told = std::to_string(socket->rooms().size()) + " ";
  });
  s.io.root().on_disconnect([&](const SocketPtr& socket, const std::string& reason) {
    told += std::to_string(socket->rooms().size()) + " " + reason;
  });
  const auto one = [&] {
    auto& c = s.client();
    s.io.root().find(s.ids.back())->join("r");
    return &c;
  };
  one()->text("1");
  CHECK(told == "2 0 client namespace disconnect");
  one()->end(EngineEnd::transport_close);
  CHECK(told == "2 0 transport close");
  one()->end(EngineEnd::ping_timeout);
  CHECK(told == "2 0 ping timeout");
  auto* c = one();
  s.io.root().find(s.ids.back())->disconnect();
  CHECK(told == "2 0 server namespace disconnect");
  CHECK(c->sent == Sent{"1"});
  CHECK_FALSE(c->closed);
  c = one();
  s.io.root().find(s.ids.back())->engine()->close();
  CHECK(told == "2 0 forced close");
  c = one();
  s.io.root().find(s.ids.back())->disconnect(true);
  CHECK(told == "2 0 server namespace disconnect");
  CHECK(c->closed);
  c = one();
  s.io.shut_down();
  CHECK(told == "2 0 server shutting down");
  CHECK(s.io.counters().rooms == 0);
}

TEST_CASE("handlers of a socket, in order; middleware of events; they go with the socket") {
  std::string order;
  Story s;
  std::weak_ptr<Socket> weak;
  s.io.root().on_connection([&](const SocketPtr& socket) {
    weak = socket;
    socket->on_any(
        [&](const std::string& event, const Args&, const Ack&) { order += event + ":"; });
    socket->use([&](const std::string& event, const Args&, const Socket::Next& next) {
      if (event == "bad") return next(Refusal{"no"});
      next(std::nullopt);
    });
    socket->on("x", [&, socket](const Args& args, const Ack&) {
      order += "handler" + args.text();
      socket->disconnect();
    });
    socket->on_error([&](const Refusal& r) { order += r.message; });
    socket->on_any_outgoing([&](const std::string& event, const Args&) { order += ">" + event; });
    socket->on_disconnect([&](const std::string& reason) { order += "!" + reason; });
  });
  auto& c = s.client();
  c.text(R"(2["bad"])");
  s.io.root().emit("out");
  c.text(R"(2["x",5])");
  CHECK(order == "bad:no>outx:handler5!server namespace disconnect");
  s.loop.poll();
  CHECK(weak.expired());
}

TEST_CASE("limits: rooms of a socket, questions without an answer") {
  SocketIoSettings settings;
  settings.most_rooms = 2;
  settings.most_asked = 1;
  std::string error;
  Story s(settings);
  s.client();
  const auto socket = s.io.root().find(s.ids[0]);
  socket->join(Rooms{"a", "b", "c", "a"});
  CHECK(socket->rooms().size() == 3);
  CHECK(s.io.counters().refused_rooms == 1);
  const auto answer = [&](const std::string& e, const Args&) { error = e; };
  socket->emit("q", {}, answer);
  socket->emit("q", {}, answer);
  CHECK(error == "too many events wait for an answer");
  CHECK(s.io.counters().refused_asks == 1);
}

TEST_CASE("limits: a room's name, what comes with CONNECT, open questions to many") {
  SocketIoSettings settings;
  settings.longest_room = 10;
  settings.most_auth = 20;
  settings.most_asked = 2;
  Story s(settings);
  s.client();
  const auto socket = s.io.root().find(s.ids[0]);
  socket->join(Rooms{"0123456789", "01234567890"});
  CHECK(socket->rooms().size() == 2);
  CHECK(s.io.counters().refused_rooms == 1);
  auto& c = s.open();
  s.join(c, "/", R"({"name":"quite a long one"})");
  CHECK(c.sent == Sent{R"(4{"message":"Too much auth"})"});
  std::string errors;
  const auto answer = [&](const std::string& e, const Args&) { errors += e + ";"; };
  for (int i = 0; i < 5; ++i) s.io.root().timeout(longest_timeout).emit("q", {}, answer);
  s.loop.poll();
  CHECK(errors.starts_with("too many events wait for an answer;"));
  CHECK(s.io.counters().refused_asks >= 3);
}

TEST_CASE("a program may not emit reserved names") {
  Story s;
  s.client();
  CHECK_THROWS_AS(s.io.root().emit("connect"), std::invalid_argument);
  CHECK_THROWS_AS(s.io.root().find(s.ids[0])->emit("disconnect"), std::invalid_argument);
}

TEST_CASE("rooms tell what happens to them") {
  std::string log;
  Story s;
  s.io.root().on_room(
      [&](Namespace::RoomChange change, const std::string& room, const std::string& id) {
        log += std::string(1, "cjld"[u8(change)]) + (room == id ? "own" : room) + " ";
      });
  auto& c = s.client();
  s.io.root().find(s.ids[0])->join("r");
  c.text("1");
  CHECK(log == "cown jown cr jr lr dr lown down ");
}

// ---- Recovery ----

TEST_CASE("recovery: missed events come before the answer, with the old id, rooms and data") {
  bool recovered = false;
  Story s(recovering());
  s.io.root().on_connection([&](const SocketPtr& socket) { recovered = socket->recovered(); });
  auto& c = s.open();
  const std::string id = s.join(c);
  const std::string pid = between(c.sent[0], R"("pid":")", "\"");
  CHECK(pid.size() == 20);
  CHECK(c.sent[0] == R"(0{"sid":")" + id + R"(","pid":")" + pid + "\"}");
  const auto socket = s.io.root().find(id);
  socket->join("r");
  socket->data = {
      {"k", 1}
  };
  c.take();
  s.io.root().emit("first");
  const std::string offset = between(c.take()[0], R"(["first",")", "\"");
  CHECK_FALSE(offset.empty());
  c.end(EngineEnd::transport_close);
  CHECK(s.io.counters().kept_sessions == 1);
  s.io.root().to("r").emit("room", {1});
  s.io.root().to("other").emit("not mine");
  s.io.root().except("r").emit("nor this");
  s.io.root().volatile_().emit("nor that");
  s.io.root().to(id).emit("own");
  socket->emit("behind its back", {2});

  auto& again = s.open();
  CHECK(s.join(again, "/", R"({"pid":")" + pid + R"(","offset":")" + offset + "\"}") == id);
  REQUIRE(again.sent.size() == 4);
  CHECK(again.sent[0].starts_with(R"(2["room",1,")"));
  CHECK(again.sent[1].starts_with(R"(2["own",")"));
  CHECK(again.sent[2].starts_with(R"(2["behind its back",2,")"));
  CHECK(again.sent[3] == R"(0{"sid":")" + id + R"(","pid":")" + pid + "\"}");
  CHECK(recovered);
  CHECK(s.io.root().find(id)->in_room("r"));
  CHECK(s.io.root().find(id)->data == Json{
                                          {"k", 1}
  });
  CHECK(s.io.counters().recovered == 1);
}

TEST_CASE("recovery: what carries no offset, and who is not let back") {
  Story s(recovering());
  auto& c = s.client();
  const auto socket = s.io.root().find(s.ids[0]);
  socket->volatile_().emit("v");
  socket->timeout(1000).emit("q", {}, [](const std::string&, const Args&) {});
  CHECK(c.take() == Sent{R"(2["v"])", R"(20["q"])"});
  socket->emit("x");
  const std::string offset = between(c.take()[0], R"(["x",")", "\"");
  const auto back = [&](const std::string& auth) {
    auto& again = s.open();
    return s.join(again, "/", auth) == s.ids[0];
  };
  const std::string pid = "01234567890123456789";
  CHECK_FALSE(back(R"({"pid":")" + pid + R"(","offset":")" + offset + "\"}"));
  CHECK(s.io.counters().not_recovered == 1);
  c.text("1");
  CHECK(s.io.counters().kept_sessions == 0);
}

TEST_CASE("recovery: the new connection may come before the old one is known to be dead") {
  Story s(recovering());
  auto& c = s.open();
  const std::string id = s.join(c);
  const std::string pid = between(c.sent[0], R"("pid":")", "\"");
  c.take();
  s.io.root().emit("x");
  const std::string offset = between(c.sent[0], R"(["x",")", "\"");
  s.io.root().emit("lost on the way");
  auto& again = s.open();
  CHECK(s.join(again, "/", R"({"pid":")" + pid + R"(","offset":")" + offset + "\"}") == id);
  CHECK(c.closed);
  CHECK(again.sent[0].starts_with(R"(2["lost on the way",")"));
  CHECK(s.io.root().size() == 1);
}

// ---- Other nodes ----

namespace {

// Two nodes in one process.
struct Pipe final : Adapter {
  void publish(const NodeMessage& message) override {
    ++published;
    if (other != nullptr) other->remote(message);
  }
  void ask(const NodeMessage& message, Broadcast::Answers answers) override {
    Args got;
    other->remote(message, [&](const Args& a) { got.append(a); });
    answers({}, got);
  }
  Pipe* other = nullptr;
  int published = 0;
};

}  // namespace

TEST_CASE("an adapter carries broadcasts to other nodes, and only once") {
  Pipe p, q;  // outlive the servers
  Story s, t;
  p.other = &q;
  q.other = &p;
  s.io.use_adapter(p);
  t.io.use_adapter(q);
  auto& here = s.client();
  auto& there = t.client();
  s.io.root().emit("x");
  CHECK(here.take().size() == 1);
  CHECK(there.take().size() == 1);
  CHECK(p.published == 1);
  CHECK(q.published == 0);
  s.io.root().local().emit("x");
  CHECK(here.take().size() == 1);
  CHECK(there.take().empty());
  s.io.root().all().sockets_join({"r"});
  t.io.root().to("r").emit("x");
  CHECK(here.take().size() == 1);
  t.io.root().on_server_side("who", [](const Args&, const Ack& ack) { ack("t"); });
  std::string answers;
  s.io.root().server_side_emit("who", {},
                               [&](const std::string&, const Args& a) { answers = a.text(); });
  CHECK(answers == R"("t")");
}

TEST_CASE("recovery: 1000 connections lost under load: nothing lost, nothing twice, all in order") {
  Story s(recovering());
  base::Random random(5);
  // What a client remembers: its session, and the numbers it heard.
  struct Client {
    std::unique_ptr<test::FakeEngineSocket> session;
    std::string sid, pid, offset;
    std::vector<u64> heard;
  };
  std::vector<Client> clients(20);
  const auto arrive = [](Client& c, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::string packet = c.session->sent.front();
      c.session->sent.erase(c.session->sent.begin());
      if (packet[0] == '0') {
        const std::string sid = between(packet, R"("sid":")", "\"");
        if (!c.sid.empty()) CHECK(sid == c.sid);
        c.sid = sid;
        c.pid = between(packet, R"("pid":")", "\"");
        continue;
      }
      c.heard.push_back(std::stoull(packet.substr(packet.find(',') + 1)));
      c.offset = between(packet.substr(packet.rfind(',')), "\"", "\"");
    }
  };
  const auto connect = [&](Client& c) {
    c.session = std::make_unique<test::FakeEngineSocket>(s.io.engine_events());
    s.join(*c.session, "/",
           c.pid.empty() ? "" : R"({"pid":")" + c.pid + R"(","offset":")" + c.offset + "\"}");
  };
  for (Client& c : clients) {
    connect(c);
    arrive(c, 1);
    s.io.root().find(c.sid)->join("even");
  }
  u64 sent = 0;
  const auto emit = [&] { s.io.root().to("even").to("odd").emit("n", {sent++}); };
  emit();
  for (Client& c : clients) arrive(c, 1);
  for (int drops = 0; drops < 1000;) {
    for (u64 n = random.below(4); n > 0; --n) emit();
    Client& c = clients[random.below(clients.size())];
    if (c.session == nullptr) {
      connect(c);
    } else if (random.chance(0.5)) {
      arrive(c, random.below(c.session->sent.size() + 1));
    } else if (!c.sid.empty()) {
      // Some of what was sent never arrives; now and then it is back before the server notices.
      arrive(c, random.below(c.session->sent.size() + 1));
      auto old = std::move(c.session);
      if (random.chance(0.3)) connect(c);
      old->end(random.chance(0.5) ? EngineEnd::transport_close : EngineEnd::ping_timeout);
      ++drops;
    }
  }
  for (Client& c : clients) {
    if (c.session == nullptr) connect(c);
    arrive(c, c.session->sent.size());
    REQUIRE(c.heard.size() == sent);
    for (u64 i = 0; i < sent; ++i) REQUIRE(c.heard[i] == i);
  }
  CHECK(s.io.counters().recovered > 900);
  CHECK(s.io.counters().not_recovered == 0);
}

TEST_CASE("recovery: a client that asks twice at once takes itself over, and nothing is left") {
  Story s(recovering());
  std::weak_ptr<Socket> weak;
  s.io.root().on_connection([&](const SocketPtr& socket) { weak = socket; });
  auto& c = s.open();
  s.join(c);
  const std::string pid = between(c.sent[0], R"("pid":")", "\"");
  s.io.root().emit("x");
  const std::string offset = between(c.sent[1], R"(["x",")", "\"");
  c.end(EngineEnd::transport_close);
  const std::string connect = R"(0{"pid":")" + pid + R"(","offset":")" + offset + "\"}";
  auto& twice = s.open();
  twice.text(connect);
  twice.text(connect);
  s.loop.poll();
  CHECK(twice.closed);
  CHECK(weak.expired());
  CHECK(s.io.root().size() == 0);
  CHECK(s.io.counters().clients == 0);
}

TEST_CASE("recovery: sessions are let go when their time is over, though packets stay longer") {
  SocketIoSettings settings = recovering();
  settings.recovery = 20'000'000;
  Story s(settings);
  auto& c = s.client();
  s.io.root().emit("x");
  c.end(EngineEnd::transport_close);
  CHECK(s.io.counters().kept_sessions == 1);
  Timer end(s.loop);
  end.after(1'200'000'000, [&] { s.loop.stop(); });
  s.loop.run();
  CHECK(s.io.counters().kept_sessions == 0);
  CHECK(s.io.counters().kept_packets == 1);
}

TEST_CASE("every counter of the server is shown") {
  SocketIoCounters counters;
  std::vector<Gauge> shown;
  add_gauges(counters, shown);
  CHECK(shown.size() == sizeof(counters) / sizeof(u64));
  u64 at = 0;
  for (u64* const value : {&counters.clients, &counters.kept_bytes, &counters.refused_asks}) {
    *value = ++at;
    shown.clear();
    add_gauges(counters, shown);
    CHECK(std::count_if(shown.begin(), shown.end(),
                        [&](const Gauge& g) { return g.value == at; }) == 1);
  }
}
