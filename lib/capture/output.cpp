#include "capture/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"

namespace netpeel::capture {

namespace {

std::string advice_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "The disk is full. What was written so far can be read.";
    case EFBIG:
      return "The file reached the largest size that is allowed here; -b filesize:KB makes "
             "several.";
    case EACCES:
    case EPERM:
    case EROFS: return "Name a place where you may write, such as your home folder or /tmp.";
    case ENOENT: return "The folder does not exist; make it with 'mkdir -p', or name another.";
    case EISDIR: return "That is a folder; add a file's name.";
    default: return {};
  }
}

// Under sudo a new file is given to the person who asked for it, so that they can read it without
// sudo.
void hand_to_sudo_user(int descriptor) {
  if (geteuid() != 0) return;
  const auto id = [](const char* name) {
    const char* text = std::getenv(name);
    u32 value = 0;
    if (text == nullptr) return value;
    const char* const end = text + std::strlen(text);
    const auto [stopped, error] = std::from_chars(text, end, value);
    return error == std::errc() && stopped == end ? value : 0;
  };
  const u32 user = id("SUDO_UID"), group = id("SUDO_GID");
  // It stays root's where that fails, as on some network file systems.
  if (user != 0 && group != 0 && fchown(descriptor, user, group) != 0) return;
}

}  // namespace

Output::Output(const std::string& path, bool wait_for_pipe)
    : name_(path == "-" ? "standard output" : path) {
  if (path == "-") {
    descriptor_ = STDOUT_FILENO;
  } else {
    descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor_ >= 0) {
      hand_to_sudo_user(descriptor_);
    } else if (errno == EEXIST) {
      descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    if (descriptor_ < 0) throw base::Error("write to " + path, errno, advice_for(errno));
    ours_ = true;
  }
  struct stat info {};
  pipe_ = !wait_for_pipe && fstat(descriptor_, &info) == 0 && S_ISFIFO(info.st_mode);
  if (pipe_) {
    fcntl(descriptor_, F_SETPIPE_SZ,
          1 << 20);  // fewer turns between the two processes; a wish, not a need
    // Not to wait is a property of the open description, which others may share. This gives us one
    // of our own.
    const int own = open(("/proc/self/fd/" + std::to_string(descriptor_)).c_str(),
                         O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (own >= 0) {
      if (ours_) ::close(descriptor_);
      descriptor_ = own;
      ours_ = true;
    } else {
      pipe_ = false;
    }
  }
  capacity_ = pipe_ ? 2 * queue_limit
                    : block + largest;  // of the queue's room only what is needed is ever touched
  room_ = std::make_unique_for_overwrite<u8[]>(capacity_);
}

Output::~Output() {
  try {
    close(0);
  } catch (const base::Error&) {
    // Whoever wanted to know has called close() before.
  }
}

u8* Output::add(u32 n) {
  if (gone_ || n > largest) return nullptr;
  if (pipe_) {
    if (end_ - begin_ >= try_at_ || end_ - begin_ + n > queue_limit) {
      flush();
      try_at_ = end_ - begin_ + block;
      if (gone_ || end_ - begin_ + n > queue_limit) return nullptr;
    }
    if (n > capacity_ - end_) {
      std::memmove(room_.get(), room_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
  } else if (end_ + n > block) {
    flush();
    if (gone_) return nullptr;
  }
  u8* at = room_.get() + end_;
  end_ += n;
  size_ += n;
  return at;
}

void Output::write_some() {
  const ssize_t n = ::write(descriptor_, room_.get() + begin_, end_ - begin_);
  if (n >= 0) {
    begin_ += u32(n);
    return;
  }
  if (errno == EINTR) return;
  if (errno == EAGAIN) {
    full_ = true;
    return;
  }
  begin_ = end_ = 0;
  if (errno == EPIPE) {
    gone_ = true;
    return;
  }
  failed_ = true;
  throw base::Error("write to " + name_, errno, advice_for(errno));
}

void Output::flush() {
  full_ = false;
  while (begin_ < end_ && !full_ && !gone_) write_some();
  if (begin_ == end_) begin_ = end_ = 0;
}

void Output::close(int patience_ms) {
  if (descriptor_ < 0) return;
  flush();
  while (waiting() && !gone_) {
    pollfd ready{descriptor_, POLLOUT, 0};
    if (poll(&ready, 1, patience_ms) <= 0) break;
    flush();
  }
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (ours_ && ::close(descriptor) != 0 && errno != EINTR)
    throw base::Error("write to " + name_, errno, advice_for(errno));
}

}  // namespace netpeel::capture
