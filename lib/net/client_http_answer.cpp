#include "net/client_http_answer.hpp"

#include <algorithm>
#include <charconv>

#include "stream/http.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t longest_line = 8 * 1024;

}  // namespace

const std::string* HttpGot::header(std::string_view lower) const {
  for (const HttpHeader& h : headers) {
    if (stream::http_same(h.name, lower)) return &h.value;
  }
  return nullptr;
}

void HttpAnswerReader::next(bool bodiless) {
  *this = {};
  bodiless_ = bodiless;
}

void HttpAnswerReader::broken(std::string why) {
  state_ = State::broken;
  keeps_open_ = false;
  why_ = std::move(why);
}

std::size_t HttpAnswerReader::read(std::string_view bytes,
                                   const std::function<void(std::string_view)>& piece) {
  std::size_t at = 0;
  begun_ = begun_ || !bytes.empty();
  while (at < bytes.size()) {
    if (state_ == State::head) {
      at += read_head(bytes.substr(at));
    } else if (state_ != State::body) {
      break;
    } else if (frame_ == Frame::chunks) {
      at += read_chunked(bytes.substr(at), piece);
    } else {
      const std::size_t n = std::size_t(std::min<u64>(left_, bytes.size() - at));
      piece(bytes.substr(at, n));
      at += n;
      if (frame_ == Frame::length && (left_ -= n) == 0) state_ = State::done;
    }
  }
  return at;
}

std::size_t HttpAnswerReader::read_head(std::string_view bytes) {
  const std::size_t before = got_.head.size();
  got_.head.append(bytes.substr(0, most_head - std::min(before, most_head)));
  const std::size_t from = before < 3 ? 0 : before - 3;
  const std::size_t end = got_.head.find("\r\n\r\n", from);
  if (end == std::string::npos) {
    if (got_.head.size() >= most_head) broken("the answer's head has no end");
    if (before == 0 && !std::string_view("HTTP/").starts_with(got_.head.substr(0, 5)))
      broken("this is no HTTP answer");
    return bytes.size();
  }
  const std::size_t taken = end + 4 - before;
  got_.head.resize(end + 4);
  understand_head();
  return taken;
}

void HttpAnswerReader::understand_head() {
  const Bytes bytes = base::as_bytes(got_.head);
  const stream::HttpHead head = stream::http_head(bytes);
  if (!head.response()) return broken("this is no HTTP answer");
  if (head.code >= 100 && head.code < 200 && head.code != 101) {  // a word in between
    got_.head.clear();
    return;
  }
  got_.status = head.code;
  stream::HttpHeaders lines(bytes, head.start + head.line);
  stream::HttpHeader line;
  while (lines.next(line))
    got_.headers.push_back({std::string(line.name), std::string(line.value)});
  keeps_open_ = head.version == "HTTP/1.0" ? stream::http_lists(head.connection, "keep-alive")
                                           : !stream::http_lists(head.connection, "close");
  if (head.code == 101) {
    state_ = State::upgraded;
  } else if (bodiless_ || head.code == 204 || head.code == 304) {
    state_ = State::done;
  } else if (head.chunked) {
    frame_ = Frame::chunks;
    state_ = State::body;
  } else if (head.has_length) {
    if (head.bad_length || head.lengths_differ) return broken("Content-Length is no number");
    frame_ = Frame::length;
    left_ = head.length;
    state_ = left_ == 0 ? State::done : State::body;
  } else {
    frame_ = Frame::until_end;
    left_ = u64(-1);
    keeps_open_ = false;
    state_ = State::body;
  }
}

// Gathers a line in line_; true when its end is there.
bool HttpAnswerReader::take_line(std::string_view bytes, std::size_t& at) {
  const std::size_t end = bytes.find('\n', at);
  const std::size_t to = end == std::string_view::npos ? bytes.size() : end + 1;
  line_.append(bytes.substr(at, to - at));
  at = to;
  if (line_.size() > longest_line) broken("a line between chunks is too long");
  return state_ == State::body && end != std::string_view::npos;
}

void HttpAnswerReader::chunk_line() {
  while (!line_.empty() && (line_.back() == '\n' || line_.back() == '\r')) line_.pop_back();
  if (chunk_ == Chunk::trailer) {
    if (line_.empty()) state_ = State::done;
  } else if (chunk_ == Chunk::data_end) {
    if (!line_.empty()) return broken("a chunk is longer than it said");
    chunk_ = Chunk::size;
  } else {
    const auto [end, problem] =
        std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
    if (problem != std::errc{} ||
        (end != line_.data() + line_.size() && *end != ';' && *end != ' '))
      return broken("a chunk's size is no number");
    chunk_ = left_ == 0 ? Chunk::trailer : Chunk::data;
  }
  line_.clear();
}

std::size_t HttpAnswerReader::read_chunked(std::string_view bytes,
                                           const std::function<void(std::string_view)>& piece) {
  std::size_t at = 0;
  if (chunk_ != Chunk::data) {
    if (take_line(bytes, at)) chunk_line();
    return at;
  }
  const std::size_t n = std::size_t(std::min<u64>(left_, bytes.size()));
  piece(bytes.substr(0, n));
  if ((left_ -= n) == 0) chunk_ = Chunk::data_end;
  return n;
}

void HttpAnswerReader::end() {
  if (state_ == State::body && frame_ == Frame::until_end) {
    state_ = State::done;
  } else if (state_ == State::head || state_ == State::body) {
    broken(begun_ ? "the connection ended in the middle of the answer"
                  : "the connection ended without an answer");
  }
}

}  // namespace netpeel::net
