// The header that both stages of PPP over Ethernet share — RFC 2516 §4.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

inline constexpr auto pppoe_codes = values({
    {0x00, "Session data"}, {0x07, "Offer (PADO)"}, {0x09, "Initiation (PADI)"},
    {0x0a, "Session grant (PADG)"},
    {0x0b, "Session credit response (PADC)"}, {0x0c, "Quality (PADQ)"}, {0x19, "Request (PADR)"},
    {0x65, "Session confirmation (PADS)"}, {0xa7, "Terminate (PADT)"}, {0xd3, "Message (PADM)"},
    {0xd4, "Network (PADN)"},
});

struct Pppoe {
  static constexpr auto fields = wire({
      {"pppoe.version", "Version", 4, dec, "Always 1."},
      {"pppoe.type", "Type", 4, dec, "Always 1."},
      {"pppoe.code", "Code", 8, hex,
       "Which step of finding an access concentrator this is; zero once the session carries data.",
       {.values = pppoe_codes}},
      {"pppoe.session_id", "Session ID", 16, hex,
       "The concentrator's number for this session; zero while there is none yet."},
      {"pppoe.payload_length", "Payload length", 16, dec, "Bytes behind this header."},
  });
};

// The layer, when its header is whole: body is what payload_length says.
Next dissect_pppoe(const u8* p, u32 len, Layer& out, Next next, bool all_header);
// Writes payload_length.
void fit_pppoe(const Fitting& f);
// Says it if payload_length claims more than the frame has.
void expand_pppoe(Expansion& x);

}  // namespace netpeel::proto
