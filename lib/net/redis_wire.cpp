#include "net/redis_wire.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace netpeel::net::redis_wire {

namespace {

constexpr int deepest_json = 1024;

std::string glob_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]\\^").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::optional<Rooms> strings(const Json& value) {
  if (!value.is_array()) return std::nullopt;
  Rooms out;
  for (const Json& v : value) {
    if (!v.is_string()) return std::nullopt;
    out.push_back(v.get<std::string>());
  }
  return out;
}

const Json& member(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto it = object.find(name);
  return it == object.end() ? none : *it;
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

Json flags_of(const NodeMessage& message) {
  Json out = Json::object();
  if (message.flags.is_volatile) out["volatile"] = true;
  if (!message.flags.compress) out["compress"] = false;
  if (message.flags.timeout >= 0) out["timeout"] = message.flags.timeout;
  return out;
}

Json opts_of(const NodeMessage& message) {
  return {
      {"rooms",  message.to    },
      {"except", message.except}
  };
}

Json packet_of(const NodeMessage& message) {
  Json data = Json::array({message.event});
  Json args = message.args.list();
  for (Json& value : args) data.push_back(std::move(value));
  return {
      {"type", 2          },
      {"data", data       },
      {"nsp",  message.nsp}
  };
}

bool take_event(const Json& data, NodeMessage& to) {
  if (!data.is_array() || data.empty()) return false;
  if (data[0].is_string()) {
    to.event = data[0].get<std::string>();
  } else if (data[0].is_number()) {
    to.event = data[0].dump();
  } else {
    return false;
  }
  for (std::size_t i = 1; i < data.size(); ++i) to.args.add(data[i]);
  return true;
}

bool take_opts(const Json& opts, NodeMessage& to) {
  const auto rooms = strings(member(opts, "rooms")), except = strings(member(opts, "except"));
  if (!rooms || !except) return false;
  to.to = *rooms;
  to.except = *except;
  const Json& flags = member(opts, "flags");
  to.flags.is_volatile = member(flags, "volatile") == true;
  to.flags.compress = member(flags, "compress") != false;
  const Json& timeout = member(flags, "timeout");
  if (timeout.is_number())
    to.flags.timeout = i64(std::clamp(timeout.get<double>(), 0.0, double(longest_timeout)));
  return true;
}

bool take_packet(const Json& packet, NodeMessage& to) {
  if (!packet.is_object() || !take_event(member(packet, "data"), to)) return false;
  const Json& nsp = member(packet, "nsp");
  to.nsp = nsp.is_string() ? nsp.get<std::string>() : "/";
  return true;
}

}  // namespace

Channels::Channels(const std::string& key, const std::string& nsp, const std::string& uid)
    : broadcast(key + '#' + nsp + '#'), pattern(glob_escaped(broadcast) + '*'),
      request(key + "-request#" + nsp + '#'), response(key + "-response#" + nsp + '#'),
      response_own(response + uid + '#') {}

std::optional<Json> read_object(std::string_view bytes) {
  if (!bytes.starts_with('{')) {
    auto value = from_msgpack(bytes);
    return value && value->is_object() ? value : std::nullopt;
  }
  bool deep = false;
  Json value = Json::parse(
      bytes,
      [&](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > deepest_json;
        return !deep;
      },
      false);
  if (deep || !value.is_object()) return std::nullopt;
  return value;
}

std::string write_broadcast(const std::string& uid, const NodeMessage& message) {
  Json opts = opts_of(message);
  opts["flags"] = flags_of(message);
  return to_msgpack(Json::array({uid, packet_of(message), opts}));
}

std::optional<Heard> read_broadcast(std::string_view bytes) {
  const auto value = from_msgpack(bytes);
  if (!value || !value->is_array() || value->size() < 3 || !(*value)[0].is_string())
    return std::nullopt;
  Heard out{.uid = text((*value)[0]), .message = {}};
  if (!take_packet((*value)[1], out.message) || !take_opts((*value)[2], out.message))
    return std::nullopt;
  return out;
}

std::string channel_of(const Channels& channels, const NodeMessage& message) {
  return message.to.size() == 1 ? channels.broadcast + message.to[0] + '#' : channels.broadcast;
}

std::string write_request(const Request& request) {
  const NodeMessage& m = request.message;
  Json out = {
      {"uid", request.uid}
  };
  if (!request.id.empty()) out["requestId"] = request.id;
  out["type"] = u8(request.type);
  if (request.type == Ask::server_side) {
    out["data"] = packet_of(m)["data"];
    return to_json(out);
  }
  if (request.type == Ask::broadcast) out["packet"] = packet_of(m);
  out["opts"] = opts_of(m);
  if (request.type == Ask::broadcast) {
    out["opts"]["flags"] = flags_of(m);
    return to_msgpack(out);
  }
  if (request.type == Ask::join || request.type == Ask::leave) out["rooms"] = m.rooms;
  if (request.type == Ask::disconnect) out["close"] = m.close;
  return to_json(out);
}

std::optional<Request> read_request(std::string_view bytes, const std::string& nsp) {
  using What = NodeMessage::What;
  const auto value = read_object(bytes);
  if (!value || !member(*value, "type").is_number_integer()) return std::nullopt;
  const i64 type = member(*value, "type").get<i64>();
  if (type < 0 || type > i64(Ask::broadcast)) return std::nullopt;
  Request out{.type = Ask(type),
              .uid = text(member(*value, "uid")),
              .id = text(member(*value, "requestId")),
              .message = {}};
  NodeMessage& m = out.message;
  constexpr std::array whats{What::fetch,      What::fetch, What::join,        What::leave,
                             What::disconnect, What::fetch, What::server_side, What::ask};
  const auto rooms = strings(member(*value, "rooms"));
  bool good = true;
  switch (out.type) {
    case Ask::sockets: m.to = rooms.value_or(Rooms()); break;
    case Ask::fetch: good = take_opts(member(*value, "opts"), m); break;
    case Ask::join:
    case Ask::leave:
      m.rooms = rooms.value_or(Rooms());
      good = rooms && take_opts(member(*value, "opts"), m);
      break;
    case Ask::disconnect:
      m.close = member(*value, "close") == true;
      good = take_opts(member(*value, "opts"), m);
      break;
    case Ask::server_side: good = take_event(member(*value, "data"), m); break;
    case Ask::broadcast:
      good = take_packet(member(*value, "packet"), m) && take_opts(member(*value, "opts"), m);
      good = good && m.nsp == nsp;
      break;
    default: break;
  }
  m.what = whats[std::size_t(type)];
  m.nsp = nsp;
  if (!good) return std::nullopt;
  return out;
}

// ---- Answers ----

std::string write_sockets(const Request& to, const Args& described) {
  // Headers, cookies and tokens of clients stay here: nobody on the other side needs them.
  static const Json handshake = {
      {"headers", Json::object()},
      {"time",    ""            },
      {"address", ""            },
      {"xdomain", false         },
      {"secure",  false         },
      {"issued",  0             },
      {"url",     ""            },
      {"query",   Json::object()},
      {"auth",    Json::object()}
  };
  Json sockets = described.list();
  for (Json& socket : sockets) {
    if (to.type == Ask::sockets) {
      socket = Json(socket["id"]);
    } else {
      socket["handshake"] = handshake;
    }
  }
  return to_json({
      {"requestId", to.id  },
      {"sockets",   sockets}
  });
}

std::string write_rooms(const Request& to, const Args& described) {
  std::set<std::string> rooms;
  for (const Json& socket : described.list()) {
    for (const Json& room : socket["rooms"]) rooms.insert(room.get<std::string>());
  }
  return to_json({
      {"requestId", to.id},
      {"rooms",     rooms}
  });
}

std::string write_server_side(const Request& to, const Args& answer) {
  return to_json({
      {"type",      u8(Ask::server_side)},
      {"requestId", to.id               },
      {"data",      answer[0]           }
  });
}

std::string write_count(const Request& to, u64 clients) {
  return to_json({
      {"type",        u8(Ask::client_count)},
      {"requestId",   to.id                },
      {"clientCount", clients              }
  });
}

std::string write_client_answer(const Request& to, const Args& answer) {
  return to_msgpack({
      {"type",      u8(Ask::client_answer)},
      {"requestId", to.id                 },
      {"packet",    answer[0]             }
  });
}

std::optional<Json> read_socket(const Json& described) {
  const Json& id = member(described, "id");
  const auto rooms = strings(member(described, "rooms"));
  if (!id.is_string() || !rooms) return std::nullopt;
  return Json{
      {"id",     id},
      {      "rooms",  *rooms  },
      { "data", member(described,   "data")}
  };
}

std::optional<Answer> read_answer(std::string_view bytes) {
  auto value = read_object(bytes);
  if (!value) return std::nullopt;
  std::string id = text(member(*value, "requestId"));
  if (id.empty()) return std::nullopt;
  return Answer{std::move(id), std::move(*value)};
}

}  // namespace netpeel::net::redis_wire
