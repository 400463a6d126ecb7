// The namespace /admin: needs a token, and acts on the sockets of / on all nodes.
#include "net/demo_parts.hpp"

namespace netpeel::net {
namespace {

const Json ok = {
    {"ok", true}
};

// Takes as long for a wrong token as for a right one of that length.
bool same(const std::string& a, const std::string& b) {
  u8 differs = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) differs |= u8(a[i] ^ b[i]);
  return differs == 0;
}

bool is_true(const Json& v) { return !(v.is_null() || v == false || v == 0 || v == ""); }

}  // namespace

void add_demo_admin(SocketIoServer& io, const DemoSettings& settings) {
  Namespace& admin = io.of("/admin");
  Namespace& root = io.root();
  admin.use([token = settings.admin_token](const SocketPtr& s, const Socket::Next& next) {
    const Json auth = s->auth()[0];
    const Json given = auth.is_object() ? auth.value("token", Json()) : Json();
    if (given.is_string() && same(given.get<std::string>(), token)) return next(std::nullopt);
    next(Refusal{"unauthorized", {{"code", 401}}});
  });
  admin.on("stats",
           [&io, &root, node = settings.node](const SocketPtr&, const Args&, const Ack& ack) {
             ack(Json{
                 {"node",    node                 },
                 {"clients", io.counters().clients},
                 {"sockets", root.size()          },
                 {"rooms",   root.rooms().size()  }
             });
           });
  admin.on("announce", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    root.emit("announcement", args);
    ack(ok);
  });
  admin.on("sockets:join", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    root.in(demo_rooms(args[0])).sockets_join(demo_rooms(args[1]));
    ack(ok);
  });
  admin.on("sockets:leave", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    root.in(demo_rooms(args[0])).sockets_leave(demo_rooms(args[1]));
    ack(ok);
  });
  admin.on("sockets:disconnect", [&root](const SocketPtr&, const Args& args, const Ack& ack) {
    root.in(demo_rooms(args[0])).disconnect_sockets(is_true(args[1]));
    ack(ok);
  });
  admin.on("nodes", [&root, node = settings.node](const SocketPtr&, const Args&, const Ack& ack) {
    root.server_side_emit("whereareyou", {}, [node, ack](const std::string&, const Args& others) {
      std::vector<std::string> names{node};
      for (std::size_t i = 0; i < others.size(); ++i) names.push_back(js_string(others[i]));
      std::sort(names.begin(), names.end());
      ack(Json(names));
    });
  });
}

}  // namespace netpeel::net
