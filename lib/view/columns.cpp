#include "view/columns.hpp"

#include "proto/all.hpp"
#include "view/value.hpp"

namespace netpeel::view {

using base::Complaint;
using field::Field;
using field::Layer;
using field::Packet;
using field::Show;

base::Result<ColumnStyle> column_style(std::string_view text, ColumnStyle style) {
  const std::string_view whole = text;
  while (!text.empty()) {
    const std::size_t at = whole.size() - text.size();
    const std::size_t equals = text.find('=');
    const std::string_view key = text.substr(0, equals);
    if (equals == std::string_view::npos || equals + 1 >= text.size()) {
      return Complaint{"-E wants name=value", at, text.size(), "as in -E header=y,separator=,"};
    }
    text.remove_prefix(equals + 1);
    char value = text[0];
    text.remove_prefix(1);
    if (value == '/' && !text.empty() && (text[0] == 't' || text[0] == 's')) {
      value = text[0] == 't' ? '\t' : ' ';
      text.remove_prefix(1);
    }
    if (!text.empty() && text[0] != ',') {
      return Complaint{"a value of -E is one character, or /t or /s", at, key.size() + 2,
                       "as in separator=/t"};
    }
    if (!text.empty()) text.remove_prefix(1);
    const auto is = [&](std::string_view of) { return of.find(value) != std::string_view::npos; };
    if (key == "header" && is("yn")) {
      style.header = value == 'y';
    } else if (key == "separator") {
      style.separator = value;
    } else if (key == "aggregator") {
      style.aggregator = value;
    } else if (key == "occurrence" && is("fla")) {
      style.occurrence = value;
    } else if (key == "quote" && is("dsn")) {
      style.quote = value == 'd' ? '"' : value == 's' ? '\'' : '\0';
    } else if (key == "bom" && value == 'n') {
      // what tshark does anyway
    } else {
      return Complaint{"-E does not know " + std::string(whole.substr(at, key.size() + 2)), at,
                       key.size() + 2,
                       "header=y|n, separator=C, occurrence=f|l|a, aggregator=C, quote=d|s|n"};
    }
  }
  return style;
}

std::string_view Columns::unknown(const field::Registry& registry,
                                  const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!registry.rows(name).empty()) continue;
    const u8 id = registry.protocol(name);
    if (registry[id].name != name) return name;
  }
  return {};
}

Columns::Columns(const Look& look, std::vector<std::string> names, const ColumnStyle& style)
    : look_(look), names_(std::move(names)), style_(style), plans_(look.registry.size()),
      cells_(names_.size()), filled_(names_.size()) {
  for (u32 column = 0; column < names_.size(); ++column) {
    for (const auto& [f, proto] : look.registry.rows(names_[column])) {
      const field::Protocol& protocol = look.registry[proto];
      // The same place may have two rows of one name (aliases); each is wanted once.
      plans_[proto].wants.push_back({f, column});
      const bool in_header =
          f >= protocol.fixed().data() && f < protocol.fixed().data() + protocol.fixed().size();
      const bool short_enough = f->width <= 64 && !f->wide();
      const bool address = f->show == Show::mac || f->show == Show::ipv4 || f->show == Show::ipv6;
      if (proto != proto::id::frame &&
          (!in_header || !f->placed() || f->more.sometimes || (!short_enough && !address))) {
        plans_[proto].expand = true;
      }
    }
    if (!look.registry.rows(names_[column]).empty()) continue;
    for (u32 id = 0; id < plans_.size(); ++id) {  // two may have one name
      if (look.registry[u8(id)].name == names_[column])
        plans_[id].wants.push_back({nullptr, column});
    }
  }
  for (u32 id = 0; id < plans_.size(); ++id) {
    if (!plans_[id].wants.empty()) interesting_ |= u64(1) << (id % 64);
  }
}

Text& Columns::cell(u32 column) {
  Text& out = cells_[column];
  if (filled_[column]) {
    if (style_.occurrence == 'l') {
      out.clear();
    } else {
      out.add(style_.aggregator);
    }
  }
  filled_[column] = true;
  return out;
}

void Columns::node(const field::Node& node) {
  for (const Want& want : plan_->wants) {
    if (want.field != node.field) continue;
    if (style_.occurrence == 'f' && filled_[want.column]) continue;
    plain_value(node, cell(want.column));
  }
}

// What the capture knows is at hand; expanding would work out all of it.
void Columns::frame(const Packet& packet, const Want& want) {
  const base::Frame& f = packet.frame;
  if (want.field == nullptr) {
    cell(want.column).add(look_.registry[proto::id::frame].title);
    return;
  }
  switch (want.field->key) {
    case base::fnv32("frame.number"): cell(want.column).dec(f.number); return;
    case base::fnv32("frame.len"): cell(want.column).dec(f.wire_size); return;
    case base::fnv32("frame.cap_len"): cell(want.column).dec(f.size); return;
    case base::fnv32("frame.time_epoch"): cell(want.column).seconds(f.time); return;
    case base::fnv32("frame.time_relative"):
      cell(want.column).seconds(f.time - packet.first_time);
      return;
    default: break;
  }
  struct One final : field::Sink {
    const Field* wanted;
    Text& out;
    One(const Field* f, Text& t) : wanted(f), out(t) {}
    void node(const field::Node& node) override {
      if (node.field == wanted) plain_value(node, out);
    }
  };
  // Rows that the frame lacks (a comment) leave the cell empty.
  Text& out = cell(want.column);
  One one{want.field, out};
  field::expand(look_.registry, packet, frame_layer(packet), one);
}

void Columns::begin(Text& out) {
  if (!style_.header) return;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (i > 0) out.add(style_.separator);
    out.add(names_[i]);
  }
  out.add('\n');
}

// The layers of the packet or of one of its parts.
void Columns::layers(const Packet& packet) {
  for (const Layer& layer : packet.all()) {
    const Plan& plan = plans_[layer.proto];
    if (plan.wants.empty() || !shown(look_, layer)) continue;
    if (plan.expand) {
      plan_ = &plan;
      field::expand(look_.registry, packet, layer, *this, look_.settings);
    }
    for (const Want& want : plan.wants) {
      if (style_.occurrence == 'f' && filled_[want.column]) continue;
      if (want.field == nullptr) {
        cell(want.column).add(look_.registry[layer.proto].title);
        continue;
      }
      const Field& f = *want.field;
      if (plan.expand || f.end() > u32(layer.header) * 8) continue;
      const u8* p = packet.bytes(layer);
      switch (f.show) {
        case Show::mac:
        case Show::ipv4:
        case Show::ipv6:
          plain_value(
              {
                  &f, 0, 0, 0, 0, {p + f.at / 8, f.width / 8}
          },
              cell(want.column));
          break;
        default:
          plain_value({&f, 0, 0, 0, base::bits(p, f.at, f.width) * f.more.scale, {}},
                      cell(want.column));
          break;
      }
    }
  }
}

void Columns::packet(const Packet& packet, Text& out) {
  for (Text& text : cells_) text.clear();
  std::fill(filled_.begin(), filled_.end(), false);
  for (const Want& want : plans_[proto::id::frame].wants) frame(packet, want);
  if ((packet.seen & interesting_) != 0) {
    layers(packet);
    for (const field::Packet& part : packet.others()) layers(part);
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (i > 0) out.add(style_.separator);
    if (style_.quote != 0) out.add(style_.quote);
    out.add(cells_[i].view());
    if (style_.quote != 0) out.add(style_.quote);
  }
  out.add('\n');
}

}  // namespace netpeel::view
