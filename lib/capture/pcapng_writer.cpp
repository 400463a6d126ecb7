// Writes pcapng (draft-ietf-opsawg-pcapng), in the machine's byte order, times in nanoseconds.
#include <cstring>

#include "base/error.hpp"
#include "capture/writer.hpp"

namespace netpeel::capture {

namespace {

u32 padded(std::size_t n) { return u32((n + 3) & ~std::size_t(3)); }

// Lays integers and options into a block; the caller has added up their sizes.
class Filler {
 public:
  explicit Filler(u8* p) : p_(p) {}
  Filler& put16(u16 v) { return raw(&v, 2); }
  Filler& put32(u32 v) { return raw(&v, 4); }
  Filler& raw(const void* from, std::size_t n) {
    if (n > 0) std::memcpy(p_, from, n);
    p_ += n;
    return *this;
  }
  Filler& pad(std::size_t after) {
    const u32 n = padded(after) - u32(after);
    std::memset(p_, 0, n);
    p_ += n;
    return *this;
  }
  Filler& option(u16 code, const void* value, std::size_t n) {
    return put16(code).put16(u16(n)).raw(value, n).pad(n);
  }
  Filler& time(i64 nanoseconds) {
    const u64 t = nanoseconds < 0 ? 0 : u64(nanoseconds);  // the format knows no time before 1970
    return put32(u32(t >> 32)).put32(u32(t));
  }

 private:
  u8* p_;
};

// An option's value has a 16-bit length.
std::string_view shortened(std::string_view text) { return text.substr(0, 65532); }
u32 option_size(std::string_view value) { return value.empty() ? 0 : 4 + padded(value.size()); }

class PcapngWriter final : public FrameWriter {
 public:
  PcapngWriter(const std::string& path, std::string_view application, bool wait_for_pipe)
      : output_(path, wait_for_pipe) {
    application = application.substr(0, 200);
    const u32 length = 28 + option_size(application) + 4;
    u8* p = output_.add(length);
    if (p == nullptr) return;
    const i64 unknown_size = -1;
    Filler block(p);
    block.put32(0x0a0d0d0a).put32(length).put32(0x1a2b3c4d).put16(1).put16(0).raw(&unknown_size, 8);
    if (!application.empty()) block.option(4, application.data(), application.size());
    block.put32(0).put32(length);
  }

  void add_interface(const Interface& interface, std::string_view filter) override {
    const std::string_view name = shortened(interface.name),
                           description = shortened(interface.description);
    std::string rule;  // if_filter's first byte says that text follows
    if (!filter.empty()) rule = std::string(1, '\0').append(shortened(filter.substr(0, 65000)));
    const u32 length =
        20 + option_size(name) + option_size(description) + 8 + option_size(rule) + 4;
    u8* p = output_.add(length);
    if (p == nullptr) return;
    Filler block(p);
    block.put32(1).put32(length).put16(interface.link_type).put16(0).put32(interface.snap_length);
    if (!name.empty()) block.option(2, name.data(), name.size());
    if (!description.empty()) block.option(3, description.data(), description.size());
    const u8 nanoseconds = 9;
    block.option(9, &nanoseconds, 1);
    if (!rule.empty()) block.option(11, rule.data(), rule.size());
    block.put32(0).put32(length);
  }

  bool write(const base::Frame& frame) override {
    const std::string_view comment = shortened(frame.comment);
    const u32 options = comment.empty() ? 0 : option_size(comment) + 4;
    const u32 length = 32 + padded(frame.size) + options;
    u8* p = output_.add(length);
    if (p == nullptr) return false;
    Filler block(p);
    block.put32(6).put32(length).put32(frame.interface).time(frame.time);
    block.put32(frame.size).put32(frame.wire_size).raw(frame.data, frame.size).pad(frame.size);
    if (!comment.empty()) block.option(1, comment.data(), comment.size()).put32(0);
    block.put32(length);
    return true;
  }

  void statistics(u16 interface, const Interface& counts, i64 start, i64 end) override {
    const u64 received = counts.received.value_or(0), lost = counts.dropped_by_kernel.value_or(0);
    const u64 ours = counts.dropped_by_us.value_or(0);
    const u64 delivered = received >= lost && received - lost >= ours ? received - lost - ours : 0;
    const bool any = counts.received.has_value();
    const u32 length = 24 + 2 * 12 + (any ? 3 * 12 : 0) + 4;
    u8* p = output_.add(length);
    if (p == nullptr) return;
    Filler block(p);
    block.put32(5).put32(length).put32(interface).time(end);
    const auto moment = [&](u16 code, i64 at) { block.put16(code).put16(8).time(at); };
    moment(2, start);
    moment(3, end);
    if (any) block.option(4, &received, 8).option(7, &lost, 8).option(8, &delivered, 8);
    block.put32(0).put32(length);
  }

  void flush() override { output_.flush(); }
  void finish() override { output_.close(); }
  u64 size() const override { return output_.size(); }
  const Output* output() const override { return &output_; }

 private:
  Output output_;
};

}  // namespace

std::unique_ptr<FrameWriter> create_pcapng(const std::string& path, std::string_view application,
                                           bool wait_for_pipe) {
  return std::make_unique<PcapngWriter>(path, application, wait_for_pipe);
}

}  // namespace netpeel::capture
