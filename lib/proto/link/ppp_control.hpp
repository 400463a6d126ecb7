// The form that PPP's control protocols share — RFC 1661 §5: both ends ask for options until both
// agree.
#pragma once
#include "proto/common.hpp"
#include "proto/link/ppp_protocols.hpp"

namespace netpeel::proto {

inline constexpr auto ppp_codes = values({
    {0, "Vendor specific"}, {1, "Configure request"}, {2, "Configure acknowledgement"},
    {3, "Configure refusal, with a proposal"},
    {4, "Configure rejection"}, {5, "Terminate request"}, {6, "Terminate acknowledgement"},
    {7, "Code rejection"},
    {8, "Protocol rejection"}, {9, "Echo request"}, {10, "Echo reply"}, {11, "Discard request"},
    {12, "Identification"}, {13, "Time remaining"},
});

struct PppControl {
  static constexpr auto fields = wire({
      {"ppp.code", "Code", 8, dec, "What this message wants.",
       {.values = ppp_codes, .ref = "RFC 1661 §5"}},
      {"ppp.identifier", "Identifier", 8, dec, "Chosen by the asker, repeated in the answer."},
      {"ppp.length", "Length", 16, dec, "Bytes of this message, this header included."},
  });
};
inline constexpr auto ppp_control_rows = loose({
    {"", "Option", 0, mark, "An option that is not known here."},
    {"ppp.data", "Data", 0, bytes,
     "What the message carries: a reason, or the message that was rejected."},
});

// One kind of option: the row for all of it, and the row for its value, which begins behind type
// and length.
struct PppOption {
  u8 type;
  const Field* whole;
  const Field* value = nullptr;  // null: being there is all it says
  const Field* more = nullptr;   // the bytes behind the value
};
struct PppOptions {
  const Field* type;
  const Field* length;
  std::span<const PppOption> known;
};

Next dissect_ppp_control(const u8* p, u32 len, Layer& out);
// The header and, in the messages about configuration, the options; the data of those that end it
// or reject something. Returns the code where the caller has something to add, else 0.
u32 expand_ppp_control(Expansion& x, const PppOptions& options);
void fit_ppp_control(const Fitting& f);
void ppp_control_sentence(const Packet& packet, const Layer& layer, Text& out);

}  // namespace netpeel::proto
