// Builds capture files for tests, byte by byte and in either byte order.
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "capture/source.hpp"

namespace netpeel::test {

class FileBytes {
 public:
  explicit FileBytes(bool big = false) : big_(big) {}

  FileBytes& put8(u8 v) { return bytes_.push_back(v), *this; }
  FileBytes& put16(u32 v) {
    return big_ ? put8(u8(v >> 8)).put8(u8(v)) : put8(u8(v)).put8(u8(v >> 8));
  }
  FileBytes& put32(u64 v) {
    return big_ ? put16(u32(v >> 16) & 0xffff).put16(v & 0xffff)
                : put16(v & 0xffff).put16(u32(v >> 16) & 0xffff);
  }
  FileBytes& put64(u64 v) { return big_ ? put32(v >> 32).put32(v) : put32(v).put32(v >> 32); }
  FileBytes& text(std::string_view v) {
    return bytes_.insert(bytes_.end(), v.begin(), v.end()), *this;
  }
  FileBytes& add(const FileBytes& other) {
    return bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end()), *this;
  }
  FileBytes& pad() {
    while (bytes_.size() % 4 != 0) put8(0);
    return *this;
  }

  // pcapng
  FileBytes& option(u32 code, std::string_view value) {
    return put16(code).put16(u32(value.size())).text(value).pad();
  }
  FileBytes& option8(u32 code, u8 value) { return put16(code).put16(1).put8(value).pad(); }
  FileBytes& option64(u32 code, u64 value) { return put16(code).put16(8).put64(value); }
  FileBytes& end_options() { return put32(0); }
  FileBytes& block(u32 type, const FileBytes& body) {
    const u64 length = body.size() + 12;
    return put32(type).put32(length).add(body).put32(length);
  }
  FileBytes body() const { return FileBytes(big_); }
  FileBytes& section() {
    return block(0x0a0d0d0a, body().put32(0x1a2b3c4d).put16(1).put16(0).put64(~u64(0)));
  }
  FileBytes& interface(u32 link_type = 1, const FileBytes& options = FileBytes()) {
    return block(1, body().put16(link_type).put16(0).put32(262144).add(options));
  }
  FileBytes& packet(u32 which, u64 ticks, std::string_view data,
                    const FileBytes& options = FileBytes(), u32 wire = 0) {
    return block(6, body()
                        .put32(which)
                        .put32(ticks >> 32)
                        .put32(ticks)
                        .put32(data.size())
                        .put32(wire != 0 ? wire : data.size())
                        .text(data)
                        .pad()
                        .add(options));
  }

  // pcap
  FileBytes& pcap(u32 magic = 0xa1b2c3d4, u32 link_type = 1) {
    return put32(magic).put16(2).put16(4).put32(0).put32(0).put32(262144).put32(link_type);
  }
  FileBytes& record(u32 seconds, u32 fraction, std::string_view data, u32 wire = 0) {
    return put32(seconds)
        .put32(fraction)
        .put32(data.size())
        .put32(wire != 0 ? wire : data.size())
        .text(data);
  }

  std::size_t size() const { return bytes_.size(); }
  Bytes view() const { return bytes_; }
  const std::vector<u8>& vector() const { return bytes_; }

 private:
  bool big_;
  std::vector<u8> bytes_;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What the base::Error says that do_it throws; empty if it throws none.
template <class Do>
std::string error_of(Do do_it) {
  try {
    do_it();
  } catch (const base::Error& error) {
    return error.what();
  }
  return {};
}

// A frame that keeps its bytes.
struct Kept {
  std::string data;
  u32 wire_size;
  i64 time;
  u64 number;
  u16 link_type, interface;
  std::string comment, interface_name;
};

struct ReadAll {
  explicit ReadAll(std::unique_ptr<capture::FrameSource> from) : source(std::move(from)) {
    for (;;) {
      const auto batch = source->next();
      if (batch.empty()) break;
      largest_batch = std::max(largest_batch, batch.size());
      for (const base::Frame& f : batch) {
        frames.push_back({std::string(base::as_text(f.bytes())), f.wire_size, f.time, f.number,
                          f.link_type, f.interface, std::string(f.comment),
                          std::string(f.interface_name)});
      }
    }
  }
  explicit ReadAll(Bytes bytes) : ReadAll(capture::open_memory(bytes)) {}
  std::string why() const { return source->damage() ? source->damage()->why : ""; }
  u64 at() const { return source->damage() ? source->damage()->at : 0; }

  std::unique_ptr<capture::FrameSource> source;
  std::vector<Kept> frames;
  std::size_t largest_batch = 0;
};

}  // namespace netpeel::test
