#include "view/jsonl.hpp"

#include "view/value.hpp"

namespace netpeel::view {

JsonLines::JsonLines(const Look& look) : look_(look), slots_(256) {}

void JsonLines::node(const field::Node& node) {
  const field::Field& f = *node.field;
  if (f.name.empty() || f.more.hidden || (f.more.payload && !look_.payload)) return;
  const u32 index = u32(entries_.size());
  const u32 at = u32(values_.size());
  base::Json json(values_);
  json_value(node, json);
  entries_.push_back({&f, at, u32(values_.size()) - at});
  const u32 mask = u32(slots_.size()) - 1;
  u32 s = f.key & mask;
  while (slots_[s].epoch == epoch_ && slots_[s].key != f.key) s = (s + 1) & mask;
  if (slots_[s].epoch != epoch_) {
    slots_[s] = {f.key, epoch_, index};
    if (2 * entries_.size() > slots_.size()) widen();
    return;
  }
  Entry& first = entries_[slots_[s].entry];
  entries_[first.last != none ? first.last : slots_[s].entry].next = index;
  first.last = index;
  entries_[index].first = false;
}

void JsonLines::widen() {
  slots_.assign(slots_.size() * 2, {});
  epoch_ = 1;
  const u32 mask = u32(slots_.size()) - 1;
  for (u32 i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].first) continue;
    u32 s = entries_[i].field->key & mask;
    while (slots_[s].epoch == epoch_) s = (s + 1) & mask;
    slots_[s] = {entries_[i].field->key, epoch_, i};
  }
}

void JsonLines::problem(const field::Problem& p) { problem(p.kind, p.field, p.says); }

void JsonLines::problem(field::Kind kind, const field::Field* f, std::string_view says) {
  problems_.add(problems_.empty() ? "" : ",");
  base::Json json(problems_);
  json.open('{').member("kind", field::kind_name(kind));
  if (f != nullptr) json.member("field", f->name);
  json.member("says", says).close('}');
}

void JsonLines::collect(const field::Packet& packet, const field::Layer& layer) {
  entries_.clear();
  values_.clear();
  problems_.clear();
  if (++epoch_ == 0) {  // wrapped: slots of the first epochs would look fresh
    slots_.assign(slots_.size(), {});
    epoch_ = 1;
  }
  field::expand(look_.registry, packet, layer, *this, look_.settings);
}

void JsonLines::members(Text& out) const {
  const std::string_view values = values_.view();
  bool comma = false;
  for (const Entry& e : entries_) {
    if (!e.first) continue;
    if (comma) out.add(',');
    comma = true;
    out.add('"').add(e.field->name).add("\":");
    if (e.next == none) {
      out.add(values.substr(e.at, e.size));
      continue;
    }
    out.add('[');
    for (const Entry* v = &e;; v = &entries_[v->next]) {
      out.add(values.substr(v->at, v->size));
      if (v->next == none) break;
      out.add(',');
    }
    out.add(']');
  }
}

void JsonLines::packet(const field::Packet& packet, Text& out) {
  out.add('{');
  collect(packet, frame_layer(packet));
  members(out);
  out.add(entries_.empty() ? "\"layers\":[" : ",\"layers\":[");
  bool comma = false;
  for (const field::Layer& layer : packet.all()) {
    if (!shown(look_, layer)) continue;
    out.add(comma ? ",{\"proto\":\"" : "{\"proto\":\"");
    comma = true;
    out.add(look_.registry[layer.proto].name).add("\",\"offset\":").dec(layer.at);
    out.add(",\"len\":").dec(layer.header != 0 ? layer.header : layer.body).add(",\"fields\":{");
    collect(packet, layer);
    if (packet.too_deep && &layer == &packet.layers[packet.depth - 1]) {
      problem(field::Kind::unknown, nullptr, "there are more layers than are decoded; what follows is not shown");
    }
    members(out);
    out.add('}');
    if (!problems_.empty()) out.add(",\"problems\":[").add(problems_.view()).add(']');
    out.add('}');
  }
  out.add("]}\n");
}

}  // namespace netpeel::view
