#include "view/hexdump.hpp"

#include "view/style.hpp"
#include "view/value.hpp"

namespace netpeel::view {
namespace {

constexpr u32 per_line = 16;
constexpr u32 indent = 6;
constexpr u32 page = 80;

}  // namespace

u32 HexDump::add(const Run& run, std::string_view name) {
  runs_.push_back(run);
  runs_.back().names = u32(names_.size());
  runs_.back().name_count = 1;
  names_.push_back(name);
  return u32(runs_.size()) - 1;
}

void HexDump::node(const field::Node& node) {
  const field::Field& f = *node.field;
  if (node.bit_size == 0 || f.more.hidden || f.name.empty()) return;
  const u32 first = node.bit_at / 8,
            end =
                std::min<u32>(u32((u64(node.bit_at) + node.bit_size + 7) / 8), u32(owner_.size()));
  if (first >= end) return;
  const bool whole = node.bit_at % 8 == 0 && node.bit_size % 8 == 0;
  const Run now = runs_[owner_[first]];
  if (whole) {
    if (!now.weak && now.layer == layer_ && now.at == first && now.size == end - first)
      return;  // the heading says it
    const u32 run =
        add({first, end - first, node.depth, layer_, false, f.more.payload, 0, 0}, f.name);
    std::fill(owner_.begin() + first, owner_.begin() + end, run);
    return;
  }
  // Bits below a heading of a few bytes: the heading is enough.
  if (!now.weak && now.layer == layer_ && now.depth < node.depth && now.size <= 8) return;
  if (now.shared && now.layer == layer_ && now.names + now.name_count == names_.size()) {
    names_.push_back(f.name);
    ++runs_[owner_[first]].name_count;
    runs_[owner_[first]].size = std::max(now.size, end - now.at);
    for (u32 b = first; b < end; ++b) owner_[b] = owner_[first];
    return;
  }
  const u32 run = add({first, end - first, node.depth, layer_, true, false, 0, 0}, f.name);
  for (u32 b = first; b < end; ++b) owner_[b] = run;
}

void HexDump::line(const field::Packet& packet, u32 at, Text& out) {
  const u32 count = std::min<u32>(per_line, packet.frame.size - at);
  const u8* p = packet.frame.data + at;
  const auto paint = [&](u32 i) {
    if (look_.color) out.add(style::layers[2 + order_[owner_[at + i]] % 6]);
  };
  const auto gap = [&](u32 i) { out.fill(' ', i == 8 ? 2 : i == 0 ? 0 : 1); };
  out.hex(at, 4).fill(' ', at > 0xffff ? 1 : 2);
  for (u32 i = 0; i < count; ++i) {
    gap(i);
    paint(i);
    out.hex(p[i], 2);
  }
  if (look_.color) out.add(style::plain);
  out.fill(' ', (per_line - count) * 3 + (count <= 8 ? 1 : 0) + 2);
  for (u32 i = 0; i < count; ++i) {
    paint(i);
    out.add(p[i] >= 0x20 && p[i] < 0x7f ? char(p[i]) : '.');
  }
  if (look_.color) out.add(style::plain);
  out.add('\n');
  // A line in the middle of one long field was named before.
  const u32 only = owner_[at];
  if (at > 0 && owner_[at - 1] == only &&
      std::all_of(&owner_[at], &owner_[at] + count, [&](u32 o) { return o == only; })) {
    return;
  }
  out.fill(' ', indent);
  for (u32 i = 0; i < count; ++i) {
    const u32 owner = owner_[at + i];
    const bool begins = i == 0 || owner_[at + i - 1] != owner;
    if (i > 0) out.fill(begins ? ' ' : '~', i == 8 ? 2 : 1);
    paint(i);
    out.add(begins ? char('a' + order_[owner] % 26) : '~').add('~');
    if (look_.color) out.add(style::plain);
  }
  out.add('\n');
  legend(at, count, out);
}

void HexDump::legend(u32 at, u32 count, Text& out) {
  u32 used = page;
  u32 last = nobody;
  bool first_line = true;
  for (u32 i = 0; i < count; ++i) {
    const u32 owner = owner_[at + i];
    if (owner == last) continue;
    last = owner;
    const Run& run = runs_[owner];
    u32 size = 2;
    for (u32 n = 0; n < run.name_count; ++n)
      size += u32(names_[run.names + n].size()) + (n > 0 ? 1 : 0);
    if (used + 2 + size > page) {
      if (!first_line) out.add('\n');
      first_line = false;
      out.fill(' ', indent);
      used = indent;
    } else {
      out.add("  ");
      used += 2;
    }
    if (look_.color) out.add(style::layers[2 + order_[owner] % 6]);
    out.add(char('a' + order_[owner] % 26)).add(' ');
    for (u32 n = 0; n < run.name_count; ++n) {
      if (n > 0) out.add(' ');
      out.add(names_[run.names + n]);
    }
    if (look_.color) out.add(style::plain);
    used += size;
  }
  out.add('\n');
}

void HexDump::packet(const field::Packet& packet, Text& out) {
  const u32 size = packet.frame.size;
  runs_.clear();
  names_.clear();
  const u32 rest = add({0, size, 0, 0xff, false, true, 0, 0}, "(not decoded)");
  owner_.assign(size, rest);
  for (const field::Layer& layer : packet.all()) {
    layer_ = u8(packet.index(layer));
    const u32 own = layer.header != 0 ? layer.header : layer.body;
    const u32 end = std::min(layer.at + own, size);
    if (layer.at < end) {
      const u32 run = add({layer.at, end - layer.at, 0, layer_, false, true, 0, 0},
                          look_.registry[layer.proto].name);
      std::fill(owner_.begin() + layer.at, owner_.begin() + end, run);
    }
    field::expand(look_.registry, packet, layer, *this, look_.settings);
  }
  // Letters in the order of the bytes, so that they never stand twice in one line.
  if (look_.color) out.add(style::bold);
  out.add("Frame ")
      .dec(packet.frame.number)
      .add(": ")
      .dec(size)
      .add(size == 1 ? " byte" : " bytes");
  if (size != packet.frame.wire_size) out.add(" of ").dec(packet.frame.wire_size);
  if (look_.color) out.add(style::plain);
  out.add('\n');
  u32 next = 0, last = nobody;
  order_.assign(runs_.size(), nobody);
  for (u32& owner : owner_) {
    if (owner != last && order_[owner] == nobody) order_[owner] = next++;
    last = owner;
  }
  if (look_.only == 0) {
    for (u32 at = 0; at < size; at += per_line) line(packet, at, out);
  } else {
    for (const field::Layer& layer : packet.all()) {
      if (!shown(look_, layer)) continue;
      const u32 end = layer.at + (layer.header != 0 ? layer.header : layer.body);
      for (u32 at = layer.at / per_line * per_line; at < end; at += per_line) line(packet, at, out);
    }
  }
  out.add('\n');
}

}  // namespace netpeel::view
