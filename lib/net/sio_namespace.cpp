#include "net/sio_namespace.hpp"

#include <algorithm>

#include "net/secret_id.hpp"
#include "net/sio_json.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {

using stream::SioType;

namespace {

// Both at once, or nothing.
struct ComesBack {
  std::string pid, offset;
  explicit operator bool() const { return !pid.empty(); }
};

ComesBack comes_back(std::string_view auth) {
  ComesBack out;
  stream::JsonPieces pieces(auth);
  std::string_view key, value;
  bool offset = false;
  while (pieces.next(key, value)) {
    std::string text;
    if (!stream::json_string(value, text)) continue;
    if (key == "\"pid\"") out.pid = text;
    if (key == "\"offset\"") out.offset = text, offset = true;
  }
  if (!offset) out.pid.clear();
  return out;
}

}  // namespace

void require_free_name(const std::string& event) {
  if (sio_reserved(event))
    throw std::invalid_argument("\"" + event + "\" is a reserved event name");
}

SioNamespace::SioNamespace(SioCore& c, std::string name, const SioNamespace* parent)
    : core(c), name_(std::move(name)) {
  if (parent != nullptr) {
    handlers = parent->handlers;
    on_demand = true;
  }
  const SocketIoSettings& s = core.settings;
  if (s.recovery <= 0) return;
  recovery_ = std::make_unique<SioRecovery>(core.run, s.recovery,
                                            s.engine.ping_interval + s.engine.ping_timeout,
                                            s.recovery_sessions, core.kept);
}

SioNamespace::~SioNamespace() = default;

void SioNamespace::use(Middleware m) { handlers.middleware.push_back(std::move(m)); }
void SioNamespace::on_connection(SocketHandler h) { handlers.connection.push_back(std::move(h)); }
void SioNamespace::on(const std::string& event, Handler h) {
  handlers.on[event].push_back(std::move(h));
}
void SioNamespace::on_any(AnyHandler h) { handlers.any.push_back(std::move(h)); }
void SioNamespace::use_event(EventMiddleware m) {
  handlers.event_middleware.push_back(std::move(m));
}
void SioNamespace::on_error(ErrorHandler h) { handlers.error.push_back(std::move(h)); }
void SioNamespace::on_disconnecting(ReasonHandler h) {
  handlers.disconnecting.push_back(std::move(h));
}
void SioNamespace::on_disconnect(ReasonHandler h) { handlers.disconnect.push_back(std::move(h)); }
void SioNamespace::on_server_side(const std::string& event, Socket::Handler h) {
  handlers.server_side[event].push_back(std::move(h));
}

std::vector<Namespace::Room> SioNamespace::rooms() const {
  std::vector<Room> out;
  for (const SioRoom* r : seats.all()) out.push_back({r->name, r->members.size()});
  return out;
}

void SioNamespace::on_room(RoomWatcher watcher) {
  seats.watch([watcher = std::move(watcher)](SioRooms::Change change, const std::string& room,
                                             const std::string& id) {
    watcher(RoomChange(u8(change)), room, id);  // the same words in the same order
  });
}

SocketPtr SioNamespace::find(std::string_view id) const {
  SioSeated* const s = seats.find(id);
  return s == nullptr ? nullptr : static_cast<SioSocket*>(s)->shared_from_this();
}

// ---- Coming and going ----

void SioNamespace::connect(const std::shared_ptr<SioClient>& client, const std::string& auth) {
  const auto self = std::static_pointer_cast<SioNamespace>(shared_from_this());
  const auto socket = std::make_shared<SioSocket>(self, client, auth);
  auto back = std::make_shared<Back>();
  if (recovery_) find_session(auth, *socket, *back);
  if (!client->open()) {  // it took itself over
    give_back(*back);
    return socket->abandon();
  }
  if (back->session && core.settings.recovery_skips_middleware) return enter(socket, *back);
  ++entering_;
  const Done done = [this, self, socket, back](const std::optional<Refusal>& refusal) {
    --entering_;
    if (refusal || !socket->client()->open()) {
      give_back(*back);
      return refuse(*socket, refusal.value_or(Refusal()));
    }
    enter(socket, *back);
  };
  run_middleware(handlers.middleware.begin(), socket, done);
}

void SioNamespace::run_middleware(std::list<Middleware>::iterator it,
                                  const std::shared_ptr<SioSocket>& socket, const Done& done) {
  if (it == handlers.middleware.end()) return done(std::nullopt);
  const Socket::Next next =
      [this, self = shared_from_this(), it, socket, done,
       used = std::make_shared<bool>(false)](const std::optional<Refusal>& refusal) {
        if (std::exchange(*used, true)) return;
        if (refusal) return done(refusal);
        run_middleware(std::next(it), socket, done);
      };
  try {
    (*it)(socket, next);
  } catch (const Json::exception&) {  // it took what the client sent for what it is not
    ++core.totals.failed_handlers;
    next(Refusal{"not understood"});
  }
}

void SioNamespace::find_session(const std::string& auth, SioSocket& socket, Back& back) {
  const ComesBack asked = comes_back(auth);
  if (!asked) return;
  // Clients notice a dead connection before the server does: the old one may still stand here.
  if (const auto it = by_pid_.find(asked.pid); it != by_pid_.end() && it->second->client())
    std::shared_ptr(it->second->client())->end("transport close", true);
  back.offset = asked.offset;
  if (recovery_->knows(asked.offset)) back.session = recovery_->take(Loop::now(), asked.pid);
  if (!back.session) {
    ++core.totals.not_recovered;
    return;
  }
  socket.set_id(back.session->sid);
  socket.data = back.session->data;
}

void SioNamespace::give_back(Back& back) {
  if (back.session) recovery_->lost(back.session->lost_at, std::move(*back.session));
}

void SioNamespace::enter(const std::shared_ptr<SioSocket>& socket, Back& back) {
  const std::shared_ptr<SioClient> client = socket->client();
  if (!client->joined(socket)) {  // it asked twice, and this is the second answer
    seats.exit(*socket);
    socket->abandon();
    return client->close();
  }
  const bool recovered = back.session && recovery_->knows(back.offset);
  if (back.session && !recovered) socket->set_id(socket->fresh_id());
  std::string payload = R"({"sid":")" + socket->id() + '"';
  std::string pid;
  if (recovery_) {
    pid = recovered ? back.session->pid : secret_id();
    payload += R"(,"pid":")" + pid + '"';
  }
  payload += '}';
  if (client->third()) payload.clear();
  socket->connect(pid, recovered);
  if (recovery_) by_pid_[socket->pid()] = socket.get();
  seats.enter(*socket);
  if (recovered) {
    ++core.totals.recovered;
    socket->join(back.session->rooms);
    recovery_->missed(back.session->rooms, back.offset,
                      [&](const SioPacked& packet) { socket->write(packet); });
  }
  socket->write(core.pack(SioType::connect, name_, payload));
  for (const SocketHandler& h : handlers.connection) {
    if (socket->connected()) socket->guard([&] { h(socket); });
  }
}

namespace {

std::string refusal_text(const Refusal& refusal) {
  std::vector<Encoded> none;
  std::string out = R"({"message":)";
  write_json(refusal.message, out);
  if (!refusal.data.is_null()) {
    out += R"(,"data":)";
    write_json(refusal.data, out, none);
  }
  return out + '}';
}

// For Engine.IO 3: the data, or the message alone.
std::string refusal_text3(const Refusal& refusal) {
  std::vector<Encoded> none;
  std::string out;
  write_json(refusal.data.is_null() ? Json(refusal.message) : refusal.data, out, none);
  return out;
}

}  // namespace

void SioNamespace::refuse(SioSocket& socket, const Refusal& refusal) {
  seats.exit(socket);
  const std::shared_ptr<SioClient> client = socket.client();
  socket.abandon();
  if (!client->open()) return;
  client->refused();
  const std::string payload = client->third() ? refusal_text3(refusal) : refusal_text(refusal);
  client->write(core.pack(SioType::connect_error, name_, payload));
}

void SioNamespace::remove(SioSocket& socket) {
  seats.exit(socket);
  if (const auto it = by_pid_.find(socket.pid()); it != by_pid_.end() && it->second == &socket)
    by_pid_.erase(it);
}

void SioNamespace::keep(SioSocket& socket) {
  recovery_->lost(
      Loop::now(),
      {.sid = socket.id(), .pid = socket.pid(), .rooms = socket.rooms(), .data = socket.data});
  core.watch_expiry(*this);
}

void SioNamespace::close() { recovery_.reset(); }

// ---- Broadcasts ----

SioPacked SioNamespace::pack_kept(const Rooms& to, const Rooms& except, const EmitFlags& flags,
                                  const std::string& event, const Args& args) {
  const bool keeps = recovery_ && !flags.is_volatile;
  const std::string offset = keeps ? recovery_->next_offset() : std::string();
  SioPacked packet = core.pack(
      {.nsp = name_, .event = event, .args = &args, .offset = offset, .compress = flags.compress});
  if (keeps) {
    recovery_->add(Loop::now(), to, except, packet);
    core.watch_expiry(*this);
  }
  return packet;
}

void SioNamespace::broadcast(const Rooms& to, const Rooms& except, const EmitFlags& flags,
                             const std::string& event, const Args& args, bool remote) {
  for (const auto& weak : children_) {
    if (const auto child = weak.lock()) child->broadcast(to, except, flags, event, args, remote);
  }
  if (is_family) return;
  std::vector<SioSeated*> chosen = std::exchange(chosen_, {});
  seats.select(to, except, chosen);
  if (!chosen.empty() || recovery_) {
    const SioPacked packet = pack_kept(to, except, flags, event, args);
    for (SioSeated* const s : chosen) {
      // Any of them may be gone by now; the core keeps its bytes until the turn is over.
      const auto& socket = static_cast<const SioSocket&>(*s);
      socket.watch_outgoing(event, args);
      if (socket.client()) socket.client()->write(packet, flags.is_volatile);
    }
  }
  chosen.clear();
  chosen_ = std::move(chosen);
  if (flags.local || remote || core.adapter() == nullptr) return;
  publish({.event = event, .args = args, .to = to, .except = except, .flags = flags});
}

void SioNamespace::emit_kept(const std::string& id, const EmitFlags& flags,
                             const std::string& event, const Args& args) {
  const SioPacked packet = pack_kept({id}, {}, flags, event, args);
  SioSeated* const s = seats.find(id);
  if (s == nullptr) return;
  const auto& socket = static_cast<const SioSocket&>(*s);
  socket.watch_outgoing(event, args);
  if (socket.client()) socket.client()->write(packet, flags.is_volatile);
}

std::vector<std::shared_ptr<SioSocket>> SioNamespace::select(const Rooms& to, const Rooms& except) {
  std::vector<SioSeated*> chosen;
  seats.select(to, except, chosen);
  std::vector<std::shared_ptr<SioSocket>> out;
  out.reserve(chosen.size());
  for (SioSeated* const s : chosen) {
    out.push_back(
        std::static_pointer_cast<SioSocket>(static_cast<SioSocket*>(s)->shared_from_this()));
  }
  return out;
}

namespace {

// One question to many. Answered when all have, or when its time is over.
struct Question {
  explicit Question(SioCore& core) : counted_in(core.question), timer(core.loop) {}
  std::shared_ptr<const char> counted_in;
  Broadcast::Answers answers;
  Args got;
  i64 nodes = 1;    // that have not said yet how many clients they ask
  i64 missing = 0;  // clients that were asked and have not answered
  Timer timer;

  void answered(const Args& value) {
    got.append(value);
    --missing;
    finish_if_all();
  }
  void counted(std::size_t clients) {
    --nodes;
    missing += i64(clients);
    finish_if_all();
  }
  void finish_if_all() {
    if (nodes == 0 && missing == 0) finish({});
  }
  void finish(const std::string& error) {
    if (!answers) return;
    timer.cancel();
    std::exchange(answers, nullptr)(error, got);
  }
};

// Those of this node who may still answer; forgotten when the time is over.
struct Waiting {
  explicit Waiting(SioCore& core) : counted_in(core.question), timer(core.loop) {}
  std::shared_ptr<const char> counted_in;
  std::vector<std::weak_ptr<SioSocket>> sockets;
  std::size_t missing = 0;
  Timer timer;
};

constexpr i64 millisecond = 1'000'000;
i64 wait_of(const EmitFlags& flags) { return std::max<i64>(flags.timeout, 1) * millisecond; }

}  // namespace

std::size_t SioNamespace::ask_here(const NodeMessage& message,
                                   std::function<void(const Args&)> answered) {
  const auto asked = select(message.to, message.except);
  if (asked.empty() || !core.may_ask()) return 0;
  const u64 id = next_ack();
  const auto waiting = std::make_shared<Waiting>(core);
  waiting->sockets.assign(asked.begin(), asked.end());
  waiting->missing = asked.size();
  waiting->timer.after(wait_of(message.flags), [waiting, id] {
    for (const auto& weak : waiting->sockets) {
      if (const auto socket = weak.lock()) socket->forget(id);
    }
  });
  const auto one = [waiting, answered = std::move(answered)](const std::string& error,
                                                             const Args& got) {
    if (!error.empty()) return;  // it is gone: the others' time runs on, as in the original
    if (--waiting->missing == 0) waiting->timer.cancel();
    answered(got.empty() ? Args{nullptr} : got.first(1));
  };
  const SioPacked packet = core.pack({.nsp = name_,
                                      .id = id,
                                      .event = message.event,
                                      .args = &message.args,
                                      .compress = message.flags.compress});
  for (const auto& socket : asked) {
    if (!socket->await(id, one, -1)) continue;
    socket->watch_outgoing(message.event, message.args);
    socket->write(packet, message.flags.is_volatile);
  }
  return asked.size();
}

void SioNamespace::ask(const Rooms& to, const Rooms& except, const EmitFlags& flags,
                       const std::string& event, const Args& args, Broadcast::Answers answers) {
  if (!core.may_ask()) {
    return core.later(
        [answers = std::move(answers)] { answers("too many events wait for an answer", {}); });
  }
  const auto question = std::make_shared<Question>(core);
  question->answers = std::move(answers);
  question->timer.after(wait_of(flags),
                        [question] { question->finish("operation has timed out"); });
  const NodeMessage message{.what = NodeMessage::What::ask,
                            .nsp = name_,
                            .event = event,
                            .args = args,
                            .to = to,
                            .except = except,
                            .flags = flags};
  if (!flags.local && core.adapter() != nullptr) {
    ++question->nodes;  // until it is known how many
    core.adapter()->ask_clients(
        message, {.nodes =
                      [question](std::size_t n) {
                        question->nodes += i64(n) - 1;
                        question->finish_if_all();
                      },
                  .clients = [question](std::size_t n) { question->counted(n); },
                  .answer = [question](const Args& value) { question->answered(value); }});
  }
  const std::size_t here =
      ask_here(message, [question](const Args& value) { question->answered(value); });
  if (here > 0) return question->counted(here);
  core.later([question] { question->counted(0); });  // no caller is answered before it has asked
}

Args SioNamespace::describe(const Rooms& to, const Rooms& except) {
  Args out;
  for (const auto& socket : select(to, except)) {
    out.add(Json{
        {"id",    socket->id()                                                },
        {"rooms", socket->rooms()                                             },
        {"data",  socket->data.is_null() ? Json(Json::object()) : socket->data}
    });
  }
  return out;
}

void SioNamespace::fetch(const Rooms& to, const Rooms& except, bool local,
                         Broadcast::Answers sockets) {
  const Args here = describe(to, except);
  if (local || core.adapter() == nullptr) return sockets({}, here);
  core.adapter()->ask(
      {.what = NodeMessage::What::fetch, .nsp = name_, .to = to, .except = except},
      [here, sockets = std::move(sockets)](const std::string& error, const Args& others) {
        sockets(error, Args(here).append(others));
      });
}

// ---- Other nodes ----

void SioNamespace::publish(NodeMessage message) {
  message.nsp = name_;
  core.publish(message);
}

void SioNamespace::server_side_emit(const std::string& event, const Args& args) {
  publish({.what = NodeMessage::What::server_side, .event = event, .args = args});
}

void SioNamespace::server_side_emit(const std::string& event, const Args& args,
                                    Broadcast::Answers answers) {
  if (core.adapter() == nullptr)
    return core.later([answers = std::move(answers)] { answers({}, {}); });
  NodeMessage message{.what = NodeMessage::What::server_side, .event = event, .args = args};
  message.nsp = name_;
  core.adapter()->ask(message, std::move(answers));
}

void SioNamespace::remote(const NodeMessage& message, const Adapter::Answer& answer) {
  using What = NodeMessage::What;
  if (message.what == What::emit)
    return broadcast(message.to, message.except, message.flags, message.event, message.args, true);
  if (message.what == What::server_side) {
    const auto it = handlers.server_side.find(message.event);
    if (it == handlers.server_side.end()) return;
    const Ack ack = answer ? Ack(answer) : Ack();
    for (const Socket::Handler& h : it->second) h(message.args, ack);
    return;
  }
  if (message.what == What::fetch && answer) return answer(describe(message.to, message.except));
  if (message.what == What::ask && answer) {
    return answer(Args{ask_here(message, answer)});  // clients answer in a later turn
  }
  for (const auto& socket : select(message.to, message.except)) {
    if (message.what == What::join) socket->join(message.rooms);
    if (message.what == What::disconnect) socket->disconnect(message.close);
    if (message.what != What::leave) continue;
    for (const std::string& room : message.rooms) socket->leave(room);
  }
}

}  // namespace netpeel::net
