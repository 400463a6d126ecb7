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

// Looks at len bytes at p, fills out.header, out.body, out.flags, says who is next. No allocation, no exception, no
// string compare. len may be 0.
using Dissect = Next (*)(const u8* p, u32 len, Layer& out);
// Emits the layer's fields (see expand.hpp). Null: the fixed rows are all there is.
using Expand = void (*)(Expansion& x);
// Appends one plain sentence for the line view, without a full stop. Null: the line view says the protocol's title.
using Sentence = void (*)(const Packet& packet, const Layer& layer, base::Text& out);

struct Protocol {
  std::string_view name;   // Wireshark's filter name
  std::string_view title;
  std::string_view label;  // short, for the line view: "TCP"
  Osi osi;
  std::string_view ref;    // "RFC 768"
  std::string_view about;  // what it is for, one or two plain sentences
  std::span<const Table> tables;  // the first is the fixed header
  std::span<const Bind> binds;
  Dissect dissect = nullptr;
  Expand expand = nullptr;
  Sentence sentence = nullptr;

  Table fixed() const { return tables.empty() ? Table{} : tables.front(); }
};

}  // namespace netpeel::field
