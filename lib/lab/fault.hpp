// The language of the bad wire: what a person writes after --fault, as plain data. Text in, a Fault
// or a complaint with a place for the caret out; nothing here touches a frame. One line, one fault:
//
//   [LINK] DIRECTION ACTION [WHICH] [PARAMETERS]
//
//   a>b drop data#3                  a>b dup data#2           a>b swap data#4 (with the next one)
//   a>b corrupt data#3 [bit 100] [fix]                        a>b delay 200ms [data#2..4]
//   a<>b rate 10mbit [queue 32kB]    a<>b loss 5% [seed=7]    a<>b reorder 10% 20ms [seed=7]
//   a<>b mtu 900                     a>b cut [data#1] [for 2s]        cut, heal, clear (everywhere)
//
// WHICH is data, syn, ack, fin, rst, datagram or frame, or a display filter in parentheses, each
// with #N or #N..M behind it: a>b drop (tcp.flags.fin == 1)#1. A number counts from when the fault
// was set, in each direction alone.
#pragma once
#include <limits>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "field/registry.hpp"

namespace netpeel::lab {

enum class Action : u8 {
  drop,
  dup,      // a second one right behind
  swap,     // leaves behind the next one of its kind
  corrupt,  // one bit of what it carries is turned over
  delay,
  rate,     // bits a second, with a queue before it
  loss,     // drops by chance
  reorder,  // delays by chance, so that others overtake
  mtu,      // what is larger vanishes without a word: a "black hole"
  cut,
  heal,   // takes cuts away
  clear,  // takes every fault away
};
std::string_view action_name(Action action);

enum class Kind : u8 {
  frame,  // all of them
  data,   // a TCP segment that carries data
  syn,    // SYN set; SYN ACK too
  ack,    // a TCP segment that only acknowledges
  fin,
  rst,
  datagram,  // UDP
  filter,
};
std::string_view kind_name(Kind kind);

struct Which {
  Kind kind = Kind::frame;
  std::string filter{};  // its text, for Kind::filter
  u64 from = 1, to = std::numeric_limits<u64>::max();
  bool operator==(const Which&) const = default;
};

struct Fault {
  std::string link_from{},
      link_to{};  // the link meant, where the direction alone does not say; both empty otherwise
  std::string from{}, to{};  // hosts; both empty: everywhere
  bool both = false;         // <> instead of >
  Action action = Action::drop;
  Which which{};
  u32 bit = 2;       // corrupt: of the payload; the third turns a small letter into a capital one
  bool fix = false;  // corrupt: mend the checksums afterwards
  i64 time = 0;      // delay, reorder; cut: how long (0: until healed)
  u64 bits_per_second = 0;  // rate
  u32 queue = 64'000;       // rate: bytes that may wait
  double chance = 0;        // loss, reorder: 0 to 1
  u64 seed = 1;             // loss, reorder
  u32 mtu = 0;

  bool operator==(const Fault&) const = default;
};

// The registry checks the display filter's names.
base::Result<Fault> parse_fault(std::string_view text, const field::Registry& registry);

// The canonical spelling; parsed again it gives the same fault.
std::string print(const Fault& fault);

// "200ms", "1.5s", "20us": for other options that take a time. Nanoseconds.
base::Result<i64> parse_duration(std::string_view text);

}  // namespace netpeel::lab
