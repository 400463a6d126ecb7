#include "replay/request.hpp"

#include <algorithm>

#include "base/unforeseen.hpp"
#include "stream/engineio.hpp"
#include "stream/http.hpp"

namespace netpeel::replay {
namespace {

using base::as_bytes;

void replace(std::string& in, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = 0; (at = in.find(from, at)) != std::string::npos; at += to.size())
    in.replace(at, from.size(), to);
}

bool is(std::string_view name, std::initializer_list<std::string_view> of) {
  return std::any_of(of.begin(), of.end(),
                     [&](std::string_view one) { return stream::http_same(name, one); });
}

void line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string new_websocket_key() {
  u8 bytes[16];
  base::unforeseen(bytes);
  std::string out;
  stream::to_base64(bytes, out);
  return out;
}

std::string for_host(std::string_view request, const std::string& host) {
  const Bytes bytes = as_bytes(request);
  const stream::HttpHead head = stream::http_head(bytes);
  std::string out(request.substr(head.start, head.line));
  stream::HttpHeaders all(bytes, head.start + head.line);
  bool named = false;
  for (stream::HttpHeader h; all.next(h);) {
    if (is(h.name, {"host"})) {
      line(out, h.name, host);
      named = true;
    } else if (is(h.name, {"sec-websocket-key"})) {
      line(out, h.name, new_websocket_key());
    } else if (is(h.name, {"origin", "referer"})) {
      std::string value(h.value);
      replace(value, head.host, host);
      line(out, h.name, value);
    } else if (!is(h.name, {"sec-websocket-extensions"})) {
      out += request.substr(h.at, h.size);
    }
  }
  if (!named && head.version != "HTTP/1.0") line(out, "Host", host);
  out += "\r\n";
  return out.append(request.substr(std::min<std::size_t>(head.size, request.size())));
}

std::string engine_request(const EngineRequest& asked) {
  const Bytes bytes = as_bytes(asked.recorded);
  const stream::HttpHead head = stream::http_head(bytes);
  std::string_view uri = head.request() ? head.uri : std::string_view("/socket.io/");
  const std::size_t question = std::min(uri.find('?'), uri.size());
  std::string query = "?EIO=4&transport=" + asked.transport;
  for (std::size_t at = question + 1; at < uri.size();) {
    const std::size_t end = std::min(uri.find('&', at), uri.size());
    const std::string_view one = uri.substr(at, end - at), name = one.substr(0, one.find('='));
    if (name != "EIO" && name != "transport" && name != "sid" && name != "t" && !one.empty())
      query.append("&").append(one);
    at = end + 1;
  }
  if (!asked.sid.empty()) query += "&sid=" + asked.sid;
  std::string out = asked.post ? "POST " : "GET ";
  out.append(uri.substr(0, question)).append(query).append(" HTTP/1.1\r\n");
  line(out, "Host", asked.host);
  stream::HttpHeaders all(bytes, head.start + head.line);
  for (stream::HttpHeader h; head.request() && all.next(h);) {
    if (is(h.name, {"host", "connection", "upgrade", "sec-websocket-key", "sec-websocket-version",
                    "sec-websocket-extensions", "sec-websocket-protocol", "content-length",
                    "content-type", "transfer-encoding", "accept-encoding", "if-none-match"}))
      continue;
    std::string value(h.value);
    if (is(h.name, {"origin", "referer"})) replace(value, head.host, asked.host);
    line(out, h.name, value);
  }
  if (asked.transport == "websocket") {
    out += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    line(out, "Sec-WebSocket-Key", new_websocket_key());
  } else if (asked.post) {
    line(out, "Content-Type", "text/plain;charset=UTF-8");
    line(out, "Content-Length", std::to_string(asked.body.size()));
  }
  return out + "\r\n" + asked.body;
}

std::string websocket_frame(unsigned opcode, std::string_view payload) {
  std::string out(1, char(0x80 | opcode));
  const std::size_t n = payload.size();
  const u32 wide = n < 126 ? 0 : n < 65536 ? 2 : 8;
  out += char(0x80 | (wide == 0 ? n : wide == 2 ? 126 : 127));
  for (u32 i = wide; i-- > 0;) out += char(u64(n) >> (8 * i));
  u8 mask[4];
  base::unforeseen(mask);
  for (const u8 b : mask) out += char(b);
  for (std::size_t i = 0; i < n; ++i) out += char(u8(payload[i]) ^ mask[i % 4]);
  return out;
}

}  // namespace netpeel::replay
