// HTTP/1.x for others: how a head reads, and what a conversation knows of a message.
#pragma once
#include "stream/session.hpp"

namespace netpeel::stream {

// Of every message told by the session: what its bytes do not say.
struct HttpFacts : field::Facts {
  enum class Form : u8 {
    message,  // a head and its body
    opening,  // a head whose body is told bit by bit: a stream of events
    chunk,    // one chunk of such a body
  };
  Form form = Form::message;
  u32 number = 0;         // of requests, of responses in their conversation, from 1
  u64 request_in = 0;     // the frame of the request that a response answers; 0: not seen
  i64 since_request = 0;  // with request_in
  u64 prev_request_in = 0, prev_response_in = 0;
  std::string_view uri{};  // the request's, of a response
  u32 body_limit = 0;
};

extern const field::Protocol http_protocol;

// One header line, obs-folds included. Positions count from the start of the bytes read.
struct HttpHeader {
  u32 at = 0, size = 0;  // with its line end
  std::string_view name{}, value{};
  u32 value_at = 0;
  bool colon = true, blank_before_colon = false, folded = false, bare_lf = false, bad_name = false;
};

// Goes from line to line; false at the empty line or the end.
class HttpHeaders {
 public:
  HttpHeaders(Bytes bytes, u32 start) : bytes_(bytes), at_(start) {}
  bool next(HttpHeader& header);
  u32 at() const { return at_; }  // of the line that was no header any more

 private:
  static u32 line_end(std::string_view t, HttpHeader& header);

  Bytes bytes_;
  u32 at_;
};

// A head, taken apart as far as finding the message's end needs it. Views into the bytes.
struct HttpHead {
  enum class Kind : u8 { none, request, response };
  Kind kind = Kind::none;
  u32 start = 0;  // behind blank lines that came first
  u32 line = 0;   // bytes of the first line with its end
  u32 size =
      0;  // of the head with its empty line, `start` included; all there is if that is missing
  bool whole = false;
  std::string_view method{}, uri{}, version{}, phrase{};
  u32 code = 0;
  std::string_view host{}, upgrade{}, connection{}, key{}, accept{}, extensions{};
  std::string_view content_type{}, content_encoding{};
  bool chunked = false, has_te = false, te_unknown = false;
  bool has_length = false, bad_length = false, two_lengths = false, lengths_differ = false;
  u64 length = 0;

  bool request() const { return kind == Kind::request; }
  bool response() const { return kind == Kind::response; }
};
HttpHead http_head(Bytes message);

// The name and value of a header are compared without regard to case; `lower` is in lower case.
bool http_same(std::string_view text, std::string_view lower);
// Whether a list such as "keep-alive, Upgrade" holds that word.
bool http_lists(std::string_view list, std::string_view lower);

}  // namespace netpeel::stream
