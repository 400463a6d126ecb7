// An HTTP exchange beside the upgrade to WebSocket, line by line, and how Sec-WebSocket-Accept
// follows from Sec-WebSocket-Key (RFC 6455 §4.2.2). Copies what it keeps.
#pragma once
#include <string>
#include <vector>

#include "flow/tracker.hpp"

namespace netpeel::contrast {

using flow::Side;

// Of two headers: case does not count.
bool same_name(std::string_view a, std::string_view b);

// A head as it stood on the wire.
struct Head {
  std::string line;  // request line or status line
  std::vector<std::pair<std::string, std::string>> headers;
  u64 frame = 0;
  bool empty() const { return line.empty(); }
  std::string header(std::string_view name) const;  // empty: there is none
};

// From a message's first bytes; empty where they are no head.
Head read_head(Bytes bytes, u64 frame);

// What is heard of one capture, at its first tap: its first request with its answer, and, where
// there is one, the first request that asks for WebSocket with its answer.
struct Heads {
  Head request, answer;
  Head upgrade, switched;
  u32 stream = 0;             // of the upgrade: tcp.stream
  u64 first_frame_after = 0;  // packet with the first WebSocket frame behind 101
  u64 frames_after[2]{};      // WebSocket frames there, by side
  void message(const flow::Conversation& conversation, const stream::Message& message,
               std::span<const u64> frames, u16 interface);
};

// One line of the two, aligned.
struct Comparison {
  std::string part;       // "request", "answer", "key"
  std::string field;      // "request line", a header's name
  std::string values[2];  // empty: not there
  std::string why;        // what the difference means; empty: none
};

std::vector<Comparison> compare(const Head& request, const Head& answer, const Head& upgrade,
                                const Head& switched);

// The steps from key to accept, each a line; `right`: the answer said the same.
struct Proof {
  static constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::string key, joined, digest, expected, said;
  bool right() const { return expected == said; }
};
Proof prove(const Head& upgrade, const Head& switched);

}  // namespace netpeel::contrast
