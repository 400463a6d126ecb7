// Broadcast and Single: values that gather whom and how, then hand over to namespace and socket.
#include "net/sio_namespace.hpp"

namespace netpeel::net {
namespace {

void add(Rooms& to, const Rooms& rooms) {
  for (const std::string& room : rooms) {
    if (std::find(to.begin(), to.end(), room) == to.end()) to.push_back(room);
  }
}

SioNamespace& inside(const NamespacePtr& nsp) { return static_cast<SioNamespace&>(*nsp); }

}  // namespace

Broadcast Broadcast::to(std::string room) const {
  Broadcast b = *this;
  add(b.rooms_, {std::move(room)});
  return b;
}
Broadcast Broadcast::to(const Rooms& rooms) const {
  Broadcast b = *this;
  add(b.rooms_, rooms);
  return b;
}
Broadcast Broadcast::except(std::string room) const {
  Broadcast b = *this;
  add(b.except_, {std::move(room)});
  return b;
}
Broadcast Broadcast::except(const Rooms& rooms) const {
  Broadcast b = *this;
  add(b.except_, rooms);
  return b;
}
Broadcast Broadcast::volatile_() const {
  Broadcast b = *this;
  b.flags_.is_volatile = true;
  return b;
}
Broadcast Broadcast::local() const {
  Broadcast b = *this;
  b.flags_.local = true;
  return b;
}
Broadcast Broadcast::compress(bool on) const {
  Broadcast b = *this;
  b.flags_.compress = on;
  return b;
}
Broadcast Broadcast::timeout(i64 milliseconds) const {
  Broadcast b = *this;
  b.flags_.timeout = std::clamp<i64>(milliseconds, 0, longest_timeout);
  return b;
}

void Broadcast::emit(const std::string& event, const Args& args) const {
  require_free_name(event);
  inside(nsp_).broadcast(rooms_, except_, flags_, event, args);
}

void Broadcast::emit(const std::string& event, const Args& args, Answers answers) const {
  require_free_name(event);
  inside(nsp_).ask(rooms_, except_, flags_, event, args, std::move(answers));
}

std::vector<SocketPtr> Broadcast::sockets() const {
  const auto chosen = inside(nsp_).select(rooms_, except_);
  return {chosen.begin(), chosen.end()};
}

void Broadcast::fetch(Answers sockets) const {
  inside(nsp_).fetch(rooms_, except_, flags_.local, std::move(sockets));
}

void Broadcast::act(NodeMessage message) const {
  message.to = rooms_;
  message.except = except_;
  SioNamespace& nsp = inside(nsp_);
  nsp.remote(message, {});
  if (!flags_.local) nsp.publish(std::move(message));
}

void Broadcast::sockets_join(const Rooms& rooms) const {
  act({.what = NodeMessage::What::join, .rooms = rooms});
}
void Broadcast::sockets_leave(const Rooms& rooms) const {
  act({.what = NodeMessage::What::leave, .rooms = rooms});
}
void Broadcast::disconnect_sockets(bool close) const {
  act({.what = NodeMessage::What::disconnect, .close = close});
}

Single Single::volatile_() const {
  Single s = *this;
  s.flags_.is_volatile = true;
  return s;
}
Single Single::compress(bool on) const {
  Single s = *this;
  s.flags_.compress = on;
  return s;
}
Single Single::timeout(i64 milliseconds) const {
  Single s = *this;
  s.flags_.timeout = std::clamp<i64>(milliseconds, 0, longest_timeout);
  return s;
}

void Single::emit(const std::string& event, const Args& args) const {
  socket_->emit_with(flags_, event, args);
}
void Single::emit(const std::string& event, const Args& args, Answer answer) const {
  socket_->ask_with(flags_, event, args, std::move(answer));
}

Broadcast Single::broadcast() const {
  Broadcast b(socket_->nsp().shared_from_this());
  b.except_.push_back(socket_->id());
  b.flags_ = flags_;
  return b;
}

}  // namespace netpeel::net
