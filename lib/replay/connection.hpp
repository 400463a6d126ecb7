// A live TCP connection whose two directions are read as a capture's would be. For the peers in
// peer_*.cpp.
#pragma once
#include "replay/dial.hpp"
#include "replay/utterance.hpp"
#include "stream/pump.hpp"

namespace netpeel::replay {

inline constexpr i64 connect_patience = 10'000'000'000, send_patience = 10'000'000'000;

class Connection final : stream::Out {
 public:
  // The context is shared by the connections of one session, and outlives them.
  Connection(const Dial& dial, stream::Context& context);

  // Waits for room where there is none, and reads meanwhile. What does not go out hangs up.
  void send(std::string_view bytes);
  void read();
  bool open() const { return bool(fd_); }
  void hang_up();
  int descriptor() const { return fd_.get(); }

  // What was said since the last call, by both sides.
  std::vector<Utterance> take() { return std::exchange(said_, {}); }

 private:
  void message(const stream::Message& message) override;
  void become(std::unique_ptr<stream::Session>) override {}  // the pump's affair
  void reject() override {}
  void feed(Side side, Bytes bytes);

  stream::Context& context_;
  stream::Pump pump_;
  Utterances utterances_;
  lab::Descriptor fd_;
  std::vector<Utterance> said_;
};

}  // namespace netpeel::replay
