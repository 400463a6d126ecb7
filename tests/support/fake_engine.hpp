// Engine.IO sessions without sockets, for tests of what stands on them: what is sent is kept as
// polling records.
#pragma once
#include <string>
#include <vector>

#include "net/engine.hpp"

namespace netpeel::test {

class FakeEngineSocket final : public net::EngineSocket {
 public:
  explicit FakeEngineSocket(net::EngineEvents& events) : events_(events) { events.opened(*this); }
  ~FakeEngineSocket() { end(net::EngineEnd::transport_close); }
  FakeEngineSocket(const FakeEngineSocket&) = delete;
  FakeEngineSocket& operator=(const FakeEngineSocket&) = delete;

  const std::string& id() const override { return id_; }
  std::string_view transport() const override { return "websocket"; }
  net::HttpRequest handshake() const override { return {}; }
  bool send(net::EnginePacketPtr packet) override {
    if (closed || full || sent.size() >= most) return false;
    std::string record(packet->polling());
    sent.push_back(record[0] == '4' ? record.substr(1) : record);
    pointers.push_back(packet.get());
    return true;
  }
  bool writable() const override { return is_writable; }
  std::size_t queued() const override { return queued_bytes; }
  void close(net::EngineEnd why) override { end(why); }

  // From the client.
  void text(const std::string& message) {
    if (!closed) events_.text(*this, message);
  }
  void binary(const std::string& message) {
    if (!closed) events_.binary(*this, base::as_bytes(message));
  }
  void end(net::EngineEnd why) {
    if (closed) return;
    closed = true;
    events_.closed(*this, why);
  }
  std::vector<std::string> take() { return std::exchange(sent, {}); }

  std::vector<std::string> sent;
  std::vector<const net::EnginePacket*> pointers;
  bool is_writable = true, full = false, closed = false;
  std::size_t queued_bytes = 0;
  std::size_t most = std::size_t(-1);  // packets; full beyond

 private:
  net::EngineEvents& events_;
  std::string id_ = "engine";
};

}  // namespace netpeel::test
