#include "net/reach.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>

namespace netpeel::net {

std::vector<std::string> own_addresses() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(found, freeifaddrs);
  std::vector<std::string> out;
  for (const ifaddrs* one = found; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0 ||
        (one->ifa_flags & IFF_UP) == 0)
      continue;
    char text[INET6_ADDRSTRLEN] = "";
    const void* const address = one->ifa_addr;
    if (one->ifa_addr->sa_family == AF_INET) {
      inet_ntop(AF_INET, &static_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const in6_addr& six = static_cast<const sockaddr_in6*>(address)->sin6_addr;
      if (!IN6_IS_ADDR_LINKLOCAL(&six)) inet_ntop(AF_INET6, &six, text, sizeof text);
    }
    if (*text != 0) out.emplace_back(text);
  }
  return out;
}

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::string> npm_folders(const std::string& program_folder) {
  std::vector<std::string> out{program_folder + "/../../node/node_modules",
                               "build/node/node_modules", "node_modules"};
  if (const char* const path = std::getenv("NODE_PATH")) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const std::size_t colon = std::min(rest.find(':'), rest.size());
      if (colon > 0) out.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  for (const char* const folder :
       {"/usr/share/nodejs", "/usr/local/lib/node_modules", "/usr/lib/node_modules"})
    out.emplace_back(folder);
  return out;
}

}  // namespace netpeel::net
