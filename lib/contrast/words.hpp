// How a contrast speaks: numbers for people, and the sentences. See contrast.hpp.
#pragma once
#include "contrast/contrast.hpp"

namespace netpeel::contrast {

std::string grouped(u64 number);            // "1,234"
std::string count_text(double number);      // the same
std::string time_text(double nanoseconds);  // "12 ms", "none" for 0
std::string percent(u64 part, u64 whole);   // " (12 %)"
std::string plural(u64 n, std::string_view one,
                   std::string_view many = {});  // "1 packet", "2 packets"
// "frames 3, 4 and 5 of TCP"; empty where there are none.
std::string frames_text(const Contrast& contrast, const Sentence& sentence);

// Adds the sentences, and for http-ws the handshake's lines.
void say(Contrast& contrast, const Heads heads[2]);

}  // namespace netpeel::contrast
