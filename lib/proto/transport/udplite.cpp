// UDP-Lite — RFC 3828. UDP's header, with the checksum's coverage in place of the length.
#include "proto/transport/checksums.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::proto {
namespace {

struct UdpLite {
  static constexpr auto fields = wire({
      {"udp.srcport", "Source port", 16, dec, "The sender's port.",
       {.aliases = "udp.port", .role = Role::source_port}},
      {"udp.dstport", "Destination port", 16, dec, "The receiver's port.",
       {.aliases = "udp.port", .role = Role::destination_port}},
      {"udp.checksum_coverage", "Checksum coverage", 16, dec,
       "How many bytes, from the header's start, the checksum protects; 0: all. Damage behind them "
       "is let through."},
      {"udp.checksum", "Checksum", 16, hex, "Over a pseudo-header and the bytes covered."},
  });
};
constexpr auto extra = loose({
    {"udp.length", "Length", 16, dec, "Header and data, in bytes, as IP says.", {.computed = true}},
    {"udp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"udp.stream", "Conversation", 32, dec,
     "Which conversation of this capture it belongs to, counted from 0.", {.computed = true}},
    {"udp.time_relative", "Time since its first packet", 64, seconds,
     "Since the conversation's first packet.", {.computed = true}},
    {"udp.time_delta", "Time since the previous one", 64, seconds,
     "Since the packet before in this conversation.", {.computed = true}},
    {"udp.payload", "Payload", 0, bytes, "The data carried.", {.payload = true}},
});
constexpr Table tables[]{UdpLite::fields, extra};
constexpr Bind binds[]{
    {Space::ip_proto, 136}
};
constexpr u32 header = fixed_bytes<UdpLite>;
constexpr u32 checksum_at = row<"udp.checksum">(UdpLite::fields).at / 8;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u64 from = get<UdpLite, "udp.srcport">(p), to = get<UdpLite, "udp.dstport">(p);
  return accept(header, len - header, out,
                {Space::udp_port, from < to ? from : to, from < to ? to : from});
}

void expand(Expansion& x) {
  x.rows(UdpLite::fields);
  if (!x.whole()) return;
  const IpBelow ip = ip_below(x.packet, x.layer);
  const u32 length = ip ? ip.claimed : header + x.layer.body;
  const u32 told = u32(get<UdpLite, "udp.checksum_coverage">(x.header()));
  const bool bad = told != 0 && (told < header || told > length);
  x.computed(row<"udp.length">(extra), length);
  const Field& checksum = row<"udp.checksum">(UdpLite::fields);
  const Field& status = row<"udp.checksum.status">(extra);
  if (get<UdpLite, "udp.checksum">(x.header()) == 0) {
    x.computed(status, illegal_checksum);
    x.problem(Kind::malformed, &checksum,
              "a checksum of zero means none, which UDP-Lite does not allow");
  } else {
    ChecksumFound found;
    if (x.settings.checksums && !bad)
      found = find_checksum(x.packet, x.layer, 136, length, told == 0 ? length : told, checksum_at);
    x.computed(status, u64(found.verdict));
    tell_checksum(x, found, checksum, checksum_at);
  }
  if (const auto* known = x.known<ConversationFacts>()) {
    x.computed(row<"udp.stream">(extra), known->stream);
    if (known->timed) {
      x.computed(row<"udp.time_relative">(extra), u64(known->since_first));
      x.computed(row<"udp.time_delta">(extra), u64(known->since_previous));
    }
  }
  if (x.layer.body > 0) x.field(row<"udp.payload">(extra), header, x.layer.body);
  if (bad && (x.layer.flags & Layer::quoted) == 0) {
    Text says;
    says.add("udp.checksum_coverage says ").dec(told);
    says.add(told < header ? "; the header, which must be covered, has " : "; IP leaves ")
        .dec(told < header ? header : length);
    x.problem(Kind::malformed, &row<"udp.checksum_coverage">(UdpLite::fields), says.view());
  }
}

void sentence(const Packet&, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  out.dec(layer.body).add(layer.body == 1 ? " byte" : " bytes");
}

constexpr Naming names[]{
    {Space::udp_port, &row<"udp.dstport">(UdpLite::fields)}
};

void seal(const Fitting& f) {
  const u32 told = u32(get<UdpLite, "udp.checksum_coverage">(f.header));
  seal_checksum(f, 136, f.total(), told == 0 ? f.total() : told, checksum_at);
  if (get<UdpLite, "udp.checksum">(f.header) == 0) put<UdpLite, "udp.checksum">(f.header, 0xffff);
}

}  // namespace

const Protocol udplite{
    .name = "udplite",
    .title = "Lightweight User Datagram Protocol",
    .label = "UDP-Lite",
    .osi = Osi::transport,
    .ref = "RFC 3828",
    .about = "UDP for speech and pictures that would rather have a damaged message than none: the "
             "checksum need not cover it all.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .seal = seal,
};

}  // namespace netpeel::proto
