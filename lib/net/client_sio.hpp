// A Socket.IO 5 client to embed (behaviour: npm socket.io-client): namespaces, events, answers both
// ways, reconnection, recovery of a lost connection. Everything runs on one loop.
//
//   net::Loop loop;
//   net::SocketIoClient io(loop, {.engine = {.port = 3000}});
//   net::SioChannel& root = io.of("/");
//   root.on("news", [](const net::Args& args, const net::Ack& ack) { ack("thanks"); });
//   root.emit("echo", {"hi"}, 1000, [&](const std::string& error, const net::Args& args) {
//     io.close();
//   });
//   loop.run();
#pragma once
#include <map>

#include "base/random.hpp"
#include "net/client_engine.hpp"
#include "net/socketio.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

class SocketIoClient;

// One namespace of a client; the client owns it.
class SioChannel {
 public:
  using Handler = std::function<void(const Args&, const Ack&)>;
  using AnyHandler = std::function<void(const std::string& event, const Args&, const Ack&)>;
  // error: empty, or "operation has timed out", or "socket has been disconnected".
  using Answer = std::function<void(const std::string& error, const Args&)>;

  const std::string& nsp() const { return nsp_; }
  const std::string& id() const { return id_; }  // empty while it is not connected
  bool connected() const { return connected_; }
  bool recovered() const { return recovered_; }
  const std::string& offset() const { return offset_; }  // of the last event, where recovery is on
  Json auth = Json::object();                            // what CONNECT says from now on

  void on(const std::string& event, Handler handler) { handlers_[event] = std::move(handler); }
  void on_any(AnyHandler handler) { any_ = std::move(handler); }  // beside on()
  void on_connect(std::function<void()> heard) { connect_ = std::move(heard); }
  void on_disconnect(std::function<void(const std::string& reason, const std::string& why)> heard) {
    disconnect_ = std::move(heard);
  }
  // CONNECT_ERROR: the server does not let us in. data: null if it said nothing more.
  void on_refused(std::function<void(const std::string& message, const Json& data)> heard) {
    refused_ = std::move(heard);
  }

  // While it is not connected events are kept, and sent once it is. False: too many are kept.
  bool emit(const std::string& event, const Args& args = {});
  // milliseconds < 0: waits as long as the connection stands.
  bool emit(const std::string& event, const Args& args, i64 milliseconds, Answer answer);
  // Sent only if it can be at once; false: it was not.
  bool emit_volatile(const std::string& event, const Args& args = {});
  void connect();                                        // again, behind disconnect() or a refusal
  void disconnect();                                     // this namespace alone
  std::size_t waiting() const { return asked_.size(); }  // for answers

 private:
  friend class SocketIoClient;
  static constexpr std::size_t most_kept = 10'000;
  struct Asked {
    Answer answer;
    Timer timer;
  };
  struct Kept {
    std::string event;
    Args args;
    std::optional<u64> id;
  };

  SioChannel(SocketIoClient& client, std::string nsp) : client_(client), nsp_(std::move(nsp)) {}
  bool send(Kept what);
  void write(const Kept& what);
  void say_connect();
  void answered(u64 id, const Args& args);
  void got_connected(const Json& said);
  void got_refused(const Json& said);
  void got_event(std::string event, Args args, std::optional<u64> id);
  void deliver(const std::string& event, const Args& args, std::optional<u64> id);
  void lost(const std::string& reason, const std::string& why);

  SocketIoClient& client_;
  std::string nsp_, id_, pid_, offset_;
  std::map<std::string, Handler> handlers_;
  AnyHandler any_;
  std::function<void()> connect_;
  std::function<void(const std::string&, const std::string&)> disconnect_;
  std::function<void(const std::string&, const Json&)> refused_;
  std::map<u64, Asked> asked_;
  std::deque<Kept> outgoing_, incoming_;  // until connected
  u64 next_id_ = 0;
  bool active_ = true;  // wants to be connected
  bool connected_ = false, recovered_ = false;
};

struct SocketIoClientSettings {
  EngineClientSettings engine;
  SioParser parser = SioParser::text;
  bool reconnect = true;
  i64 reconnect_after = 1'000'000'000;  // doubled with each try that fails, up to
  i64 reconnect_most = 5'000'000'000;
  double jitter = 0.5;     // each wait is longer or shorter by up to this part
  u64 attempts = u64(-1);  // in a row
  u64 seed = 1;            // for the jitter
  std::size_t most_attachments = 1000;
};

class SocketIoClient final : private EngineClient::Hears {
 public:
  // An attempt failed, or a connection was lost. next: nanoseconds until the next try; < 0: none
  // follows.
  struct Trouble {
    std::string reason, why;
    DialFailure failure;
    i64 next = -1;
  };

  SocketIoClient(Loop& loop, SocketIoClientSettings settings);
  ~SocketIoClient();

  // Opens the connection with the first namespace, and the namespace on it.
  SioChannel& of(const std::string& nsp, Json auth = Json::object());
  void close();  // all namespaces, in order; nothing is opened again until open()
  void open();
  void drop();  // loses the connection without a good-bye, and comes back as after any loss
  void on_trouble(std::function<void(const Trouble&)> heard) { trouble_ = std::move(heard); }
  void on_transport(std::function<void(std::string_view)> heard) { transport_ = std::move(heard); }
  void on_closed(std::function<void()> heard) { closed_ = std::move(heard); }  // behind close()

  bool is_open() const { return engine_.is_open(); }
  std::string_view transport() const { return engine_.transport(); }
  const EngineClient& engine() const { return engine_; }
  std::map<std::string, std::unique_ptr<SioChannel>>& channels() { return channels_; }

 private:
  friend class SioChannel;
  struct Gathering {  // a packet that waits for its attachments
    std::string text;
    std::vector<Encoded> parts;
    u32 needs = 0;
  };

  void opened() override;
  void upgraded() override;
  void text(std::string_view message) override;
  void binary(Bytes message) override;
  void closed(const std::string& reason, const std::string& why,
              const DialFailure& failure) override;
  void packet(const stream::SioPacket& packet, std::vector<Encoded> attachments);
  void send(stream::SioPacket packet, const std::vector<Encoded>& attachments);
  void broken(const std::string& why);
  i64 next_wait();

  Loop& loop_;
  SocketIoClientSettings settings_;
  std::map<std::string, std::unique_ptr<SioChannel>> channels_;
  std::function<void(const Trouble&)> trouble_;
  std::function<void(std::string_view)> transport_;
  std::function<void()> closed_;
  std::shared_ptr<SocketIoClient*> self_;
  Gathering gathering_;
  base::Random random_;
  std::string broken_;
  u64 failed_ = 0;  // tries in a row
  bool wanted_ = false;
  Timer retry_;
  EngineClient engine_;
};

}  // namespace netpeel::net
