// From segments to messages: puts a conversation's bytes in order, chooses who reads them (the
// choice made with --as, then the bound port, the lower first, then a signature), and adds the
// messages that end in a packet to it: as further layers where they lie in the frame, as parts
// where they were put together.
#pragma once
#include <array>
#include <unordered_map>

#include "flow/parts.hpp"
#include "flow/stream_state.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::flow {

struct Payload {
  const Conversation& conversation;
  Side side;
  u32 begin[2];     // by Side: the sequence number of the stream's first byte
  bool peer_known;  // whether that of the other side is known
  u32 seq, ack;
  u32 length;  // bytes the segment claims
  u32 flags;   // proto::tcp_flag
  const field::Layer& layer;
  proto::TcpFacts& facts;
};

class Router final : stream::Out {
 public:
  Router(stream::Context& context, const TrackerSettings& settings, TrackerCounts& counts,
         Parts& parts, Listener* listener);

  // facts: one a layer of the packet, to be filled for layers that are added. unread is set when it
  // turns out that nobody reads the conversation: nothing is kept of it then, and nothing more need
  // be given.
  void segment(std::unique_ptr<StreamState>& state, bool& unread, const Payload& payload,
               field::Packet& packet, const field::Facts** facts);
  // Who reads a conversation that begins anew with such bytes, in the middle of one that nobody
  // reads; or null.
  const stream::Streamed* begins_anywhere(Bytes bytes) const {
    return bytes.empty() || !anywhere_first_[bytes[0]] ? nullptr : asked_anywhere(bytes);
  }
  // Whether only a server begins like that.
  bool answers(Bytes bytes) const;
  // The conversation is over: what was held back goes to the listener.
  void close(StreamState& state, const Conversation& conversation);

 private:
  void message(const stream::Message& message) override;
  void become(std::unique_ptr<stream::Session>) override {}  // the pump's affair
  void reject() override {}

  // Who reads such a conversation, or null.
  const stream::Streamed* reader(const Conversation& conversation, Side side, Bytes first) const;
  const stream::Streamed* asked_anywhere(Bytes bytes) const;
  void open(StreamState& state, const stream::Streamed* chosen);
  void feed(Side side);
  void settle(Side side);
  void give_up(Side side, u32 first);
  void add_layer(field::Packet& to, const field::Facts** facts, const stream::Message& m, u8 id,
                 u32 at);
  std::span<const u64> frames_of(const stream::Message& m) const;
  bool nobody_reads(const Payload& payload, u32 first, Bytes bytes) const;

  stream::Context& context_;
  const TrackerSettings& settings_;
  TrackerCounts& counts_;
  Listener* listener_;
  std::array<const stream::Streamed*, 256> streamed_{};  // by protocol id
  std::vector<const stream::Streamed*> anywhere_;        // see begins_anywhere()
  std::array<bool, 256> anywhere_first_{};               // by the first byte: whether to ask those
  struct Known {
    u8 id;
    bool sized;
  };
  std::unordered_map<const field::Protocol*, Known> known_;
  Parts& parts_;
  std::vector<Released> released_;
  // During segment() and close():
  StreamState* state_ = nullptr;
  const Conversation* conversation_ = nullptr;
  field::Packet* packet_ = nullptr;  // null: the capture is over
  const field::Facts** facts_ = nullptr;
  proto::TcpFacts* tcp_ = nullptr;
  struct {
    Side side = Side::client;
    u64 at = 0;              // in its stream
    u32 size = 0;            // 0: they are not the frame's own
  } fed_;                    // the bytes that a session is being given
  std::vector<u32> sizes_;   // of messages that ended in the packet: see TcpFacts
  bool data_layer_ = false;  // the packet still ends with the layer that stands for unknown bytes
};

}  // namespace netpeel::flow
