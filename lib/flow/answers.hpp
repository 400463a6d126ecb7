// Which answer belongs to which question: DNS, mDNS and LLMNR by conversation and id (RFC 1035
// §4.1.1), NTP by conversation and the time that the server copies back (RFC 5905 §8), ICMP echo
// by addresses, identifier and sequence number (RFC 792, RFC 4443 §4.2). And ARP: who says to own
// an IP address that was another's before (RFC 5227 §2.4). Keeps no packet; what is old is
// forgotten.
#pragma once
#include <array>

#include "base/arena.hpp"
#include "field/packet.hpp"
#include "flow/recent.hpp"
#include "proto/answer_facts.hpp"

namespace netpeel::flow {

class Answers {
 public:
  static constexpr std::size_t most = 65536;

  explicit Answers(base::Arena& arena);

  // The facts of the packet's (or part's) layers are there but for those told here.
  void see(const field::Packet& packet, const field::Facts** facts);

 private:
  using Key = std::array<u64, 5>;
  struct Hash {
    u64 seed;
    std::size_t operator()(const Key& key) const;
  };
  struct Question {
    u64 frame = 0;
    i64 time = 0;
    u64 answer = 0;  // the first frame that answered; 0: none yet
  };
  struct Owner {
    u64 mac = 0;
    u64 frame = 0;
  };

  const proto::AnswerFacts* dns(const field::Packet& packet, const field::Layer& layer);
  const proto::AnswerFacts* ntp(const field::Packet& packet, const field::Layer& layer);
  const proto::AnswerFacts* echo(const field::Packet& packet, const field::Layer& layer);
  const proto::AnswerFacts* asked(const Key& key, const field::Packet& packet, i64 patience);
  const proto::AnswerFacts* answered(const Key& key, const field::Packet& packet);
  const proto::AddressFacts* address(const field::Packet& packet, const field::Layer& layer);

  base::Arena& arena_;
  Recent<Key, Question, Hash> questions_;
  Recent<Key, Owner, Hash> owners_;
};

}  // namespace netpeel::flow
