// Waits in the loop until a file descriptor that others opened (standard input) can be read. Its
// flags stay what they are, since a shell may share it. Files, which can always be read, work too.
#pragma once
#include <functional>
#include <memory>

#include "net/loop.hpp"

namespace netpeel::net {

class FdWatch {
 public:
  FdWatch(Loop& loop, int fd);  // throws base::Error
  ~FdWatch();                   // nothing is called any more

  // Once; also at its end, and where it fails: read() tells.
  void when_readable(std::function<void()> what);
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace netpeel::net
