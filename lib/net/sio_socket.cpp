#include "net/sio_socket.hpp"

#include "net/secret_id.hpp"
#include "net/sio_namespace.hpp"

namespace netpeel::net {

using stream::SioType;

SioSocket::SioSocket(std::shared_ptr<SioNamespace> nsp, std::shared_ptr<SioClient> client,
                     std::string_view auth)
    : nsp_(std::move(nsp)), client_(std::move(client)),
      auth_(Args::from_text(std::string(auth.empty() ? "{}" : auth), 1)) {
  id_ = fresh_id();
}

// Clients of Engine.IO 3 reckon their ids themselves, from that of the session.
std::string SioSocket::fresh_id() const {
  if (client_ == nullptr || !client_->third()) return secret_id();
  const std::string& session = client_->engine()->id();
  return nsp_->name() == "/" ? session : nsp_->name() + '#' + session;
}

SioSocket::~SioSocket() = default;

Namespace& SioSocket::nsp() const { return *nsp_; }
EngineSocket* SioSocket::engine() const { return client_ != nullptr ? client_->engine() : nullptr; }

HttpRequest SioSocket::handshake() const {
  return engine() != nullptr ? engine()->handshake() : HttpRequest();
}

std::string_view SioSocket::transport() const {
  return engine() != nullptr ? engine()->transport() : std::string_view();
}

Rooms SioSocket::rooms() const { return nsp_->seats.of(*this); }
bool SioSocket::in_room(std::string_view room) const { return nsp_->seats.in(*this, room); }

SioSocket::Own& SioSocket::own() {
  if (!own_) own_ = std::make_shared<Own>();
  return *own_;
}

void SioSocket::on(const std::string& event, Handler h) { own().on[event].push_back(std::move(h)); }
void SioSocket::on_any(AnyHandler h) { own().any.push_back(std::move(h)); }
void SioSocket::on_any_outgoing(Watcher w) { own().outgoing.push_back(std::move(w)); }
void SioSocket::use(Middleware m) { own().middleware.push_back(std::move(m)); }
void SioSocket::on_error(ErrorHandler h) { own().error.push_back(std::move(h)); }
void SioSocket::on_disconnecting(ReasonHandler h) { own().disconnecting.push_back(std::move(h)); }
void SioSocket::on_disconnect(ReasonHandler h) { own().disconnect.push_back(std::move(h)); }

// ---- Rooms ----

void SioSocket::join(const Rooms& rooms) {
  if (client_ == nullptr) return;
  for (const std::string& room : rooms) {
    const SocketIoSettings& s = nsp_->core.settings;
    const bool fits = SioRooms::count(*this) < s.most_rooms && room.size() <= s.longest_room;
    if (!fits && !in_room(room)) {
      ++nsp_->core.totals.refused_rooms;
    } else {
      nsp_->seats.join(*this, room);
    }
  }
}

void SioSocket::leave(const std::string& room) { nsp_->seats.leave(*this, room); }

// ---- Out ----

void SioSocket::emit_with(const EmitFlags& flags, const std::string& event, const Args& args) {
  require_free_name(event);
  if (nsp_->recovery() != nullptr) return nsp_->emit_kept(id_, flags, event, args);
  if (client_ == nullptr) return;
  watch_outgoing(event, args);
  write(nsp_->core.pack(
            {.nsp = nsp_->name(), .event = event, .args = &args, .compress = flags.compress}),
        flags.is_volatile);
}

void SioSocket::ask_with(const EmitFlags& flags, const std::string& event, const Args& args,
                         Answer answer) {
  require_free_name(event);
  if (client_ == nullptr) return answer("socket has been disconnected", {});
  const u64 id = nsp_->next_ack();
  if (!await(id, answer, flags.timeout)) return answer("too many events wait for an answer", {});
  watch_outgoing(event, args);
  write(nsp_->core.pack({.nsp = nsp_->name(),
                         .id = id,
                         .event = event,
                         .args = &args,
                         .compress = flags.compress}),
        flags.is_volatile);
}

bool SioSocket::await(u64 id, Answer answer, i64 milliseconds) {
  if (!awaited_) awaited_ = std::make_unique<std::map<u64, Awaited>>();
  if (awaited_->size() >= nsp_->core.settings.most_asked) {
    ++nsp_->core.totals.refused_asks;
    return false;
  }
  Awaited& waits = (*awaited_)[id];
  waits.answer = std::move(answer);
  if (milliseconds < 0) return true;
  waits.timer = std::make_unique<Timer>(nsp_->core.loop);
  waits.timer->after(milliseconds * 1'000'000, [this, self = shared_from_this(), id] {
    auto node = awaited_->extract(id);
    if (node) node.mapped().answer("operation has timed out", {});
  });
  return true;
}

void SioSocket::forget(u64 id) {
  if (awaited_) awaited_->erase(id);
}

void SioSocket::tell_outgoing(const std::string& event, const Args& args) const {
  const auto own = own_;
  for (const Watcher& w : own->outgoing) w(event, args);
}

// ---- In ----

void SioSocket::received(SioRead& read) {
  const auto self = shared_from_this();
  if (read.type == SioType::disconnect) return end("client namespace disconnect");
  guard([&] {
    if (read.type == SioType::event) received_event(read);
    if (read.type == SioType::ack) received_ack(read);
  });
}

void SioSocket::guard(const std::function<void()>& handlers) {
  try {
    handlers();
  } catch (const Json::exception& wrong) {
    ++nsp_->core.totals.failed_handlers;
    error({wrong.what()});
  }
}

Ack SioSocket::ack_for(u64 id) {
  return Ack([weak = weak_from_this(), id](const Args& args) {
    const auto self = std::static_pointer_cast<SioSocket>(weak.lock());
    if (self == nullptr || !self->connected_) return;
    self->write(self->nsp_->core.pack(
        {.type = SioType::ack, .nsp = self->nsp_->name(), .id = id, .args = &args}));
  });
}

void SioSocket::received_event(SioRead& read) {
  if (!read.has_list) return;  // an event without a name: nobody can have a handler for it
  const Ack ack = read.has_id ? ack_for(read.id) : Ack();
  const auto own = own_;
  for (const auto& h : nsp_->handlers.any) h(shared_from_this(), read.event, read.args, ack);
  if (own) {
    for (const AnyHandler& h : own->any) h(read.event, read.args, ack);
  }
  if (nsp_->handlers.event_middleware.empty() && (!own || own->middleware.empty()))
    return dispatch(read.event, read.args, ack);
  run_middleware(
      0, std::make_shared<const Said>(Said{std::move(read.event), std::move(read.args), ack}));
}

void SioSocket::run_middleware(std::size_t i, const std::shared_ptr<const Said>& said) {
  const SocketPtr self = shared_from_this();
  const auto next = [this, self, said, i,
                     used = std::make_shared<bool>(false)](const std::optional<Refusal>& refusal) {
    if (std::exchange(*used, true)) return;
    if (refusal) return error(*refusal);
    run_middleware(i + 1, said);
  };
  auto& shared = nsp_->handlers.event_middleware;
  const auto nth = [](auto& list, std::size_t n) { return std::next(list.begin(), i64(n)); };
  if (i < shared.size()) return (*nth(shared, i))(self, said->event, said->args, next);
  const auto own = own_;
  const std::size_t mine = i - shared.size();
  if (own && mine < own->middleware.size())
    return (*nth(own->middleware, mine))(said->event, said->args, next);
  dispatch(said->event, said->args, said->ack);
}

void SioSocket::dispatch(const std::string& event, const Args& args, const Ack& ack) {
  if (!connected_) return;
  const auto own = own_;
  if (const auto it = nsp_->handlers.on.find(event); it != nsp_->handlers.on.end()) {
    const SocketPtr self = shared_from_this();
    for (const auto& h : it->second) h(self, args, ack);
  }
  if (!own) return;
  if (const auto it = own->on.find(event); it != own->on.end()) {
    for (const Handler& h : it->second) h(args, ack);
  }
}

void SioSocket::received_ack(SioRead& read) {
  if (!read.has_id || !awaited_) return;
  auto node = awaited_->extract(read.id);
  if (node) node.mapped().answer({}, read.args);
}

void SioSocket::error(const Refusal& refusal) {
  const SocketPtr self = shared_from_this();
  const auto own = own_;
  for (const auto& h : nsp_->handlers.error) h(self, refusal);
  if (!own) return;
  for (const ErrorHandler& h : own->error) h(refusal);
}

// ---- Coming and going ----

void SioSocket::connect(std::string pid, bool recovered) {
  pid_ = std::move(pid);
  recovered_ = recovered;
  connected_ = true;
}

void SioSocket::disconnect(bool close) {
  if (!connected_) return;
  const auto self = shared_from_this();
  if (close) return std::shared_ptr(client_)->disconnect();
  write(nsp_->core.pack(SioType::disconnect, nsp_->name(), {}));
  end("server namespace disconnect");
}

namespace {

bool mendable(const std::string& reason) {
  for (const std::string_view r : {"transport error", "transport close", "forced close",
                                   "ping timeout", "server shutting down", "forced server close"}) {
    if (reason == r) return true;
  }
  return false;
}

}  // namespace

void SioSocket::end(const std::string& reason) {
  const auto self = shared_from_this();
  if (!connected_ || ending_) return abandon();
  ending_ = true;
  const auto own = own_;
  for (const auto& h : nsp_->handlers.disconnecting) guard([&] { h(self, reason); });
  if (own) {
    for (const ReasonHandler& h : own->disconnecting) guard([&] { h(reason); });
  }
  if (nsp_->recovery() != nullptr && mendable(reason)) nsp_->keep(*this);
  connected_ = false;
  nsp_->remove(*this);
  if (client_) client_->left(*nsp_);
  for (const auto& h : nsp_->handlers.disconnect) guard([&] { h(self, reason); });
  if (own) {
    for (const ReasonHandler& h : own->disconnect) guard([&] { h(reason); });
  }
  abandon();
  nsp_->core.bury(self);
}

void SioSocket::abandon() {
  if (ending_ && connected_) return;  // end() is under way, and does it
  connected_ = false;
  client_ = nullptr;
  nsp_->core.bury(std::exchange(own_, nullptr));  // handlers that hold their own socket let it go
  if (!awaited_) return;
  // Also those with a time limit, which would keep this socket until then.
  for (auto& [id, waits] : std::exchange(*awaited_, {}))
    waits.answer("socket has been disconnected", {});
}

}  // namespace netpeel::net
