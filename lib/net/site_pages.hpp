// The pages under /http/: what HTTP can do, one thing a page. Lives on its loop.
#pragma once
#include "net/http.hpp"

namespace netpeel::net {

class SitePages {
 public:
  static constexpr long most_waiting = 10'000;  // answers that take their time; 503 beyond

  explicit SitePages(Loop& loop) : loop_(loop) {}
  // For paths that begin with /http/. False: there is no such page.
  bool request(const HttpRequest& request, const HttpReplyPtr& reply);

 private:
  bool full(const HttpReplyPtr& reply) const;
  void slow(const HttpRequest& request, const HttpReplyPtr& reply);
  void chunked(const HttpRequest& request, const HttpReplyPtr& reply);

  Loop& loop_;
  // Held by each answer that is not complete: its use count is their number.
  std::shared_ptr<const char> place_ = std::make_shared<const char>();
};

// Answers that many sites give.
HttpAnswer http_text(u32 status, std::string text);
HttpAnswer http_not_allowed(std::string allow);  // 405
std::string html_escaped(std::string_view text);
std::string gzipped(std::string_view text);  // RFC 1952
bool accepts_gzip(const HttpRequest& request);

}  // namespace netpeel::net
