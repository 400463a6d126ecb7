// The pages under /http/: what HTTP can do, one thing a page. Lives on its loop.
#pragma once
#include "net/http.hpp"

namespace netpeel::net {

class SitePages {
 public:
  explicit SitePages(Loop& loop) : loop_(loop) {}
  // For paths that begin with /http/. False: there is no such page.
  bool request(const HttpRequest& request, const HttpReplyPtr& reply);

 private:
  void slow(const HttpRequest& request, const HttpReplyPtr& reply);
  void chunked(const HttpRequest& request, const HttpReplyPtr& reply);

  Loop& loop_;
};

// Answers that many sites give.
HttpAnswer http_text(u32 status, std::string text);
HttpAnswer http_not_allowed(std::string allow);  // 405
std::string html_escaped(std::string_view text);
std::string gzipped(std::string_view text);  // RFC 1952
bool accepts_gzip(const HttpRequest& request);

}  // namespace netpeel::net
