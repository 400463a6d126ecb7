// The events of Socket.IO's own chat example, in the namespace /chat.
#include "net/demo_parts.hpp"

namespace netpeel::net {

void add_demo_chat(SocketIoServer& io) {
  Namespace& chat = io.of("/chat");
  const auto users = std::make_shared<u64>(0);
  const auto name = [](const SocketPtr& s) -> Json {
    return s->data.is_object() ? s->data.value("username", Json()) : Json();
  };
  const auto named = [](const SocketPtr& s) {
    return s->data.is_object() && s->data.contains("username");
  };
  // A name that nobody gave is left out, as `undefined` is in JavaScript.
  const auto from = [name, named](const SocketPtr& s) {
    return named(s) ? Json{{"username", name(s)}} : Json::object();
  };
  chat.on("add user", [users, named](const SocketPtr& s, const Args& args, const Ack&) {
    if (named(s) || args.empty()) return;
    s->data = {
        {"username", args[0]}
    };
    ++*users;
    s->emit("login", {Json{{"numUsers", *users}}});
    s->broadcast().emit("user joined", {
                                           Json{{"username", args[0]}, {"numUsers", *users}}
    });
  });
  chat.on("new message", [from](const SocketPtr& s, const Args& args, const Ack&) {
    Json message = from(s);
    if (!args.empty()) message["message"] = args[0];
    s->broadcast().emit("new message", {message});
  });
  for (const char* const event : {"typing", "stop typing"}) {
    chat.on(event, [event, from](const SocketPtr& s, const Args&, const Ack&) {
      s->broadcast().emit(event, {from(s)});
    });
  }
  chat.on_disconnect([users, name, named](const SocketPtr& s, const std::string&) {
    if (!named(s)) return;
    --*users;
    s->broadcast().emit("user left", {
                                         Json{{"username", name(s)}, {"numUsers", *users}}
    });
  });
}

}  // namespace netpeel::net
