// The body of an answer that is a stream of events (text/event-stream): told chunk by chunk and
// event by event as it comes, because it may never end.
#pragma once
#include <memory>

#include "stream/http.hpp"
#include "stream/inflate.hpp"
#include "stream/sse.hpp"

namespace netpeel::stream {

class EventBody {
 public:
  // Null: this body is no stream of events, or is packed in a way that shows only when it is whole.
  static std::unique_ptr<EventBody> of(Context& context, const HttpHead& head);

  // Takes what is whole of the body's next bytes.
  std::size_t take(Side side, Bytes have, u64 at, bool ended, Out& out);
  // Bytes behind `have` are missing.
  void gap(Side side, Bytes have, u64 at, u64 n, Out& out);
  // The body has ended; `lost`: with chunks that cannot be read.
  bool done() const { return done_; }
  bool lost() const { return lost_; }
  std::size_t wants() const { return wants_; }

 private:
  EventBody(Context& context, const HttpHead& head);
  std::size_t plain(Side side, Bytes have, u64 at, bool ended, Out& out);
  std::size_t chunk(Side side, Bytes have, u64 at, bool ended, Out& out);
  void tell_chunk(Side side, Bytes bytes, u64 at, std::string_view trouble, Out& out);
  void unpacked(Bytes data, const EventSplitter::Origin& origin, Out& out);

  Context& context_;
  EventSplitter events_;
  bool chunked_;
  std::unique_ptr<Inflater> inflater_{};  // of a packed body
  u64 left_;                              // bytes of a body with a length
  bool done_ = false, lost_ = false;
  bool muted_ = false;  // chunks go on, but nobody can unpack them
  std::size_t wants_ = 0;
};

}  // namespace netpeel::stream
