// Where a capture file's bytes come from (a descriptor or memory, plain or gzip), and the window
// through which the format readers see them. A window's bytes stay where they are until fill():
// frames are views into it.
#pragma once
#include <algorithm>
#include <memory>
#include <string>

#include "base/bytes.hpp"

namespace netpeel::capture {

class Input {
 public:
  explicit Input(int descriptor);  // closes it in the end, unless it is standard input
  explicit Input(Bytes bytes);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // At least one byte, unless the input ended (0). Waits only if nothing is there.
  std::size_t read(u8* to, std::size_t room);
  u64 taken() const { return taken_; }  // compressed bytes, where it is compressed
  u64 size() const { return size_; }
  const std::string& failure() const {
    return failure_;
  }  // why reading ended early; empty: it did not
  // Whether seek() is possible: a file of its own that is not compressed, or memory.
  bool seekable() const { return seekable_ && inflater_ == nullptr; }
  // The next byte read is that one.
  void seek(u64 at) { first_at_ = first_size_, taken_ = at; }

 private:
  struct Inflater;
  std::size_t read_raw(u8* to, std::size_t room);
  std::size_t read_inflated(u8* to, std::size_t room);
  void sniff();

  int descriptor_ = -1;
  Bytes memory_;
  u64 taken_ = 0, size_ = 0;
  u8 first_[2] = {};  // bytes read to look for gzip's magic
  u32 first_at_ = 0, first_size_ = 0;
  bool sniffed_ = false, seekable_ = false;
  std::unique_ptr<Inflater> inflater_;
  std::string failure_;
};

class Window {
 public:
  // A record may have `block` bytes; frames have at most 262,144 of them (as in Wireshark).
  static constexpr u32 block = 1 << 20, capacity = block + (1 << 19);
  // What is read at once should still be in the processor's second-level cache when it is looked
  // at.
  static constexpr u32 at_once = 1 << 18;
  // Room that ahead() leaves in front of what it reads.
  static constexpr u32 front = capacity - block;

  explicit Window(std::unique_ptr<Input> input)
      : input_(std::move(input)), room_(std::make_unique_for_overwrite<u8[]>(capacity)) {}

  const u8* data() const { return room_.get() + begin_; }
  u32 size() const { return end_ - begin_; }
  u64 at() const { return at_; }                  // offset of data() in the (uncompressed) stream
  void consume(u32 n) { begin_ += n, at_ += n; }  // n <= size()

  // The window goes on at that place: with what is there of it, or else reads first so many bytes
  // (0: as many as usual), as far as there is room for them. Only if the input is seekable.
  void again(u64 at, u64 size);
  // The window has the bytes from..to, at most `block` of them, or up to the input's end. What
  // again() finds less than `front` bytes before them is put there. Only if the input is seekable.
  void ahead(u64 from, u64 to);
  // Moves what is left to the front and reads once. False: no more bytes, or no room for them.
  bool fill();
  // Fills until n bytes (at most `capacity`) are there. False: the input ended before.
  bool need(u32 n) {
    while (size() < n) {
      if (!fill()) return false;
    }
    return true;
  }
  bool skip(u64 n);  // false: the input ended before

  const Input& input() const { return *input_; }

 private:
  std::unique_ptr<Input> input_;
  std::unique_ptr<u8[]> room_;
  // Up to begin_ is what was consumed and not yet moved away, from whole_ on.
  u32 whole_ = 0, begin_ = 0, end_ = 0;
  u32 at_once_ = at_once;  // of the next read
  u64 at_ = 0;
};

}  // namespace netpeel::capture
