// IPv4 — RFC 791.
#include "proto/net/ip.hpp"

#include "proto/net/fragments.hpp"
#include "proto/net/ip_options.hpp"

namespace netpeel::proto {
namespace {

constexpr auto extra = loose({
    {"ip.checksum.status", "Header checksum status", 8, dec,
     "Whether the header checksum is right.", {.values = verdicts, .computed = true}},
});
constexpr auto pieces = loose({NETPEEL_FRAGMENT_ROWS("ip", bytes)});
constexpr Table tables[]{Ip::fields, extra, pieces, NETPEEL_IP_OPTION_TABLES};
constexpr Bind binds[]{
    {Space::ethertype,  0x0800},
    {Space::ip_proto,   4     },
    {Space::ip_version, 4     },
    {Space::link,       228   }
};
constexpr u32 fixed = fixed_bytes<Ip>;
constexpr u32 longest = 65535;  // bytes of a packet

// A fragment is the piece of a packet: only the whole has a next protocol.
bool fragment(const u8* p) {
  return get<Ip, "ip.flags.mf">(p) != 0 || get<Ip, "ip.frag_offset">(p) != 0;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = u32(get<Ip, "ip.hdr_len">(p)) * 4;
  u32 total = u32(get<Ip, "ip.len">(p));
  if (total == 0) total = len;
  if (get<Ip, "ip.version">(p) != 4 || header < fixed || total < header)
    return broken(fixed, len, out);
  if (header > len) return cut(len, out);
  return claim(header, total, len, out,
               fragment(p) ? Next{} : Next{Space::ip_proto, get<Ip, "ip.proto">(p)});
}

Verdict verify(const Expansion& x) {
  if (!x.settings.checksums || !x.whole() || (x.layer.flags & Layer::quoted) != 0)
    return Verdict::unverified;
  const u32 header = u32(get<Ip, "ip.hdr_len">(x.header())) * 4;
  if (header < fixed || header > x.layer.header) return Verdict::unverified;
  return base::Checksum().add({x.header(), header}).verifies() ? Verdict::good : Verdict::bad;
}

// What the header says that cannot be, and who said it.
void lies(Expansion& x) {
  const u8* p = x.header();
  const u64 version = get<Ip, "ip.version">(p), header = get<Ip, "ip.hdr_len">(p) * 4,
            total = get<Ip, "ip.len">(p);
  const u32 there = u32(x.layer.header) + x.layer.body;
  const bool truncated = (x.layer.flags & Layer::truncated) != 0;
  Text says;
  if (version != 4) {
    says.add("ip.version says ").dec(version).add("; an IPv4 header begins with 4");
    return x.problem(Kind::malformed, &row<"ip.version">(Ip::fields), says.view());
  }
  if (header < fixed) {
    says.add("ip.hdr_len says ").dec(header).add(" bytes; an IPv4 header has at least ").dec(fixed);
    return x.problem(Kind::malformed, &row<"ip.hdr_len">(Ip::fields), says.view());
  }
  if (total != 0 && total < header) {
    says.add("ip.len says ").dec(total).add("; the header alone has ").dec(header);
    return x.problem(Kind::malformed, &row<"ip.len">(Ip::fields), says.view());
  }
  if (!x.whole() && header > there) {
    if ((x.layer.flags & Layer::quoted) != 0) return;
    says.add("ip.hdr_len says ")
        .dec(header)
        .add(truncated ? " bytes; the capture kept " : " bytes; there are ")
        .dec(there);
    return x.problem(truncated ? Kind::truncated : Kind::malformed, &row<"ip.hdr_len">(Ip::fields),
                     says.view());
  }
  if ((x.layer.flags & (Layer::truncated | Layer::malformed)) != 0) {
    says.add("ip.len says ")
        .dec(total)
        .add(truncated ? "; the capture kept " : "; the frame leaves ")
        .dec(there);
    return x.problem(truncated ? Kind::truncated : Kind::malformed, &row<"ip.len">(Ip::fields),
                     says.view());
  }
}

void oddities(Expansion& x, Verdict verdict) {
  const u8* p = x.header();
  if (verdict == Verdict::bad) {
    if (get<Ip, "ip.checksum">(p) == 0) {
      x.problem(Kind::unusual, &row<"ip.checksum">(Ip::fields),
                "the header checksum is 0: probably seen on the sending machine, whose network "
                "card fills it in later (offload)");
    } else {
      Text says;
      u8 copy[60];
      const u32 header = u32(get<Ip, "ip.hdr_len">(p)) * 4;
      std::memcpy(copy, p, header);
      put<Ip, "ip.checksum">(copy, 0);
      says.add("the header checksum is 0x")
          .hex(get<Ip, "ip.checksum">(p), 4)
          .add("; this header needs 0x");
      says.hex(base::Checksum().add({copy, header}).value(), 4);
      x.problem(Kind::malformed, &row<"ip.checksum">(Ip::fields), says.view());
    }
  }
  if ((x.layer.flags & Layer::quoted) != 0) return;
  if (get<Ip, "ip.len">(p) == 0) {
    x.problem(Kind::unusual, &row<"ip.len">(Ip::fields),
              "ip.len is 0: probably seen before a network card cut the packet into smaller ones "
              "and filled it in (TSO)");
  }
  if (get<Ip, "ip.flags.rb">(p) != 0) {
    x.problem(Kind::unusual, &row<"ip.flags.rb">(Ip::fields),
              "the reserved bit is set; it must be zero");
  }
  const u64 total = get<Ip, "ip.len">(p), header = get<Ip, "ip.hdr_len">(p) * 4,
            offset = get<Ip, "ip.frag_offset">(p) * 8;
  if (total >= header && offset + total > longest) {
    Text says;
    says.add("this fragment would end at byte ")
        .dec(offset + total)
        .add("; a packet has at most ")
        .dec(longest);
    x.problem(Kind::malformed, &row<"ip.frag_offset">(Ip::fields), says.view());
  }
  const u64 ttl = get<Ip, "ip.ttl">(p);
  const bool one_receiver = place<Ip, "ip.dst">(p)[0] < 224;
  if (ttl == 0) {
    x.problem(Kind::unusual, &row<"ip.ttl">(Ip::fields),
              "ip.ttl is 0: the packet should have been discarded");
  } else if (ttl == 1 && one_receiver) {
    x.problem(Kind::unusual, &row<"ip.ttl">(Ip::fields),
              "ip.ttl is 1: the next router discards the packet and tells the sender, which is how "
              "traceroute works");
  }
}

void expand(Expansion& x) {
  const Verdict verdict = verify(x);
  x.rows(part<"ip.version", "ip.checksum">(Ip::fields));
  if (x.layer.header >= row<"ip.checksum">(Ip::fields).end() / 8)
    x.computed(row<"ip.checksum.status">(extra), u64(verdict));
  x.rows(part<"ip.src", "ip.dst">(Ip::fields));
  if (x.layer.header < fixed) return;
  expand_ip_options(x);
  if (const auto* known = x.known<FragmentFacts>()) expand_fragments(x, pieces, *known);
  lies(x);
  if (get<Ip, "ip.version">(x.header()) == 4) oddities(x, verdict);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  if (fragment(p)) {
    const u64 offset = get<Ip, "ip.frag_offset">(p) * 8;
    out.add(offset == 0                      ? "first piece"
            : get<Ip, "ip.flags.mf">(p) != 0 ? "a piece"
                                             : "last piece");
    out.add(" of packet 0x").hex(get<Ip, "ip.id">(p), 4).add(", bytes ").dec(offset).add(" to ");
    out.dec(offset + layer.body - (layer.body > 0 ? 1 : 0)).add(", ");
  }
  out.add("carries ");
  const u64 carried = get<Ip, "ip.proto">(p);
  out.add(meaning(row<"ip.proto">(Ip::fields), carried))
      .add(" (")
      .dec(carried)
      .add("), ")
      .dec(layer.body);
  out.add(layer.body == 1 ? " byte" : " bytes").add(", time to live ").dec(get<Ip, "ip.ttl">(p));
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ip.proto">(Ip::fields)}
};
constexpr Preset presets[]{
    {&row<"ip.version">(Ip::fields), 4               },
    {&row<"ip.ttl">(Ip::fields),     64              },
    {&row<"ip.proto">(Ip::fields),   proto_experiment}
};

void fit(const Fitting& f) {
  put<Ip, "ip.hdr_len">(f.header, std::min(f.layer.header / 4, 15));
  if (f.fresh || get<Ip, "ip.len">(f.header) != 0)
    put<Ip, "ip.len">(f.header, f.total() <= longest ? f.total() : 0);
}

void seal(const Fitting& f) {
  const u32 header = u32(get<Ip, "ip.hdr_len">(f.header)) * 4;
  if (header > f.layer.header) return;
  put<Ip, "ip.checksum">(f.header, 0);
  put<Ip, "ip.checksum">(f.header, base::Checksum().add({f.header, header}).value());
}

}  // namespace

const Protocol ip{
    .name = "ip",
    .title = "Internet Protocol Version 4",
    .label = "IPv4",
    .osi = Osi::network,
    .ref = "RFC 791",
    .about = "Carries a packet from network to network to the host that has the destination "
             "address, as best it can.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
    .fit = fit,
    .seal = seal,
};

}  // namespace netpeel::proto
