#include "replay/permission.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"

namespace netpeel::replay {
namespace {

bool is_loopback(Bytes address) {
  if (address.size() == 4) return address[0] == 127;
  if (address.size() != 16) return false;
  const bool zeros =
      std::all_of(address.begin(), address.begin() + 10, [](u8 b) { return b == 0; });
  if (zeros && address[10] == 0xff && address[11] == 0xff) return address[12] == 127;
  return zeros && address[15] == 1 &&
         std::all_of(address.begin() + 10, address.begin() + 15, [](u8 b) { return b == 0; });
}

void refuse(const std::string& what, const std::string& really, const std::string& name) {
  const std::string wrong = really.empty() ? "" : ", and --really names " + really;
  throw base::Error::sentence(
      "replay sends recorded traffic to the loopback and into a lab only; " + name + " is neither" +
          wrong,
      "Into a lab: netpeel lab run -- netpeel replay …; or, if you may send "
      "there, name it again: --really " +
          what)
      .with_exit(2);
}

}  // namespace

bool in_lab() {
  if (std::getenv("NETPEEL_HOST") == nullptr) return false;
  const int fd = open("/proc/1/comm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char name[32];
  const ssize_t n = read(fd, name, sizeof name);
  close(fd);
  return n > 0 && std::string_view(name, std::size_t(n)).starts_with("netpeel-lab");
}

void allow_interface(const std::string& interface, bool loopback, const std::string& really) {
  if (loopback || in_lab() || really == interface) return;
  refuse(interface, really, interface);
}

void allow_host(const std::string& host, Bytes address, const std::string& really) {
  if (is_loopback(address) || in_lab() || really == host) return;
  refuse(host, really, host);
}

}  // namespace netpeel::replay
