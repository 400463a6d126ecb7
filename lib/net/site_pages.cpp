#include "net/site_pages.hpp"

#include <algorithm>
#include <charconv>
#include <new>
#include <zlib.h>

#include "net/http_words.hpp"

namespace netpeel::net {

namespace {

constexpr u64 longest_wait = 60'000;  // milliseconds
constexpr u64 most_chunks = 1000;

constexpr const char* index_page = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Netpeel: HTTP</title>
<h1>What HTTP can do</h1>
<ul>
<li><a href="echo?a=1">echo</a>: your request, as it came (any method)
<li><a href="form">form</a>: a form, and what the server makes of it
<li><a href="gzip">gzip</a>: a body that was compressed on its way
<li><a href="chunked?n=5&amp;ms=500">chunked</a>: a body whose length nobody knows when it begins
<li><a href="slow?ms=2000">slow</a>: an answer that takes its time
<li><a href="cached">cached</a>: asked again, the answer is 304 and has no body
<li><a href="redirect">redirect</a>: the answer is somewhere else
<li><a href="status/404">status/404</a>: any status code
<li><a href="ticker">ticker</a>: the number of the last tick (ask again: plain polling);
    <a href="ticker/wait">ticker/wait</a> answers when the next one comes (long-polling);
    <a href="ticker/events">ticker/events</a> tells all of them (Server-Sent Events);
    /ws/ticker does so over WebSocket
</ul>
)";

constexpr const char* form_page = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Netpeel: a form</title>
<form method="post">
<p><label>Name <input name="name"></label>
<p><label>Message <input name="message"></label>
<p><button>Send</button>
</form>
)";

HttpAnswer html(u32 status, std::string text) {
  return {
      status,
      {{"Content-Type", "text/html; charset=UTF-8"}, {"X-Content-Type-Options", "nosniff"}},
      std::move(text)
  };
}

// The parameter, or `otherwise`, at most `most`; nullopt: it is no number.
std::optional<u64> parameter(const HttpRequest& request, std::string_view name, u64 otherwise,
                             u64 most) {
  const auto text = request.parameter(name);
  if (!text) return otherwise;
  u64 value = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, problem] = std::from_chars(text->data(), end, value);
  if (problem != std::errc{} || stopped != end || value > most) return std::nullopt;
  return value;
}

HttpAnswer wrong_number(std::string_view name, u64 most) {
  return http_text(400, "?" + std::string(name) + "= wants a number, 0 to " + std::to_string(most) +
                            ".\n");
}

HttpAnswer echo(const HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/" +
                    std::to_string(request.version / 10) + "." +
                    std::to_string(request.version % 10) + "\n";
  for (const HttpHeader& header : request.headers) out += header.name + ": " + header.value + "\n";
  return http_text(200, out + "\n" + request.body);
}

HttpAnswer form(const HttpRequest& request) {
  if (request.method != "POST") return html(200, form_page);
  const std::string* const type = request.header("Content-Type");
  constexpr std::string_view wanted = "application/x-www-form-urlencoded";
  if (type == nullptr ||
      !same_word(trimmed(std::string_view(*type).substr(0, type->find(';'))), wanted))
    return http_text(415, "This form takes " + std::string(wanted) + ".\n");
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Netpeel: a form</title>\n"
      "<p>This came as the body of a POST:\n<pre>" +
      html_escaped(request.body) + "</pre>\n<p>which says:\n<dl>\n";
  for (const auto& [name, value] : form_fields(request.body))
    out += "<dt>" + html_escaped(name) + "<dd>" + html_escaped(value) + "\n";
  return html(200, out + "</dl>\n");
}

HttpAnswer gzip(const HttpRequest& request) {
  std::string text;
  for (int i = 1; i <= 100; ++i)
    text += "This is line " + std::to_string(i) + ", much like the others.\n";
  HttpAnswer out = http_text(200, {});
  out.headers.push_back({"Vary", "Accept-Encoding"});
  const bool packed = accepts_gzip(request);
  if (packed) out.headers.push_back({"Content-Encoding", "gzip"});
  out.body = packed ? gzipped(text) : text;
  return out;
}

HttpAnswer cached(const HttpRequest& request) {
  const std::string tag = "\"the-first-edition\"";
  const std::string* const known = request.header("If-None-Match");
  bool same = false;
  if (known != nullptr) {
    for (std::string_view member : list_members(*known)) {
      if (member.starts_with("W/")) member.remove_prefix(2);
      same |= member == tag || member == "*";
    }
  }
  HttpAnswer out = http_text(same ? 304 : 200,
                             same ? "" : "This does not change, so it need not be sent twice.\n");
  out.headers.push_back({"ETag", tag});
  out.headers.push_back({"Cache-Control", "no-cache"});
  return out;
}

HttpAnswer status(std::string_view code) {
  u32 value = 0;
  const auto [stopped, problem] = std::from_chars(code.data(), code.data() + code.size(), value);
  if (problem != std::errc{} || stopped != code.data() + code.size() || value < 200 || value > 599)
    return http_text(400, "/http/status/ wants a number, 200 to 599.\n");
  const std::string_view reason = reason_phrase(value);
  return http_text(value, std::to_string(value) + " " +
                              std::string(reason.empty() ? "has no name" : reason) + "\n");
}

HttpAnswer redirect(const HttpRequest&) {
  HttpAnswer out = http_text(302, "Look at /http/ instead.\n");
  out.headers.push_back({"Location", "/http/"});
  return out;
}

struct Page {
  std::string_view path;
  bool post;
  HttpAnswer (*answer)(const HttpRequest&);
};
constexpr Page pages[]{
    {"/http/",         false, [](const HttpRequest&) { return html(200, index_page); }},
    {"/http/form",     true,  form                                                    },
    {"/http/gzip",     false, gzip                                                    },
    {"/http/cached",   false, cached                                                  },
    {"/http/redirect", false, redirect                                                },
};

bool reads(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

HttpAnswer http_text(u32 status, std::string text) {
  return {
      status,
      {{"Content-Type", "text/plain; charset=UTF-8"}, {"X-Content-Type-Options", "nosniff"}},
      std::move(text)
  };
}

HttpAnswer http_not_allowed(std::string allow) {
  HttpAnswer out = http_text(405, "This page takes " + allow + ".\n");
  out.headers.push_back({"Allow", std::move(allow)});
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string gzipped(std::string_view text) {
  z_stream zlib{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&zlib, uLong(text.size())), 0);
  zlib.next_in = static_cast<Bytef*>(const_cast<void*>(static_cast<const void*>(text.data())));
  zlib.avail_in = uInt(text.size());
  zlib.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  zlib.avail_out = uInt(out.size());
  deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

bool accepts_gzip(const HttpRequest& request) {
  const std::string* const accepted = request.header("Accept-Encoding");
  if (accepted == nullptr) return false;
  for (const std::string_view member : list_members(*accepted)) {
    const std::size_t semicolon = std::min(member.find(';'), member.size());
    if (!same_word(trimmed(member.substr(0, semicolon)), "gzip")) continue;
    const std::string_view quality = trimmed(member.substr(std::min(semicolon + 1, member.size())));
    return quality.find_first_not_of("q=0.") != quality.npos || quality.empty();
  }
  return false;
}

bool SitePages::request(const HttpRequest& request, const HttpReplyPtr& reply) {
  const std::string_view path = request.path;
  if (path == "/http/echo") return reply->send(echo(request)), true;
  if (path == "/http/slow") return slow(request, reply), true;
  if (path == "/http/chunked") return chunked(request, reply), true;
  constexpr std::string_view statuses = "/http/status/";
  if (path.starts_with(statuses)) return reply->send(status(path.substr(statuses.size()))), true;
  for (const Page& page : pages) {
    if (page.path != path) continue;
    if (reads(request) || (page.post && request.method == "POST"))
      reply->send(page.answer(request));
    else
      reply->send(http_not_allowed(page.post ? "GET, HEAD, POST" : "GET, HEAD"));
    return true;
  }
  return false;
}

// What waits stays until its time is over, also when its client has gone: a client that only ends
// its direction, as nc -N does, gets its answer.
bool SitePages::full(const HttpReplyPtr& reply) const {
  if (place_.use_count() <= most_waiting) return false;
  reply->send(http_text(503, "Too many answers are under way here: try again in a minute.\n"));
  return true;
}

void SitePages::slow(const HttpRequest& request, const HttpReplyPtr& reply) {
  const auto wait = parameter(request, "ms", 2000, longest_wait);
  if (!wait) return reply->send(wrong_number("ms", longest_wait));
  if (full(reply)) return;
  auto timer = std::make_shared<Timer>(loop_);
  timer->after(i64(*wait) * 1'000'000, [timer, reply, wait = *wait, place = place_] {
    reply->send(http_text(200, "This took " + std::to_string(wait) + " ms.\n"));
  });
}

void SitePages::chunked(const HttpRequest& request, const HttpReplyPtr& reply) {
  const auto count = parameter(request, "n", 5, most_chunks);
  const auto wait = parameter(request, "ms", 0, longest_wait);
  if (!count) return reply->send(wrong_number("n", most_chunks));
  if (!wait) return reply->send(wrong_number("ms", longest_wait));
  if (full(reply)) return;
  reply->begin(http_text(200, {}));
  struct Series {
    HttpReplyPtr reply;
    Timer timer;
    u64 next, count;
    i64 pause;
    std::shared_ptr<const char> place;
  };
  auto series = std::make_shared<Series>(
      Series{reply, Timer(loop_), 1, *count, i64(*wait) * 1'000'000, place_});
  const auto go_on = [](const auto& self, const std::shared_ptr<Series>& of) -> void {
    while (of->next <= of->count) {
      if (of->reply->gone()) return;
      of->reply->chunk("This is chunk " + std::to_string(of->next++) + ".\n");
      if (of->pause > 0 && of->next <= of->count)
        return of->timer.after(of->pause, [self, of] { self(self, of); });
    }
    of->reply->end();
  };
  go_on(go_on, series);
}

}  // namespace netpeel::net
