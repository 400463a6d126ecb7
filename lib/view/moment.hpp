// Moments as Text::iso_time() writes them. Most packets are of the same second as the one before,
// so its text is kept.
#pragma once
#include "base/text.hpp"

namespace netpeel::view {

class Moments {
 public:
  void add(i64 time, base::Text& out);

 private:
  i64 second_ = -1;  // the one that text_ names
  base::Text text_;  // up to the point between seconds and fractions
};

}  // namespace netpeel::view
