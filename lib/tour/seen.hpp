// A short capture, read once and remembered: its conversations packet by packet, and what stream
// protocols said in them, each as every tap saw it. Owns copies of all it keeps; bounded.
#pragma once
#include <string>
#include <vector>

#include "flow/tracker.hpp"

namespace netpeel::tour {

using flow::Side;
using Kind = flow::Conversation::Kind;

struct Sighting {
  u64 frame = 0;
  i64 time = 0;
  u16 tap = 0;
  Side side = Side::client;
  u32 size = 0;                          // bytes on the wire
  u32 link = 0, net = 0, transport = 0;  // headers
  u32 seq = 0;                           // of TCP
  std::string data{};
};

struct Talk {
  Kind kind = Kind::tcp;
  u32 stream = 0;
  std::string client{}, server{};  // "10.0.1.1:53854"
  u16 server_port = 0;
  u16 home = 0;                     // the tap that saw it first: the client's
  std::vector<Sighting> packets{};  // in file order

  bool has(u64 frame) const;
};

// One message of a stream protocol.
struct Said {
  u32 stream = 0;
  u16 tap = 0;
  Side side = Side::client;
  std::string protocol{};  // Wireshark's name
  std::string bytes{};
  u32 header = 0;
  u64 frame = 0;  // in which it ended
  i64 time = 0;
};

struct Seen {
  std::vector<std::string> taps{};
  std::vector<Talk> talks{};
  std::vector<Said> said{};
  u64 frames = 0;
  bool cut_short = false;  // there was more than is kept

  const Talk* talk(Kind kind, u32 stream) const;
  const Sighting* sighting(u64 frame) const;
};

inline constexpr u64 most_frames = 20'000;

// Throws base::Error where the file cannot be opened.
Seen look(const std::string& path, const field::Registry& registry);

}  // namespace netpeel::tour
