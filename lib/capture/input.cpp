#include "capture/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "capture/source.hpp"

namespace netpeel::capture {

namespace {
std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);
}  // namespace

void stop_reading() noexcept { stopped = true; }
void allow_reading() noexcept { stopped = false; }

struct Input::Inflater {
  z_stream stream{};
  bool between_members = false;
  u8 in[1 << 16];

  Inflater() { inflateInit2(&stream, 15 + 16); }  // 16: gzip's header and trailer
  ~Inflater() { inflateEnd(&stream); }
};

Input::Input(int descriptor) : descriptor_(descriptor) {
  struct stat info {};
  if (fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
    size_ = u64(info.st_size);
    // Where others read before or beside us, the descriptor's own place in the file counts.
    seekable_ = descriptor > STDIN_FILENO && lseek(descriptor, 0, SEEK_CUR) == 0;
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

Input::Input(Bytes bytes) : memory_(bytes), size_(bytes.size()), seekable_(true) {}

Input::~Input() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

std::size_t Input::read_raw(u8* to, std::size_t room) {
  if (descriptor_ < 0) {
    const std::size_t n = std::min(room, memory_.size() - std::size_t(taken_));
    if (n > 0) std::memcpy(to, memory_.data() + taken_, n);
    taken_ += n;
    return n;
  }
  while (!stopped) {
    const ssize_t n =
        seekable_ ? pread(descriptor_, to, room, off_t(taken_)) : ::read(descriptor_, to, room);
    if (n >= 0) {
      taken_ += u64(n);
      return std::size_t(n);
    }
    if (errno != EINTR) {
      failure_ = std::string("reading failed: ") + std::strerror(errno);
      break;
    }
  }
  return 0;
}

void Input::sniff() {
  sniffed_ = true;
  while (first_size_ < 2) {
    const std::size_t n = read_raw(first_ + first_size_, 2 - first_size_);
    if (n == 0) return;
    first_size_ += u32(n);
  }
  if (first_[0] != 0x1f || first_[1] != 0x8b) return;
  inflater_ = std::make_unique<Inflater>();
  std::memcpy(inflater_->in, first_, 2);
  inflater_->stream.next_in = inflater_->in;
  inflater_->stream.avail_in = 2;
  first_size_ = 0;
}

std::size_t Input::read(u8* to, std::size_t room) {
  if (!sniffed_) sniff();
  if (inflater_ != nullptr) return read_inflated(to, room);
  if (first_at_ < first_size_ && room > 0) {
    const std::size_t n = std::min<std::size_t>(room, first_size_ - first_at_);
    std::memcpy(to, first_ + first_at_, n);
    first_at_ += u32(n);
    return n;
  }
  return read_raw(to, room);
}

std::size_t Input::read_inflated(u8* to, std::size_t room) {
  z_stream& z = inflater_->stream;
  if (!failure_.empty()) return 0;
  z.next_out = to;
  z.avail_out = uInt(room);
  while (z.avail_out == room) {
    if (z.avail_in == 0) {
      z.next_in = inflater_->in;
      z.avail_in = uInt(read_raw(inflater_->in, sizeof inflater_->in));
      if (z.avail_in == 0) {
        if (!inflater_->between_members && failure_.empty() && !stopped) {
          failure_ = "the gzip data ends before its end mark";
        }
        break;
      }
    }
    if (inflater_->between_members) {
      // RFC 1952 §2.2: members follow each other. What begins otherwise is padding, which gzip
      // ignores too.
      if (z.next_in[0] != 0x1f) return 0;
      inflateReset(&z);
      inflater_->between_members = false;
    }
    const int result = inflate(&z, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      inflater_->between_members = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      failure_ = std::string("the gzip data is damaged") +
                 (z.msg != nullptr ? std::string(": ") + z.msg : "");
      break;
    }
  }
  return room - z.avail_out;
}

void Window::again(u64 at, u64 size) {
  const u64 first = at_ - (begin_ - whole_), last = at_ + (end_ - begin_);
  if (at < first && first - at <= whole_) {  // what is missing goes in front
    const u32 missing = u32(first - at);
    input_->seek(at);
    u32 got = 0;
    while (got < missing) {
      const std::size_t n = input_->read(room_.get() + whole_ - missing + got, missing - got);
      if (n == 0) break;
      got += u32(n);
    }
    input_->seek(last);
    if (got == missing) {
      whole_ -= missing;
      begin_ = whole_;
      at_ = at;
      return;
    }
  }
  if (at >= first && at <= last) {
    begin_ = whole_ + u32(at - first);
    at_ = at;
    const u64 there = last - at;
    if (size > there) at_once_ = u32(std::min<u64>(size - there, capacity));
    return;
  }
  input_->seek(at);
  whole_ = begin_ = end_ = 0;
  at_ = at;
  at_once_ = size > 0 ? u32(std::min<u64>(size, capacity)) : at_once;
}

void Window::ahead(u64 from, u64 to) {
  input_->seek(from);
  whole_ = begin_ = end_ = front;
  at_ = from;
  const u32 wanted = front + u32(std::min<u64>(to - from, block));
  while (end_ < wanted) {
    const std::size_t n = input_->read(room_.get() + end_, wanted - end_);
    if (n == 0) break;
    end_ += u32(n);
  }
}

bool Window::fill() {
  if (begin_ > 0) {
    std::memmove(room_.get(), room_.get() + begin_, size());
    end_ -= begin_;
    whole_ = begin_ = 0;
  }
  const std::size_t n = input_->read(room_.get() + end_, std::min(at_once_, capacity - end_));
  at_once_ = at_once;
  end_ += u32(n);
  return n > 0;
}

bool Window::skip(u64 n) {
  while (n > size()) {
    n -= size();
    consume(size());
    if (!fill()) return false;
  }
  consume(u32(n));
  return true;
}

}  // namespace netpeel::capture
