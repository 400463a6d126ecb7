// Drives a session: keeps the bytes of unfinished messages, asks the session when there is enough,
// lets it hand over to another. One a conversation, not needed until its first bytes of data.
#pragma once
#include <vector>

#include "stream/session.hpp"

namespace netpeel::stream {

class Pump {
 public:
  // The context outlives the pump. A null session takes nothing: bytes() is then all there is.
  Pump(Context& context, std::unique_ptr<Session> session)
      : context_(context), session_(std::move(session)) {}

  // The next bytes of one side, in order; they stay valid until the frame (Context::now) is over.
  // Messages go to `out`; their bytes are views into `bytes` where the message lies in them wholly,
  // else into a buffer of the pump. Both stay as they are until something is fed in another frame.
  void data(Side side, Bytes bytes, Out& out);
  // The next n bytes of that side are missing.
  void gap(Side side, u64 n, Out& out);
  // That side will send no more.
  void end(Side side, Out& out);

  bool live() const { return session_ != nullptr; }
  // Where that side's stream stands: bytes fed so far, gaps included; and how many of them wait for
  // the rest of a message.
  u64 position(Side side) const { return half(side).at + half(side).have().size(); }
  std::size_t waiting(Side side) const { return half(side).have().size(); }
  // How far that side's unfinished message is known to reach, at least; 0: none has begun.
  u64 reaches(Side side) const {
    return live() && waiting(side) > 0 ? half(side).at + session_->wants(side) : 0;
  }
  // Bytes that it keeps, the session's among them.
  u64 memory() const;

 private:
  // Bytes not taken yet: a view of what was just fed, or, once kept over a call, a buffer whose
  // first `done` are taken.
  struct Half {
    std::vector<u8> kept;
    std::size_t done = 0;
    Bytes view{};
    bool viewing = false;
    u64 at = 0;  // stream position of the first byte not taken
    bool ended = false;
    Bytes have() const { return viewing ? view : Bytes(kept).subspan(done); }
    void take(std::size_t n);
  };
  class Ear;

  Half& half(Side side) { return halves_[u8(side)]; }
  const Half& half(Side side) const { return halves_[u8(side)]; }
  void run(Side first, Out& out);
  bool ask(Side side, Out& out);
  void begin();
  void keep(Half& half);
  void drop_taken(Half& half);
  void retire();
  void stop();

  Context& context_;
  std::unique_ptr<Session> session_;
  // What messages of the present frame may still point to: sessions that handed over, buffers that
  // had to move.
  std::vector<std::unique_ptr<Session>> retired_;
  std::vector<std::vector<u8>> moved_;
  u64 frame_ = 0;
  Half halves_[2];
};

}  // namespace netpeel::stream
