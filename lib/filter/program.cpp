#include "filter/program.hpp"

#include <algorithm>
#include <cstring>

namespace netpeel::filter {
namespace {

constexpr u32 frame_layer =
    field::Packet::most_layers;  // the index of the pseudo layer that frame.* is expanded from

u64 big_endian(Bytes bytes) {
  u64 v = 0;
  for (u8 b : bytes) v = v << 8 | b;
  return v;
}

int order(Bytes a, std::string_view b, bool size_first) {
  if (size_first && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return base::as_text(a).compare(b);
}

bool inside(Bytes v, const BytesRange& r, bool size_first) {
  const auto with = [&](const std::string& bound) { return order(v, bound, size_first); };
  if (r.below) return r.open ? with(r.to) < 0 : with(r.to) <= 0;
  if (r.above) return r.open ? with(r.from) > 0 : with(r.from) >= 0;
  return with(r.from) >= 0 && with(r.to) <= 0;
}

bool holds(Bytes all, Bytes part) {
  // memmem() looks for the part as a whole: 6x string_view::find() on data that is full of the
  // part's first byte.
  return part.empty() || (part.size() <= all.size() &&
                          ::memmem(all.data(), all.size(), part.data(), part.size()) != nullptr);
}

template <class T>
bool compared(Compare c, const T& a, const T& b) {
  switch (c) {
    case Compare::equal: return a == b;
    case Compare::differ: return a != b;
    case Compare::less: return a < b;
    case Compare::at_most: return a <= b;
    case Compare::greater: return a > b;
    case Compare::at_least: return a >= b;
  }
  return false;
}

// Calls f(packet or part, layer) for the layers of that protocol that an operand means.
template <class F>
bool each_layer(const field::Packet& packet, u8 proto, u32 layers, F f) {
  if (!packet.may_have(proto)) return false;
  u32 nth = 0;
  const auto any = [&](const field::Packet& some) {
    for (const field::Layer& layer : some.all()) {
      if (layer.proto != proto) continue;
      const bool meant = layers == 0 || (nth < 32 && (layers >> nth & 1) != 0);
      ++nth;
      if (meant && f(some, layer)) return true;
    }
    return false;
  };
  if (any(packet)) return true;
  for (const field::Packet& part : packet.others()) {
    if (any(part)) return true;
  }
  return false;
}

// A number for each layer of the packet and its parts.
constexpr u32 first_of_parts = 32;
u32 number_of(const field::Packet& packet, const field::Packet& some, const field::Layer& layer) {
  if (&some == &packet) return packet.index(layer);
  return first_of_parts + u32(&some - packet.parts) * field::Packet::most_layers +
         some.index(layer);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; }

}  // namespace

bool Program::run(const field::Packet& packet, const field::Settings& settings) {
  packet_ = &packet;
  settings_ = &settings;
  if (!light_) forget_packet();
  u32 i = start;
  while (i < no) {
    const Test& t = tests[i];
    const bool answer =
        (t.seen & packet.seen) != 0 && (t.kind == Test::Kind::one ? one(ones[t.other]) : test(t));
    i = answer ? t.yes : t.no;
  }
  return i == yes;
}

void Program::forget_packet() {
  expanded_ = 0;
  expanded_parts_.clear();
  found_.clear();
  arena_.reset();
}

void Program::simplify() {
  light_ = true;
  for (Test& t : tests) {
    light_ = light_ && (t.kind == Test::Kind::fast || t.kind == Test::Kind::layer ||
                        t.kind == Test::Kind::always);
    if (t.kind != Test::Kind::fast || t.over != Over::any || t.layers != 0 ||
        t.sources.end - t.sources.begin != 1 || t.ranges.end - t.ranges.begin != 1)
      continue;
    const Source& source = sources[t.sources.begin];
    if (source.rows.end - source.rows.begin != 1) continue;
    const Placed& row = placed[source.rows.begin];
    const NumberRange& range = numbers[t.ranges.begin];
    t.kind = Test::Kind::one;
    t.other = u32(ones.size());
    ones.push_back({.from = range.from,
                    .span = range.to - range.from,
                    .mask = t.mask,
                    .flip = t.flip,
                    .at = row.at,
                    .width = row.width,
                    .scale = row.scale,
                    .header = u16((row.at + row.width + 7) / 8),
                    .proto = source.proto,
                    .invert = t.invert});
  }
}

bool Program::one(const One& o) const {
  return each_layer(
      *packet_, o.proto, 0, [&](const field::Packet& whose, const field::Layer& layer) {
        if (layer.header < o.header) return false;
        const u64 v = ((base::bits(whose.bytes(layer), o.at, o.width) * o.scale) & o.mask) ^ o.flip;
        return (v - o.from <= o.span) != o.invert;
      });
}

bool Program::fast(const Test& t) const {
  // What one value says: for any, true ends it; for all, false does.
  const bool wanted_answer = t.over == Over::any;
  bool some = false, ended = false;
  const NumberRange* const first = numbers.data() + t.ranges.begin;
  const std::size_t count = t.ranges.end - t.ranges.begin;
  for (u32 s = t.sources.begin; s < t.sources.end && !ended; ++s) {
    const Source& source = sources[s];
    ended = each_layer(*packet_, source.proto, t.layers,
                       [&](const field::Packet& whose, const field::Layer& layer) {
                         const u32 have = u32(layer.header) * 8;
                         const u8* const p = whose.bytes(layer);
                         for (u32 r = source.rows.begin; r < source.rows.end; ++r) {
                           const Placed& row = placed[r];
                           if (row.at + row.width > have) continue;
                           some = true;
                           const u64 v =
                               ((base::bits(p, row.at, row.width) * row.scale) & t.mask) ^ t.flip;
                           bool in = false;
                           if (count == 1) {
                             in = v - first->from <= first->to - first->from;
                           } else {
                             for (std::size_t k = 0; k < count && !in; ++k)
                               in = v >= first[k].from && v <= first[k].to;
                           }
                           if ((in != t.invert) == wanted_answer) return true;
                         }
                         return false;
                       });
  }
  if (t.over == Over::any) return ended;
  return some && !ended;
}

bool Program::test(const Test& t) {
  values_.clear();
  switch (t.kind) {
    case Test::Kind::always: return true;
    case Test::Kind::remember:
      if (t.other != 0) {
        flags_ |= u64(1) << t.operand;
      } else {
        flags_ &= ~(u64(1) << t.operand);
      }
      return true;
    case Test::Kind::recall: return (flags_ >> t.operand & 1) != 0;
    case Test::Kind::fast: return fast(t);
    case Test::Kind::layer:
      for (u32 s = t.sources.begin; s < t.sources.end; ++s) {
        if (sources[s].how == Source::How::capture) return true;
        if (each_layer(*packet_, sources[s].proto, t.layers,
                       [](const field::Packet&, const field::Layer&) { return true; }))
          return true;
      }
      return false;
    case Test::Kind::pairs: return pairs(t);
    default: break;
  }
  evaluate(t.operand);
  return judge(t, 0);
}

bool Program::judge(const Test& t, std::size_t from) {
  if (values_.size() == from) return false;
  if (t.kind == Test::Kind::present) return true;
  const std::size_t end = values_.size();
  std::size_t needles = end;
  if (t.kind == Test::Kind::contains) evaluate(t.other);
  for (std::size_t i = from; i < end; ++i) {
    const Value v = values_[i];
    bool in = false;
    switch (t.kind) {
      case Test::Kind::truth:
        in = v.number != 0;
        for (u8 b : v.bytes) in = in || b != 0;
        break;
      case Test::Kind::numbers: {
        const u64 n = (v.number & t.mask) ^ t.flip;
        for (u32 r = t.ranges.begin; r < t.ranges.end && !in; ++r)
          in = n >= numbers[r].from && n <= numbers[r].to;
        break;
      }
      case Test::Kind::texts:
        for (u32 r = t.ranges.begin; r < t.ranges.end && !in; ++r)
          in = inside(v.bytes, texts[r], t.size_first);
        break;
      case Test::Kind::contains:
        for (std::size_t n = needles; n < values_.size() && !in; ++n)
          in = holds(v.bytes, values_[n].bytes);
        break;
      case Test::Kind::matches: in = regexes[t.other].found_in(v.bytes); break;
      default: break;
    }
    const bool answer = in != t.invert;
    if (t.over == Over::any && answer) return true;
    if (t.over == Over::all && !answer) return false;
  }
  return t.over == Over::all;
}

bool Program::pairs(const Test& t) {
  evaluate(t.operand);
  const std::size_t middle = values_.size();
  evaluate(t.other);
  if (middle == 0 || values_.size() == middle) return false;
  const bool bytes = operands[t.operand].bytes;
  for (std::size_t a = 0; a < middle; ++a) {
    for (std::size_t b = middle; b < values_.size(); ++b) {
      const Value &x = values_[a], &y = values_[b];
      const bool answer =
          bytes ? compared(t.compare, order(x.bytes, base::as_text(y.bytes), t.size_first), 0)
                : compared(t.compare, x.number ^ t.flip, y.number ^ t.flip);
      if (t.over == Over::any && answer) return true;
      if (t.over == Over::all && !answer) return false;
    }
  }
  return t.over == Over::all;
}

u64 Program::frame_number(FrameNumber which) const {
  const base::Frame& f = packet_->frame;
  switch (which) {
    case FrameNumber::number: return f.number;
    case FrameNumber::wire_size: return f.wire_size;
    case FrameNumber::size: return f.size;
    case FrameNumber::time: return u64(f.time);
    case FrameNumber::delta: return u64(f.time) - u64(packet_->previous_time);
    case FrameNumber::delta_shown: return u64(f.time) - u64(packet_->previous_shown_time);
    case FrameNumber::relative: return u64(f.time) - u64(packet_->first_time);
    case FrameNumber::interface: return f.interface;
  }
  return 0;
}

// Keeps what the filter asks for; everything else of the layer passes by.
class Collector final : public field::Sink {
 public:
  Collector(Program& p, u32 layer) : p_(p), layer_(layer) {}
  void node(const field::Node& node) override {
    if (!std::binary_search(p_.wanted.begin(), p_.wanted.end(), node.field->key)) return;
    if (p_.found_.size() >= most) return;
    Program::Found f{
        layer_, node.field->key, !node.bytes.empty(), {node.number, node.bytes}
    };
    switch (node.field->show) {
      case field::Show::mac:
      case field::Show::ipv4: f.value.number = big_endian(node.bytes); [[fallthrough]];
      case field::Show::ipv6:
      case field::Show::bytes:
      case field::Show::text: keep(f.value.bytes); break;
      default: f.value.bytes = {}; break;
    }
    p_.found_.push_back(f);
  }

 private:
  static constexpr std::size_t most = 1 << 20;  // a layer of so many fields does not exist

  void keep(Bytes& bytes) {
    const base::Frame& frame = p_.packet_->frame;
    const bool in_frame = std::less_equal<>()(frame.data, bytes.data()) &&
                          std::less<>()(bytes.data(), frame.data + frame.size);
    if (in_frame || bytes.empty()) return;
    u8* copy = p_.arena_.room(bytes.size());
    std::memcpy(copy, bytes.data(), bytes.size());
    bytes = {copy, bytes.size()};
  }

  Program& p_;
  u32 layer_;
};

void Program::expand(u32 layer) {
  Collector collector(*this, layer);
  if (layer >= first_of_parts) {
    if (std::find(expanded_parts_.begin(), expanded_parts_.end(), layer) != expanded_parts_.end())
      return;
    expanded_parts_.push_back(layer);
    const field::Packet& part =
        packet_->parts[(layer - first_of_parts) / field::Packet::most_layers];
    return field::expand(*registry, part,
                         part.layers[(layer - first_of_parts) % field::Packet::most_layers],
                         collector, *settings_);
  }
  if ((expanded_ >> layer & 1) != 0) return;
  expanded_ |= u32(1) << layer;
  if (layer == frame_layer) {
    field::Layer whole;
    whole.proto = frame_proto;
    whole.body = packet_->frame.size;
    field::expand(*registry, *packet_, whole, collector, *settings_);
  } else {
    field::expand(*registry, *packet_, packet_->layers[layer], collector, *settings_);
  }
}

void Program::expanded(const Source& s, u32 layer, bool bytes) {
  expand(layer);
  for (const Found& f : found_) {
    if (f.layer != layer) continue;
    for (u32 k = s.rows.begin; k < s.rows.end; ++k) {
      if (keys[k] == f.key) {
        values_.push_back(bytes ? Value{0, f.value.bytes} : Value{f.value.number, {}});
        break;
      }
    }
  }
}

void Program::field(const Operand& o) {
  for (u32 i = o.sources.begin; i < o.sources.end; ++i) {
    const Source& s = sources[i];
    switch (s.how) {
      case Source::How::frame:
        values_.push_back({frame_number(FrameNumber(s.number)), {}});
        continue;
      case Source::How::capture:
        values_.push_back({packet_->frame.size, packet_->frame.bytes()});
        continue;
      case Source::How::expanded:
        if (s.proto == frame_proto) {
          expanded(s, frame_layer, o.bytes);
          continue;
        }
        break;
      default: break;
    }
    each_layer(*packet_, s.proto, o.layers,
               [&](const field::Packet& some, const field::Layer& layer) {
                 if (s.how == Source::How::protocol) {
                   // The number is for len(): Wireshark counts only the protocol's own bytes there.
                   values_.push_back({
                       layer.header, {some.bytes(layer), layer.header + (o.own ? 0 : layer.body)}
                   });
                   return false;
                 }
                 if (s.how == Source::How::expanded) {
                   expanded(s, number_of(*packet_, some, layer), o.bytes);
                   return false;
                 }
                 const u32 have = u32(layer.header) * 8;
                 const u8* const p = some.bytes(layer);
                 for (u32 r = s.rows.begin; r < s.rows.end; ++r) {
                   const Placed& row = placed[r];
                   if (row.at + row.width > have) continue;
                   if (s.how == Source::How::view) {
                     values_.push_back({
                         0, {p + row.at / 8, row.width / 8}
                     });
                   } else {
                     values_.push_back({base::bits(p, row.at, row.width) * row.scale, {}});
                   }
                 }
                 return false;
               });
  }
}

void Program::evaluate(u32 operand) {
  const Operand& o = operands[operand];
  const std::size_t from = values_.size();
  switch (o.kind) {
    case Operand::Kind::field: field(o); return;
    case Operand::Kind::constant: values_.push_back({o.number, base::as_bytes(o.text)}); return;
    default: evaluate(o.child); break;
  }
  switch (o.kind) {
    case Operand::Kind::count: {
      const std::size_t n = values_.size() - from;
      values_.resize(from);
      if (n > 0) values_.push_back({n, {}});
      return;
    }
    case Operand::Kind::length:
      for (std::size_t i = from; i < values_.size(); ++i) {
        Value& v = values_[i];
        v = {v.number != 0 ? v.number : v.bytes.size(), {}};
      }
      return;
    case Operand::Kind::mask_number:
      for (std::size_t i = from; i < values_.size(); ++i) values_[i].number &= o.number;
      return;
    case Operand::Kind::lower:
    case Operand::Kind::upper:
      for (std::size_t i = from; i < values_.size(); ++i) {
        Bytes& b = values_[i].bytes;
        u8* copy = arena_.room(b.size());
        for (std::size_t k = 0; k < b.size(); ++k)
          copy[k] = u8(o.kind == Operand::Kind::lower ? lower(char(b[k])) : upper(char(b[k])));
        b = {copy, b.size()};
      }
      return;
    case Operand::Kind::mask_bytes:
      for (std::size_t i = from; i < values_.size(); ++i) {
        Bytes& b = values_[i].bytes;
        const std::size_t n = std::min(b.size(), o.text.size());
        u8* copy = arena_.room(n);
        for (std::size_t k = 0; k < n; ++k) copy[k] = b[k] & u8(o.text[k]);
        b = {copy, n};
      }
      return;
    case Operand::Kind::mask_both: {
      const std::size_t middle = values_.size();
      evaluate(o.other);
      const std::size_t end = values_.size();
      constexpr std::size_t most = 4096;
      for (std::size_t a = from; a < middle; ++a) {
        for (std::size_t b = middle; b < end && values_.size() - end < most; ++b) {
          const u64 both = values_[a].number & values_[b].number;
          values_.push_back({both, {}});
        }
      }
      values_.erase(values_.begin() + std::ptrdiff_t(from), values_.begin() + std::ptrdiff_t(end));
      return;
    }
    case Operand::Kind::slice: {
      std::size_t kept = from;
      for (std::size_t i = from; i < values_.size(); ++i) {
        const Bytes b = values_[i].bytes;
        const i64 size = i64(b.size());
        std::size_t total = 0;
        bool inside = true;
        const auto bounds = [&](const Part& p, i64& at, i64& n) {
          at = p.from < 0 ? size + p.from : p.from;
          switch (p.form) {
            case Part::Form::one: n = 1; break;
            case Part::Form::length: n = p.to; break;
            case Part::Form::rest: n = size - at; break;
            case Part::Form::until: n = (p.to < 0 ? size + p.to : p.to) - at + 1; break;
          }
          return at >= 0 && n >= 1 && at + n <= size;
        };
        i64 at = 0, n = 0;
        for (const Part& p : o.parts) {
          inside = inside && bounds(p, at, n);
          total += inside ? std::size_t(n) : 0;
        }
        if (!inside) continue;
        if (o.parts.size() == 1) {
          values_[kept++].bytes = b.subspan(std::size_t(at), std::size_t(n));
        } else {
          u8* copy = arena_.room(total);
          std::size_t used = 0;
          for (const Part& p : o.parts) {
            bounds(p, at, n);
            std::memcpy(copy + used, b.data() + at, std::size_t(n));
            used += std::size_t(n);
          }
          values_[kept++].bytes = {copy, total};
        }
        values_[kept - 1].number = 0;
      }
      values_.resize(kept);
      return;
    }
    default: return;
  }
}

void Program::forget_places() {
  light_ = false;
  for (Test& t : tests) {
    if (t.kind == Test::Kind::fast || t.kind == Test::Kind::one) t.kind = Test::Kind::numbers;
  }
  for (Source& s : sources) {
    if (s.how != Source::How::placed && s.how != Source::How::view && s.how != Source::How::frame)
      continue;
    const u32 begin = u32(keys.size());
    for (u32 r = s.rows.begin; r < s.rows.end; ++r) {
      keys.push_back(placed[r].field->key);
      wanted.push_back(placed[r].field->key);
    }
    s.how = Source::How::expanded;
    s.rows = {begin, u32(keys.size())};
  }
  std::sort(wanted.begin(), wanted.end());
}

}  // namespace netpeel::filter
