// One request after another out of a stream of bytes, without sockets: strict, and what is refused
// is refused with a sentence. Bytes are the caller's, and only for the call. Beast parses the head
// (http_parser.cpp is the one file that includes it), http_body the body: Beast 1.81 trips over a
// last chunk that comes byte by byte. RFC 9112.
#pragma once
#include "net/http.hpp"
#include "net/http_body.hpp"

namespace netpeel::net {

// What the client is told: a status and a sentence.
struct HttpProblem {
  u32 status = 400;
  std::string says;
};

class HttpParser {
 public:
  explicit HttpParser(const HttpLimits& limits);  // they outlive it
  ~HttpParser();

  enum class Step : u8 {
    more,  // what is left of the bytes has to come again, with more behind it
    head,  // request() is there but for its body: body_limit() now, then read() on
    done,  // request() is there; take it, then read() on for the next
    bad,   // problem(); nothing more can be read
  };
  Step read(std::string_view& bytes);

  HttpRequest& request() { return request_; }
  const HttpProblem& problem() const { return problem_; }
  void body_limit(std::size_t most);  // the body's length, if it is known, may be too much already
  bool under_way() const { return stage_ == Stage::body || scanned_ > 0; }
  bool in_body() const { return stage_ == Stage::body; }

  // Of the request, from its head on.
  bool keep_alive() const { return keep_alive_; }
  bool upgrade() const { return upgrade_; }
  bool wants_continue() const { return wants_continue_; }

 private:
  enum class Stage : u8 { head, body };
  Step refuse(u32 status, std::string says);
  Step find_head(std::string_view bytes, std::size_t& size);
  Step line_ends(std::string_view line);
  Step parse_head(std::string_view head);
  Step read_body(std::string_view& bytes);
  Step check();
  Step check_target();
  Step check_codings();
  Step check_length();

  const HttpLimits& limits_;
  std::optional<HttpBody> body_;
  std::size_t body_limit_ = 0;
  HttpRequest request_;
  HttpProblem problem_;
  std::size_t scanned_ = 0, line_ = 0, lines_ = 0;
  Stage stage_ = Stage::head;
  bool keep_alive_ = true, upgrade_ = false, wants_continue_ = false;
};

}  // namespace netpeel::net
