// Server-Sent Events — WHATWG HTML §9.2: events in an answer of HTTP that does not end. HTTP's
// session gives the body's bytes; each event becomes a message.
#pragma once
#include <vector>

#include "stream/session.hpp"

namespace netpeel::stream {

// Splits a body into events. Bounded: an event longer than Limits::body is told without its rest.
class EventSplitter {
 public:
  explicit EventSplitter(Context& context) : context_(context) {}

  // Where bytes came from: the positions of HTTP's message, the protocol that made them ("" if they
  // lie in the stream or in the message told before).
  struct Origin {
    Side side;
    u64 from, to;
    std::string_view in{};
  };
  // Tells the events that are whole in `bytes`; returns how many bytes they took.
  std::size_t tell(Bytes bytes, const Origin& origin, bool ended, Out& out);
  // The same for bytes that come piece by piece: what is not whole yet is kept.
  void add(Bytes bytes, const Origin& origin, Out& out);
  // No more will come: what is left is told as such.
  void finish(const Origin& origin, std::string_view trouble, Out& out);
  // Bytes were missing: what comes next begins in the middle of an event.
  void begin_in_middle() { middle_ = true; }
  static bool blank(Bytes bytes);

 private:
  void message(Bytes bytes, const Origin& origin, std::string_view trouble, field::Kind kind,
               Out& out);

  // Looks for the empty line that ends the first block. Goes on where it stopped when more bytes
  // came.
  struct Search {
    std::size_t at = 0;  // so many bytes of the block were looked at
    bool any =
        false;  // one of them is no line end; empty lines that come first belong to the block
    bool empty = true;  // a line begins at `at`
    std::size_t go(std::string_view text, bool ended);
  };

  Context& context_;
  Search search_;
  std::vector<u8> kept_;
  bool middle_ =
      false;  // until the next empty line, bytes belong to an event whose beginning is missing
  bool too_long_ =
      false;  // until the next empty line, bytes are the rest of an event that was told
};

}  // namespace netpeel::stream
