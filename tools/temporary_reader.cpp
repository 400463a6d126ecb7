// Stands in for lib/capture until it is there: classic pcap, little endian, plain files only.
#include <fcntl.h>
#include <unistd.h>

#include "base/bits.hpp"
#include "base/error.hpp"
#include "capture/source.hpp"

namespace netpeel::capture {
namespace {

class Reader final : public FrameSource {
 public:
  explicit Reader(const std::string& path) {
    const int fd = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY);
    if (fd < 0) throw base::Error("open " + path, errno);
    u8 block[65536];
    for (ssize_t n; (n = ::read(fd, block, sizeof block)) > 0;) bytes_.insert(bytes_.end(), block, block + n);
    if (bytes_.size() < 24 || (base::le32(&bytes_[0]) & 0xfffff0ff) != 0xa1b2c0d4) {
      damage_ = Damage{0, "only plain little-endian pcap is read for now"};
    } else {
      nano_ = base::le32(&bytes_[0]) == 0xa1b23c4d;
      link_ = base::le16(&bytes_[20]);
    }
    at_ = 24;
  }
  std::span<const base::Frame> next() override {
    batch_.clear();
    while (!damage_ && at_ < bytes_.size() && batch_.size() < 256) {
      const std::size_t left = bytes_.size() - at_;
      if (left < 16 || left - 16 < base::le32(&bytes_[at_ + 8])) {
        damage_ = Damage{at_, "the file ends within a frame"};
        break;
      }
      base::Frame f;
      f.data = &bytes_[at_ + 16];
      f.size = base::le32(&bytes_[at_ + 8]);
      f.wire_size = base::le32(&bytes_[at_ + 12]);
      f.time = i64(base::le32(&bytes_[at_])) * 1'000'000'000 + i64(base::le32(&bytes_[at_ + 4])) * (nano_ ? 1 : 1000);
      f.number = ++number_;
      f.link_type = link_;
      batch_.push_back(f);
      at_ += 16 + f.size;
    }
    return batch_;
  }
  std::span<const Interface> interfaces() const override { return {}; }
  const std::optional<Damage>& damage() const override { return damage_; }
  u64 position() const override { return at_; }
  u64 size() const override { return bytes_.size(); }

 private:
  std::vector<u8> bytes_;
  std::vector<base::Frame> batch_;
  std::size_t at_ = 0;
  u64 number_ = 0;
  u16 link_ = 1;
  bool nano_ = false;
  std::optional<Damage> damage_;
};

}  // namespace

std::unique_ptr<FrameSource> open_file(const std::string& path) { return std::make_unique<Reader>(path); }

}  // namespace netpeel::capture
