// Writes pcap (draft-ietf-opsawg-pcap), in the machine's byte order.
#include <cstring>

#include "base/error.hpp"
#include "capture/writer.hpp"

namespace netpeel::capture {

namespace {

class PcapWriter final : public FrameWriter {
 public:
  PcapWriter(const std::string& path, Precision precision, bool wait_for_pipe)
      : output_(path, wait_for_pipe), precision_(precision) {}

  void add_interface(const Interface& interface, std::string_view) override {
    if (!begun_) begin(interface.link_type, interface.snap_length);
  }

  bool write(const base::Frame& frame) override {
    if (!begun_) begin(frame.link_type, 0);
    if (frame.link_type != link_type_) {
      throw base::Error::sentence("a pcap file holds frames of one link type; these have types " +
                                      std::to_string(link_type_) + " and " +
                                      std::to_string(frame.link_type),
                                  "Write pcapng instead: let the file's name end in .pcapng.");
    }
    u8* p = output_.add(16 + frame.size);
    if (p == nullptr) return false;
    const i64 time = frame.time < 0 ? 0 : frame.time;
    const i64 rest = time % 1'000'000'000;
    const u32 header[4] = {u32(time / 1'000'000'000),
                           u32(precision_ == Precision::nano ? rest : rest / 1000), frame.size,
                           frame.wire_size};
    std::memcpy(p, header, 16);
    if (frame.size > 0) std::memcpy(p + 16, frame.data, frame.size);
    return true;
  }

  void statistics(u16, const Interface&, i64, i64) override {}
  void flush() override { output_.flush(); }
  void finish() override {
    if (!begun_) begin(1, 0);
    output_.close();
  }
  u64 size() const override { return output_.size(); }
  const Output* output() const override { return &output_; }

 private:
  void begin(u16 link_type, u32 snap_length) {
    begun_ = true;
    link_type_ = link_type;
    u8* p = output_.add(24);
    if (p == nullptr) return;
    const u32 header[6] = {precision_ == Precision::nano ? 0xa1b23c4d : 0xa1b2c3d4,
                           0,
                           0,
                           0,
                           snap_length != 0 ? snap_length : 262144,
                           link_type};
    const u16 version[2] = {2, 4};
    std::memcpy(p, header, 24);
    std::memcpy(p + 4, version, 4);
  }

  Output output_;
  Precision precision_;
  bool begun_ = false;
  u16 link_type_ = 1;
};

}  // namespace

std::unique_ptr<FrameWriter> create_pcap(const std::string& path, Precision precision,
                                         bool wait_for_pipe) {
  return std::make_unique<PcapWriter>(path, precision, wait_for_pipe);
}

std::unique_ptr<FrameWriter> create_file(const std::string& path, std::string_view application) {
  if (path.ends_with(".pcap")) return create_pcap(path, Precision::nano, true);
  return create_pcapng(path, application, true);
}

}  // namespace netpeel::capture
