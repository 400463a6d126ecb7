#include "net/packed_request.hpp"

namespace netpeel::net {

namespace {

void pack(std::string_view text, std::string& out) {
  const u32 size = u32(text.size());
  for (u32 shift = 0; shift < 32; shift += 8) out += char(size >> shift & 0xff);
  out += text;
}

std::string_view unpack(std::string_view& rest) {
  u32 size = 0;
  for (u32 i = 0; i < 4; ++i) size |= u32(u8(rest[i])) << (8 * i);
  const std::string_view out = rest.substr(4, size);
  rest.remove_prefix(4 + size);
  return out;
}

}  // namespace

PackedRequest::PackedRequest(const HttpRequest& request) {
  std::size_t size = 64;
  for (const HttpHeader& h : request.headers) size += 8 + h.name.size() + h.value.size();
  bytes_.reserve(size + request.target.size());
  pack(request.method, bytes_);
  pack(request.target, bytes_);
  pack(request.path, bytes_);
  pack(request.peer, bytes_);
  for (const HttpHeader& h : request.headers) {
    pack(h.name, bytes_);
    pack(h.value, bytes_);
  }
  bytes_.shrink_to_fit();
}

HttpRequest PackedRequest::unpack() const {
  HttpRequest out;
  std::string_view rest = bytes_;
  if (rest.empty()) return out;
  out.method = net::unpack(rest);
  out.target = net::unpack(rest);
  out.path = net::unpack(rest);
  out.peer = net::unpack(rest);
  const std::size_t question = out.target.find('?');
  if (question != std::string::npos) out.query = out.target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view name = net::unpack(rest);
    out.headers.push_back({std::string(name), std::string(net::unpack(rest))});
  }
  return out;
}

}  // namespace netpeel::net
