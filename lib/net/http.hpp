// HTTP/1.1 as a server speaks it: strict (what is not RFC 9112 is refused with 400 and a sentence),
// bounded, several requests on a connection, answers in the order of the requests, also when they
// take long.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/connection.hpp"

namespace netpeel::net {

struct HttpHeader {
  std::string name, value;
};

struct HttpRequest {
  std::string method, target;  // as they came
  std::string path;            // of the target, percent signs resolved; query not included
  std::string query;           // behind '?', as it came
  u32 version = 11;
  std::vector<HttpHeader> headers;  // as they came, in order
  std::string body;
  std::string peer;

  // The first header of that name (any case); nullptr: none.
  const std::string* header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  // A parameter of the query, percent signs and plus resolved; nullopt: not there.
  std::optional<std::string> parameter(std::string_view name) const;
};

struct HttpAnswer {
  u32 status = 200;
  std::vector<HttpHeader> headers;  // Content-Length, Date and Connection are added
  std::string body;
};

// The way back to the client for one request; may be kept and used later (a hanging poll), once.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  virtual void send(HttpAnswer answer) = 0;
  // An answer whose body comes bit by bit (chunked; Server-Sent Events). begin() once, then
  // chunk()s, then end().
  virtual void begin(HttpAnswer head) = 0;
  virtual bool chunk(std::string_view bytes) = 0;  // false: queue full or connection gone
  virtual void end() = 0;
  // The client went away before the answer was complete: called once, from the loop. Not called
  // where HTTP answered by itself (413).
  virtual void on_gone(std::function<void()> gone) = 0;
  virtual bool gone() const = 0;  // nothing can be sent any more: client gone, or answered already
  virtual void abort() = 0;       // closes the connection without (the rest of) an answer
};
using HttpReplyPtr = std::shared_ptr<HttpReply>;

struct HttpLimits {
  std::size_t head = 16 * 1024;      // request line and headers
  std::size_t body = 1'000'000;      // 413 beyond it
  std::size_t pipelined = 16;        // requests read ahead of their answers
  i64 head_within = 10'000'000'000;  // a slow loris gets 408 and the door
  i64 body_within = 60'000'000'000;  // behind the head; 408 too
  i64 idle = 60'000'000'000;         // keep-alive
};

// What a server is about. Both calls may answer at once or later.
class HttpSite {
 public:
  virtual ~HttpSite() = default;
  // The head of a request whose body has still to come in. request() follows with the same reply,
  // unless the client breaks off (on_gone) or the body is too long (413); a site may also answer
  // or abort() before that. Not called where the body came together with its head.
  virtual void began(const HttpRequest&, const HttpReplyPtr&) {}
  virtual void request(HttpRequest request, HttpReplyPtr reply) = 0;
  // The request asks for an upgrade to WebSocket. The site answers through `reply` to refuse, or
  // says yes with accept_websocket() (net/websocket.hpp), then or later.
  virtual void upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection) = 0;
  // How long a body this request may have; by default the limit of all.
  virtual std::size_t body_limit(const HttpRequest&, const HttpLimits& limits) {
    return limits.body;
  }
};

// The reader that a new connection of an HTTP server begins with. Site and counters outlive it.
std::unique_ptr<Reader> make_http_reader(Loop& loop, HttpSite& site, const HttpLimits& limits,
                                         Counters& counters);

// A whole answer for who gets no reader: this sentence, and the connection ends.
std::string http_refusal(u32 status, const std::string& sentence);

// "Not Found"; for any status that has a name, otherwise "".
std::string_view reason_phrase(u32 status);

}  // namespace netpeel::net
