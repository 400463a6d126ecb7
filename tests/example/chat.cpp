// A chat: a program of its own with a Socket.IO server inside. Any Socket.IO client talks to it:
//   const socket = io("http://127.0.0.1:3000", { auth: { name: "Ada" } });
//   socket.emit("join", "library", (who) => …);  socket.emit("say", "library", "hello");
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/socketio.hpp"

using namespace netpeel::net;

int main(int argc, char** argv) try {
  Loop loop;
  SocketIoServer io(loop);
  Namespace& chat = io.root();

  chat.use([](const SocketPtr& socket, const Socket::Next& next) {
    const Json name = socket->auth()[0].value("name", Json());
    if (!name.is_string()) return next(Refusal{"a chat needs a name"});
    socket->data["name"] = name;
    next({});
  });
  chat.on("join", [&](const SocketPtr& socket, const Args& args, const Ack& ack) {
    const std::string room = args[0].is_string() ? args[0].get<std::string>() : "lobby";
    socket->join(room);
    socket->to(room).emit("joined", {room, socket->data["name"]});
    Json who = Json::array();
    for (const SocketPtr& other : chat.in(room).sockets()) who.push_back(other->data["name"]);
    ack(who);
  });
  chat.on("say", [](const SocketPtr& socket, const Args& args, const Ack& ack) {
    if (!args[0].is_string() || !socket->in_room(args[0].get<std::string>())) return ack(false);
    socket->to(args[0].get<std::string>()).emit("said", Args{socket->data["name"]}.append(args));
    ack(true);
  });

  std::printf("listening on port %u\n",
              io.listen("127.0.0.1", argc > 1 ? std::uint16_t(std::atoi(argv[1])) : 3000));
  std::fflush(stdout);
  loop.on_signal(SIGTERM, [&] {
    io.shut_down();
    loop.stop();
  });
  loop.run();
} catch (const netpeel::base::Error& error) {
  std::fprintf(stderr, "%s\n%s\n", error.what(), error.advice().c_str());
  return error.exit_code();
}
