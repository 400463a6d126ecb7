// One client of a load: as little as a WebSocket or Socket.IO client can be. For load*.cpp only.
#pragma once
#include "net/client_tcp.hpp"

namespace netpeel::net {

// What all clients of a load send.
struct LoadFrames {
  bool socketio = false;
  Encoded handshake, join, pong, message;
};

class LoadClient final : public TcpClient::Hears {
 public:
  class Owner {
   public:
    virtual void ready(LoadClient& client) = 0;     // messages may be sent
    virtual void received(LoadClient& client) = 0;  // one of ours, or one for all
    virtual void gone(LoadClient& client, const std::string& why, const DialFailure& failure) = 0;

   protected:
    ~Owner() = default;
  };
  LoadClient(Loop& loop, Owner& owner, const LoadFrames& frames)
      : owner_(owner), frames_(frames), tcp_(loop, *this) {}

  void open(const std::string& host, u16 port, const std::string& from);
  void send_message();
  void leave();  // in order; nothing is heard of it any more
  bool ready() const { return state_ == State::ready; }

  i64 since = 0;        // opening, or the message under way
  u64 heard = 0;        // messages
  bool awaits = false;  // an echo

 private:
  enum class State : u8 { closed, shaking, joining, ready };
  std::size_t data(std::span<u8> bytes) override;
  void opened() override { tcp_.send(frames_.handshake); }
  void half_closed() override { lost("the server ended the connection", {}); }
  void ended(int code) override;
  void failed(const DialFailure& why) override { lost("could not " + why.problem, why); }
  void message(std::string_view text);
  void lost(const std::string& why, const DialFailure& failure);

  Owner& owner_;
  const LoadFrames& frames_;
  State state_ = State::closed;
  TcpClient tcp_;
};

}  // namespace netpeel::net
