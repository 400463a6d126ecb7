// Reads snoop files, Solaris's capture format (RFC 1761). All its integers are in network order.
#include "base/bits.hpp"
#include "capture/reader.hpp"

namespace netpeel::capture {

namespace {

u16 link_type_of(u32 snoop_type) {
  switch (snoop_type) {
    case 0:
    case 4: return 1;        // IEEE 802.3, Ethernet
    case 2: return 6;        // Token Ring
    case 8: return 10;       // FDDI
    case 18: return 123;     // ATM, as Sun's drivers give it
    case 26: return 242;     // IP over InfiniBand
    default: return 0xffff;  // no number of libpcap's means it
  }
}

class SnoopFile final : public Reader {
 public:
  explicit SnoopFile(Window window) : Reader(std::move(window)) {}

  void start() {
    if (!window_.need(16)) return out_of_bytes("snoop's file header");
    const u32 version = base::be32(window_.data() + 8);
    if (version != 2)
      return broken(8,
                    "this snoop file has version " + std::to_string(version) + "; only 2 is known");
    Interface only;
    only.link_type = link_type_of(base::be32(window_.data() + 12));
    interfaces_.push_back(std::move(only));
    for (base::Frame& f : batch_) f.link_type = interfaces_[0].link_type;
    window_.consume(16);
  }

 private:
  static constexpr u32 header = 24;

  void read() override {
    while (count_ < batch_limit) {
      const u8* p = window_.data();
      const u32 left = window_.size();
      u32 size = 0, record = 0;
      if (left >= header) {
        size = base::be32(p + 4);
        record = base::be32(p + 8);
        if (size > largest_frame || record < header || record - header < size ||
            record > Window::block) {
          // The frames of this batch are still good; the next call says what is wrong.
          if (count_ == 0) {
            broken(window_.at(), "a record of " + std::to_string(record) +
                                     " bytes says that it holds a frame of " +
                                     std::to_string(size));
          }
          return;
        }
      }
      if (left < header || record > left) {
        if (count_ > 0) return;
        if (!window_.fill()) return out_of_bytes("a frame");
        continue;
      }
      base::Frame& f = batch_[count_++];
      f.data = p + header;
      f.size = size;
      f.wire_size = std::max(size, base::be32(p));
      f.time = i64(base::be32(p + 16)) * 1'000'000'000 + i64(base::be32(p + 20)) * 1000;
      f.number = ++number_;
      window_.consume(record);
    }
  }
};

}  // namespace

std::unique_ptr<FrameSource> open_snoop(Window window) {
  auto file = std::make_unique<SnoopFile>(std::move(window));
  file->start();
  return file;
}

}  // namespace netpeel::capture
