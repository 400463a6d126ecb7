// Where frames come from. A source is read from front to back, once, by one thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/frame.hpp"

namespace netpeel::capture {

struct Interface {
  std::string name;         // if_name; empty where the file has none
  std::string description;  // if_description
  u16 link_type = 1;
  u32 snap_length = 0;  // 0: none
  // Interface statistics, where the file tells them.
  std::optional<u64> received, dropped_by_kernel, dropped_by_us;
};

// Why reading stopped before the file's end: where (byte offset in the uncompressed stream), and a
// sentence.
struct Damage {
  u64 at = 0;
  std::string why;
};

// Where a batch lies in its file: its bytes, and the number of the frame before its first.
struct Place {
  u64 at = 0, size = 0;
  u64 number = 0;
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // The next frames, at most 256; they and their bytes stay valid until the next call. Empty: the
  // end, or damage. A live source returns what it has, after waiting for at least one.
  virtual std::span<const base::Frame> next() = 0;

  virtual std::span<const Interface> interfaces() const = 0;
  // What was wrong with the input, if anything. All frames before it were given.
  virtual const std::optional<Damage>& damage() const = 0;
  // Bytes of the file read so far and its size (0: not known, as in a pipe), for progress.
  virtual u64 position() const = 0;
  virtual u64 size() const = 0;

  // Whether what was read so far can be read again: of a plain file, not of a pipe.
  virtual bool repeatable() const { return false; }
  // Of the batch that next() gave last.
  virtual Place place() const { return {}; }
  // next() gives that batch, and then those behind it. Interfaces and damage stay known.
  virtual void again(const Place&) {}

  // For several processes that read one file, each its own pieces of it. Reads these bytes of the
  // file, at most 1 MiB, so that the next two calls need not wait for them.
  virtual void ahead(u64 /*from*/, u64 /*to*/) {}
  // The place behind the last frame that ends before `to`, if from `from` on there is nothing but
  // frames; else behind the last frame before something else. again(from) is then quick; next()
  // may give frames behind that place, too.
  virtual Place behind(const Place& from, u64 /*to*/) { return from; }
};

// Opens a capture file of any supported format (pcap, pcapng, snoop), plain or gzip-compressed; "-"
// is standard input. Throws base::Error if it cannot be opened. What begins with no known magic
// gives a source with no frames and its damage told. A pipe is read up to its first bytes before
// this returns.
std::unique_ptr<FrameSource> open_file(const std::string& path);

// The same from a descriptor, which the source closes in the end, and from bytes in memory, which
// outlive the source.
std::unique_ptr<FrameSource> open_descriptor(int descriptor);
std::unique_ptr<FrameSource> open_memory(Bytes bytes);

// Asks all sources of this process to end at their next read, as if their input ended between two
// frames. Safe in a signal handler; a read that waits notices it if the handler was installed
// without SA_RESTART.
void stop_reading() noexcept;
void allow_reading() noexcept;  // takes that back: for tests

}  // namespace netpeel::capture
