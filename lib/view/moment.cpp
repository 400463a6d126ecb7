#include "view/moment.hpp"

namespace netpeel::view {

void Moments::add(i64 time, base::Text& out) {
  constexpr i64 second = 1'000'000'000;
  if (time < 0) {
    out.iso_time(time);
    return;
  }
  const i64 rest = time % second;
  if (text_.empty() || time - rest != second_) {
    second_ = time - rest;
    text_.clear();
    text_.iso_time(second_);
    text_.shorten(text_.size() - std::string_view("000000000Z").size());
  }
  out.add(text_.view()).dec(u64(rest), 9).add('Z');
}

}  // namespace netpeel::view
