#include "net/resolve.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <netdb.h>

namespace netpeel::net {

namespace {

asio::ip::address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    asio::ip::address_v4::bytes_type bytes;
    const auto* const from = static_cast<const sockaddr_in*>(static_cast<void*>(info.ai_addr));
    std::memcpy(bytes.data(), &from->sin_addr, bytes.size());
    return asio::ip::address_v4(bytes);
  }
  asio::ip::address_v6::bytes_type bytes;
  const auto* const from = static_cast<const sockaddr_in6*>(static_cast<void*>(info.ai_addr));
  std::memcpy(bytes.data(), &from->sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, from->sin6_scope_id);
}

std::vector<asio::ip::address> loopback() {
  return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
}

}  // namespace

base::Result<std::vector<asio::ip::address>> resolve(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string name = brackets ? host.substr(1, host.size() - 2) : host;
  // RFC 6761 §6.3: these names are this machine, whether or not it has a file that says so, and no
  // server is asked for them.
  if (name == "localhost" || name.ends_with(".localhost")) return loopback();
  const int code = getaddrinfo(name.c_str(), nullptr, &wanted, &found);
  if (code != 0) return base::Complaint{gai_strerror(code)};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
  std::vector<asio::ip::address> out;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (info->ai_family == AF_INET || info->ai_family == AF_INET6) out.push_back(address_of(*info));
  }
  if (out.empty()) return base::Complaint{"it has no IPv4 or IPv6 address"};
  std::stable_partition(out.begin(), out.end(), [](const auto& a) { return a.is_v4(); });
  return out;
}

}  // namespace netpeel::net
