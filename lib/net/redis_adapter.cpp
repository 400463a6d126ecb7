#include "net/redis_adapter.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "net/peer.hpp"
#include "net/secret_id.hpp"

namespace netpeel::net {

using What = NodeMessage::What;
using redis_wire::Ask;

namespace {

constexpr i64 millisecond = 1'000'000;
constexpr std::size_t uid_length = 6;
constexpr u64 most_clients = 10'000'000;  // of one node, in an answer that anybody may have sent

std::string short_id() { return secret_id().substr(0, uid_length); }

std::string_view word(const RedisClient::Value& value, std::size_t i) {
  return i < value.size() ? base::as_text(value[i].value) : std::string_view();
}

u64 number(const RedisClient::Value& value, std::size_t i) {
  u64 out = 0;
  if (i >= value.size()) return 0;
  const std::string_view digits = base::as_text(value[i].line);
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

Ask kind_of(What what) {
  switch (what) {
    case What::join: return Ask::join;
    case What::leave: return Ask::leave;
    case What::disconnect: return Ask::disconnect;
    case What::fetch: return Ask::fetch;
    case What::ask: return Ask::broadcast;
    default: return Ask::server_side;
  }
}

struct Row {
  const char *name, *help;
  u64 RedisCounters::*value;
};
constexpr Row rows[]{
    {"redis_published_messages_total", "Messages given to Redis.", &RedisCounters::published},
    {"redis_received_messages_total", "Messages that came from Redis.", &RedisCounters::heard},
    {"redis_lost_messages_total", "Messages for other nodes that Redis could not take.",
     &RedisCounters::lost},
    {"redis_broken_messages_total", "Messages from Redis that could not be read.",
     &RedisCounters::broken},
    {"redis_refused_questions_total", "Questions to other nodes, too many being open.",
     &RedisCounters::refused},
    {"redis_connections_total", "Connections to Redis that were opened.",
     &RedisCounters::connects},
};

}  // namespace

void add_gauges(const RedisCounters& counters, std::vector<Gauge>& to) {
  to.push_back({"redis_connected", "1 while Redis can be reached.", "", counters.connected, false});
  for (const Row& row : rows) to.push_back({row.name, row.help, "", counters.*row.value, true});
}

RedisAdapter::RedisAdapter(Loop& loop, RedisSettings settings, Note note)
    : loop_(loop), settings_(std::move(settings)), note_(std::move(note)),
      mouth_(loop, settings_.address, settings_.most_queued, events(false)),
      ear_(loop, settings_.address, settings_.most_queued, events(true)) {}

// ---- Its connections ----

RedisClient::Events RedisAdapter::events(bool hears) {
  return {.ready =
              [this, hears] {
                ++counters_.connects;
                if (hears) {
                  for (const auto& [nsp, member] : members_) subscribe(member);
                }
                ready();
              },
          .lost = [this](const std::string& why) { lost(why); },
          .heard = [this](const RedisClient::Value& value) { heard(value); }};
}

std::string RedisAdapter::name() const {
  return "the Redis server at " + endpoint_text(settings_.address.host, settings_.address.port);
}

void RedisAdapter::connect() {
  starting_ = true;
  mouth_.open();
  ear_.open();
  loop_.run();
  loop_.restart();
  starting_ = false;
  if (failure_.empty()) return;
  throw base::Error::sentence(name() + " cannot be used: " + failure_,
                              "Start it, or leave --redis out.");
}

void RedisAdapter::ready() {
  if (!mouth_.ready() || !ear_.ready()) return;
  counters_.connected = true;
  if (starting_) return loop_.stop();
  if (std::exchange(away_, false)) note_(name() + " is back: other nodes are heard again");
}

void RedisAdapter::lost(const std::string& why) {
  counters_.connected = false;
  if (starting_) {
    failure_ = why;
    return loop_.stop();
  }
  if (std::exchange(away_, true)) return;
  note_(name() + " is out of reach (" + why +
        "): this node's clients are served on, other nodes hear nothing until it is back");
}

void RedisAdapter::opened(const std::string& nsp) {
  const std::string uid = short_id();
  const auto [it, made] = members_.try_emplace(nsp, Member{
                                                        uid, {settings_.key, nsp, uid}
  });
  if (!made) return;
  const Channels& c = it->second.channels;
  routes_[c.pattern] = {Kind::broadcast, nsp};
  routes_[c.request] = {Kind::request, nsp};
  for (const std::string& channel : {c.response, c.response_own})
    routes_[channel] = {Kind::response, nsp};
  if (ear_.ready()) subscribe(it->second);
}

void RedisAdapter::closed(const std::string& nsp) {
  const auto it = members_.find(nsp);
  if (it == members_.end()) return;
  const Channels& c = it->second.channels;
  ear_.subscribe({"PUNSUBSCRIBE", c.pattern});
  ear_.subscribe({"UNSUBSCRIBE", c.request, c.response, c.response_own});
  for (const std::string& channel : {c.pattern, c.request, c.response, c.response_own})
    routes_.erase(channel);
  members_.erase(it);
}

void RedisAdapter::subscribe(const Member& member) {
  const Channels& c = member.channels;
  ear_.subscribe({"PSUBSCRIBE", c.pattern});
  ear_.subscribe({"SUBSCRIBE", c.request, c.response, c.response_own});
}

bool RedisAdapter::send(const std::string& channel, const std::string& message) {
  const bool sent = mouth_.command({"PUBLISH", channel, message});
  ++(sent ? counters_.published : counters_.lost);
  return sent;
}

// ---- What this node says ----

void RedisAdapter::publish(const NodeMessage& message) {
  const auto it = members_.find(message.nsp);
  if (it == members_.end()) return;
  const auto& [uid, channels] = it->second;
  if (message.what == What::emit) {
    send(redis_wire::channel_of(channels, message), redis_wire::write_broadcast(uid, message));
  } else {
    send(channels.request, redis_wire::write_request(
                               {.type = kind_of(message.what), .uid = uid, .message = message}));
  }
}

// The others that hear requests; none where Redis is away.
void RedisAdapter::count_others(const Member& member, std::function<void(std::size_t)> others) {
  const auto counted = [this, others](const RedisClient::Value* value) {
    const u64 all = value == nullptr ? 0 : number(*value, 2);
    others(std::size_t(all > 0 && ear_.ready() ? all - 1 : all));
  };
  if (open_.size() >= settings_.most_asked) {
    ++counters_.refused;
    return others(0);
  }
  if (!mouth_.command({"PUBSUB", "NUMSUB", member.channels.request}, counted)) others(0);
}

RedisAdapter::OpenPtr RedisAdapter::open(const std::string& id, const NodeMessage& message,
                                         i64 within) {
  const auto made = std::make_shared<Open>(loop_);
  made->what = message.what;
  made->timer.after(within, [this, id, made = std::weak_ptr(made)] {
    const auto open = made.lock();
    if (!open) return;
    finish(id, "timeout reached: only " + std::to_string(open->nodes - open->missing) +
                   " responses received out of " + std::to_string(open->nodes));
  });
  open_[id] = made;
  return made;
}

void RedisAdapter::finish(const std::string& id, const std::string& error) {
  const auto it = open_.find(id);
  if (it == open_.end()) return;
  const OpenPtr open = it->second;
  open_.erase(it);
  open->timer.cancel();
  if (open->answers) std::exchange(open->answers, nullptr)(error, open->got);
}

void RedisAdapter::ask(const NodeMessage& message, Broadcast::Answers answers) {
  const auto it = members_.find(message.nsp);
  if (it == members_.end()) return answers({}, {});
  count_others(it->second, [this, message, answers = std::move(answers)](std::size_t others) {
    const auto member = members_.find(message.nsp);
    if (others == 0 || member == members_.end()) return answers({}, {});
    const Request request{.type = kind_of(message.what),
                          .uid = member->second.uid,
                          .id = short_id() + short_id(),
                          .message = message};
    const OpenPtr asked = open(request.id, message, settings_.answers_within);
    asked->answers = answers;
    asked->nodes = asked->missing = others;
    if (!send(member->second.channels.request, redis_wire::write_request(request)))
      finish(request.id, "the other nodes cannot be reached");
  });
}

void RedisAdapter::ask_clients(const NodeMessage& message, const Elsewhere& told) {
  const auto it = members_.find(message.nsp);
  if (it == members_.end()) return told.nodes(0);
  count_others(it->second, [this, message, told](std::size_t others) {
    const auto member = members_.find(message.nsp);
    if (others == 0 || member == members_.end()) return told.nodes(0);
    const Request request{.type = Ask::broadcast,
                          .uid = member->second.uid,
                          .id = short_id() + short_id(),
                          .message = message};
    const i64 within = std::max<i64>(message.flags.timeout, 1) * millisecond;
    const OpenPtr asked = open(request.id, message, within);
    asked->told = told;
    told.nodes(others);
    send(member->second.channels.request, redis_wire::write_request(request));
  });
}

// ---- What it hears ----

void RedisAdapter::heard(const RedisClient::Value& value) {
  const std::string_view kind = word(value, 1);
  const bool by_pattern = kind == "pmessage";
  if (!by_pattern && kind != "message") return;  // subscribed, pong
  const std::string_view bytes = word(value, by_pattern ? 4 : 3);
  const auto route = routes_.find(std::string(word(value, 2)));
  if (route == routes_.end()) return;
  const auto [what, nsp] = route->second;
  const auto found = members_.find(nsp);
  if (found == members_.end()) return;
  const Member member = found->second;  // whoever hears it may end the namespace
  ++counters_.heard;
  switch (what) {
    case Kind::broadcast:
      if (word(value, 3).starts_with(member.channels.broadcast))
        broadcast_heard(member, nsp, bytes);
      break;
    case Kind::request: request_heard(member, nsp, bytes); break;
    case Kind::response: answer_heard(bytes); break;
  }
}

void RedisAdapter::broadcast_heard(const Member& member, const std::string& nsp,
                                   std::string_view bytes) {
  const auto got = redis_wire::read_broadcast(bytes);
  if (!got) {
    ++counters_.broken;
    return;
  }
  if (got->uid != member.uid && got->message.nsp == nsp) remote(got->message);
}

void RedisAdapter::request_heard(const Member& member, const std::string& nsp,
                                 std::string_view bytes) {
  const auto request = redis_wire::read_request(bytes, nsp);
  if (!request) {
    ++counters_.broken;
    return;
  }
  // What it asked for itself was done when it asked.
  if (request->uid == member.uid || open_.contains(request->id)) return;
  remote(request->message,
         request->id.empty() ? Answer() : answer_to(*request, member.channels.response));
}

Adapter::Answer RedisAdapter::answer_to(const Request& request, const std::string& channel) {
  Request to{.type = request.type, .id = request.id, .message = {}};
  return [this, to, channel, counted = std::make_shared<bool>(false)](const Args& args) {
    switch (to.type) {
      case Ask::sockets:
      case Ask::fetch: send(channel, redis_wire::write_sockets(to, args)); break;
      case Ask::all_rooms: send(channel, redis_wire::write_rooms(to, args)); break;
      case Ask::server_side: send(channel, redis_wire::write_server_side(to, args)); break;
      case Ask::broadcast:
        if (std::exchange(*counted, true)) {
          send(channel, redis_wire::write_client_answer(to, args));
        } else {
          send(channel, redis_wire::write_count(to, args[0].get<u64>()));
        }
        break;
      default: break;
    }
  };
}

void RedisAdapter::answer_heard(std::string_view bytes) {
  const auto answer = redis_wire::read_answer(bytes);
  if (!answer) {
    ++counters_.broken;
    return;
  }
  const auto it = open_.find(answer->id);
  if (it == open_.end()) return;
  const OpenPtr asked = it->second;
  if (asked->what == What::ask) {
    clients_answer(*asked, answer->value);
  } else {
    nodes_answer(answer->id, *asked, answer->value);
  }
}

void RedisAdapter::nodes_answer(const std::string& id, Open& open, const Json& value) {
  if (open.what == What::server_side) {
    open.got.add(value.value("data", Json()));
  } else {
    const auto sockets = value.find("sockets");
    if (sockets == value.end() || !sockets->is_array()) return;
    for (const Json& s : *sockets) {
      const auto found = redis_wire::read_socket(s);
      if (found) open.got.add(*found);
    }
  }
  if (--open.missing == 0) finish(id, {});
}

void RedisAdapter::clients_answer(Open& open, const Json& value) {
  const Json type = value.value("type", Json());
  if (type == u8(Ask::client_count)) {
    const Json count = value.value("clientCount", Json());
    if (!count.is_number_unsigned() || count.get<u64>() > most_clients) return;
    open.clients += count.get<u64>();
    open.told.clients(count.get<u64>());
  } else if (type == u8(Ask::client_answer) && open.clients > 0) {
    --open.clients;
    open.told.answer(Args{value.value("packet", Json())});
  }
}

}  // namespace netpeel::net
