// Writing capture files: pcapng, pcap, and a ring of either. One thread. A writer that fails throws
// base::Error with a sentence; a pipe whose reader went away is no failure, see reader_gone().
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "capture/output.hpp"
#include "capture/source.hpp"

namespace netpeel::capture {

class FrameWriter {
 public:
  virtual ~FrameWriter() = default;

  // Interfaces are numbered from 0 in the order in which they are added; Frame::interface means
  // that number. filter: the capture filter that was set, for the reader's information.
  virtual void add_interface(const Interface& interface, std::string_view filter = {}) = 0;
  // False: not written, as the reader of a pipe is too slow, or gone.
  virtual bool write(const base::Frame& frame) = 0;
  // Counts of an interface since `start`, taken at `end`. Formats that have no place for them leave
  // them out.
  virtual void statistics(u16 interface, const Interface& counts, i64 start, i64 end) = 0;
  virtual void flush() = 0;
  virtual void finish() = 0;  // all of it out, and closed

  virtual u64 size() const = 0;              // bytes of the present file so far
  virtual const Output* output() const = 0;  // of the present file
  bool reader_gone() const { return output() != nullptr && output()->reader_gone(); }
};

// application: who wrote it, such as "netpeel-capture 0.1.0"; nothing else about the machine or its
// user is told. wait_for_pipe: see Output.
std::unique_ptr<FrameWriter> create_pcapng(const std::string& path, std::string_view application,
                                           bool wait_for_pipe = false);

enum class Precision { micro, nano };
// Takes frames of one link type, that of the first interface; write() throws base::Error for
// another.
std::unique_ptr<FrameWriter> create_pcap(const std::string& path, Precision precision,
                                         bool wait_for_pipe = false);

// pcap (nanoseconds) where the name ends in ".pcap", pcapng otherwise. Waits for pipes.
std::unique_ptr<FrameWriter> create_file(const std::string& path, std::string_view application);

// When to go on to the next file, and how many to keep; 0: no limit.
struct RingRule {
  u64 file_bytes = 0;
  i64 file_nanoseconds = 0;
  u32 files = 0;
};

// Numbered files beside `path`: "web.pcapng" gives web_00001_20260101120000.pcapng, with the local
// time at which each was begun, as dumpcap names them. Beyond `files` the oldest is deleted.
class RingWriter final : public FrameWriter {
 public:
  using Create = std::function<std::unique_ptr<FrameWriter>(const std::string& path)>;
  RingWriter(std::string path, RingRule rule, Create create, base::Clock& clock);
  ~RingWriter() override;

  void add_interface(const Interface& interface, std::string_view filter) override;
  bool write(const base::Frame& frame) override;
  void statistics(u16 interface, const Interface& counts, i64 start, i64 end) override;
  void flush() override;
  void finish() override;
  u64 size() const override;
  const Output* output() const override;

  // Called before a file is closed to make room for the next, so that statistics can be written
  // into it.
  void before_next(std::function<void()> call) { before_next_ = std::move(call); }
  void check_time();  // begins the next file if the present one is old enough; call it now and then
  u32 files_begun() const { return begun_; }
  bool next_is_due() const;  // the present file is full or old: the next frame goes into a new one
  const std::string& file_name() const { return names_.back(); }

 private:
  void begin_next();

  std::string path_;
  RingRule rule_;
  Create create_;
  base::Clock& clock_;
  std::function<void()> before_next_;
  std::vector<std::pair<Interface, std::string>> interfaces_;
  std::unique_ptr<FrameWriter> writer_;
  std::deque<std::string> names_;  // the files that are kept
  u32 begun_ = 0;
  i64 began_at_ = 0;
  bool has_frames_ = false;
};

}  // namespace netpeel::capture
