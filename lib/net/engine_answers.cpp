#include "net/engine_answers.hpp"

#include <array>

#include "base/json.hpp"

namespace netpeel::net {

std::string_view engine_refusal_text(EngineRefusal why) {
  constexpr std::array<std::string_view, 6> texts{
      "Transport unknown", "Session ID unknown", "Bad handshake method",
      "Bad request",       "Forbidden",          "Unsupported protocol version"};
  return texts[u8(why)];
}

std::vector<HttpHeader> cors_headers(const EngineSettings& settings) {
  std::vector<HttpHeader> out;
  if (settings.cors.empty()) return out;
  out.push_back({"Access-Control-Allow-Origin", settings.cors});
  if (settings.cors != "*") out.push_back({"Vary", "Origin"});
  if (settings.cors_credentials) out.push_back({"Access-Control-Allow-Credentials", "true"});
  return out;
}

HttpAnswer bare_answer(const EngineSettings& settings, u32 status) {
  return {.status = status, .headers = cors_headers(settings), .body = {}};
}

HttpAnswer poll_answer(const EngineSettings& settings, std::string payload, bool octets) {
  HttpAnswer out = bare_answer(settings, 200);
  out.headers.push_back(
      {"Content-Type", octets ? "application/octet-stream" : "text/plain; charset=UTF-8"});
  out.headers.push_back({"cache-control", "no-store"});
  out.body = std::move(payload);
  return out;
}

// text/html: browsers once offered text/plain as a download.
HttpAnswer post_answer(const EngineSettings& settings) {
  HttpAnswer out = bare_answer(settings, 200);
  out.headers.push_back({"Content-Type", "text/html"});
  out.headers.push_back({"cache-control", "no-store"});
  out.body = "ok";
  return out;
}

HttpAnswer refusal_answer(const EngineSettings& settings, EngineRefusal why) {
  HttpAnswer out = bare_answer(settings, why == EngineRefusal::forbidden ? 403 : 400);
  out.headers.push_back({"Content-Type", "application/json"});
  base::Text text;
  base::Json json(text);
  json.open('{').member("code", u64(why)).member("message", engine_refusal_text(why)).close('}');
  out.body = text.view();
  return out;
}

HttpAnswer full_answer(const EngineSettings& settings) {
  HttpAnswer out = bare_answer(settings, 503);
  out.headers.push_back({"Content-Type", "text/plain; charset=UTF-8"});
  out.body = "This server has as many sessions as it takes: try again later.\n";
  return out;
}

HttpAnswer refused_upgrade_answer(EngineRefusal why) {
  return {
      .status = why == EngineRefusal::forbidden ? 403u : 400u,
      .headers = {{"Connection", "close"}, {"Content-Type", "text/html"}},
      .body = std::string(engine_refusal_text(why)),
  };
}

}  // namespace netpeel::net
