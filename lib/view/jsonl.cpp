#include "view/jsonl.hpp"

#include "view/value.hpp"

namespace netpeel::view {

using field::Show;

JsonLines::JsonLines(const Look& look) : look_(look), slots_(512) {}

JsonLines::Slot& JsonLines::slot(const field::Field& f) {
  u32 mask = u32(slots_.size()) - 1;
  u32 s = f.key & mask;
  while (slots_[s].epoch != 0 && slots_[s].key != f.key) s = (s + 1) & mask;
  if (slots_[s].epoch != 0) [[likely]]
    return slots_[s];
  if (2 * ++used_ > slots_.size()) {
    std::vector<Slot> wider(slots_.size() * 2);
    mask = u32(wider.size()) - 1;
    for (const Slot& old : slots_) {
      if (old.epoch == 0) continue;
      u32 to = old.key & mask;
      while (wider[to].epoch != 0) to = (to + 1) & mask;
      wider[to] = old;
    }
    slots_.swap(wider);
    s = f.key & mask;
    while (slots_[s].epoch != 0) s = (s + 1) & mask;
  }
  Slot& slot = slots_[s];
  slot.key = f.key;
  if (f.name.size() + 3 <= most_key) {
    slot.size = u8(f.name.size() + 3);
    slot.text[0] = '"';
    std::memcpy(slot.text + 1, f.name.data(), f.name.size());
    std::memcpy(slot.text + 1 + f.name.size(), "\":", 2);
  }
  return slot;
}

void JsonLines::node(const field::Node& node) {
  const field::Field& f = *node.field;
  if (f.name.empty() || f.more.hidden || (f.more.payload && !look_.payload)) return;
  Slot& known = slot(f);
  if (known.repeats) {
    if (!again_) gather(known, node);  // else this pass counts for nothing any more
    return;
  }
  if (known.epoch == epoch_) [[unlikely]] {
    known.repeats = again_ = true;
    return;
  }
  known.epoch = epoch_;
  Text& out = *out_;
  // The whole text of the slot is copied, as a copy of constant size is one or two instructions.
  if (known.size != 0) {
    std::memcpy(out.room(most_key), known.text, most_key);
    out.took(known.size);
  } else {
    out.add('"').add(f.name).add("\":");
  }
  switch (f.show) {
    case Show::flag:
      std::memcpy(out.room(6), node.number != 0 ? "true,\0" : "false,", 6);
      out.took(node.number != 0 ? 5 : 6);
      return;
    case Show::dec:
    case Show::hex:
      if (f.width < 64) {
        char* p = out.room(21);
        if (node.number < 10) {
          p[0] = char('0' + node.number);
          p[1] = ',';
          out.took(2);
          return;
        }
        out.dec(node.number);
        break;
      }
      [[fallthrough]];
    default: {
      base::Json json(out);
      json_value(node, json);
    }
  }
  out.add(',');
}

void JsonLines::gather(Slot& known, const field::Node& node) {
  const u32 at = u32(values_.size()), index = u32(entries_.size());
  base::Json json(values_);
  json_value(node, json);
  entries_.push_back({at, u32(values_.size()) - at});
  if (known.epoch != epoch_) {
    known.epoch = epoch_;
    known.chain = u32(chains_.size());
    chains_.push_back({node.field, index, index});
  } else {
    Chain& chain = chains_[known.chain];
    entries_[chain.last].next = index;
    chain.last = index;
  }
}

void JsonLines::problem(const field::Problem& p) {
  problems_.add(problems_.empty() ? "" : ",");
  base::Json json(problems_);
  json.open('{')
      .member("kind", field::kind_name(p.kind))
      .member("severity", field::severity_name(p.severity));
  if (p.field != nullptr && !p.field->name.empty()) json.member("field", p.field->name);
  json.member("says", p.says).close('}');
}

// Writes "name":value, … with a comma behind each.
void JsonLines::members(const field::Packet& packet, const field::Layer& layer, Text& out) {
  const std::size_t start = out.size();
  do {
    again_ = false;
    out.shorten(start);
    values_.clear();
    problems_.clear();
    chains_.clear();
    entries_.clear();
    if (++epoch_ == 0) {  // wrapped: names met in the first layers would seem to repeat
      for (Slot& slot : slots_) slot.epoch = slot.epoch == 0 ? 0 : 1;
      epoch_ = 2;
    }
    field::expand(look_.registry, packet, layer, *this, look_.settings);
  } while (again_);
  const std::string_view values = values_.view();
  for (const Chain& chain : chains_) {
    out.add('"').add(chain.field->name).add("\":");
    const bool array = chain.first != chain.last;
    if (array) out.add('[');
    for (u32 e = chain.first; e != none; e = entries_[e].next) {
      out.add(values.substr(entries_[e].at, entries_[e].size)).add(',');
    }
    if (array) {
      out.shorten(out.size() - 1);
      out.add("],");
    }
  }
}

void JsonLines::packet(const field::Packet& packet, Text& out) {
  out_ = &out;
  out.add('{');
  members(packet, frame_layer(packet), out);
  out.add("\"layers\":[");
  comma_ = false;
  layers(packet, out);
  for (const field::Packet& part : packet.others()) layers(part, out);
  out.add("]}\n");
}

// The layers of the packet or of one of its parts.
void JsonLines::layers(const field::Packet& packet, Text& out) {
  for (const field::Layer& layer : packet.all()) {
    if (!shown(look_, layer)) continue;
    out.add(comma_ ? ",{\"proto\":\"" : "{\"proto\":\"");
    comma_ = true;
    out.add(look_.registry[layer.proto].name).add('"');
    if (!packet.in.empty()) out.add(",\"in\":\"").add(packet.in).add('"');
    out.add(",\"offset\":").dec(layer.at);
    out.add(",\"len\":").dec(layer.header != 0 ? layer.header : layer.body).add(",\"fields\":{");
    const std::size_t start = out.size();
    members(packet, layer, out);
    if (out.size() > start) out.shorten(out.size() - 1);
    if (packet.too_deep && &layer == &packet.layers[packet.depth - 1]) {
      problem(field::Problem{field::Kind::unknown, nullptr,
                             "there are more layers than are decoded; what follows is not shown"});
    }
    out.add('}');
    if (!problems_.empty()) out.add(",\"problems\":[").add(problems_.view()).add(']');
    out.add('}');
  }
}

}  // namespace netpeel::view
