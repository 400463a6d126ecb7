// Reads pcap files (draft-ietf-opsawg-pcap): microseconds and nanoseconds, both byte orders,
// Kuznetzov's variant.
#include "base/bits.hpp"
#include "capture/reader.hpp"

namespace netpeel::capture {

namespace {

class PcapFile final : public Reader {
 public:
  explicit PcapFile(Window window) : Reader(std::move(window)) {}

  void start() {
    if (!window_.need(24)) return out_of_bytes("pcap's file header");
    const u8* p = window_.data();
    const u32 magic = base::be32(p);
    swapped_ = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1 || magic == 0x34cdb2a1;
    nano_ = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
    header_ = magic == 0xa1b2cd34 || magic == 0x34cdb2a1 ? 24 : 16;
    const auto word = [&](u32 at) { return swapped_ ? base::le32(p + at) : base::be32(p + at); };
    const u32 version = word(4);
    const u16 major = u16(swapped_ ? version : version >> 16),
              minor = u16(swapped_ ? version >> 16 : version);
    old_ = (major == 2 && minor <= 3) || major == 543;
    Interface only;
    only.link_type = u16(word(20));  // the upper half holds the FCS length and reserved bits
    only.snap_length = word(16);
    interfaces_.push_back(std::move(only));
    for (base::Frame& f : batch_) f.link_type = interfaces_[0].link_type;
    window_.consume(24);
  }

 private:
  void read() override {
    for (;;) {
      if (swapped_) {
        take<true>();
      } else {
        take<false>();
      }
      if (count_ > 0) return;
      if (window_.size() >= header_) {
        const u8* p = window_.data();
        u32 size = swapped_ ? base::le32(p + 8) : base::be32(p + 8);
        if (old_) size = std::min(size, swapped_ ? base::le32(p + 12) : base::be32(p + 12));
        if (size > largest_frame) {
          return broken(window_.at(), "a frame says that " + std::to_string(size) +
                                          " bytes of it were captured; more than " +
                                          std::to_string(largest_frame) + " is not believed");
        }
      }
      if (!window_.fill()) return out_of_bytes("a frame");
    }
  }

  Whole whole_frames(u32 of) const override {
    return swapped_ ? whole_frames<true>(of) : whole_frames<false>(of);
  }
  template <bool Little>
  Whole whole_frames(u32 of) const {
    const auto word = [](const u8* p) { return Little ? base::le32(p) : base::be32(p); };
    const u8* const start = window_.data();
    Whole whole;
    while (of - whole.bytes >= header_) {
      const u8* const p = start + whole.bytes;
      const u32 size = old_ ? std::min(word(p + 8), word(p + 12)) : word(p + 8);
      if (size > of - whole.bytes - header_ || size > largest_frame) break;
      whole.bytes += header_ + size;
      ++whole.frames;
    }
    return whole;
  }

  // All whole frames in the window, up to a batch.
  template <bool Little>
  void take() {
    const auto word = [](const u8* p) { return Little ? base::le32(p) : base::be32(p); };
    const u8* p = window_.data();
    u32 left = window_.size();
    const u32 header = header_;
    const i64 unit = nano_ ? 1 : 1000;
    u64 number = number_;
    base::Frame* f = batch_.data();
    base::Frame* const full = f + batch_limit;
    while (left >= header && f != full) {
      u32 size = word(p + 8), wire = word(p + 12);
      if (old_ && size > wire)
        std::swap(size, wire);  // files before version 2.4 may have them the other way round
      if (size > left - header || size > largest_frame) break;
      f->data = p + header;
      // Whoever walks the frame waits for these before each jump that was foreseen wrongly.
      __builtin_prefetch(p + header);
      __builtin_prefetch(p + header + 64);
      f->size = size;
      f->wire_size = std::max(size, wire);
      f->time = i64(word(p)) * 1'000'000'000 + i64(word(p + 4)) * unit;
      f->number = ++number;
      ++f;
      p += header + size;
      left -= header + size;
    }
    number_ = number;
    count_ = u32(f - batch_.data());
    window_.consume(window_.size() - left);
  }

  bool swapped_ = false, nano_ = false, old_ = false;
  u32 header_ = 16;
};

}  // namespace

std::unique_ptr<FrameSource> open_pcap(Window window) {
  auto file = std::make_unique<PcapFile>(std::move(window));
  file->start();
  return file;
}

}  // namespace netpeel::capture
