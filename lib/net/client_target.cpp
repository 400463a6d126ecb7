#include "net/client_target.hpp"

#include <charconv>

#include "net/peer.hpp"

namespace netpeel::net {

namespace {

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string Target::authority() const { return endpoint_text(host, port); }

base::Result<Target> read_target(std::string_view text, const Target& otherwise) {
  Target out = otherwise;
  const std::string whole(text);
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    const std::string_view name = text.substr(0, scheme);
    if (name == "https" || name == "wss") {
      return base::Complaint{"\"" + whole + "\" needs TLS, which these clients do not speak", 0,
                             text.size(), "Write http:// or ws://, or leave it out."};
    }
    text.remove_prefix(scheme + 3);
  }
  const std::size_t slash = text.find_first_of("/?");
  if (slash != std::string_view::npos) {
    out.path = text.substr(slash);
    if (out.path[0] == '?') out.path.insert(0, "/");
    text = text.substr(0, slash);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return base::Complaint{"\"" + whole + "\" has a [ without its ]", 0, whole.size()};
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (text.starts_with(':')) port = text.substr(1);
  } else if (digits(text)) {
    port = text;
  } else if (text.find(':') != text.rfind(':')) {  // an IPv6 address alone
    out.host = text;
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    if (colon != 0 && !text.empty()) out.host = text.substr(0, colon);
    if (colon != std::string_view::npos && port.empty())
      return base::Complaint{"\"" + whole + "\" has no port behind the colon", 0, whole.size()};
  }
  if (port.empty()) return out;
  u32 number = 0;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (problem != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535) {
    return base::Complaint{"\"" + std::string(port) + "\" is no port", 0, whole.size(),
                           "A port is a number from 1 to 65535."};
  }
  out.port = u16(number);
  return out;
}

}  // namespace netpeel::net
