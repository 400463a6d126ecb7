#include "view/explain.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "proto/all.hpp"
#include "view/diagram.hpp"
#include "view/glossary.hpp"
#include "view/value.hpp"

namespace netpeel::view {
namespace {

using field::Field;
using field::Layer;
using field::Protocol;
using field::Registry;
using field::Show;
using field::Space;

constexpr u32 page = 80;

// Words, wrapped at the page's width behind an indent.
void paragraph(std::string_view text, u32 indent, Text& out) {
  u32 used = 0;
  while (!text.empty()) {
    const std::size_t n = std::min(text.find(' '), text.size());
    const u32 wide = columns(text.substr(0, n));
    if (used > 0 && used + 1 + wide > page - indent) out.add('\n'), used = 0;
    if (used == 0) {
      out.fill(' ', indent);
    } else {
      out.add(' '), ++used;
    }
    out.add(text.substr(0, n));
    used += wide;
    text.remove_prefix(std::min(n + 1, text.size()));
  }
  if (used > 0) out.add('\n');
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return out;
}

std::string_view kind_of(const Field& f) {
  switch (f.show) {
    case Show::mark: return "a mark: it is there, or it is not";
    case Show::flag: return "true or false";
    case Show::dec: return "a number";
    case Show::sdec: return "a number that may be negative";
    case Show::hex: return "a number, shown hexadecimal";
    case Show::mac: return "a hardware address";
    case Show::ipv4: return "an IPv4 address";
    case Show::ipv6: return "an IPv6 address";
    case Show::bytes: return "bytes";
    case Show::text: return "text";
    case Show::time: return "a point in time";
    case Show::seconds: return "a length of time";
  }
  return "";
}

// In a filter one would write this.
std::string sample(const Field& f, std::string_view word) {
  std::string name(word);
  switch (f.show) {
    case Show::mark: return name;
    case Show::flag: return name + " == 1";
    case Show::dec:
    case Show::sdec:
    case Show::hex:
      return name +
             " == " + (f.more.values.empty() ? "1" : std::to_string(f.more.values.front().value));
    case Show::mac: return name + " == ff:ff:ff:ff:ff:ff";
    case Show::ipv4: return name + " == 192.0.2.0/24";
    case Show::ipv6: return name + " == 2001:db8::/32";
    case Show::text: return name + " contains \"netpeel\"";
    case Show::seconds: return name + " > 0.5";
    default: return name;
  }
}

void layer_names(const Protocol& protocol, bool tcpip, Text& out) {
  if (tcpip) {
    out.add("layer ")
        .dec(tcpip_number(protocol.osi))
        .add(" (")
        .add(tcpip_name(protocol.osi))
        .add(") of the TCP/IP model");
  } else {
    out.add("layer ")
        .dec(u8(protocol.osi))
        .add(" (")
        .add(osi_name(protocol.osi))
        .add(") of the OSI model, ");
    out.add("layer ")
        .dec(tcpip_number(protocol.osi))
        .add(" (")
        .add(tcpip_name(protocol.osi))
        .add(") of TCP/IP's");
  }
}

void size_of(const Field& f, Text& out) {
  if (f.more.computed) {
    out.add("no bits of its own: worked out");
  } else if (f.width == 0) {
    const bool digits = f.show == Show::dec || f.show == Show::sdec;
    out.add(digits ? "written as digits, as many as it takes" : "as many bytes as there are");
  } else if (f.width % 8 == 0) {
    out.dec(f.width / 8).add(f.width == 8 ? " byte" : " bytes");
  } else {
    out.dec(f.width).add(f.width == 1 ? " bit" : " bits");
  }
}

bool in_header(const Protocol& protocol, const Field& f) {
  return f.placed() && &f >= protocol.fixed().data() &&
         &f < protocol.fixed().data() + protocol.fixed().size();
}

void explain_field(const Registry& registry, std::string_view word,
                   std::span<const Registry::Owned> rows, bool tcpip, Text& out) {
  const Field& f = *rows.front().field;
  const Protocol& protocol = registry[rows.front().proto];
  out.add(word).add(": ").add(f.title).add(", a field of ").add(protocol.title).add('\n');
  if (f.name != word) {
    out.add("  (stands for");
    std::vector<std::string_view> names;
    for (const Registry::Owned& row : rows) {
      if (row.proto != rows.front().proto ||
          std::find(names.begin(), names.end(), row.field->name) != names.end())
        continue;
      names.push_back(row.field->name);
      out.add(' ').add(row.field->name);
    }
    out.add(
        names.size() > 1
            ? "; a filter with it asks whether any of them fits; what follows is of the first)\n"
            : ")\n");
  }
  out.add('\n');
  paragraph(f.about, 2, out);
  out.add('\n');
  out.add("  What it is   ").add(kind_of(f)).add(", ");
  size_of(f, out);
  if (f.more.scale > 1) out.add("; counted on the wire in units of ").dec(f.more.scale);
  out.add('\n');
  if (in_header(protocol, f)) {
    out.add("  Where        bit ").dec(f.at).add(" of the header (byte ").dec(f.at / 8);
    if (f.at % 8 != 0 || f.width < 8) out.add(", bit ").dec(f.at % 8);
    out.add(")\n");
  }
  out.add("  Layer        ");
  layer_names(protocol, tcpip, out);
  out.add('\n');
  if (!protocol.ref.empty() || !f.more.ref.empty()) {
    out.add("  Standard     ")
        .add(protocol.ref)
        .add(f.more.ref.empty() ? "" : " ")
        .add(f.more.ref)
        .add('\n');
  }
  if (!f.more.values.empty()) {
    constexpr std::size_t most = 40;
    out.add("  Values\n");
    for (std::size_t i = 0; i < std::min(most, f.more.values.size()); ++i) {
      const field::Value& v = f.more.values[i];
      const std::size_t from = out.size();
      out.add("    ");
      if (f.show == Show::hex) {
        out.add("0x").hex(v.value, (f.width + 3) / 4);
      } else {
        out.dec(v.value);
      }
      if (v.last > v.value) out.add('-').dec(v.last);
      out.fill(' ', out.size() - from < 15 ? 15 - (out.size() - from) : 1).add(v.text).add('\n');
    }
    if (f.more.values.size() > most)
      out.add("    and ").dec(f.more.values.size() - most).add(" more\n");
  }
  if (!f.more.aliases.empty() && f.more.aliases != word)
    out.add("  Also         ").add(f.more.aliases).add('\n');
  std::vector<u8> others;
  for (const Registry::Owned& row : rows) {
    if (row.proto != rows.front().proto &&
        std::find(others.begin(), others.end(), row.proto) == others.end())
      others.push_back(row.proto);
  }
  if (!others.empty()) {
    out.add("  In also     ");
    for (u8 id : others) out.add(' ').add(registry[id].name);
    out.add('\n');
  }
  out.add("  In a filter  ").add(sample(f, word)).add('\n');
}

void carried_by(const Protocol& protocol, Text& out) {
  std::string text;
  constexpr std::string_view spaces[]{"",
                                      "link type ",
                                      "EtherType 0x",
                                      "LLC service point 0x",
                                      "802.3 length field ",
                                      "IP version ",
                                      "IP protocol ",
                                      "PPP protocol 0x",
                                      "TCP port ",
                                      "UDP port ",
                                      "SCTP port "};
  u32 count = 0;
  for (const field::Bind& bind : protocol.binds) {
    if (u32(bind.space) >= std::size(spaces)) continue;
    if (++count > 12) break;
    const std::string_view name = spaces[u32(bind.space)];
    Text number;
    if (name.ends_with("0x")) {
      number.hex(bind.key, bind.space == Space::llc_sap ? 2 : 4);
    } else {
      number.dec(bind.key);
    }
    text += (text.empty() ? "" : ", ") + std::string(name) + std::string(number.view());
  }
  if (text.empty()) return;
  paragraph("Found by: " + text + (count > 12 ? " and others" : ""), 2, out);
}

void explain_protocol(const Protocol& protocol, bool tcpip, Text& out) {
  out.add(protocol.name).add(": ").add(protocol.title);
  if (!protocol.ref.empty()) out.add(", ").add(protocol.ref);
  out.add("\n\n");
  paragraph(protocol.about, 2, out);
  Text layer;
  layer_names(protocol, tcpip, layer);
  layer.add('.');
  out.add('\n');
  paragraph("Works at " + std::string(layer.view()), 2, out);
  carried_by(protocol, out);
  if (field::bytes_of(protocol.fixed()) > 0) {
    out.add("\n  Its fixed header, ").dec(field::bytes_of(protocol.fixed())).add(" bytes:\n\n");
    Diagram::blank(protocol, out);
  }
  out.add("\n  Fields\n");
  std::vector<u32> told;
  for (const field::Table& table : protocol.tables) {
    for (const Field& f : table) {
      if (f.name.empty() || f.more.hidden ||
          std::find(told.begin(), told.end(), f.key) != told.end())
        continue;
      told.push_back(f.key);
      Text what;
      what.add(f.title).add(", ");
      size_of(f, what);
      const std::size_t name = std::max<std::size_t>(f.name.size() + 1, 32);
      out.add("    ").add(f.name);
      if (4 + name + columns(what.view()) > page) {
        out.add("\n        ");
      } else {
        out.fill(' ', name - f.name.size());
      }
      out.add(what.view()).add('\n');
      paragraph(f.about, 8, out);
    }
  }
}

void explain_term(const Term& term, Text& out) {
  std::string title(term.names.substr(0, term.names.find('|')));
  if (term.names.find('|') != std::string_view::npos) {
    const std::string_view also = term.names.substr(term.names.find('|') + 1);
    title += " (also ";
    for (char c : also) title += c == '|' ? std::string(", ") : std::string(1, c);
    title += ')';
  }
  paragraph(title, 0, out);
  out.add('\n');
  paragraph(term.answer, 2, out);
  if (!term.standard.empty()) out.add("\n  Standard     ").add(term.standard).add('\n');
  if (!term.see.empty())
    out.add(term.standard.empty() ? "\n" : "").add("  See          ").add(term.see).add('\n');
}

struct Covering final : field::Sink {
  struct Row {
    const Field* field;
    u32 bit_at, bit_size;
    std::string value;
  };
  u32 byte;
  std::vector<Row> rows;
  explicit Covering(u32 b) : byte(b) {}
  void node(const field::Node& node) override {
    if (node.bit_size == 0 || node.field->more.hidden || node.field->name.empty()) return;
    if (node.bit_at / 8 > byte || (u64(node.bit_at) + node.bit_size - 1) / 8 < byte) return;
    Text value;
    if (!node.field->more.payload) readable_value(node, value, 40);
    rows.push_back({node.field, node.bit_at, node.bit_size, std::string(value.view())});
  }
};

}  // namespace

bool explain_word(const Registry& registry, std::string_view word, bool tcpip, Text& out) {
  const auto rows = registry.rows(word);
  const std::string folded = lower(word);
  const Protocol* protocol = nullptr;
  for (u32 id = 0; id < registry.size() && protocol == nullptr; ++id) {
    const Protocol& p = registry[u8(id)];
    if (p.name == folded || lower(p.label) == folded || lower(p.title) == folded) protocol = &p;
  }
  const Term* term = find_term(word);
  bool any = false;
  if (!rows.empty()) explain_field(registry, word, rows, tcpip, out), any = true;
  if (term != nullptr) {
    if (any) out.add('\n');
    explain_term(*term, out), any = true;
  }
  if (protocol != nullptr && rows.empty()) {
    if (any) out.add('\n');
    explain_protocol(*protocol, tcpip, out), any = true;
  }
  return any;
}

namespace {

// The fields that end in this word, such as tcp.flags.syn of SYN; the shortest names, three at
// most.
std::string fields_ending_in(const Registry& registry, std::string_view word) {
  const std::string end = "." + lower(word);
  std::vector<std::string_view> found;
  for (std::string_view name : registry.names()) {
    if (name.ends_with(end)) found.push_back(name);
  }
  std::ranges::stable_sort(found, {}, &std::string_view::size);
  found.resize(std::min<std::size_t>(found.size(), 3));
  std::string out;
  for (std::string_view name : found) out += (out.empty() ? "" : ", or ") + std::string(name);
  return out;
}

}  // namespace

std::string nearest_words(const Registry& registry, std::string_view word) {
  if (std::string fields = fields_ending_in(registry, word); !fields.empty()) return fields;
  std::string out(registry.nearest(word));
  const std::string_view term = nearest_term(word);
  if (term.empty() || term == out) return out;
  if (out.empty()) return std::string(term);
  return field::distance(word, term) < field::distance(word, out)
             ? std::string(term) + ", or " + out
             : out + ", or " + std::string(term);
}

void explain_index(const Registry& registry, Text& out) {
  out.add("Protocols\n");
  for (u32 id = 0; id < registry.size(); ++id) {
    const Protocol& p = registry[u8(id)];
    out.add("  ")
        .add(p.name)
        .fill(' ', p.name.size() < 18 ? 18 - p.name.size() : 1)
        .add(p.title)
        .add('\n');
  }
  out.add("\nTerms\n");
  std::string all;
  for (const Term& term : glossary())
    all += (all.empty() ? "" : ", ") + std::string(term.names.substr(0, term.names.find('|')));
  paragraph(all, 2, out);
  out.add("\nFields: netpeel explain PROTOCOL lists its own.\n");
}

void explain_byte(const Look& look, const field::Packet& packet, u32 byte, Text& out) {
  const u8 value = packet.frame.data[byte];
  out.add("Byte ").dec(byte).add(" of frame ").dec(packet.frame.number).add(" is ").hex(value, 2);
  out.add(" hexadecimal, ").dec(value).add(" decimal, ").bin(value, 8).add(" in bits");
  if (value >= 0x20 && value < 0x7f) out.add(", \"").add(char(value)).add("\" as a character");
  out.add(".\n\n");
  const Field* innermost = nullptr;
  const Protocol* owner = nullptr;
  for (const Layer& layer : packet.all()) {
    if (byte < layer.at) continue;
    const Protocol& protocol = look.registry[layer.proto];
    Covering covering(byte);
    field::expand(look.registry, packet, layer, covering, look.settings);
    const bool header =
        byte - layer.at < layer.header || (layer.header == 0 && byte - layer.at < layer.body);
    if (!header && covering.rows.empty() && byte >= layer.end()) continue;
    out.add("Layer ").dec(look.tcpip ? tcpip_number(protocol.osi) : u8(protocol.osi)).add(' ');
    out.add(look.tcpip ? tcpip_name(protocol.osi) : osi_name(protocol.osi))
        .add(", ")
        .add(protocol.title);
    out.add(header ? ": byte " : ": carries it as byte ")
        .dec(header ? byte - layer.at : byte - layer.at - layer.header);
    out.add(header ? " of its bytes\n" : " of what it carries\n");
    if (header) owner = &protocol;
    u32 indent = 2;
    for (const Covering::Row& row : covering.rows) {
      const Field& f = *row.field;
      if (f.more.payload && layer.header != 0) continue;
      out.fill(' ', indent).add(f.name).add(", ").add(f.title);
      if (!row.value.empty()) out.add(" = ").add(row.value);
      const u32 first = row.bit_at, last = row.bit_at + row.bit_size - 1;
      if (first % 8 == 0 && row.bit_size % 8 == 0) {
        out.add(first / 8 == last / 8 ? "; byte " : "; bytes ").dec(first / 8);
        if (first / 8 != last / 8) out.add('-').dec(last / 8);
      } else {
        out.add(first == last ? "; bit " : "; bits ").dec(first % 8);
        if (first != last) out.add('-').dec(first % 8 + row.bit_size - 1);
        out.add(" from the left of byte ").dec(first / 8);
      }
      out.add('\n');
      if (header) innermost = &f;
      paragraph(f.about, indent + 2, out);
    }
  }
  if (owner == nullptr) {
    out.add("No layer claims it: it stands behind the packet's end.\n");
  } else if (innermost == nullptr) {
    out.add("  No field of ").add(owner->title).add(" names it.\n");
  }
}

}  // namespace netpeel::view
