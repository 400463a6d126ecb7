#include "capture/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.hpp"
#include "base/error.hpp"
#include "capture/reader.hpp"

namespace netpeel::capture {

namespace {

// Stands for an input that is no capture file.
class Nothing final : public Reader {
 public:
  Nothing(Window window, u64 at, std::string why) : Reader(std::move(window)) {
    broken(at, std::move(why));
  }

 private:
  void read() override {}
};

std::unique_ptr<FrameSource> open_input(std::unique_ptr<Input> input) {
  Window window(std::move(input));
  const bool enough = window.need(8);
  if (window.size() >= 4) {
    switch (base::be32(window.data())) {
      case 0xa1b2c3d4:
      case 0xd4c3b2a1:  // microseconds
      case 0xa1b23c4d:
      case 0x4d3cb2a1:  // nanoseconds
      case 0xa1b2cd34:
      case 0x34cdb2a1:  // Kuznetzov's longer record headers
        return open_pcap(std::move(window));
      case 0x0a0d0d0a: return open_pcapng(std::move(window));
      default: break;
    }
  }
  if (enough && base::be64(window.data()) == 0x736e6f6f70000000)
    return open_snoop(std::move(window));
  std::string why = window.input().failure();
  if (why.empty()) {
    why = window.size() == 0 ? "the input is empty, it has not even a file header"
                             : "this is no capture file: it begins with neither pcap's, pcapng's "
                               "nor snoop's magic number";
  }
  return std::make_unique<Nothing>(std::move(window), 0, std::move(why));
}

}  // namespace

void Reader::out_of_bytes(const char* inside_what) {
  const u64 at = window_.at();
  if (!window_.input().failure().empty()) {
    broken(at + window_.size(), window_.input().failure());
  } else if (window_.size() == 0) {
    end();
  } else {
    broken(at, std::string("the input ends in the middle of ") + inside_what +
                   ", which begins here; only " + std::to_string(window_.size()) +
                   " bytes of it are there");
  }
}

std::unique_ptr<FrameSource> open_file(const std::string& path) {
  if (path == "-") return open_descriptor(STDIN_FILENO);
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int code = errno;
    std::string advice;
    if (code == ENOENT) advice = "Check the spelling; 'ls' shows the files that are here.";
    if (code == EACCES) {
      advice = "You may not read this file. Ask its owner, or copy it with 'sudo cp' and 'sudo "
               "chown'; captures made as "
               "root belong to root.";
    }
    throw base::Error("open " + path, code, std::move(advice));
  }
  struct stat info {};
  if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(descriptor);
    throw base::Error("open " + path, EISDIR, "Name a capture file inside it.");
  }
  return open_descriptor(descriptor);
}

std::unique_ptr<FrameSource> open_descriptor(int descriptor) {
  return open_input(std::make_unique<Input>(descriptor));
}

std::unique_ptr<FrameSource> open_memory(Bytes bytes) {
  return open_input(std::make_unique<Input>(bytes));
}

}  // namespace netpeel::capture
