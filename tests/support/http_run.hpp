// Conversations over HTTP, read in any split.
#pragma once
#include <regex>

#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

namespace netpeel::test {

// Frames and times depend on how the bytes were split; nothing else may.
inline std::string http_lines(const std::vector<Said>& said, u64 seed = 0) {
  static const std::regex frames(
      "; http\\.(request_in|prev_request_in|prev_response_in|time)=[0-9a-f]*");
  return std::regex_replace(StreamRun::lines(stream::http, said, seed), frames, "");
}

inline std::string same_in_any_split(const std::vector<Said>& said) {
  const std::string whole = http_lines(said);
  for (u64 seed = 1; seed < 24; ++seed) CHECK(http_lines(said, seed) == whole);
  return whole;
}

}  // namespace netpeel::test
