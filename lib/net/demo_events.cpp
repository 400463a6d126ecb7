#include "net/demo_events.hpp"

#include "net/demo_parts.hpp"

namespace netpeel::net {
namespace {

// Bounds for what a client may ask this server to make.
constexpr i64 most_burst = 100'000;
constexpr i64 most_made = 8 * 1024 * 1024;
constexpr std::size_t most_data = 64 * 1024;

const Json ok = {
    {"ok", true}
};

Json data_of(const Socket& socket) { return socket.data.is_null() ? Json::object() : socket.data; }

// ---- Echoes ----

void add_echoes(Namespace& root) {
  root.on("message",
          [](const SocketPtr& s, const Args& args, const Ack&) { s->emit("message-back", args); });
  root.on("message-with-ack",
          [](const SocketPtr&, const Args& args, const Ack& ack) { ack(args); });
  root.on("echo", [](const SocketPtr& s, const Args& args, const Ack& ack) {
    if (ack) return ack(args);
    s->emit("echo", args);
  });
  root.on("binary:make", [](const SocketPtr&, const Args& args, const Ack& ack) {
    Json::binary_t::container_type bytes(std::size_t(demo_count(args[0], most_made)), 0);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = u8(i);
    ack(Json::binary(std::move(bytes)));
  });
}

// No more than a queue holds: the client reads nothing while this runs.
void burst(const SocketPtr& s, const std::string& event, bool is_volatile, const Args& args,
           const Ack& ack, std::size_t queue) {
  const Args pad = is_volatile ? Args() : args.from(1).first(1);
  const std::size_t fit = 1 + queue / std::max<std::size_t>(pad.text().size(), 1);
  const i64 n = demo_count(args[0], std::min<i64>(most_burst, i64(fit)));
  for (i64 i = 0; i < n && s->connected(); ++i) {
    const Args each = Args{i}.append(pad);
    if (is_volatile) {
      s->volatile_().emit(event, each);
    } else {
      s->emit(event, each);
    }
  }
  ack(args.first(1));
}

void add_bursts(Namespace& root, std::size_t queue) {
  for (const bool is_volatile : {false, true}) {
    const std::string event = is_volatile ? "burst:volatile" : "burst";
    root.on(event, [=](const SocketPtr& s, const Args& args, const Ack& ack) {
      burst(s, event, is_volatile, args, ack, queue);
    });
  }
}

// ---- Rooms ----

void add_rooms(Namespace& root) {
  root.on("join", [](const SocketPtr& s, const Args& args, const Ack& ack) {
    for (const std::string& room : demo_rooms(args[0])) {
      s->join(room);
      s->to(room).emit("joined", {room, s->id()});
    }
    ack(Json{
        {"ok",    true            },
        {"rooms", sorted_rooms(*s)}
    });
  });
  root.on("leave", [](const SocketPtr& s, const Args& args, const Ack& ack) {
    for (const std::string& room : demo_rooms(args[0])) {
      s->leave(room);
      s->to(room).emit("left", {room, s->id(), "leave"});
    }
    ack(Json{
        {"ok",    true            },
        {"rooms", sorted_rooms(*s)}
    });
  });
  root.on("rooms", [&root](const SocketPtr&, const Args&, const Ack& ack) {
    Json list = Json::array();
    for (const auto& [name, count] : root.rooms())
      list.push_back({
          {"name",  name },
          {"count", count}
      });
    ack(list);
  });
  root.on_disconnecting([](const SocketPtr& s, const std::string& reason) {
    for (const std::string& room : s->rooms()) {
      if (room != s->id()) s->to(room).emit("left", {room, s->id(), reason});
    }
  });
}

// ---- To many ----

void add_broadcasts(Namespace& root) {
  // Who sent it, then what they sent.
  const auto said = [](const SocketPtr& s, const Args& args) { return Args{s->id()}.append(args); };
  root.on("room:message", [said](const SocketPtr& s, const Args& args, const Ack& ack) {
    s->to(demo_rooms(args[0])).emit("room:message", said(s, args.from(1)));
    ack(ok);
  });
  root.on("room:all", [said, &root](const SocketPtr& s, const Args& args, const Ack& ack) {
    root.to(demo_rooms(args[0])).emit("room:message", said(s, args.from(1)));
    ack(ok);
  });
  root.on("broadcast", [said](const SocketPtr& s, const Args& args, const Ack& ack) {
    s->broadcast().emit("broadcast", said(s, args));
    ack(ok);
  });
  root.on("broadcast:all", [said, &root](const SocketPtr& s, const Args& args, const Ack& ack) {
    root.emit("broadcast", said(s, args));
    ack(ok);
  });
  root.on("broadcast:except", [said](const SocketPtr& s, const Args& args, const Ack& ack) {
    s->except(demo_rooms(args[0])).emit("broadcast", said(s, args.from(1)));
    ack(ok);
  });
  root.on("broadcast:volatile", [said](const SocketPtr& s, const Args& args, const Ack& ack) {
    s->volatile_().broadcast().emit("broadcast", said(s, args));
    ack(ok);
  });
  root.on("broadcast:local", [said, &root](const SocketPtr& s, const Args& args, const Ack& ack) {
    root.local().emit("broadcast", said(s, args));
    ack(ok);
  });
}

// ---- Questions ----

void add_questions(Namespace& root) {
  root.on("ask", [](const SocketPtr& s, const Args& args, const Ack& ack) {
    s->timeout(demo_milliseconds(args[0]))
        .emit("question", args.from(1), [ack](const std::string& error, const Args& answer) {
          if (!error.empty())
            return ack(Json{
                {"ok",    false},
                {"error", error}
            });
          Json says = ok;
          if (!answer.empty()) says["answer"] = answer[0];
          ack(says);
        });
  });
  root.on("ask:room", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    root.to(js_string(args[0]))
        .timeout(demo_milliseconds(args[1]))
        .emit("question", args.from(2), [ack](const std::string& error, const Args& answers) {
          Json says = {
              {"ok",      error.empty()},
              {"answers", Json::array()}
          };
          for (std::size_t i = 0; i < answers.size(); ++i) says["answers"].push_back(answers[i]);
          if (!error.empty()) says["error"] = error;
          ack(says);
        });
  });
}

// ---- The socket itself ----

void set_data(const SocketPtr& s, const Args& args, const Ack& ack) {
  Json data = data_of(*s);
  const Json more = args[0];
  if (more.is_object()) data.update(more);
  if (data.dump(-1, ' ', false, Json::error_handler_t::replace).size() > most_data)
    return ack(Json{
        {"ok",    false                                     },
        {"error", "this is more than is kept for one client"}
    });
  s->data = data;
  ack(Json{
      {"ok",   true},
      {"data", data}
  });
}

void add_own(Namespace& root, const std::string& node) {
  root.on("whoami", [node](const SocketPtr& s, const Args&, const Ack& ack) {
    ack(Json{
        {"id",        s->id()         },
        {"nsp",       s->nsp().name() },
        {"transport", s->transport()  },
        {"recovered", s->recovered()  },
        {"node",      node            },
        {"rooms",     sorted_rooms(*s)}
    });
  });
  root.on("data:set", set_data);
  root.on("sockets", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    (args.empty() ? root.all() : root.in(js_string(args[0])))
        .fetch([ack](const std::string&, const Args& found) {  // of a node that is late: nothing
          Json list = found.list();
          for (Json& socket : list) {
            Json& rooms = socket["rooms"];
            std::sort(rooms.begin(), rooms.end());
          }
          ack(list);
        });
  });
  root.on("kick", [](const SocketPtr& s, const Args& args, const Ack&) {
    const Json close = args[0];
    const bool no = close.is_null() || close == false || close == 0 || close == "";
    s->disconnect(!no);
  });
  root.on("drop", [](const SocketPtr& s, const Args&, const Ack&) {
    if (s->engine() != nullptr) s->engine()->close();
  });
  root.use_event(
      [](const SocketPtr&, const std::string& event, const Args&, const Socket::Next& next) {
        if (event == "forbidden") return next(Refusal{"forbidden event"});
        next(std::nullopt);
      });
  root.on_error([](const SocketPtr& s, const Refusal& refusal) {
    if (refusal.message == "forbidden event") s->disconnect();
  });
}

}  // namespace

void add_demo_events(SocketIoServer& io, const DemoSettings& settings) {
  Namespace& root = io.root();
  root.on_connection([](const SocketPtr& s) {
    if (!s->recovered()) s->emit("auth", s->auth());
  });
  add_echoes(root);
  add_bursts(root, io.settings().queue.bytes);
  add_rooms(root);
  add_broadcasts(root);
  add_questions(root);
  add_own(root, settings.node);
  root.on_server_side("whereareyou",
                      [node = settings.node](const Args&, const Ack& ack) { ack(node); });

  io.of("/custom").on_connection([](const SocketPtr& s) { s->emit("auth", s->auth()); });
  const auto numbered = [](const std::string& name) {
    constexpr std::string_view begin = "/dyn-";
    return name.size() > begin.size() && name.starts_with(begin) &&
           name.find_first_not_of("0123456789", begin.size()) == std::string::npos;
  };
  io.of_any(numbered).on_connection(
      [](const SocketPtr& s) { s->emit("welcome", {s->nsp().name()}); });
  add_demo_chat(io);
  add_demo_admin(io, settings);
}

}  // namespace netpeel::net
