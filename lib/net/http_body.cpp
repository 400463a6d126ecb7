#include "net/http_body.hpp"

#include <algorithm>

#include "net/http_words.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t longest_line = 4096, most_trailers = 16 * 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (u8(c) >= ' ' && c != 0x7f); });
}

}  // namespace

HttpBody HttpBody::of_length(u64 length) {
  HttpBody out(Stage::data);
  out.left_ = length;
  return out;
}

HttpBody HttpBody::chunked() { return HttpBody(Stage::size_line); }

HttpBody::Step HttpBody::bad(const char* says) {
  says_ = says;
  return Step::bad;
}

void HttpBody::take(std::string_view& bytes, std::string& body) {
  const std::size_t n = std::size_t(std::min<u64>(left_, bytes.size()));
  body += bytes.substr(0, n);
  bytes.remove_prefix(n);
  left_ -= n;
}

HttpBody::Step HttpBody::read(std::string_view& bytes, std::string& body) {
  if (stage_ == Stage::data) {
    if (left_ > most_) return Step::too_long;
    take(bytes, body);
    return left_ == 0 ? Step::done : Step::more;
  }
  for (;;) {
    const std::size_t before = bytes.size();
    const Stage stage = stage_;
    const Step step = chunk(bytes, body);
    if (step != Step::more || (bytes.size() == before && stage_ == stage)) return step;
  }
}

// False: it is not there as a whole. A view of what is wrong with it stands in says_.
bool HttpBody::line(std::string_view& bytes, std::string_view& line) {
  const std::size_t end = bytes.find('\n');
  if (std::min(end, bytes.size()) > longest_line) {
    says_ = "A line of the chunked body is too long.";
    return false;
  }
  if (end == std::string_view::npos) return false;
  if (end == 0 || bytes[end - 1] != '\r') {
    says_ = "A line of the chunked body does not end in CR LF.";
    return false;
  }
  line = bytes.substr(0, end - 1);
  bytes.remove_prefix(end + 1);
  return true;
}

HttpBody::Step HttpBody::chunk(std::string_view& bytes, std::string& body) {
  if (stage_ == Stage::chunk_data) {
    take(bytes, body);
    if (left_ == 0) stage_ = Stage::chunk_end;
    return Step::more;
  }
  if (stage_ == Stage::chunk_end) {
    if (!std::string_view("\r\n").starts_with(bytes.substr(0, 2)))
      return bad("A chunk is longer than its length says.");
    if (bytes.size() < 2) return Step::more;
    bytes.remove_prefix(2);
    stage_ = Stage::size_line;
    return Step::more;
  }
  if (stage_ == Stage::size_line && !bytes.empty() && hex_digit(bytes[0]) < 0)
    return bad("A chunk of the body does not begin with its length.");
  std::string_view text;
  if (!line(bytes, text)) return says_ == nullptr ? Step::more : Step::bad;
  return stage_ == Stage::size_line ? size_line(text, body) : trailer(text);
}

HttpBody::Step HttpBody::size_line(std::string_view line, const std::string& body) {
  std::size_t digits = 0;
  left_ = 0;
  while (digits < line.size() && hex_digit(line[digits]) >= 0) {
    if (left_ >> 59 != 0) return bad("A chunk's length is no sane number.");
    left_ = left_ * 16 + u64(hex_digit(line[digits++]));
  }
  const std::string_view extension = trimmed(line.substr(digits));
  if (digits == 0 || (!extension.empty() && extension[0] != ';') || !printable(extension))
    return bad("A chunk of the body does not begin with its length.");
  if (left_ > most_ || body.size() > most_ - left_) return Step::too_long;
  stage_ = left_ == 0 ? Stage::trailers : Stage::chunk_data;
  return Step::more;
}

HttpBody::Step HttpBody::trailer(std::string_view line) {
  if (line.empty()) return Step::done;
  trailer_bytes_ += line.size() + 2;
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  if (colon == 0 || colon == line.size() || !std::all_of(name.begin(), name.end(), is_token) ||
      !printable(line))
    return bad("What stands behind the last chunk is no header.");
  if (trailer_bytes_ > most_trailers) return bad("Too much stands behind the last chunk.");
  return Step::more;
}

}  // namespace netpeel::net
