// UDP — RFC 768; over IPv6 RFC 8200 §8.1; jumbograms RFC 2675 §4.
#include "proto/transport/checksums.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::proto {
namespace {

struct Udp {
  static constexpr auto fields = wire({
      {"udp.srcport", "Source port", 16, dec, "The sender's port; zero when no reply is wanted.",
       {.aliases = "udp.port", .role = Role::source_port}},
      {"udp.dstport", "Destination port", 16, dec,
       "The receiver's port: it says which program gets the datagram.",
       {.aliases = "udp.port", .role = Role::destination_port}},
      {"udp.length", "Length", 16, dec, "Header and data, in bytes."},
      {"udp.checksum", "Checksum", 16, hex,
       "Over a pseudo-header, the header and the data; zero on IPv4: none."},
  });
};
constexpr auto extra = loose({
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
constexpr Table tables[]{Udp::fields, extra};
constexpr Bind binds[]{
    {Space::ip_proto, 17}
};
constexpr u32 header = fixed_bytes<Udp>;
constexpr u32 checksum_at = row<"udp.checksum">(Udp::fields).at / 8;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u64 from = get<Udp, "udp.srcport">(p), to = get<Udp, "udp.dstport">(p);
  const Next next{Space::udp_port, from < to ? from : to, from < to ? to : from};
  u64 claimed = get<Udp, "udp.length">(p);
  if (claimed == 0) claimed = len;  // a jumbogram: the length does not fit
  if (claimed < header) return broken(header, len, out);
  return claim(header, claimed, len, out, next);
}

void verify(Expansion& x, const IpBelow& ip, u32 length) {
  const Field& checksum = row<"udp.checksum">(Udp::fields);
  const Field& status = row<"udp.checksum.status">(extra);
  if (get<Udp, "udp.checksum">(x.header()) == 0) {
    if (!ip.v6) return x.computed(status, u64(Verdict::not_present));
    x.computed(status, illegal_checksum);
    return x.problem(
        Kind::malformed, &checksum,
        "a checksum of zero means none, which IPv6 does not allow except in some tunnels");
  }
  ChecksumFound found;
  if (x.settings.checksums)
    found = find_checksum(x.packet, x.layer, 17, length, length, checksum_at);
  x.computed(status, u64(found.verdict));
  tell_checksum(x, found, checksum, checksum_at);
}

void expand(Expansion& x) {
  x.rows(Udp::fields);
  if (!x.whole()) return;
  const IpBelow ip = ip_below(x.packet, x.layer);
  const u32 told = u32(get<Udp, "udp.length">(x.header()));
  const u32 there = header + x.layer.body;
  const u32 left = ip ? ip.claimed : there;
  verify(x, ip, told == 0 ? left : told);
  if (const auto* known = x.known<ConversationFacts>()) {
    x.computed(row<"udp.stream">(extra), known->stream);
    if (known->timed) {
      x.computed(row<"udp.time_relative">(extra), u64(known->since_first));
      x.computed(row<"udp.time_delta">(extra), u64(known->since_previous));
    }
  }
  if (x.layer.body > 0) x.field(row<"udp.payload">(extra), header, x.layer.body);

  const Field& length = row<"udp.length">(Udp::fields);
  if ((x.layer.flags & Layer::quoted) == 0 && told == 0 && !ip.v6) {
    x.problem(Kind::malformed, &length,
              "udp.length says 0, which only a datagram too long for the field may do, over IPv6");
  } else if ((x.layer.flags & Layer::malformed) != 0) {
    Text says;
    says.add("udp.length says ").dec(told);
    if (told < header) {
      says.add("; the header alone has ").dec(header).add(" bytes");
    } else if (ip) {
      says.add("; IP leaves ").dec(left);
    } else {
      says.add("; ").dec(there).add(" are there");
    }
    x.problem(Kind::malformed, &length, says.view());
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  const u32 told = u32(get<Udp, "udp.length">(p));
  const u32 data = told >= header ? told - header : layer.body;
  out.dec(data).add(data == 1 ? " byte" : " bytes");
}

constexpr Naming names[]{
    {Space::udp_port, &row<"udp.dstport">(Udp::fields)}
};

void fit(const Fitting& f) {
  if (f.fresh || get<Udp, "udp.length">(f.header) != 0)
    put<Udp, "udp.length">(f.header, f.total() <= 0xffff ? f.total() : 0);
}
void seal(const Fitting& f) {
  if (!f.fresh && get<Udp, "udp.checksum">(f.header) == 0) return;  // the sender did without
  const u32 told = u32(get<Udp, "udp.length">(f.header));
  const u32 length = told == 0 ? f.total() : told;
  seal_checksum(f, 17, length, length, checksum_at);
  // A sum that comes out as zero is sent as its other form, because zero says that there is none.
  if (get<Udp, "udp.checksum">(f.header) == 0 && ip_below(f.packet, f.layer))
    put<Udp, "udp.checksum">(f.header, 0xffff);
}

}  // namespace

const Protocol udp{
    .name = "udp",
    .title = "User Datagram Protocol",
    .label = "UDP",
    .osi = Osi::transport,
    .ref = "RFC 768",
    .about = "Sends one message to a port, without connection, order or repetition: it arrives "
             "whole, or not at all.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .fit = fit,
    .seal = seal,
};

}  // namespace netpeel::proto
