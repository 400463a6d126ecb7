// What the readers of the file formats share: the window, a batch of frames, and the damage.
#pragma once
#include <array>

#include "capture/input.hpp"
#include "capture/source.hpp"

namespace netpeel::capture {

inline constexpr u32 largest_frame = 262144;  // Wireshark's limit too; a larger claim is damage

class Reader : public FrameSource {
 public:
  explicit Reader(Window window) : window_(std::move(window)) {}

  std::span<const base::Frame> next() final {
    count_ = 0;
    if (!ended_) {
      place_.at = resumes_at();
      place_.number = number_;
      read();
      place_.size = resumes_at() - place_.at;
    }
    return {batch_.data(), count_};
  }
  std::span<const Interface> interfaces() const final { return interfaces_; }
  const std::optional<Damage>& damage() const final { return damage_; }
  u64 position() const final { return window_.input().taken(); }
  u64 size() const final { return window_.input().size(); }
  bool repeatable() const override { return window_.input().seekable(); }
  Place place() const final { return place_; }
  void again(const Place& place) override {
    window_.again(place.at, place.size);
    number_ = place.number;
    ended_ = false;
  }
  void ahead(u64 from, u64 to) final { window_.ahead(from, to); }
  Place behind(const Place& from, u64 to) final {
    if (to <= from.at) return from;
    again({.at = from.at, .size = to - from.at, .number = from.number});
    window_.need(u32(std::min<u64>(to - from.at, Window::capacity)));
    const Whole whole = whole_frames(u32(std::min<u64>(window_.size(), to - from.at)));
    return {.at = from.at + whole.bytes, .number = from.number + whole.frames};
  }

 protected:
  static constexpr u32 batch_limit = 32;

  // Appends frames to the batch: at least one, unless it calls end() or broken().
  virtual void read() = 0;
  // Of the window's first bytes: those that are whole frames and nothing else.
  struct Whole {
    u32 bytes = 0, frames = 0;
  };
  virtual Whole whole_frames(u32 /*of*/) const { return {}; }
  // The byte of the file at which the next read() begins.
  virtual u64 resumes_at() const { return window_.at(); }

  // What was passed over in front of a batch's first frame does not belong to the batch.
  void begins_here() {
    if (count_ == 0) place_.at = window_.at();
  }
  void end() { ended_ = true; }
  void broken(u64 at, std::string why) {
    ended_ = true;
    damage_ = Damage{at, std::move(why)};
  }
  // The input gave no more bytes: the end, if it is between two records, or damage.
  void out_of_bytes(const char* inside_what);

  Window window_;
  std::array<base::Frame, batch_limit> batch_;
  u32 count_ = 0;
  u64 number_ = 0;  // of the last frame
  std::vector<Interface> interfaces_;

 private:
  bool ended_ = false;
  Place place_;
  std::optional<Damage> damage_;
};

// Each is given a window whose first bytes are its format's magic.
std::unique_ptr<FrameSource> open_pcap(Window window);
std::unique_ptr<FrameSource> open_pcapng(Window window);
std::unique_ptr<FrameSource> open_snoop(Window window);

}  // namespace netpeel::capture
