#include "net/ws_handshake.hpp"

#include <algorithm>

#include "base/sha1.hpp"
#include "net/http_words.hpp"
#include "net/websocket.hpp"
#include "stream/engineio.hpp"

namespace netpeel::net {

namespace {

// All headers of that name; a list may be spread over several.
std::vector<std::string_view> values(const HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const HttpHeader& header : request.headers) {
    if (same_word(header.name, name)) out.push_back(trimmed(header.value));
  }
  return out;
}

bool lists(const HttpRequest& request, std::string_view name, std::string_view token) {
  for (std::string_view value : values(request, name)) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      if (same_word(trimmed(value.substr(0, comma)), token)) return true;
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }
  return false;
}

// Sixteen bytes in base64: 22 digits, two equals signs.
bool is_key(std::string_view text) {
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return text.size() == 24 && text.substr(22) == "==" &&
         std::all_of(text.begin(), text.begin() + 22, is_digit);
}

HttpAnswer refusal(u32 status, std::string why, std::vector<HttpHeader> headers = {}) {
  headers.push_back({"Content-Type", "text/plain; charset=UTF-8"});
  return {status, std::move(headers), std::move(why) + "\n"};
}

std::optional<HttpAnswer> key_refusal(const HttpRequest& request) {
  const auto keys = values(request, "Sec-WebSocket-Key");
  if (keys.empty()) return refusal(400, "The request has no Sec-WebSocket-Key.");
  if (keys.size() > 1) return refusal(400, "The request has more than one Sec-WebSocket-Key.");
  if (!is_key(keys[0]))
    return refusal(400,
                   "Sec-WebSocket-Key is not 16 bytes in base64 (24 characters, == at the end).");
  return std::nullopt;
}

std::optional<HttpAnswer> version_refusal(const HttpRequest& request) {
  const auto versions = values(request, "Sec-WebSocket-Version");
  if (versions.size() == 1 && versions[0] == "13") return std::nullopt;
  const HttpHeader ours{"Sec-WebSocket-Version", "13"};
  if (versions.empty())
    return refusal(426, "The request has no Sec-WebSocket-Version; it is 13.", {ours});
  if (versions.size() > 1)
    return refusal(400, "The request has more than one Sec-WebSocket-Version.", {ours});
  return refusal(426, "This server speaks version 13 of WebSocket, no other.", {ours});
}

}  // namespace

std::string ws_header(const HttpRequest& request, std::string_view name) {
  std::string out;
  for (const std::string_view value : values(request, name)) {
    if (!out.empty()) out += ',';
    out += value;
  }
  return out;
}

std::optional<HttpAnswer> ws_refusal(const HttpRequest& request) {
  if (request.method != "GET")
    return refusal(405, "A WebSocket begins with GET.",
                   {
                       {"Allow", "GET"}
    });
  if (request.version < 11) return refusal(400, "A WebSocket begins with HTTP/1.1.");
  if (!request.body.empty() || !values(request, "Transfer-Encoding").empty())
    return refusal(400, "The request that begins a WebSocket has no body.");
  for (const std::string_view length : values(request, "Content-Length")) {
    if (length != "0") return refusal(400, "The request that begins a WebSocket has no body.");
  }
  if (values(request, "Host").size() != 1)
    return refusal(400, "The request names no Host, or several.");
  if (!lists(request, "Upgrade", "websocket"))
    return refusal(426,
                   "This is the address of a WebSocket: the request has no \"Upgrade: websocket\".",
                   {
                       {"Upgrade",    "websocket"},
                       {"Connection", "Upgrade"  }
    });
  if (!lists(request, "Connection", "Upgrade"))
    return refusal(400, "The request has no \"Connection: Upgrade\".");
  if (auto no = version_refusal(request)) return no;
  if (auto no = key_refusal(request)) return no;
  for (const std::string_view value : values(request, "Sec-WebSocket-Extensions")) {
    if (!ws_extensions(value))
      return refusal(400, "Sec-WebSocket-Extensions is not a list as RFC 6455 writes it.");
  }
  return std::nullopt;
}

std::string ws_accept(std::string_view key) {
  std::string input(key);
  input += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // §1.3
  std::string out;
  stream::to_base64(base::sha1(base::as_bytes(input)), out);
  return out;
}

}  // namespace netpeel::net
