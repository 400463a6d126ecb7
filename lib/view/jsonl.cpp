#include "view/jsonl.hpp"

#include "view/value.hpp"

namespace netpeel::view {

using field::Show;

namespace {

void flag(bool value, Text& out) {
  std::memcpy(out.room(6), value ? "true,\0" : "false,", 6);
  out.took(value ? 5 : 6);
}

}  // namespace

JsonLines::JsonLines(const Look& look) : look_(look), index_(1024), blocks_(kept_blocks) {}

u32 JsonLines::home(u32 key) const {
  const u32 mask = u32(index_.size()) - 1;
  u32 at = key & mask;
  while (index_[at] != 0 && slots_[index_[at] - 1].key != key) at = (at + 1) & mask;
  return at;
}

u32 JsonLines::other_slot(const field::Field& f) {
  if (const u32 at = home(f.key); index_[at] != 0) return index_[at] - 1;
  if (2 * (slots_.size() + 1) > index_.size()) {
    index_.assign(index_.size() * 2, 0);
    for (u32 i = 0; i < slots_.size(); ++i) index_[home(slots_[i].key)] = i + 1;
  }
  Slot& slot = slots_.emplace_back();
  index_[home(f.key)] = u32(slots_.size());
  slot.key = f.key;
  if (f.name.size() + 3 <= most_key) {
    slot.size = u8(f.name.size() + 3);
    slot.text[0] = '"';
    std::memcpy(slot.text + 1, f.name.data(), f.name.size());
    std::memcpy(slot.text + 1 + f.name.size(), "\":", 2);
  }
  return u32(slots_.size()) - 1;
}

void JsonLines::put_long_name(const field::Field& f) { out_->add('"').add(f.name).add("\":"); }

void JsonLines::node(const field::Node& node) {
  const field::Field& f = *node.field;
  if (!shows(f)) return;
  const u32 known = slot(f);
  if (!fresh(known)) {
    if (!slots_[known].repeats) {
      slots_[known].repeats = again_ = true;
    } else if (!again_) {  // else this pass counts for nothing any more
      gather(slots_[known], node);
    }
    return;
  }
  put_name(f, slots_[known]);
  Text& out = *out_;
  switch (f.show) {
    case Show::flag: flag(node.number != 0, out); return;
    case Show::dec:
    case Show::hex:
      if (f.width < 64) {
        out.dec(node.number).add(',');
        return;
      }
      break;
    case Show::time:
      if (i64(node.number) == field::no_time) break;
      out.add('"');
      moments_.add(i64(node.number), out);
      out.add("\",");
      return;
    default: break;
  }
  base::Json json(out);
  json_value(node, json);
  out.add(',');
}

// What to do for each row of the table, decided once.
JsonLines::Plan JsonLines::plan(const field::Laid& some) {
  Plan plan;
  plan.bytes = field::bytes_of(some.rows);
  for (std::size_t i = 0; i < some.rows.size();) {
    const field::Field& f = some.rows[i];
    Step step;
    step.row = &f;
    if (f.together > 1 && f.together <= some.rows.size() - i) {
      step.what = Step::What::block;
      step.rows = f.together;
      step.slot = u32(plan.slots.size());
      for (const field::Field& one : some.rows.subspan(i, f.together)) {
        if (shows(one)) plan.slots.push_back(slot(one));
      }
      plan.slots.push_back(none);
    } else if (!f.placed() || !shows(f)) {
      ++i;
      continue;
    } else {
      step.slot = slot(f);
      const bool number = f.reading != field::Reading::bytes && f.reading != field::Reading::mark;
      if (number && f.show == Show::flag) step.what = Step::What::flag;
      if (number && (f.show == Show::dec || f.show == Show::hex) && f.width < 64)
        step.what = Step::What::number;
      if (f.show == Show::ipv4 && f.width == 32 && f.at % 8 == 0) step.what = Step::What::ipv4;
    }
    plan.steps.push_back(step);
    i += step.rows;
  }
  return plan;
}

void JsonLines::laid(const field::Laid& some) {
  const u32 number = tables_.number(some.rows, 0);
  if (number == plans_.size()) plans_.push_back(plan(some));
  const Plan& plan = plans_[number];
  if (plan.bytes > some.room) return some.apart();
  Text& out = *out_;
  for (const Step& step : plan.steps) {
    const field::Field& f = *step.row;
    if (step.what == Step::What::block) {
      block(some, plan, step);
      continue;
    }
    if (step.what == Step::What::other || !fresh(step.slot)) {
      some.apart({&f, 1});
      continue;
    }
    put_name(f, slots_[step.slot]);
    switch (step.what) {
      case Step::What::flag: flag(field::placed_number(f, some.bytes) != 0, out); break;
      case Step::What::number:
        out.dec(field::placed_number(f, some.bytes) * f.more.scale).add(',');
        break;
      default: out.add('"').ipv4(some.bytes + f.at / 8).add("\","); break;
    }
  }
}

// As if these names had not been met in this layer.
void JsonLines::unmeet(const u32* from, const u32* to) {
  for (; from != to; ++from) slots_[*from].epoch = 0;
}

void JsonLines::block(const field::Laid& some, const Plan& plan, const Step& step) {
  const field::Field& first = *step.row;
  const field::Table rows{&first, step.rows};
  const u32* slot = &plan.slots[step.slot];
  while (*slot != none && fresh(*slot)) ++slot;
  if (*slot != none) {
    // One of them repeats: each goes its own way.
    unmeet(&plan.slots[step.slot], slot);
    return some.apart(rows);
  }
  Text& out = *out_;
  const u64 bytes = base::bits(some.bytes, first.at, first.shared);
  Block& kept = blocks_[((bytes + first.key) * 0x9e3779b97f4a7c15) >> 55];
  static_assert(kept_blocks == 1 << 9);
  if (kept.first == &first && kept.bytes == bytes) [[likely]] {
    out.add({kept.text, kept.size});
    return;
  }
  unmeet(&plan.slots[step.slot], slot);
  const std::size_t start = out.size();
  some.apart(rows);
  if (again_ || out.size() - start > longest_block) return;
  kept.first = &first;
  kept.bytes = bytes;
  kept.size = u32(out.size() - start);
  std::memcpy(kept.text, out.view().data() + start, kept.size);
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
      for (Slot& slot : slots_) slot.epoch = 0;
      epoch_ = 1;
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
    out.add(look_.registry[layer.proto].name);
    if (!packet.in.empty()) out.add("\",\"in\":\"").add(packet.in);
    out.add("\",\"offset\":").dec(layer.at);
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
