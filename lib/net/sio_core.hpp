// A Socket.IO server's inside: what its connections, namespaces and sockets share. One loop.
//
//   SioCore ── SioClient (one Engine.IO session) ── SioSocket (that client in one namespace)
//           └─ SioNamespace (rooms, handlers, recovery) ─┘
#pragma once
#include <unordered_map>

#include "net/adapter.hpp"
#include "net/loop.hpp"
#include "net/sio_recovery.hpp"

namespace netpeel::net {

class SioClient;
class SioNamespace;

class SioCore final : public EngineEvents {
 public:
  SioCore(Loop& loop, SocketIoSettings settings, Counters* counters);
  ~SioCore() override;

  void opened(EngineSocket& socket) override;
  void text(EngineSocket& socket, std::string_view message) override;
  void binary(EngineSocket& socket, Bytes message) override;
  void closed(EngineSocket& socket, EngineEnd why) override;

  SioNamespace& of(const std::string& name);
  SioNamespace& of_any(std::function<bool(const std::string&)> matches);
  // For a client that asks for it; null: there is none, and none may be made.
  std::shared_ptr<SioNamespace> find_or_make(const std::string& name);
  void publish(const NodeMessage& message);
  void use_adapter(Adapter& adapter);
  Adapter* adapter() const { return adapter_; }

  void forget(SioClient& client);  // it was closed
  void shut_down();                // sockets are told; the engine's part is the engine's
  SocketIoCounters numbers() const;

  // Keeps what was in use when it was removed until the loop's next turn: callers further up the
  // stack may still be in it.
  void bury(std::shared_ptr<void> what);
  // The loop calls `what` behind everything that is ready, if the core is there then.
  void later(std::function<void()> what);
  void watch_expiry(SioNamespace& nsp);  // it keeps something for recovery

  // Packets as this server's parser writes them.
  SioPacked pack(SioToPack what) const {
    what.parser = settings.parser;
    return net::pack(what);
  }
  SioPacked pack(stream::SioType type, std::string_view nsp, std::string_view payload) const {
    return net::pack(type, nsp, payload, settings.parser);
  }

  Loop& loop;
  const SocketIoSettings settings;
  Counters& counters;
  SocketIoCounters totals;
  SioKept kept;
  std::string run;  // unlike that of any other run
  // Held by each open question to many: its use count is their number. False: there are too many.
  std::shared_ptr<const char> question = std::make_shared<const char>();
  bool may_ask();

 private:
  struct Family {  // namespaces made on demand
    std::function<bool(const std::string&)> matches;
    std::shared_ptr<SioNamespace> parent;
  };
  bool room_for_child();
  void expire();

  Counters own_counters_;
  std::shared_ptr<SioCore*> self_;  // null inside once it is gone
  std::vector<std::shared_ptr<SioClient>> clients_;
  std::unordered_map<std::string, std::shared_ptr<SioNamespace>> namespaces_;
  std::vector<Family> families_;
  std::vector<std::shared_ptr<void>> buried_;
  Adapter* adapter_ = nullptr;
  std::unique_ptr<Timer> expiry_;
  i64 expiry_at_ = 0;
};

}  // namespace netpeel::net
