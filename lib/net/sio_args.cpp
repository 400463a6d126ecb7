#include "net/sio_copy.hpp"
#include "net/sio_json.hpp"
#include "net/socketio.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {
namespace {

// Where the elements [begin, end) stand in the text; as many as there are.
std::string_view pieces(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t at = 0, from = std::string_view::npos, to = 0;
  for (std::size_t i = 0; i < end && at < text.size(); ++i) {
    const std::size_t start = stream::json_blanks(text, at);
    const std::size_t stop = stream::json_end(text, start);
    if (stop == std::string_view::npos) break;
    if (i == begin) from = start;
    to = stop;
    at = stream::json_blanks(text, stop) + 1;  // behind the comma
  }
  return from == std::string_view::npos ? std::string_view() : text.substr(from, to - from);
}

}  // namespace

Args::Args(std::initializer_list<Json> values) {
  for (const Json& v : values) add(v);
}

Args Args::from_text(std::string text, std::size_t count, std::vector<Encoded> attachments) {
  Args a;
  a.text_ = std::move(text);
  a.count_ = count;
  a.attachments_ = std::move(attachments);
  return a;
}

Json Args::operator[](std::size_t i) const {
  if (i >= count_) return nullptr;
  return read_json(text_of(i), attachments_);
}

Json Args::list() const {
  Json out = read_json('[' + text_ + ']', attachments_);
  return out.is_array() ? out : Json(Json::array());
}

std::string_view Args::text_of(std::size_t i) const {
  if (i >= count_) return {};
  if (count_ == 1) return text_;
  return pieces(text_, i, i + 1);
}

Args Args::part(std::size_t begin, std::size_t end) const {
  Args out;
  end = std::min(end, count_);
  if (begin >= end) return out;
  out.count_ = end - begin;
  const std::string_view text = pieces(text_, begin, end);
  if (attachments_.empty()) {
    out.text_ = text;
    return out;
  }
  copy_json(text, gathering(attachments_, out.attachments_), out.text_);
  return out;
}

Args Args::from(std::size_t first) const { return part(first, count_); }
Args Args::first(std::size_t n) const { return part(0, n); }

Args& Args::add(const Json& value) {
  if (count_++ > 0) text_ += ',';
  write_json(value, text_, attachments_);
  return *this;
}

Args& Args::append(const Args& more) {
  if (more.empty()) return *this;
  if (count_ > 0) text_ += ',';
  count_ += more.count_;
  const i64 shift = i64(attachments_.size());
  if (more.attachments_.empty() || shift == 0) {
    text_ += more.text_;
  } else {
    copy_json(
        more.text_, [&](u64 n) { return i64(n) + shift; }, text_);
  }
  attachments_.insert(attachments_.end(), more.attachments_.begin(), more.attachments_.end());
  return *this;
}

void Ack::operator()(const Args& args) const {
  if (!send_ || !*send_) return;
  const Send send = std::exchange(*send_, nullptr);
  send(args);
}

}  // namespace netpeel::net
