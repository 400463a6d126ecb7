// One client in one namespace. What few sockets need (handlers of their own, events that wait for
// answers) is made when first used: ten thousand idle ones should cost little.
#pragma once
#include <list>
#include <map>

#include "net/sio_client.hpp"
#include "net/sio_rooms.hpp"

namespace netpeel::net {

class SioSocket final : public Socket, public SioSeated {
 public:
  SioSocket(std::shared_ptr<SioNamespace> nsp, std::shared_ptr<SioClient> client,
            std::string_view auth);
  ~SioSocket() override;

  const std::string& id() const override { return id_; }
  Namespace& nsp() const override;
  bool connected() const override { return connected_; }
  bool recovered() const override { return recovered_; }
  const Args& auth() const override { return auth_; }
  HttpRequest handshake() const override;
  std::string_view transport() const override;
  Rooms rooms() const override;
  bool in_room(std::string_view room) const override;
  void on(const std::string& event, Handler handler) override;
  void on_any(AnyHandler handler) override;
  void on_any_outgoing(Watcher watcher) override;
  void use(Middleware middleware) override;
  void on_error(ErrorHandler handler) override;
  void on_disconnecting(ReasonHandler handler) override;
  void on_disconnect(ReasonHandler handler) override;
  void join(const Rooms& rooms) override;
  void leave(const std::string& room) override;
  void disconnect(bool close) override;
  void disconnect() { disconnect(false); }
  EngineSocket* engine() const override;
  void emit_with(const EmitFlags& flags, const std::string& event, const Args& args) override;
  void ask_with(const EmitFlags& flags, const std::string& event, const Args& args,
                Answer answer) override;

  // From the client and the namespace.
  void connect(std::string pid, bool recovered);  // it is one of the namespace's from here on
  void received(SioRead& read);
  void end(const std::string& reason);  // the connection, or its part of it, is over
  void error(const Refusal& refusal);
  // Runs handlers: what a client sends, taken for what it is not, must not end the program.
  void guard(const std::function<void()>& handlers);
  void abandon();  // end() without a word: it was never connected, or the server is gone
  bool write(const SioPacked& packet, bool is_volatile = false) {
    return client_ != nullptr && client_->write(packet, is_volatile);
  }
  void watch_outgoing(const std::string& event, const Args& args) const {
    if (own_) tell_outgoing(event, args);
  }
  // The answer with this number is awaited. False: too many are already.
  bool await(u64 id, Answer answer, i64 milliseconds);
  void forget(u64 id);
  void set_id(std::string id) { id_ = std::move(id); }
  std::string fresh_id() const;
  const std::string& pid() const { return pid_; }
  const std::shared_ptr<SioClient>& client() const { return client_; }

 private:
  struct Own {  // handlers
    std::map<std::string, std::list<Handler>, std::less<>> on;
    std::list<AnyHandler> any;
    std::list<Watcher> outgoing;
    std::list<Middleware> middleware;
    std::list<ErrorHandler> error;
    std::list<ReasonHandler> disconnecting, disconnect;
  };
  struct Awaited {
    Answer answer;
    std::unique_ptr<Timer> timer;  // null: for ever
  };
  Own& own();
  void received_event(SioRead& read);
  void received_ack(SioRead& read);
  struct Said {
    std::string event;
    Args args;
    Ack ack;
  };
  void run_middleware(std::size_t i, const std::shared_ptr<const Said>& said);
  void dispatch(const std::string& event, const Args& args, const Ack& ack);
  void tell_outgoing(const std::string& event, const Args& args) const;
  Ack ack_for(u64 id);

  std::shared_ptr<SioNamespace> nsp_;
  std::shared_ptr<SioClient> client_;  // null once it is gone
  std::string pid_;                    // the client's key to recovery; empty without
  Args auth_;
  std::shared_ptr<Own> own_;
  std::unique_ptr<std::map<u64, Awaited>> awaited_;
  bool connected_ = false, recovered_ = false, ending_ = false;
};

}  // namespace netpeel::net
