// What the tour tells, found in a capture: every number that a sentence names is one of these. What
// is not there stays empty, and its chapter is left out.
#pragma once
#include <optional>

#include "contrast/handshake.hpp"
#include "tour/seen.hpp"

namespace netpeel::tour {

// One event, from its name down to the frame.
struct Peel {
  u64 frame = 0;
  u32 stream = 0;
  std::string tap{}, from{}, to{};
  std::string event{}, args{};  // args: JSON values with commas between
  std::string sio{}, eio{};     // the text of both packets
  std::string ws{};             // the WebSocket frame as it stood on the wire
  u32 ws_header = 0;
  Sighting at{};
  std::string masking_key() const;  // its four bytes; empty: not masked
};
std::optional<Peel> find_peel(const Seen& seen);

// One thing the client sent, over a wire with a tap at each end.
struct Message {
  std::string text{};
  u64 sent_frame = 0, again_frame = 0, arrived_frame = 0;  // 0: never
  i64 sent = 0, again = 0, arrived = 0;
  i64 usable = 0;  // when all that TCP must hand on before it had arrived as well; UDP: arrived
  bool came() const { return arrived_frame != 0; }
  bool lost_once() const { return !came() || again_frame != 0; }
  bool held() const { return came() && usable > arrived; }  // there, and could not be used yet
};
struct Crossing {
  Kind kind = Kind::tcp;
  u32 stream = 0;
  std::string client{}, server{}, near_tap{}, far_tap{};
  u64 packets = 0, bytes = 0;  // both ways, each where it was sent
  u64 before_data = 0;         // packets before the first message
  i64 before_time = 0;         // from the first packet to the last of those
  u64 again = 0;               // packets that were sent once more
  std::vector<Message> messages{};

  u64 arrived() const;
  // Of messages that were there and could not be used: the one that waited longest, or null.
  const Message* held_longest() const;
  const Message* lost() const;  // the first that did not come through the first time
};
// The same lines over TCP and over UDP; what they cost is as lib/contrast measures it in the file
// that `seen` is of.
struct Lost {
  Crossing tcp{}, udp{};
};
std::optional<Lost> find_lost(const Seen& seen, const std::string& path,
                              const field::Registry& registry);

using contrast::Head;
struct Pushed {
  u64 frame = 0;
  i64 time = 0;
  std::string text{};
  u32 header = 0;  // bytes
};
// An HTTP exchange, and an upgrade to WebSocket behind which the server speaks.
struct Web {
  u32 plain_stream = 0, socket_stream = 0;
  u64 plain_requests = 0, plain_answers = 0;
  u64 request_bytes = 0, answer_bytes = 0;  // of those HTTP messages
  Head request{}, answer{}, upgrade{}, switching{};
  i64 switched = 0;                     // when the last of them came
  contrast::Proof proof{};              // Sec-WebSocket-Accept, step by step
  u64 first_frame = 0, last_frame = 0;  // of the connection, at the client's tap
  std::vector<Pushed> pushed{};
  u64 client_messages = 0;  // after the upgrade, before it said close
};
std::optional<Web> find_web(const Seen& seen);

}  // namespace netpeel::tour
