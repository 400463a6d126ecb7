// One Engine.IO session: its packets go to the sockets of the namespaces it has joined. Kept by the
// core until the session ends, and for the rest of that turn of the loop.
#pragma once
#include "net/sio_core.hpp"

namespace netpeel::net {

class SioSocket;

class SioClient : public std::enable_shared_from_this<SioClient> {
 public:
  SioClient(SioCore& core, EngineSocket& engine);

  // An Engine.IO 3 client is in the main namespace without having asked.
  void join_unasked();
  void text(std::string_view message);
  void binary(Bytes message);
  void ended(EngineEnd why);  // the engine says so

  // False: nothing was sent. A packet goes whole, with all its attachments, or not at all.
  bool write(const SioPacked& packet, bool is_volatile = false);
  void close();  // "forced server close"
  // Every socket leaves its namespace, being told, then the connection ends.
  void disconnect();
  // Its sockets hear the reason, and nothing is heard of the engine's session any more.
  void end(const std::string& reason, bool close_engine);
  void abandon();  // end() without a word: the server is gone
  // A namespace let it in; false: it is there already.
  bool joined(const std::shared_ptr<SioSocket>& socket);
  void refused() { --entering_; }  // a namespace did not
  void left(const SioNamespace& nsp);

  bool open() const { return engine_ != nullptr; }
  EngineSocket* engine() const { return engine_; }
  SioCore& core() const { return core_; }
  bool third() const { return engine_ != nullptr && engine_->revision() == 3; }
  std::size_t place = 0;  // in the core's list

 private:
  std::shared_ptr<SioSocket> find(std::string_view nsp) const;
  void take(SioDecoder::Found found, SioRead& read);
  void packet(SioRead& read);
  void query_of(SioRead& read) const;
  void connect(const SioRead& read);
  void broken();
  void refuse(const std::string& nsp, std::string_view why);
  bool room_for(const SioPacked& packet) const;

  SioCore& core_;
  EngineSocket* engine_;  // null once it is closed
  std::vector<std::shared_ptr<SioSocket>> joined_;
  std::size_t entering_ = 0;  // CONNECTs that were not answered yet
  SioDecoder decoder_;
  std::unique_ptr<Timer> deadline_;  // to join a namespace
};

}  // namespace netpeel::net
