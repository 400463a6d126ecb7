// The client's end of a live conversation: says what it is told to say, answers pings by itself,
// and keeps what the server says. Never waits but for room to send. Throws base::Error where a
// connection cannot be had. One thread.
#pragma once
#include <poll.h>

#include <memory>

#include "replay/dial.hpp"
#include "replay/recording.hpp"

namespace netpeel::replay {

class Peer {
 public:
  virtual ~Peer() = default;

  virtual void start() = 0;
  // With the names of this session in it already. False: the way here is another one, and on it
  // this is not said.
  virtual bool say(const Utterance& utterance) = 0;
  // The server is to say this next: where messages have no end of their own, so many bytes are one.
  virtual void expect(const Utterance&) {}
  // It did not: what is there is what it said.
  virtual void give_up() {}
  virtual void descriptors(std::vector<pollfd>& to) const = 0;
  virtual void read() = 0;        // what is there
  virtual bool gone() const = 0;  // the server hung up
  virtual void finish() { give_up(); }

  const std::vector<Utterance>& heard() const { return heard_; }
  const std::string& trouble() const { return trouble_; }  // why it ended, a clause; may be empty

 protected:
  std::vector<Utterance> heard_;
  std::string trouble_;
};

// What carries it: as recorded. All outlive it.
std::unique_ptr<Peer> make_peer(const Dial& dial, const Recorded& recorded,
                                const field::Registry& registry, const stream::Limits& limits);

}  // namespace netpeel::replay
