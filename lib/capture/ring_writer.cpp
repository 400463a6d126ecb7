#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "capture/writer.hpp"

namespace netpeel::capture {

namespace {

std::string numbered(const std::string& path, u32 number, i64 now) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const bool has_ending =
      dot != std::string::npos && dot > (slash == std::string::npos ? 0 : slash + 1);
  const std::time_t seconds = now / 1'000'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char middle[64], when[32];
  std::strftime(when, sizeof when, "%Y%m%d%H%M%S", &local);
  std::snprintf(middle, sizeof middle, "_%05u_%s", number, when);
  return (has_ending ? path.substr(0, dot) : path) + middle + (has_ending ? path.substr(dot) : "");
}

}  // namespace

RingWriter::RingWriter(std::string path, RingRule rule, Create create, base::Clock& clock)
    : path_(std::move(path)), rule_(rule), create_(std::move(create)), clock_(clock) {
  begin_next();
}

RingWriter::~RingWriter() = default;

void RingWriter::begin_next() {
  if (writer_ != nullptr) {
    if (before_next_) before_next_();
    writer_->finish();
  }
  ++begun_;
  names_.push_back(numbered(path_, begun_, clock_.now()));
  if (rule_.files > 0 && names_.size() > rule_.files) {
    unlink(names_.front().c_str());
    names_.pop_front();
  }
  writer_ = create_(names_.back());
  for (const auto& [interface, filter] : interfaces_) writer_->add_interface(interface, filter);
  began_at_ = clock_.steady();
  has_frames_ = false;
}

bool RingWriter::next_is_due() const {
  if (rule_.file_nanoseconds > 0 && clock_.steady() - began_at_ >= rule_.file_nanoseconds)
    return true;
  return rule_.file_bytes > 0 && has_frames_ && writer_->size() >= rule_.file_bytes;
}

void RingWriter::check_time() {
  if (rule_.file_nanoseconds > 0 && clock_.steady() - began_at_ >= rule_.file_nanoseconds)
    begin_next();
}

void RingWriter::add_interface(const Interface& interface, std::string_view filter) {
  interfaces_.emplace_back(interface, filter);
  writer_->add_interface(interface, filter);
}

bool RingWriter::write(const base::Frame& frame) {
  if (rule_.file_bytes > 0 && has_frames_ && writer_->size() >= rule_.file_bytes) begin_next();
  has_frames_ = true;
  return writer_->write(frame);
}

void RingWriter::statistics(u16 interface, const Interface& counts, i64 start, i64 end) {
  writer_->statistics(interface, counts, start, end);
}
void RingWriter::flush() { writer_->flush(); }
void RingWriter::finish() { writer_->finish(); }
u64 RingWriter::size() const { return writer_->size(); }
const Output* RingWriter::output() const { return writer_->output(); }

}  // namespace netpeel::capture
