// Accepts connections and gives each a Reader. Lives on its loop; loop and counters outlive it, and
// it outlives its connections or lets go of them.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "net/connection.hpp"

namespace netpeel::net {

struct ListenSettings {
  std::string host = "127.0.0.1";  // an address, or a name
  u16 port = 0;                    // 0: any that is free
  QueueLimit queue;
  std::size_t most = 100'000;     // connections; who comes then is told `full`, and closed
  std::string full{};             // empty: nothing, and a reset
  std::string option = "--port";  // how the user chooses another port, for the advice in errors
};

class Listener {
 public:
  using Factory = std::function<std::unique_ptr<Reader>()>;
  using Note = std::function<void(const std::string& says)>;

  // Listens when it returns; throws base::Error where the system says no. note: what the user
  // should know while it runs (no file descriptors left, too many connections); once a minute.
  Listener(Loop& loop, const ListenSettings& settings, Counters& counters, Factory reader,
           Note note = {});
  ~Listener();

  u16 port() const;                 // the real one
  std::string address() const;      // "127.0.0.1", "::1"
  bool loopback() const;            // nobody but this machine can reach it
  std::size_t connections() const;  // open now
  void stop();                      // accepts no more
  void shut_down();                 // stop(), and every reader is told to leave
  void abort_all();                 // whoever is left

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace netpeel::net
