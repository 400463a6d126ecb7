// What a protocol is: a constant. One per .cpp below lib/proto, listed in lib/proto/protocols.def.
#pragma once
#include "base/text.hpp"
#include "field/field.hpp"
#include "field/packet.hpp"

namespace netpeel::field {

class Expansion;

// The OSI layer a protocol works at; the TCP/IP model's layer follows from it (see tcpip_layer).
enum class Osi : u8 { physical = 1, link, network, transport, session, presentation, application };

std::string_view osi_name(Osi layer);
// RFC 1122 §1.1.3: 1 link, 2 internet, 3 transport, 4 application.
u8 tcpip_number(Osi layer);
std::string_view tcpip_name(Osi layer);

// "I decode what space names with this key."
struct Bind {
  Space space;
  u16 key;
};

// Looks at len bytes at p, fills out.header, out.body, out.flags, says who is next. No allocation,
// no exception, no string compare. len may be 0.
using Dissect = Next (*)(const u8* p, u32 len, Layer& out);
// Emits the layer's fields (see expand.hpp). Null: the fixed rows are all there is.
using Expand = void (*)(Expansion& x);
// Appends one plain sentence for the line view, without a full stop. Null: the line view says the
// protocol's title.
using Sentence = void (*)(const Packet& packet, const Layer& layer, base::Text& out);

// ---- The way back, from values to bytes (see build.hpp) ----

// The row that names what follows this header, and whose numbers it does that in.
struct Naming {
  Space space;
  const Field* field;
};

// What a fresh header holds where nobody said otherwise: the wire's bits, not scaled.
struct Preset {
  const Field* field;
  u64 value;
};

// A layer whose frame is being built or mended. All headers stand where they will be.
struct Fitting {
  const Packet& packet;
  const Layer& layer;
  u8* header;   // the layer's first byte in the frame; what is written here is in the packet
  Space named;  // how this header names the layer above it; none: not at all, or nothing is above
  bool fresh;   // being built; false: mended, where what says "no checksum" is left alone

  u32 total() const { return u32(layer.header) + layer.body; }
};
// Writes into the header what follows from other bytes.
using Fit = void (*)(const Fitting& f);

struct Protocol {
  std::string_view name;  // Wireshark's filter name
  std::string_view title;
  std::string_view label;  // short, for the line view: "TCP"
  Osi osi;
  std::string_view ref;           // "RFC 768"
  std::string_view about;         // what it is for, one or two plain sentences
  std::span<const Table> tables;  // the first is the fixed header
  std::span<const Bind> binds;
  Dissect dissect = nullptr;
  Expand expand = nullptr;
  Sentence sentence = nullptr;
  std::span<const Naming> names{};
  std::span<const Preset> presets{};
  Fit fit =
      nullptr;  // lengths, its own header's and what it carries; called from the lowest layer up
  Fit seal = nullptr;  // checksums; called from the highest layer down, when all else is written

  Table fixed() const { return tables.empty() ? Table{} : tables.front(); }
};

}  // namespace netpeel::field
