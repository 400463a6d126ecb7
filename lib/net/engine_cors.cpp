#include "net/engine_cors.hpp"

#include "net/engine_answers.hpp"

namespace netpeel::net {

HttpAnswer preflight_answer(const EngineSettings& settings, const HttpRequest& request) {
  HttpAnswer out = bare_answer(settings, 204);
  std::string vary = "Access-Control-Request-Headers";
  std::erase_if(out.headers, [&](const HttpHeader& h) {
    if (h.name != "Vary") return false;
    vary = h.value + ", " + vary;
    return true;
  });
  out.headers.push_back({"Vary", vary});
  out.headers.push_back({"Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE"});
  const std::string* asked = request.header("Access-Control-Request-Headers");
  if (asked != nullptr && !asked->empty())
    out.headers.push_back({"Access-Control-Allow-Headers", *asked});
  return out;
}

bool origin_allowed(const EngineSettings& settings, const HttpRequest& request) {
  const std::string* origin = request.header("Origin");
  if (settings.cors.empty() || settings.cors == "*" || origin == nullptr) return true;
  if (*origin == settings.cors) return true;
  const std::string* host = request.header("Host");
  const std::size_t at = origin->find("://");
  return host != nullptr && at != std::string::npos && origin->substr(at + 3) == *host;
}

}  // namespace netpeel::net
