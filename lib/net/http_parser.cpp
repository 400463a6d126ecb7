#include "net/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>

#include "net/http_words.hpp"

namespace netpeel::net {

namespace {

namespace http = boost::beast::http;
constexpr std::size_t most_headers = 100;

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 40)) out += c >= ' ' && c < 0x7f ? c : '?';
  return out + (text.size() > 40 ? "…\"" : "\"");
}

const char* sentence(http::error problem) {
  switch (problem) {
    case http::error::bad_method: return "The method is not a word of letters.";
    case http::error::bad_target: return "The target has a character that no URL has.";
    case http::error::bad_version: return "The request line does not end in HTTP/1.1.";
    case http::error::bad_field: return "A header's name has a character that names do not have.";
    case http::error::bad_value: return "A header's value has a control character in it.";
    case http::error::bad_content_length:
    case http::error::multiple_content_length: return "Content-Length is not one number.";
    case http::error::bad_transfer_encoding:
      return "Transfer-Encoding says something else than chunked, or comes with Content-Length.";
    case http::error::bad_line_ending: return "A line does not end in CR LF.";
    default: return "The request is not as RFC 9112 wants it.";
  }
}

}  // namespace

HttpParser::HttpParser(const HttpLimits& limits) : limits_(limits) {}
HttpParser::~HttpParser() = default;

std::string_view reason_phrase(u32 status) {
  if (http::int_to_status(status) == http::status::unknown) return {};
  const auto phrase = http::obsolete_reason(http::int_to_status(status));
  return {phrase.data(), phrase.size()};
}

HttpParser::Step HttpParser::refuse(u32 status, std::string says) {
  problem_ = {status, std::move(says)};
  return Step::bad;
}

HttpParser::Step HttpParser::read(std::string_view& bytes) {
  if (stage_ == Stage::body) return read_body(bytes);
  if (scanned_ == 0) {
    while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);  // §2.2
    if (bytes.empty() || bytes == "\r") return Step::more;
    request_ = {};
  }
  std::size_t size = 0;
  const Step found = find_head(bytes, size);
  if (found != Step::head) return found;
  const Step parsed = parse_head(bytes.substr(0, size));
  if (parsed != Step::bad) bytes.remove_prefix(size);
  scanned_ = line_ = lines_ = 0;
  return parsed;
}

// ---- The head: found line by line, so that what is no HTTP is refused before it ends. ----

HttpParser::Step HttpParser::find_head(std::string_view bytes, std::size_t& size) {
  if (!is_token(bytes[0])) {
    return refuse(400, bytes[0] == 0x16 ? "That is TLS (https:); this port speaks plain HTTP."
                                        : "That is no HTTP: a request begins with a method.");
  }
  while (scanned_ < bytes.size()) {
    const std::size_t end = bytes.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    if (end == 0 || bytes[end - 1] != '\r')
      return refuse(400, "A line ends in LF alone; HTTP wants CR and LF.");
    const std::string_view line = bytes.substr(line_, end - 1 - line_);
    scanned_ = line_ = end + 1;
    if (line_ > limits_.head) break;
    if (line.empty() && lines_ > 0) {
      size = line_;
      return Step::head;
    }
    if (line_ends(line) == Step::bad) return Step::bad;
  }
  scanned_ = bytes.size();
  if (scanned_ <= limits_.head) return Step::more;
  const std::string most = std::to_string(limits_.head) + " bytes";
  return lines_ == 0 ? refuse(414, "The request line is longer than " + most + ".")
                     : refuse(431, "Request line and headers are longer than " + most + ".");
}

HttpParser::Step HttpParser::line_ends(std::string_view line) {
  if (lines_++ > 0) {
    if (line[0] == ' ' || line[0] == '\t') {
      return refuse(400, "A header goes on in the next line, which is obsolete (RFC 9112 §5.2).");
    }
    if (lines_ <= most_headers + 1) return Step::more;
    return refuse(431, "There are more than " + std::to_string(most_headers) + " headers.");
  }
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  const std::string_view version = last == line.npos ? line : line.substr(last + 1);
  const bool three = first != line.npos && last > first + 1 &&
                     line.substr(first + 1, last - first - 1).find(' ') == line.npos;
  if (!three || !version.starts_with("HTTP/")) {
    return refuse(400, "The first line is not METHOD TARGET HTTP/1.1: " + quoted(line) + ".");
  }
  if (version.size() == 8 && version[5] >= '0' && version[5] <= '9' && version[5] != '1')
    return refuse(505, "This server speaks HTTP/1.1, not " + quoted(version) + ".");
  return Step::more;
}

HttpParser::Step HttpParser::parse_head(std::string_view head) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(u32(limits_.head + 1));
  parser.body_limit(boost::none);
  parser.skip(true);  // the body
  boost::beast::error_code error;
  const std::size_t used = parser.put({head.data(), head.size()}, error);
  if (error && error != http::error::need_more)
    return refuse(400, sentence(http::error(error.value())));
  if (used != head.size()) return refuse(400, "The request's head ends too early.");
  const auto& message = parser.get();
  request_.method = std::string(message.method_string());
  request_.target = std::string(message.target());
  request_.version = message.version();
  head.remove_prefix(head.find('\n') + 1);
  for (std::size_t end = head.find('\n'); head.size() > 2; end = head.find('\n')) {
    const std::size_t colon = head.find(':');
    request_.headers.push_back({std::string(head.substr(0, colon)),
                                std::string(trimmed(head.substr(colon + 1, end - 2 - colon)))});
    head.remove_prefix(end + 1);
  }
  if (check() == Step::bad) return Step::bad;
  stage_ = Stage::body;
  return Step::head;
}

HttpParser::Step HttpParser::check() {
  const u32 version = request_.version;
  const std::size_t hosts = request_.count("Host");
  if (hosts > 1) return refuse(400, "There are several Host headers.");
  if (hosts == 0 && version >= 11)
    return refuse(400, "There is no Host header, which HTTP/1.1 wants (RFC 9112 §3.2).");
  if (hosts == 1) {
    const std::string& host = *request_.header("Host");
    if (!std::all_of(host.begin(), host.end(), is_visible) ||
        host.find_first_of("/?#@,\\\"<>") != std::string::npos)
      return refuse(400, "Host is not a name or an address: " + quoted(host) + ".");
  }
  bool close = false, stay = false, upgrade = false;
  for (const HttpHeader& header : request_.headers) {
    if (!same_word(header.name, "Connection")) continue;
    for (const std::string_view word : list_members(header.value)) {
      close |= same_word(word, "close");
      stay |= same_word(word, "keep-alive");
      upgrade |= same_word(word, "upgrade");
    }
  }
  keep_alive_ = !close && (version >= 11 || stay);
  upgrade_ = upgrade && version >= 11 && request_.count("Upgrade") > 0;
  wants_continue_ = false;
  if (const std::string* expected = request_.header("Expect")) {
    if (!same_word(*expected, "100-continue"))
      return refuse(417, "Expect says something else than 100-continue.");
    wants_continue_ = version >= 11;
  }
  if (check_codings() == Step::bad) return Step::bad;
  return check_target();
}

HttpParser::Step HttpParser::check_codings() {
  std::vector<std::string_view> codings;
  for (const HttpHeader& header : request_.headers) {
    if (!same_word(header.name, "Transfer-Encoding")) continue;
    for (const std::string_view word : list_members(header.value)) codings.push_back(word);
  }
  if (request_.count("Content-Length") > 1)
    return refuse(400, "There are several Content-Length headers.");
  if (request_.count("Transfer-Encoding") == 0) return check_length();
  if (request_.count("Content-Length") > 0)
    return refuse(400,
                  "Content-Length and Transfer-Encoding contradict each other (RFC 9112 §6.1).");
  if (request_.version < 11) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding.");
  for (const std::string_view coding : codings) {
    if (!same_word(coding, "chunked"))
      return refuse(501, "This server knows no transfer coding but chunked.");
  }
  if (codings.size() != 1) return refuse(400, "Transfer-Encoding says chunked not exactly once.");
  body_ = HttpBody::chunked();
  return Step::head;
}

HttpParser::Step HttpParser::check_length() {
  const std::string* const text = request_.header("Content-Length");
  u64 length = 0;
  if (text != nullptr) {
    if (text->empty() || text->size() > 18 || text->find_first_not_of("0123456789") != text->npos)
      return refuse(400, "Content-Length is not a number.");
    for (const char c : *text) length = length * 10 + u64(c - '0');
  }
  body_ = HttpBody::of_length(length);
  return Step::head;
}

HttpParser::Step HttpParser::check_target() {
  const std::string& target = request_.target;
  if (request_.method == "CONNECT") return refuse(501, "This server is no proxy.");
  std::string_view path = target;
  if (target == "*" && request_.method == "OPTIONS") {
    request_.path = "*";
    return Step::head;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_word(path.substr(0, scheme.size()), scheme)) continue;
    path.remove_prefix(scheme.size());
    path.remove_prefix(std::min(path.find_first_of("/?"), path.size()));
  }
  if (path.size() != target.size() && !path.starts_with('/')) {
    request_.path = "/";
  } else if (!path.starts_with('/')) {
    return refuse(400, "The target does not begin with a slash: " + quoted(target) + ".");
  }
  const std::size_t question = std::min(path.find('?'), path.size());
  if (question < path.size()) request_.query = path.substr(question + 1);
  if (request_.path.empty()) {
    auto decoded = percent_decoded(path.substr(0, question));
    if (!decoded || decoded->find('\0') != std::string::npos)
      return refuse(400, "A percent sign in the path is not followed by a character's code.");
    request_.path = std::move(*decoded);
  }
  return Step::head;
}

// ---- The body. ----

void HttpParser::body_limit(std::size_t most) {
  body_limit_ = most;
  body_->limit(most);
}

HttpParser::Step HttpParser::read_body(std::string_view& bytes) {
  switch (body_->read(bytes, request_.body)) {
    case HttpBody::Step::more: return Step::more;
    case HttpBody::Step::bad: return refuse(400, body_->says());
    case HttpBody::Step::too_long:
      return refuse(413, "The body is longer than " + std::to_string(body_limit_) + " bytes.");
    case HttpBody::Step::done: break;
  }
  stage_ = Stage::head;
  return Step::done;
}

}  // namespace netpeel::net
