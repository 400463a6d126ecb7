// The texts by which both ways of a contrast tell the same thing, found in whatever carried them:
// {"tick":17,"at":"2026-11-21T19:20:00.000Z"} of the demo server's clock, and "message 3 of 5".
#pragma once
#include <functional>
#include <string>

#include "base/bytes.hpp"

namespace netpeel::contrast {

struct Telling {
  u64 number = 0;
  bool ticks = false;
  i64 at = 0;    // what a tick says of its time, nanoseconds since 1970
  u32 size = 0;  // of the text
};

void each_event(std::string_view text, const std::function<void(const Telling&)>& told);
// Keeps of a text so much as the beginning of one more event may need.
void shorten(std::string& text);

}  // namespace netpeel::contrast
