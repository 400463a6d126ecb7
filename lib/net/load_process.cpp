#include "net/load_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <functional>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace netpeel::net {

namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(DIR* folder) const { closedir(folder); }
};
using File = std::unique_ptr<std::FILE, Close>;
using Folder = std::unique_ptr<DIR, Close>;

void each_line(const std::string& path, const std::function<void(const char*)>& line) {
  const File file(std::fopen(path.c_str(), "r"));
  char buffer[512];
  while (file && std::fgets(buffer, sizeof buffer, file.get()) != nullptr) line(buffer);
}

void each_number(const std::string& path, const std::function<void(const std::string&)>& entry) {
  const Folder folder(opendir(path.c_str()));
  while (folder) {
    const dirent* const found = readdir(folder.get());
    if (found == nullptr) return;
    if (found->d_name[0] >= '0' && found->d_name[0] <= '9') entry(found->d_name);
  }
}

// The inodes of sockets that listen on the port.
std::vector<std::string> listening(u16 port) {
  std::vector<std::string> out;
  for (const char* const table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    each_line(table, [&](const char* line) {
      unsigned found = 0, state = 0;
      unsigned long inode = 0;
      const int n =
          std::sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*d %*d %lu", &found,
                      &state, &inode);
      constexpr unsigned listen_state = 10;
      if (n == 3 && found == port && state == listen_state)
        out.push_back("socket:[" + std::to_string(inode) + "]");
    });
  }
  return out;
}

}  // namespace

std::optional<int> process_that_listens(u16 tcp_port) {
  const auto sockets = listening(tcp_port);
  std::optional<int> out;
  each_number("/proc", [&](const std::string& pid) {
    if (out || sockets.empty()) return;
    const std::string folder = "/proc/" + pid + "/fd";
    each_number(folder, [&](const std::string& fd) {
      char target[64];
      const ssize_t n = readlink((folder + "/" + fd).c_str(), target, sizeof target);
      const std::string_view name(target, n > 0 ? std::size_t(n) : 0);
      for (const std::string& socket : sockets) {
        if (name == socket) out = std::atoi(pid.c_str());
      }
    });
  });
  return out;
}

std::optional<i64> processor_time(int pid) {
  std::optional<i64> out;
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  each_number(folder, [&](const std::string& thread) {
    each_line(folder + "/" + thread + "/schedstat",
              [&](const char* line) { out = out.value_or(0) + std::atoll(line); });
  });
  return out;
}

std::optional<u64> resident_memory(int pid) {
  std::optional<u64> out;
  each_line("/proc/" + std::to_string(pid) + "/status", [&](const char* line) {
    if (std::strncmp(line, "VmRSS:", 6) == 0) out = std::strtoull(line + 6, nullptr, 10) * 1024;
  });
  return out;
}

}  // namespace netpeel::net
