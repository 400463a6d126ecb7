#include "net/site.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "net/http_words.hpp"

namespace netpeel::net {

namespace {

constexpr std::string_view bundle_path = "/socket.io/";
// What npm's package has, and its own server serves.
constexpr std::string_view bundles[] {
    "socket.io.js",         "socket.io.min.js",         "socket.io.esm.min.js",
    "socket.io.js.map",     "socket.io.min.js.map",     "socket.io.esm.min.js.map",
    "socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map"};

std::string_view type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> types[]{
      {".html", "text/html; charset=UTF-8"},        {".css", "text/css; charset=UTF-8"},
      {".js", "text/javascript; charset=UTF-8"},    {".svg", "image/svg+xml"},
      {".map", "application/json; charset=UTF-8"}};
  for (const auto& [end, type] : types) {
    if (name.ends_with(end)) return type;
  }
  return "application/octet-stream";
}

// Pages load nothing but this server's own files, hold no program or style of their own, and stand
// in no other page's frame.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

HttpAnswer file(std::string_view name, std::string content) {
  return {
      200,
      {{"Content-Type", std::string(type_of(name))},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy", content_policy},
        {"Cache-Control", "no-cache"}},
      std::move(content)
  };
}

HttpAnswer not_found() { return http_text(404, "not found\n"); }

}  // namespace

Site::Site(Loop& loop, SiteSettings settings, Counters& counters)
    : loop_(loop), settings_(std::move(settings)), counters_(counters), pages_(loop),
      ticker_(loop) {}

void Site::add(EngineServer& engine) { engines_.push_back(&engine); }

EngineServer* Site::engine(std::string_view path) const {
  for (EngineServer* const one : engines_) {
    if (path.starts_with(one->settings().path)) return one;
  }
  return nullptr;
}

// ---- Requests. ----

std::size_t Site::body_limit(const HttpRequest& head, const HttpLimits& limits) {
  const EngineServer* const server = engine(head.path);
  return server == nullptr ? limits.body : server->body_limit(head);
}

void Site::began(const HttpRequest& head, const HttpReplyPtr& reply) {
  if (EngineServer* const server = engine(head.path)) server->began(head, reply);
}

void Site::request(HttpRequest request, HttpReplyPtr reply) {
  const std::string& path = request.path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path.starts_with(bundle_path) && reads) {
    const auto* const name = std::find(std::begin(bundles), std::end(bundles),
                                       std::string_view(path).substr(bundle_path.size()));
    if (name != std::end(bundles)) return reply->send(bundle(*name));
  }
  if (EngineServer* const server = engine(path))
    return server->request(std::move(request), std::move(reply));
  if (path == "/http/ticker/wait" && reads) return ticker_.wait(request, std::move(reply));
  if (path == "/http/ticker/events" && reads) return ticker_.events(request, std::move(reply));
  if (path.starts_with("/http/") && pages_.request(request, reply)) return;
  if (websocket(path)) return reply->send(ws_refusal(request).value_or(not_found()));
  HttpAnswer answer = page(request);
  if (!reads && answer.status == 200) answer = http_not_allowed("GET, HEAD");
  reply->send(std::move(answer));
}

HttpAnswer Site::page(const HttpRequest& request) const {
  const std::string& path = request.path;
  if (path == "/healthz") return http_text(200, "ok\n");
  if (path == "/metrics") {
    HttpAnswer out = http_text(200, metrics());
    out.headers[0].value = "text/plain; version=0.0.4; charset=utf-8";
    return out;
  }
  if (path == "/http/ticker") {
    HttpAnswer out = http_text(200, ticker_.latest() + "\n");
    out.headers = {
        {"Content-Type",  "application/json"},
        {"Cache-Control", "no-store"        }
    };
    return out;
  }
  const std::string_view name = path == "/" ? "index.html" : std::string_view(path).substr(1);
  for (const Asset& asset : settings_.pages) {
    if (asset.name == name) return file(name, std::string(asset.content));
  }
  return not_found();
}

HttpAnswer Site::bundle(std::string_view name) const {
  for (const std::string& folder : settings_.bundles) {
    std::ifstream in(folder + "/socket.io-client/dist/" + std::string(name), std::ios::binary);
    if (!in) continue;
    return file(name, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return http_text(404,
                   "npm's socket.io-client is not installed where this server looks for it: in "
                   "build/node/node_modules, node_modules, $NODE_PATH and the system's folders. "
                   "`npm install socket.io-client` fetches it.\n");
}

// ---- WebSockets. ----

std::unique_ptr<WsEvents> Site::websocket(std::string_view path) {
  if (path == "/ws/echo") return make_ws_echo();
  if (path == "/ws/broadcast") return hall_.make_member();
  if (path == "/ws/ticker") return ticker_.make_websocket();
  return nullptr;
}

// CORS does not cover WebSocket: a page of any origin may open one, and the server has to look. Who
// is no browser sends none.
bool Site::origin_allowed(const HttpRequest& request) const {
  const std::string* const origin = request.header("Origin");
  return settings_.cors.empty() || settings_.cors == "*" || origin == nullptr ||
         *origin == settings_.cors;
}

void Site::upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection) {
  if (EngineServer* const server = engine(request.path))
    return server->upgrade(std::move(request), std::move(reply), connection);
  auto events = websocket(request.path);
  std::optional<HttpAnswer> no;
  if (!events)
    no = not_found();
  else if (auto refusal = ws_refusal(request))
    no = std::move(refusal);
  else if (!origin_allowed(request))
    no = http_text(403, "This server takes no WebSocket from a page of that origin.\n");
  if (!no) {
    return accept_websocket(loop_, request, std::move(reply), connection, settings_.websocket,
                            counters_, std::move(events));
  }
  ++counters_.refused;
  reply->send(std::move(*no));
}

// ---- The rest. ----

std::string Site::metrics() const {
  std::vector<Gauge> gauges{
      {"connections", "TCP connections that are open.", "",
       counters_.connections_opened - counters_.connections_closed}
  };
  for (const EngineServer* const one : engines_) {
    gauges.push_back({"engine_sessions", "Engine.IO sessions that are open.",
                      "path=\"" + one->settings().path + "\"", one->sessions()});
  }
  gauges.push_back({"broadcast_websockets", "WebSockets on /ws/broadcast.", "", hall_.size()});
  gauges.push_back({"ticker_listeners", "Who waits for the ticker.", "", ticker_.listeners()});
  if (more_) more_(gauges);
  return metrics_text(counters_, gauges);
}

void Site::shut_down() { ticker_.shut_down(); }

}  // namespace netpeel::net
