#include "support/peel.hpp"

namespace netpeel::test {

std::vector<u8> unhex(std::string_view text) {
  std::vector<u8> out;
  int high = -1;
  for (char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(u8(high << 4 | digit));
      high = -1;
    }
  }
  return out;
}

namespace {

std::string show(const field::Node& node) {
  using field::Show;
  base::Text out;
  switch (node.field->show) {
    case Show::mark: return "present";
    case Show::flag: return node.number != 0 ? "1" : "0";
    case Show::dec: out.dec(node.number); break;
    case Show::sdec: out.sdec(i64(node.number)); break;
    case Show::hex: out.add("0x").hex(node.number, (node.field->width + 3) / 4); break;
    case Show::mac: node.bytes.size() == 6 ? out.mac(node.bytes.data()) : out.add("?"); break;
    case Show::ipv4: node.bytes.size() == 4 ? out.ipv4(node.bytes.data()) : out.add("?"); break;
    case Show::ipv6: node.bytes.size() == 16 ? out.ipv6(node.bytes.data()) : out.add("?"); break;
    case Show::bytes: out.hex_bytes(node.bytes); break;
    case Show::text: out.add(base::as_text(node.bytes)); break;
    case Show::time:
      if (i64(node.number) == field::no_time) return "NULL";
      out.iso_time(i64(node.number));
      break;
    case Show::seconds: out.seconds(i64(node.number)); break;
  }
  return std::string(out.view());
}

}  // namespace

Peeled::Peeled(std::vector<u8> bytes, u16 link_type, field::Settings settings, u32 wire_size)
    : bytes_(std::move(bytes)) {
  const u32 size = u32(bytes_.size());
  packet.frame = {.data = bytes_.data(),
                  .size = size,
                  .wire_size = wire_size != 0 ? wire_size : size,
                  .number = 1,
                  .link_type = link_type};
  field::walk(registry(), packet);
  struct Collect final : field::Sink {
    Peeled& to;
    explicit Collect(Peeled& p) : to(p) {}
    void node(const field::Node& n) override {
      to.rows_.push_back({std::string(n.field->name), show(n), n.bit_at, n.bit_size, n.depth});
    }
    void problem(const field::Problem& p) override {
      base::Text line;
      line.add(kind_name(p.kind));
      if (p.field != nullptr) line.add(' ').add(p.field->name);
      to.problems_.emplace_back(line.add(": ").add(p.says).view());
    }
  } collect{*this};
  for (const field::Layer& layer : packet.all())
    field::expand(registry(), packet, layer, collect, settings);
}

std::string Peeled::chain() const {
  char room[512];
  return std::string(field::protocol_chain(registry(), packet, room));
}

std::string Peeled::value(std::string_view name) const {
  std::string out;
  bool any = false;
  for (const Row& r : rows_) {
    if (r.name != name) continue;
    if (any) out += ' ';
    out += r.value;
    any = true;
  }
  return out;
}

bool Peeled::has(std::string_view name) const {
  for (const Row& r : rows_) {
    if (r.name == name) return true;
  }
  return false;
}

std::string Peeled::problems() const {
  std::string out;
  for (const std::string& p : problems_) {
    if (!out.empty()) out += '\n';
    out += p;
  }
  return out;
}

std::string Peeled::sentence(std::string_view protocol) const {
  base::Text out;
  for (const field::Layer& layer : packet.all()) {
    const field::Protocol& p = registry()[layer.proto];
    if (p.name == protocol && p.sentence != nullptr) {
      p.sentence(packet, layer, out);
      break;
    }
  }
  return std::string(out.view());
}

std::vector<std::string> Peeled::lines() const {
  std::vector<std::string> out;
  for (const Row& r : rows_) {
    out.push_back(std::string(2u * r.depth, ' ') + r.name + " @" + std::to_string(r.bit_at) + "+" +
                  std::to_string(r.bit_size) + " = " + r.value);
  }
  return out;
}

}  // namespace netpeel::test
