#include "support/stream_run.hpp"

#include "base/random.hpp"
#include "field/expand.hpp"
#include "flow/registry.hpp"
#include "support/peel.hpp"

namespace netpeel::test {
namespace {

class Writer final : public stream::Out, field::Sink {
 public:
  Writer(const field::Registry& registry, bool fields) : registry_(registry), fields_(fields) {}

  void message(const stream::Message& m) override {
    out.add(m.side == stream::Side::client ? "client " : "server ").add(m.protocol->name);
    out.add(' ').dec(m.from).add('-').dec(m.to);
    if (!m.in.empty()) out.add(" in ").add(m.in);
    field::Packet packet;
    packet.frame.data = m.bytes.data();
    packet.frame.size = packet.frame.wire_size = u32(m.bytes.size());
    packet.in = m.in.empty() ? std::string_view("tcp") : m.in;
    packet.depth = 1;
    field::Layer& layer = packet.layers[0];
    layer.proto = registry_.protocol(m.protocol->name);
    layer.header = u16(std::min(m.header, u32(0xffff)));
    layer.body = u32(m.bytes.size()) - layer.header;
    const field::Facts* facts[1]{m.facts};
    packet.facts = facts;
    out.add(": ");
    if (m.protocol->sentence != nullptr) m.protocol->sentence(packet, layer, out);
    if (fields_) field::expand(registry_, packet, layer, *this);
    out.add('\n');
  }
  void become(std::unique_ptr<stream::Session>) override {
    out.add("becomes something else\n");
  }  // the pump's affair
  void reject() override { out.add("rejects\n"); }

  base::Text out;

 private:
  void node(const field::Node& node) override {
    if (node.field->name.empty()) return;
    out.add("; ").add(node.field->name).add('=');
    if (node.field->show == field::Show::text) {
      out.escaped(base::as_text(node.bytes), 80);
    } else if (node.field->show == field::Show::time) {
      i64(node.number) == field::no_time ? out.add("NULL") : out.iso_time(i64(node.number));
    } else if (node.field->wide() || !node.bytes.empty()) {
      out.hex_bytes(node.bytes.first(std::min<std::size_t>(node.bytes.size(), 40)));
    } else {
      out.dec(node.number);
    }
  }
  void problem(const field::Problem& p) override {
    out.add(" {").add(field::kind_name(p.kind)).add(": ").add(p.says).add('}');
  }

  const field::Registry& registry_;
  bool fields_;
};

}  // namespace

std::string StreamRun::lines(const stream::Streamed& protocol, const std::vector<Said>& said,
                             u64 seed, bool fields) {
  static const field::Registry registry = flow::registry();
  stream::Context context{.registry = registry};
  stream::Pump pump(context, protocol.open(context));
  Writer writer(registry, fields);
  base::Random random(seed);
  const auto step = [&] {
    ++context.now.frame;
    context.arena.reset();
  };
  for (const Said& s : said) {
    if (s.missing > 0) {
      step();
      pump.gap(s.side, s.missing, writer);
      continue;
    }
    for (std::size_t at = 0; at < s.bytes.size();) {
      const std::size_t left = s.bytes.size() - at;
      const std::size_t n =
          seed == 0   ? left
          : seed == 1 ? 1
                      : std::min<std::size_t>(left, 1 + random.below(seed % 2 == 0 ? 7 : 200));
      step();
      // Fed from memory that is gone afterwards, so that a view kept too long shows under asan.
      const std::string chunk = s.bytes.substr(at, n);
      pump.data(s.side, base::as_bytes(chunk), writer);
      at += n;
    }
  }
  step();
  pump.end(stream::Side::client, writer);
  pump.end(stream::Side::server, writer);
  return std::string(writer.out.view());
}

}  // namespace netpeel::test
