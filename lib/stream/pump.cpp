#include "stream/pump.hpp"

namespace netpeel::stream {

// Notes what a session asks of the pump while it is being asked itself.
class Pump::Ear final : public Out {
 public:
  explicit Ear(Out& out) : out_(out) {}
  void message(const Message& message) override { out_.message(message); }
  void become(std::unique_ptr<Session> next) override { next_ = std::move(next); }
  void reject() override { rejected_ = true; }

  std::unique_ptr<Session> next_;
  bool rejected_ = false;

 private:
  Out& out_;
};

void Pump::Half::take(std::size_t n) {
  at += n;
  if (viewing) {
    view = view.subspan(n);
  } else {
    done += n;
  }
}

void Pump::begin() {
  if (frame_ == context_.now.frame) return;
  frame_ = context_.now.frame;
  retired_.clear();
  moved_.clear();
}

void Pump::retire() {
  if (session_ != nullptr) retired_.push_back(std::move(session_));
}

// What stays over a call must be ours.
void Pump::keep(Half& h) {
  if (!h.viewing) return;
  if (!h.kept.empty()) moved_.push_back(std::move(h.kept));
  h.kept.assign(h.view.begin(), h.view.end());
  h.done = 0;
  h.viewing = false;
  h.view = {};
}

// Messages of this frame may point into the bytes that were taken: those stay, in a buffer put
// aside.
void Pump::drop_taken(Half& h) {
  if (h.done == 0) return;
  std::vector<u8> rest(h.kept.begin() + std::ptrdiff_t(h.done), h.kept.end());
  h.kept.swap(rest);
  h.done = 0;
  moved_.push_back(std::move(rest));
}

void Pump::stop() {
  retire();
  for (Half& h : halves_) {
    h.at += h.have().size();
    h.viewing = false;
    h.view = {};
    h.done = h.kept.size();
  }
}

// True if something moved: bytes were taken, or another session took over.
bool Pump::ask(Side side, Out& out) {
  Half& h = half(side);
  const Bytes have = h.have();
  if (have.empty() && !h.ended) return false;
  if (!h.ended && have.size() < session_->wants(side)) return false;
  Ear ear(out);
  const std::size_t taken = session_->parse(side, have, h.at, h.ended, ear);
  h.take(taken);
  if (ear.rejected_) {
    stop();
    return false;
  }
  if (ear.next_ != nullptr) {
    retire();
    session_ = std::move(ear.next_);
    return true;
  }
  return taken > 0;
}

void Pump::run(Side first, Out& out) {
  // Each round takes bytes or hands over; the bound is against sessions that hand over for ever.
  for (u32 rounds = 0; session_ != nullptr && rounds < 100'000; ++rounds) {
    bool moved = ask(first, out);
    if (session_ != nullptr && ask(other(first), out)) moved = true;
    if (!moved) break;
  }
  if (session_ == nullptr) return;
  for (u8 i = 0; i < 2; ++i) {
    Half& h = halves_[i];
    if (h.have().size() <= context_.limits.message) continue;
    Ear ear(out);
    session_->gap(Side(i), h.have(), h.at, 0, ear);
    h.take(h.have().size());
    if (ear.rejected_) return stop();
    if (ear.next_ != nullptr) {
      retire();
      session_ = std::move(ear.next_);
    }
  }
}

u64 Pump::memory() const {
  u64 bytes = sizeof(Pump) + halves_[0].kept.capacity() + halves_[1].kept.capacity();
  for (const std::vector<u8>& old : moved_) bytes += old.capacity();
  for (const auto& old : retired_) bytes += old->memory();
  return bytes + (session_ != nullptr ? session_->memory() : 0);
}

void Pump::data(Side side, Bytes bytes, Out& out) {
  begin();
  Half& h = half(side);
  if (session_ == nullptr) {
    h.at += bytes.size();
    return;
  }
  for (Half& each : halves_) drop_taken(each);
  if (h.kept.empty()) {
    h.view = bytes;
    h.viewing = true;
  } else {
    h.kept.insert(h.kept.end(), bytes.begin(), bytes.end());
  }
  run(side, out);
  keep(h);
}

void Pump::gap(Side side, u64 n, Out& out) {
  begin();
  Half& h = half(side);
  if (session_ != nullptr) {
    Ear ear(out);
    session_->gap(side, h.have(), h.at, n, ear);
    h.take(h.have().size());
    if (ear.rejected_) {
      stop();
    } else if (ear.next_ != nullptr) {
      retire();
      session_ = std::move(ear.next_);
    }
  }
  h.at += n;
  if (session_ != nullptr) run(other(side), out);
}

void Pump::end(Side side, Out& out) {
  begin();
  Half& h = half(side);
  if (h.ended) return;
  h.ended = true;
  if (session_ != nullptr) run(side, out);
}

}  // namespace netpeel::stream
