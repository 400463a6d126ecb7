// What the demo serves over HTTP: pages, Engine.IO servers, raw WebSockets, the ticker, counters.
// Lives on its loop, which outlives it, as do the counters and the Engine.IO servers.
#pragma once
#include <map>
#include <span>

#include "net/engine.hpp"
#include "net/metrics.hpp"
#include "net/site_pages.hpp"
#include "net/ticker.hpp"
#include "net/ws_rooms.hpp"

namespace netpeel::net {

// A file that is part of the program.
struct Asset {
  std::string_view name, content;
};

struct SiteSettings {
  std::span<const Asset> pages;      // index.html is /, the others /NAME
  std::vector<std::string> bundles;  // folders where npm's socket.io-client may be installed
  std::string cors;                  // the origin that WebSockets may come from; empty, "*": any
  WsLimits websocket;
};

class Site final : public HttpSite {
 public:
  Site(Loop& loop, SiteSettings settings, Counters& counters);
  // The server for all paths that begin with its own.
  void add(EngineServer& engine);
  // More that /metrics shows.
  void gauges(std::function<void(std::vector<Gauge>&)> more) { more_ = std::move(more); }
  std::string metrics() const;
  void shut_down();  // ends streams and what waits; connections are the listener's

  void began(const HttpRequest& head, const HttpReplyPtr& reply) override;
  void request(HttpRequest request, HttpReplyPtr reply) override;
  void upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection) override;
  std::size_t body_limit(const HttpRequest& head, const HttpLimits& limits) override;

 private:
  EngineServer* engine(std::string_view path) const;
  HttpAnswer page(const HttpRequest& request) const;
  HttpAnswer bundle(std::string_view name) const;
  std::unique_ptr<WsEvents> websocket(std::string_view path);
  bool origin_allowed(const HttpRequest& request) const;

  Loop& loop_;
  SiteSettings settings_;
  Counters& counters_;
  std::vector<EngineServer*> engines_;
  SitePages pages_;
  Ticker ticker_;
  WsRoom hall_;
  std::function<void(std::vector<Gauge>&)> more_;
};

}  // namespace netpeel::net
