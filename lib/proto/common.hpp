// What nearly every protocol's .cpp uses.
#pragma once
#include "base/checksum.hpp"
#include "base/cursor.hpp"
#include "field/expand.hpp"
#include "proto/all.hpp"

namespace netpeel::proto {

using namespace field;  // NOLINT: a dissector is written in these words
using enum field::Show;
using base::be16;
using base::be24;
using base::be32;
using base::be64;
using base::Cursor;
using base::Text;

// tshark's words for checksum status fields.
enum class Verdict : u8 { bad, good, unverified, not_present };
inline constexpr auto verdicts = values({
    {0, "Bad"        },
    {1, "Good"       },
    {2, "Unverified" },
    {3, "Not present"},
    {4, "Illegal"    }
});

inline constexpr auto set_or_not = values({
    {0, "Not set"},
    {1, "Set"    }
});

}  // namespace netpeel::proto
