#include "net/engine_payload.hpp"

#include <algorithm>

#include "net/http_words.hpp"
#include "net/sio_json.hpp"
#include "stream/engineio3.hpp"

namespace netpeel::net {
namespace {

std::string joined(std::span<const EnginePacketPtr> packets) {
  std::string out;
  std::size_t size = 0;
  for (const EnginePacketPtr& packet : packets) size += packet->polling_size() + 1;
  out.reserve(size);
  for (const EnginePacketPtr& packet : packets) {
    if (!out.empty()) out += stream::eio_separator;
    out += packet->polling();
  }
  return out;
}

// A script: a call of the function that the page has made for it.
std::string jsonp_call(std::string_view callback, std::string_view payload) {
  std::string out = "___eio[";
  out += callback;
  out += "](";
  std::string text;
  write_json(payload, text);
  // Ends of lines in JavaScript of the time, though not in JSON.
  for (std::size_t at = 0; (at = text.find("\xe2\x80", at)) != std::string::npos; ++at) {
    if (text.compare(at + 2, 1, "\xa8") == 0) text.replace(at, 3, "\\u2028");
    if (text.compare(at + 2, 1, "\xa9") == 0) text.replace(at, 3, "\\u2029");
  }
  return out + text + ");";
}

}  // namespace

EnginePayload engine_payload(std::span<const EnginePacketPtr> packets,
                             const EngineDialect& dialect) {
  if (dialect.revision == 4) return {joined(packets)};
  const bool octets = !dialect.base64 && !dialect.jsonp &&
                      std::any_of(packets.begin(), packets.end(),
                                  [](const EnginePacketPtr& p) { return p->is_binary(); });
  std::string out;
  for (const EnginePacketPtr& packet : packets) {
    if (octets) {
      stream::put_eio3_bytes(!packet->is_binary(), packet->bytes3(), out);
    } else {
      stream::put_eio3(packet->polling3(), out);
    }
  }
  if (dialect.jsonp) return {jsonp_call(dialect.callback, out)};
  return {std::move(out), octets};
}

std::optional<std::string> jsonp_payload(std::string_view form) {
  const auto field = form_field(form, "d");
  if (!field) return std::nullopt;
  // A line's end comes as \n in two characters; what was \n in two characters before, as \\n.
  std::string out;
  const std::string& text = *field;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 3, "\\\\n") == 0) {
      out += "\\n";
      at += 3;
    } else if (text.compare(at, 2, "\\n") == 0) {
      out += '\n';
      at += 2;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace netpeel::net
