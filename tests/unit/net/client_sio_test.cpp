#include "net/client_sio.hpp"

#include "net/listener.hpp"
#include "support/catch.hpp"

using namespace netpeel;

namespace {

// A Socket.IO server of one's own, and a client of it on the same loop: what they say to each other
// is written down, each thing when it happened.
struct Story {
  net::Loop loop;
  net::Counters counters;
  net::SocketIoServer server{loop, {.recovery = 5'000'000'000}, &counters};
  net::Timer limit{loop};
  std::string said;

  u16 listen() { return server.listen("127.0.0.1", 0); }
  void run() {
    limit.after(20'000'000'000, [this] {
      say("took too long");
      loop.stop();
    });
    loop.run();
  }
  void say(const std::string& what) { said += (said.empty() ? "" : "; ") + what; }
};

}  // namespace

TEST_CASE("a Socket.IO client asks, is asked, gets bytes, over each transport") {
  for (const auto way :
       {net::EngineWay::polling, net::EngineWay::websocket, net::EngineWay::both}) {
    Story s;
    const u16 port = s.listen();
    s.server.root().on(
        "double", [](const net::SocketPtr& socket, const net::Args& args, const net::Ack& ack) {
          socket->emit("ask", {args[0]}, [ack](const std::string&, const net::Args& answer) {
            ack(answer[0].get<int>() * 2, net::Json::binary({1, 2}));
          });
        });
    net::SocketIoClient client(s.loop, {
                                           .engine = {.port = port, .way = way}
    });
    net::SioChannel& root = client.of("/");
    root.on("ask", [&](const net::Args& args, const net::Ack& ack) {
      s.say("asked " + args.text());
      ack(args[0].get<int>() + 1);
    });
    // Before it is connected: kept until it is.
    root.emit("double", {20}, 5000, [&](const std::string& error, const net::Args& args) {
      s.say(error + args.text() + " " + std::to_string(args.attachments().size()));
      client.close();
    });
    net::Timer later(s.loop);
    client.on_closed([&] { later.after(20'000'000, [&] { s.loop.stop(); }); });
    s.run();
    CHECK(s.said == "asked 20; 42,{\"_placeholder\":true,\"num\":0} 1");
    CHECK(s.counters.refused == 0);  // nothing was asked of the session after it had been closed
  }
}

TEST_CASE("a lost connection comes back as itself, with what it missed") {
  Story s;
  const u16 port = s.listen();
  net::SocketPtr kept;
  s.server.root().on_connection([&](const net::SocketPtr& socket) {
    if (socket->recovered()) return;
    socket->join("room");
    socket->emit("first");
  });
  net::SocketIoClient client(s.loop, {
                                         .engine = {.port = port, .way = net::EngineWay::websocket},
                                         .reconnect_after = 50'000'000
  });
  net::SioChannel& root = client.of("/");
  std::string id;
  root.on_connect([&] {
    s.say(root.recovered() ? "recovered" : "connected");
    CHECK((id.empty() || id == root.id()));
    id = root.id();
  });
  root.on_disconnect([&](const std::string& reason, const std::string&) {
    s.say(reason);
    // Said while it is away.
    s.server.root().to("room").emit("missed", {1});
    s.server.root().to("room").emit("missed", {2});
  });
  root.on("first", [&](const net::Args&, const net::Ack&) { client.drop(); });
  root.on("missed", [&](const net::Args& args, const net::Ack&) {
    s.say("missed " + args.first(1).text());
    if (args[0] == 2) s.loop.later([&] { client.close(); });
  });
  client.on_closed([&] { s.loop.stop(); });
  s.run();
  CHECK(s.said ==
        "connected; transport close; missed 1; missed 2; recovered; io client disconnect");
}

TEST_CASE("nobody there: told, tried again, and given up in the end") {
  net::Loop loop;
  net::SocketIoClient client(loop,
                             {.engine = {.port = 1}, .reconnect_after = 1'000'000, .attempts = 2});
  int told = 0;
  bool last = false;
  client.of("/").emit("kept");
  client.on_trouble([&](const net::SocketIoClient::Trouble& trouble) {
    ++told;
    CHECK(trouble.failure.code == ECONNREFUSED);
    last = trouble.next < 0;
    if (last) loop.stop();
  });
  loop.run();
  CHECK(told == 3);
  CHECK(last);
}
