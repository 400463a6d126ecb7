// Where written bytes go: a file, created with mode 0600, or standard output ("-"). Whole blocks
// are handed to the kernel, so what a killed process leaves behind ends between two of them. A pipe
// is never waited for: while its reader is slow the bytes queue up here, to a limit, and beyond it
// add() refuses.
#pragma once
#include <memory>
#include <string>

#include "base/bytes.hpp"

namespace netpeel::capture {

class Output {
 public:
  // Throws base::Error if the file cannot be made. wait_for_pipe: a pipe is treated as a file,
  // add() never refuses.
  explicit Output(const std::string& path, bool wait_for_pipe = false);
  ~Output();  // flushes as well as it can; close() tells whether that worked
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Room for n bytes (at most `largest`), to be filled at once; null: the queue is full, or the
  // reader is gone.
  u8* add(u32 n);
  // Hands on what there is; of a pipe what its reader takes now. Throws base::Error (disk full, …).
  void flush();
  // Everything out, then closed. A pipe whose reader takes nothing for `patience_ms` loses the
  // rest.
  void close(int patience_ms = 2000);

  u64 size() const { return size_; }  // bytes added so far
  bool is_pipe() const { return pipe_; }
  bool reader_gone() const {
    return gone_;
  }  // the pipe's other end was closed: nothing more can be written, no error
  bool failed() const { return failed_; }  // an error was thrown
  int descriptor() const { return descriptor_; }
  bool waiting() const { return end_ > begin_; }
  bool crowded() const {
    return pipe_ && end_ - begin_ > queue_limit / 2;
  }  // its reader does not keep up
  u64 handed_on() const { return size_ - (end_ - begin_); }

  static constexpr u32 largest = 1 << 19;
  // Bytes are handed on in pieces of about this size. Measured on a veth at the highest rate, into
  // a file: pieces of 1 MiB, which no cache holds, cost the kernel three times as much and lost
  // frames.
  static constexpr u32 block = 1 << 17;
  static constexpr u32 queue_limit = 8 << 20;  // of a pipe

 private:
  void write_some();  // one write(); advances begin_ or sets full_ or gone_

  std::string name_;
  int descriptor_ = -1;
  bool pipe_ = false, gone_ = false, full_ = false, ours_ = false, failed_ = false;
  std::unique_ptr<u8[]> room_;
  u32 capacity_ = 0, begin_ = 0, end_ = 0;
  u32 try_at_ = block;  // so much waiting for the pipe makes another try worth it
  u64 size_ = 0;
};

}  // namespace netpeel::capture
