#include "net/sio_core.hpp"

#include "net/secret_id.hpp"
#include "net/sio_namespace.hpp"

namespace netpeel::net {

SioCore::SioCore(Loop& l, SocketIoSettings s, Counters* c)
    : loop(l), settings(std::move(s)), counters(c != nullptr ? *c : own_counters_),
      self_(std::make_shared<SioCore*>(this)) {
  kept.limit = settings.recovery_bytes;
  run = secret_id().substr(0, 8);
  of("/");
}

SioCore::~SioCore() {
  *self_ = nullptr;
  if (adapter_ != nullptr) adapter_->on_remote({});
  for (const auto& client : clients_) client->abandon();
  for (const auto& [name, nsp] : namespaces_) nsp->close();
  for (const Family& f : families_) f.parent->close();
}

// ---- Sessions ----

void SioCore::opened(EngineSocket& socket) {
  auto client = std::make_shared<SioClient>(*this, socket);
  client->place = clients_.size();
  clients_.push_back(client);
  if (socket.revision() == 3) client->join_unasked();
}

namespace {

SioClient* of_engine(const EngineSocket& socket) { return static_cast<SioClient*>(socket.context); }

}  // namespace

void SioCore::text(EngineSocket& socket, std::string_view message) {
  if (SioClient* const c = of_engine(socket)) c->text(message);
}
void SioCore::binary(EngineSocket& socket, Bytes message) {
  if (SioClient* const c = of_engine(socket)) c->binary(message);
}
void SioCore::closed(EngineSocket& socket, EngineEnd why) {
  if (SioClient* const c = of_engine(socket)) c->ended(why);
}

void SioCore::forget(SioClient& client) {
  bury(clients_[client.place]);
  clients_[client.place] = std::move(clients_.back());
  clients_[client.place]->place = client.place;
  clients_.pop_back();
}

void SioCore::shut_down() {
  const auto all = clients_;
  for (const auto& client : all) client->end("server shutting down", false);
}

// ---- Namespaces ----

SioNamespace& SioCore::of(const std::string& given) {
  const std::string name = given.starts_with('/') ? given : '/' + given;
  auto& nsp = namespaces_[name];
  if (!nsp) {
    nsp = std::make_shared<SioNamespace>(*this, name, nullptr);
    if (adapter_ != nullptr) adapter_->opened(name);
  }
  return *nsp;
}

SioNamespace& SioCore::of_any(std::function<bool(const std::string&)> matches) {
  auto parent =
      std::make_shared<SioNamespace>(*this, "/_" + std::to_string(families_.size()), nullptr);
  parent->is_family = true;
  families_.push_back({std::move(matches), parent});
  return *parent;
}

std::shared_ptr<SioNamespace> SioCore::find_or_make(const std::string& name) {
  if (const auto it = namespaces_.find(name); it != namespaces_.end()) return it->second;
  for (const Family& f : families_) {
    if (!f.matches(name)) continue;
    if (!room_for_child()) {
      ++totals.refused_namespaces;
      return nullptr;
    }
    auto child = std::make_shared<SioNamespace>(*this, name, f.parent.get());
    f.parent->add_child(child);
    if (adapter_ != nullptr) adapter_->opened(name);
    return namespaces_[name] = std::move(child);
  }
  return nullptr;
}

// Those that nobody is in make room for those that somebody wants.
bool SioCore::room_for_child() {
  if (namespaces_.size() < settings.most_namespaces) return true;
  std::erase_if(namespaces_, [this](const auto& entry) {
    const auto& nsp = entry.second;
    if (!nsp->on_demand || nsp.use_count() > 1 || !nsp->idle()) return false;
    nsp->close();
    if (adapter_ != nullptr) adapter_->closed(entry.first);
    return true;
  });
  for (const Family& f : families_) f.parent->forget_children();
  return namespaces_.size() < settings.most_namespaces;
}

// ---- Other nodes ----

void SioCore::use_adapter(Adapter& adapter) {
  adapter_ = &adapter;
  adapter.on_remote([this](const NodeMessage& message, const Adapter::Answer& answer) {
    const auto it = namespaces_.find(message.nsp);
    if (it != namespaces_.end()) std::shared_ptr(it->second)->remote(message, answer);
  });
  for (const auto& [name, nsp] : namespaces_) adapter.opened(name);
}

void SioCore::publish(const NodeMessage& message) {
  if (adapter_ != nullptr) adapter_->publish(message);
}

// ---- The rest ----

bool SioCore::may_ask() {
  if (question.use_count() <= long(settings.most_asked)) return true;
  ++totals.refused_asks;
  return false;
}

void SioCore::bury(std::shared_ptr<void> what) {
  if (what == nullptr) return;
  buried_.push_back(std::move(what));
  if (buried_.size() > 1) return;
  later([this] { const auto gone = std::exchange(buried_, {}); });
}

void SioCore::later(std::function<void()> what) {
  loop.later([self = self_, what = std::move(what)] {
    if (*self != nullptr) what();
  });
}

void SioCore::watch_expiry(SioNamespace& nsp) {
  const i64 at = nsp.recovery()->next_expiry();
  if (at == 0 || (expiry_at_ != 0 && expiry_at_ <= at)) return;
  // Not for each packet: what is over its time meanwhile is not found any more, only not freed.
  constexpr i64 seldom = 1'000'000'000;
  const i64 then = std::max(at, Loop::now() + seldom);
  if (expiry_at_ != 0 && expiry_at_ <= then) return;
  if (!expiry_) expiry_ = std::make_unique<Timer>(loop);
  expiry_at_ = then;
  expiry_->at(then, [this] { expire(); });
}

void SioCore::expire() {
  expiry_at_ = 0;
  const i64 now = Loop::now();
  for (const auto& [name, nsp] : namespaces_) {
    if (nsp->recovery() == nullptr) continue;
    nsp->recovery()->expire(now);
    watch_expiry(*nsp);
  }
}

SocketIoCounters SioCore::numbers() const {
  SocketIoCounters out = totals;
  out.clients = clients_.size();
  out.namespaces = namespaces_.size();
  for (const auto& [name, nsp] : namespaces_) {
    out.sockets += nsp->size();
    out.rooms += nsp->seats.size();
  }
  out.kept_packets = kept.packets;
  out.kept_bytes = kept.bytes;
  out.kept_sessions = kept.sessions;
  out.forgotten_packets = kept.forgotten_packets;
  out.forgotten_sessions = kept.forgotten_sessions;
  return out;
}

}  // namespace netpeel::net
