#include "field/build.hpp"

#include <arpa/inet.h>

#include <charconv>

#include "field/expand.hpp"
#include "field/walk.hpp"

namespace netpeel::field {
namespace {

constexpr u32 longest_frame = 262144;  // as much as capture files take

bool is_number(const Field& f) {
  return !f.wide() && f.show != Show::mac && f.show != Show::ipv4 && f.show != Show::ipv6 &&
         f.show != Show::mark;
}

bool parse_number(std::string_view text, u64& value) {
  if (text == "true" || text == "false") return value = text == "true" ? 1 : 0, true;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) base = 16, text.remove_prefix(2);
  if (text.starts_with('-') && base == 10) {
    i64 negative = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), negative);
    value = u64(negative);
    return error == std::errc() && end == text.data() + text.size();
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

// Pairs of hex digits, with nothing or one of ":-." between them.
bool parse_hex(std::string_view text, std::vector<u8>& out) {
  for (std::size_t i = 0; i < text.size(); i += 2) {
    if (i > 0 && std::string_view(":-.").find(text[i]) != std::string_view::npos) ++i;
    if (text.size() - i < 2) return false;
    u8 byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc() || end != text.data() + i + 2) return false;
    out.push_back(byte);
  }
  return true;
}

bool parse_address(std::string_view text, int family, std::vector<u8>& out) {
  out.resize(family == AF_INET ? 4 : 16);
  return inet_pton(family, std::string(text).c_str(), out.data()) == 1;
}

std::string expects(const Field& f) {
  std::string out(f.name);
  switch (f.show) {
    case Show::mac: return out + " is a hardware address such as 02:00:00:00:00:01";
    case Show::ipv4: return out + " is an address such as 192.0.2.1";
    case Show::ipv6: return out + " is an address such as 2001:db8::1";
    case Show::bytes: return out + " is bytes: write them in hex, such as 00:ff";
    case Show::mark: return out + " has no value of its own";
    case Show::flag: return out + " is true or false";
    default: return out + " is a number";
  }
}

// A value that a person wrote, in the form the row keeps it: bytes, or a number. False: it is none
// of these.
bool parse(const Field& f, std::string_view text, u64& number, std::vector<u8>& bytes) {
  switch (f.show) {
    case Show::mark: return false;
    case Show::mac: return parse_hex(text, bytes) && bytes.size() == 6;
    case Show::ipv4: return parse_address(text, AF_INET, bytes);
    case Show::ipv6: return parse_address(text, AF_INET6, bytes);
    case Show::bytes: return parse_hex(text, bytes);
    case Show::text: return bytes.assign(text.begin(), text.end()), true;
    default: return parse_number(text, number);
  }
}

// From the value shown to the wire's bits; false if they cannot hold it.
bool to_wire(const Field& f, u32 width, u64 shown, u64& bits) {
  if (shown % f.more.scale != 0 && f.show != Show::sdec) return false;
  bits = f.show == Show::sdec ? u64(i64(shown) / f.more.scale) : shown / f.more.scale;
  if (width == 64) return true;
  if (f.show == Show::sdec) {
    const i64 limit = i64(1) << (width - 1);
    if (i64(bits) < -limit || i64(bits) >= limit) return false;
    bits &= (u64(1) << width) - 1;
  }
  return bits >> width == 0;
}

std::string too_large(const Field& f) {
  base::Text text;
  text.add(f.name).add(" cannot hold this value");
  if (f.more.scale != 1) text.add(": it counts in steps of ").dec(f.more.scale);
  return std::string(text.view());
}

void fit_layer(const Registry& registry, Packet& packet, u8* frame, u32 i, Space named, bool fresh,
               bool seal) {
  const Protocol& protocol = registry[packet.layers[i].proto];
  const Fit hook = seal ? protocol.seal : protocol.fit;
  if (hook != nullptr) hook({packet, packet.layers[i], frame + packet.layers[i].at, named, fresh});
}

}  // namespace

Table head_of(const Protocol& protocol) {
  for (Table table : protocol.tables) {
    if (bytes_of(table) > 0) return table;
  }
  return {};
}

bool Builder::Part::has(const Field& f) const {
  return std::any_of(written.begin(), written.end(),
                     [&](const Written& w) { return w.at < f.end() && f.at < w.at + w.width; });
}

void Builder::Part::write(u8* header_at) const {
  for (const Written& w : written) {
    if (w.bytes.empty()) {
      base::put_bits(header_at, w.at, w.width, w.number);
    } else {
      std::memcpy(header_at + w.at / 8, w.bytes.data(), w.bytes.size());
    }
  }
}

Builder& Builder::complain(std::string what, std::string hint) {
  if (complaint_.what.empty()) complaint_ = {.what = std::move(what), .hint = std::move(hint)};
  return *this;
}

Builder& Builder::layer(std::string_view protocol) {
  const u8 id = registry_.protocol(protocol);
  if (id == 0 && registry_[0].name != protocol) {
    const std::string_view near = registry_.nearest(protocol);
    return complain(std::string(protocol) + " is not a protocol",
                    near.empty() ? "" : "did you mean " + std::string(near) + "?");
  }
  return layer(id);
}

Builder& Builder::layer(u8 id) {
  if (parts_.size() == Packet::most_layers) return complain("a packet has at most 16 layers");
  Part part{
      .proto = id, .header = std::vector<u8>(bytes_of(head_of(registry_[id]))), .written = {}};
  for (const Preset& preset : registry_[id].presets) {
    base::put_bits(part.header.data(), preset.field->at, preset.field->width, preset.value);
  }
  parts_.push_back(std::move(part));
  return *this;
}

Builder::Part* Builder::top(std::string_view row) {
  if (!parts_.empty()) return &parts_.back();
  complain(std::string(row) + " needs a layer to stand in");
  return nullptr;
}

const Field* Builder::find(std::string_view row) {
  const Part* part = top(row);
  if (part == nullptr) return nullptr;
  const Protocol& protocol = registry_[part->proto];
  for (const Field& f : head_of(protocol)) {
    if (f.name == row && f.placed()) return &f;
  }
  const std::string_view near =
      registry_.rows(row).empty() ? registry_.nearest(row) : std::string_view{};
  complain(std::string(row) + " is not a row of the fixed header of " + std::string(protocol.name),
           near.empty() ? "" : "did you mean " + std::string(near) + "?");
  return nullptr;
}

Builder& Builder::put(const Field& row, Written written) {
  Part* part = top(row.name);
  if (part == nullptr) return *this;
  if (!row.placed() || row.end() > part->header.size() * 8) {
    return complain(std::string(row.name) + " has no fixed place in " +
                    std::string(registry_[part->proto].name));
  }
  part->written.push_back(std::move(written));
  return *this;
}

Builder& Builder::set(const Field& row, u64 value) {
  if (!is_number(row)) return complain(expects(row));
  u64 bits = 0;
  if (!to_wire(row, row.width, value, bits)) return complain(too_large(row));
  return put(row, {row.at, row.width, bits, {}});
}

Builder& Builder::set(const Field& row, Bytes value) {
  if (row.width != value.size() * 8 || row.at % 8 != 0) {
    base::Text text;
    text.add(row.name).add(" has ").dec(row.width).add(" bits, not ").dec(value.size() * 8);
    return complain(std::string(text.view()));
  }
  return put(row, {
                      row.at, row.width, 0, {value.begin(), value.end()}
  });
}

Builder& Builder::set(const Field& row, std::string_view value) {
  u64 number = 0;
  std::vector<u8> bytes;
  if (!parse(row, value, number, bytes)) return complain(expects(row));
  if (is_number(row)) return set(row, number);
  if (row.show == Show::text && bytes.size() < row.width / 8) bytes.resize(row.width / 8);
  return set(row, Bytes(bytes));
}

Builder& Builder::set(std::string_view row, u64 value) {
  const Field* f = find(row);
  return f != nullptr ? set(*f, value) : *this;
}
Builder& Builder::set(std::string_view row, std::string_view value) {
  const Field* f = find(row);
  return f != nullptr ? set(*f, value) : *this;
}
Builder& Builder::set(std::string_view row, Bytes value) {
  const Field* f = find(row);
  return f != nullptr ? set(*f, value) : *this;
}

Builder& Builder::append(Bytes bytes) {
  if (Part* part = top("a header's variable part"))
    part->header.insert(part->header.end(), bytes.begin(), bytes.end());
  return *this;
}

Builder& Builder::payload(Bytes bytes) {
  payload_.assign(bytes.begin(), bytes.end());
  return *this;
}

base::Result<std::vector<u8>> Builder::finish() const {
  if (!complaint_.what.empty()) return complaint_;
  std::size_t size = payload_.size();
  for (const Part& part : parts_) {
    if (part.header.size() > 0xffff)
      return base::Complaint{.what = "a header has at most 65535 bytes"};
    size += part.header.size();
  }
  if (size > longest_frame) return base::Complaint{.what = "a frame has at most 262144 bytes"};

  std::vector<u8> frame;
  frame.reserve(size);
  Packet packet;
  for (const Part& part : parts_) {
    Layer& layer = packet.layers[packet.depth++];
    layer = {.proto = part.proto,
             .flags = 0,
             .header = u16(part.header.size()),
             .at = u32(frame.size()),
             .body = 0};
    layer.body = u32(size) - layer.at - layer.header;
    packet.seen |= u64(1) << (part.proto % 64);
    frame.insert(frame.end(), part.header.begin(), part.header.end());
  }
  frame.insert(frame.end(), payload_.begin(), payload_.end());
  packet.frame = {.data = frame.data(), .size = u32(size), .wire_size = u32(size), .number = 1};

  // Who is next: the first of the ways in which the layer above can be named here, unless the row
  // was set.
  std::vector<Space> named(parts_.size(), Space::none);
  for (u32 i = 0; i < parts_.size(); ++i) {
    u8* header = frame.data() + packet.layers[i].at;
    if (i + 1 < parts_.size()) {
      const auto binds = registry_[parts_[i + 1].proto].binds;
      for (const Naming& naming : registry_[parts_[i].proto].names) {
        const auto bind = std::find_if(binds.begin(), binds.end(),
                                       [&](const Bind& b) { return b.space == naming.space; });
        if (bind == binds.end() || named[i] != Space::none) continue;
        named[i] = naming.space;
        if (!parts_[i].has(*naming.field))
          base::put_bits(header, naming.field->at, naming.field->width, bind->key);
      }
    }
    parts_[i].write(header);
  }
  for (u32 i = 0; i < parts_.size(); ++i) {
    fit_layer(registry_, packet, frame.data(), i, named[i], true, false);
    parts_[i].write(frame.data() + packet.layers[i].at);
  }
  for (u32 i = u32(parts_.size()); i-- > 0;) {
    fit_layer(registry_, packet, frame.data(), i, named[i], true, true);
    parts_[i].write(frame.data() + packet.layers[i].at);
  }
  return frame;
}

bool mend(const Registry& registry, std::span<u8> frame, u16 link_type, Mend what, u32 wire_size) {
  const std::vector<u8> before(frame.begin(), frame.end());
  const u32 size = u32(frame.size());
  Packet packet;
  packet.frame = {.data = frame.data(),
                  .size = size,
                  .wire_size = std::max(wire_size, size),
                  .number = 1,
                  .link_type = link_type};
  const auto leave = [&](const Layer& layer) {
    return (layer.flags & (Layer::quoted | Layer::cut_header)) != 0;
  };
  walk(registry, packet);
  if (what == Mend::lengths && packet.frame.wire_size == size) {
    // A length that lies hides what is above: look again after each.
    for (u32 i = 0; i < packet.depth && !leave(packet.layers[i]); ++i) {
      Layer& layer = packet.layers[i];
      layer.body = size - layer.at - layer.header;
      fit_layer(registry, packet, frame.data(), i, Space::none, false, false);
      walk(registry, packet);
    }
  }
  for (u32 i = packet.depth; i-- > 0;) {
    if (!leave(packet.layers[i]))
      fit_layer(registry, packet, frame.data(), i, Space::none, false, true);
  }
  return !std::equal(before.begin(), before.end(), frame.begin());
}

base::Result<u32> rewrite(const Registry& registry, std::span<u8> frame, u16 link_type,
                          std::string_view name, std::string_view value) {
  const auto rows = registry.rows(name);
  if (rows.empty()) {
    const std::string_view near = registry.nearest(name);
    return base::Complaint{.what = std::string(name) + " is not a field",
                           .hint = near.empty() ? "" : "did you mean " + std::string(near) + "?"};
  }
  struct Find final : Sink {
    std::string_view name, value;
    std::span<const Registry::Owned> rows;
    std::span<u8> frame;
    struct Place {
      u32 bit_at, bit_size;
      u64 number;
      std::vector<u8> bytes;
    };
    std::vector<Place> places;
    std::string wrong;

    void node(const Node& n) override {
      if (!wrong.empty() || n.bit_size == 0) return;
      if (std::none_of(rows.begin(), rows.end(),
                       [&](const auto& owned) { return owned.field == n.field; }))
        return;
      Place place{n.bit_at, n.bit_size, 0, {}};
      u64 number = 0;
      if (!parse(*n.field, value, number, place.bytes)) {
        wrong = expects(*n.field);
      } else if (is_number(*n.field)) {
        // What was decoded on the way (another byte order, a time) cannot simply be written back.
        const bool plain =
            n.bit_size <= 64 &&
            base::bits(frame.data(), n.bit_at, n.bit_size) * n.field->more.scale == n.number;
        if (!plain && n.field->show != Show::flag) {
          wrong = std::string(n.field->name) + " does not stand in the packet as a plain number";
        } else if (!to_wire(*n.field, n.bit_size, number, place.number)) {
          wrong = too_large(*n.field);
        }
      } else if (place.bytes.size() * 8 != n.bit_size || n.bit_at % 8 != 0) {
        base::Text text;
        text.add(n.field->name)
            .add(" has ")
            .dec(n.bit_size / 8)
            .add(" bytes here, not ")
            .dec(place.bytes.size());
        wrong = text.view();
      }
      places.push_back(std::move(place));
    }
  } find;
  find.name = name, find.value = value, find.rows = rows, find.frame = frame;
  Packet packet;
  packet.frame = {.data = frame.data(),
                  .size = u32(frame.size()),
                  .wire_size = u32(frame.size()),
                  .number = 1,
                  .link_type = link_type};
  walk(registry, packet);
  for (const Layer& layer : packet.all()) expand(registry, packet, layer, find);
  if (!find.wrong.empty()) return base::Complaint{.what = find.wrong};
  for (const auto& place : find.places) {
    if (place.bytes.empty()) {
      base::put_bits(frame.data(), place.bit_at, place.bit_size, place.number);
    } else {
      std::memcpy(frame.data() + place.bit_at / 8, place.bytes.data(), place.bytes.size());
    }
  }
  return u32(find.places.size());
}

}  // namespace netpeel::field
