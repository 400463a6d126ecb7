#include "contrast/handshake.hpp"

#include <algorithm>

#include "base/sha1.hpp"
#include "base/text.hpp"
#include "stream/engineio.hpp"
#include "stream/http.hpp"

namespace netpeel::contrast {
namespace {

// What a header is there for, where only one of the two has it or both say something else.
std::string why(std::string_view name) {
  struct Reason {
    std::string_view name, says;
  };
  static constexpr Reason reasons[]{
      {"request line",
       "a method, a path, a version: an upgrade begins as a plain request, always with GET"        },
      {"status line",
       "200 answers and stays with HTTP; 101 says that what follows is another protocol"           },
      {"connection",
       "Upgrade names the header that is meant for the next hop alone" },
      {"upgrade",
       "the protocol both will speak from the answer on"               },
      {"sec-websocket-key",
       "16 random bytes; the answer must prove that they were read"    },
      {"sec-websocket-version",
       "13 is RFC 6455's, and the only one in use"                     },
      {"sec-websocket-accept",
       "the proof, made from the key; see below"                       },
      {"sec-websocket-extensions",
       "what the frames may be packed with, if both say so"            },
      {"sec-websocket-protocol",
       "what the messages will mean, if both say so"                   },
      {"content-length",
       "HTTP says where the body ends; a WebSocket frame has its own length"                       },
      {"transfer-encoding",
       "HTTP says how the body's end is found"                         },
      {"content-type",
       "what the body is; a WebSocket frame says only text or binary"  },
      {"origin",
       "which page asks: the server may refuse others"                 },
      {"date",
       "when it was answered"                                          },
      {"user-agent",
       "which program asks"                                            },
      {"host",
       "which site is meant; the same rule for both"                   },
  };
  for (const Reason& reason : reasons) {
    if (same_name(reason.name, name)) return std::string(reason.says);
  }
  return {};
}

void compare(const std::string& part, const Head& a, const Head& b, std::vector<Comparison>& out) {
  const std::string first = part == "request" ? "request line" : "status line";
  out.push_back({
      part, first, {a.line, b.line},
        a.line == b.line ? "" : why(first)
  });
  const auto add = [&](const std::string& name) {
    for (const Comparison& c : out) {
      if (c.part == part && same_name(c.field, name)) return;
    }
    const std::string left = a.header(name), right = b.header(name);
    out.push_back({
        part, name, {left, right},
          left == right ? "" : why(name)
    });
  };
  for (const auto& [name, value] : a.headers) add(name);
  for (const auto& [name, value] : b.headers) add(name);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return (x | (x >= 'A' && x <= 'Z' ? 32 : 0)) == (y | (y >= 'A' && y <= 'Z' ? 32 : 0));
  });
}

Head read_head(Bytes bytes, u64 frame) {
  Head out;
  out.frame = frame;
  const std::string_view text = base::as_text(bytes);
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos) return out;
  out.line = text.substr(0, end);
  stream::HttpHeaders lines(bytes, u32(end + 2));
  constexpr std::size_t most = 100;
  for (stream::HttpHeader h; lines.next(h) && out.headers.size() < most;)
    out.headers.emplace_back(std::string(h.name), std::string(h.value));
  return out;
}

std::string Head::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

void Heads::message(const flow::Conversation& conversation, const stream::Message& message,
                    std::span<const u64> frames, u16 interface) {
  if (interface != 0) return;
  const u64 frame = frames.empty() ? 0 : frames.back();
  const std::string_view name = message.protocol->name;
  if (name == "websocket" && !switched.empty() && conversation.stream == stream) {
    if (first_frame_after == 0) first_frame_after = frame;
    ++frames_after[u8(message.side)];
    return;
  }
  if (name != "http" || message.header == 0) return;
  const Head head = read_head(
      message.bytes.first(std::min<std::size_t>(message.bytes.size(), message.header)), frame);
  if (head.empty()) return;
  if (message.side == Side::client) {
    const bool asks = !head.header("Sec-WebSocket-Key").empty();
    if (asks && upgrade.empty()) {
      upgrade = head;
      stream = conversation.stream;
    } else if (!asks && request.empty()) {
      request = head;
    }
    return;
  }
  if (!upgrade.empty() && switched.empty() && conversation.stream == stream) {
    switched = head;
  } else if (!request.empty() && answer.empty()) {
    answer = head;
  }
}

std::vector<Comparison> compare(const Head& request, const Head& answer, const Head& upgrade,
                                const Head& switched) {
  std::vector<Comparison> out;
  compare("request", request, upgrade, out);
  compare("answer", answer, switched, out);
  return out;
}

Proof prove(const Head& upgrade, const Head& switched) {
  Proof out;
  out.key = upgrade.header("Sec-WebSocket-Key");
  out.joined = out.key + std::string(Proof::guid);
  const auto digest = base::sha1(base::as_bytes(out.joined));
  base::Text hex;
  hex.hex_bytes(digest);
  out.digest = hex.view();
  stream::to_base64(digest, out.expected);
  out.said = switched.header("Sec-WebSocket-Accept");
  return out;
}

}  // namespace netpeel::contrast
