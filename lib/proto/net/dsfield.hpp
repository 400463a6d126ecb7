// Meanings of the six DSCP bits (IANA "DSCP", RFC 2474, RFC 2597, RFC 3246, RFC 5865, RFC 8622) and
// the two ECN bits (RFC 3168 §5), which IPv4 and IPv6 share.
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

inline constexpr auto dscps = field::values({
    {0, "default"}, {1, "lower effort"}, {8, "CS1"}, {10, "AF11"}, {12, "AF12"}, {14, "AF13"},
    {16, "CS2"}, {18, "AF21"},
    {20, "AF22"}, {22, "AF23"}, {24, "CS3"}, {26, "AF31"}, {28, "AF32"}, {30, "AF33"}, {32, "CS4"},
    {34, "AF41"},
    {36, "AF42"}, {38, "AF43"}, {40, "CS5"}, {44, "voice admit"}, {46, "expedited forwarding"},
    {48, "CS6"}, {56, "CS7"},
});

inline constexpr auto ecns = field::values({
    {0, "sender does not use ECN"}, {1, "sender uses ECN (1)"}, {2, "sender uses ECN (0)"},
    {3, "congestion was met"},
});

}  // namespace netpeel::proto
