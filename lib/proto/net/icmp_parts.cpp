#include "proto/net/icmp_parts.hpp"

#include "proto/answer_facts.hpp"
#include "proto/net/ip.hpp"

namespace netpeel::proto {
namespace {

using namespace icmp_extension;

Bytes until_nul(Bytes text) {
  u32 n = 0;
  while (n < text.size() && text[n] != 0) ++n;
  return text.first(n);
}

void labels(Expansion& x, u32 at, u32 end) {
  for (; end - at >= bytes_of(label); at += bytes_of(label)) x.rows(label, at);
  if (at < end) x.field(row<"icmp.mpls.data">(extra), at, end - at);
}

void information(Expansion& x, u8 told, u32 at, u32 end) {
  const auto missing = [&](u32 needed) {
    if (end - at >= needed) return false;
    tell_short(x, &row<"icmp.ext.length">(object),
               "the interface information object ends before what its C-Type announces");
    return true;
  };
  if ((told & 8) != 0) {
    if (missing(4)) return;
    x.field(row<"icmp.int_info.index">(extra), at, 4);
    at += 4;
  }
  if ((told & 4) != 0) {
    if (missing(bytes_of(address_head))) return;
    const u32 family = be16(x.header() + at);
    at += x.rows(address_head, at);
    if (family != 1 && family != 2) {
      return x.problem(Kind::unknown, &row<"icmp.int_info.afi">(address_head),
                       "an address of a family not known here");
    }
    const u32 size = family == 1 ? 4 : 16;
    if (missing(size)) return;
    x.field(family == 1 ? row<"icmp.int_info.ipv4">(extra) : row<"icmp.int_info.ipv6">(extra), at,
            size);
    at += size;
  }
  if ((told & 2) != 0) {
    if (missing(1)) return;
    const u32 size = x.header()[at];
    x.field(row<"icmp.int_info.name_length">(extra), at, 1);
    if (size == 0 || missing(size)) return;
    x.value(row<"icmp.int_info.name">(extra), at + 1, size - 1,
            until_nul({x.header() + at + 1, size - 1}));
    at += size;
  }
  if ((told & 1) != 0 && !missing(4)) x.field(row<"icmp.int_info.mtu">(extra), at, 4);
}

void identification(Expansion& x, u8 kind, u32 at, u32 end) {
  if (kind == 1)
    return x.value(row<"icmp.int_ident.name">(extra), at, end - at,
                   until_nul({x.header() + at, end - at}));
  if (kind == 2 && end - at >= 4) return x.field(row<"icmp.int_ident.index">(extra), at, 4);
  if (kind != 3 || end - at < bytes_of(identity_head)) return;
  const u32 family = be16(x.header() + at);
  at += x.rows(identity_head, at);
  if (family == 1 && end - at >= 4) return x.field(row<"icmp.int_ident.ipv4">(extra), at, 4);
  if (family == 2 && end - at >= 16) return x.field(row<"icmp.int_ident.ipv6">(extra), at, 16);
  if (at < end) x.field(row<"icmp.int_ident.address">(extra), at, end - at);
}

void contents(Expansion& x, u8 of_class, u8 kind, u32 at, u32 end) {
  if (of_class == 1 && kind == 1) return labels(x, at, end);
  if (of_class == 2) return information(x, kind, at, end);
  if (of_class == 3) return identification(x, kind, at, end);
  if (at < end) x.field(row<"icmp.ext.data">(extra), at, end - at);
}

bool sums_up(const u8* p, u32 size) { return base::Checksum{}.add({p, size}).verifies(); }

}  // namespace

u32 quoted_bytes(const u8* p, u32 len, u32 attribute) {
  const u32 all = len - icmp_header;
  // Senders older than the length attribute quote exactly 128 bytes, zeros behind a shorter packet
  // (RFC 4884 §5.5).
  const u32 quoted = attribute != 0 ? attribute : 128;
  if (quoted >= all || all - quoted < bytes_of(structure)) return all;
  const u8* extension = p + icmp_header + quoted;
  const bool version2 = extension[0] >> 4 == 2;
  const bool sure = version2 && be16(extension + 2) != 0 && sums_up(extension, all - quoted);
  if (sure || (attribute >= 128)) return quoted;
  // A quoted IPv4 packet that ends within the 128 bytes leaves nothing else that the rest could be.
  const bool ends = p[icmp_header] >> 4 == 4 && be16(p + icmp_header + 2) <= 128;
  return attribute == 0 && version2 && ends ? quoted : all;
}

void tell_question(Expansion& x, const Field& frame, const Field& milliseconds) {
  const auto* known = x.known<AnswerFacts>();
  if (known == nullptr || known->question == 0) return;
  x.computed(frame, known->question);
  Text text;
  const u64 micros = u64(known->time < 0 ? -known->time : known->time) / 1000;
  text.add(known->time < 0 ? "-" : "").dec(micros / 1000).add('.').dec(micros % 1000, 3);
  x.computed(milliseconds, text.view());
}

u32 message_bytes(const Expansion& x) {
  const u32 shown = u32(x.layer.header) + x.layer.body;
  if ((x.layer.flags & Layer::quoted) != 0) return shown;
  const IpBelow ip = ip_below(x.packet, x.layer);
  return ip ? std::max(shown, std::min(ip.claimed, x.packet.frame.size - x.layer.at)) : shown;
}

namespace {

// The sum over the message as it is; false if it cannot be known.
bool sum_up(const Packet& packet, const Layer& layer, bool pseudo, u32 most, base::Checksum& sum) {
  const IpBelow ip = ip_below(packet, layer);
  // A length beyond the frame's own end is a lie, not a cut: then all there was on the wire counts.
  const u32 on_wire = std::max(packet.frame.wire_size, packet.frame.size) - layer.at;
  const u32 size = std::min({ip ? ip.claimed : u32(layer.header) + layer.body, on_wire, most});
  if (size > packet.frame.size - layer.at || (ip && ip.fragment)) return false;
  if (pseudo) {
    if (!ip || ip.destination == nullptr) return false;
    sum.add({ip.source, ip.v6 ? 16u : 4u})
        .add({ip.destination, ip.v6 ? 16u : 4u})
        .add32(size)
        .add16(58);
  }
  sum.add({packet.bytes(layer), size});
  return true;
}

}  // namespace

Verdict icmp_verdict(const Expansion& x, bool pseudo, u32 most) {
  base::Checksum sum;
  if (!x.whole() || (x.layer.flags & Layer::quoted) != 0) return Verdict::unverified;
  if (!sum_up(x.packet, x.layer, pseudo, most, sum)) return Verdict::unverified;
  return sum.verifies() ? Verdict::good : Verdict::bad;
}

void seal_icmp(const Fitting& f, bool pseudo, u32 at, u32 most) {
  const u16 held = be16(f.header + at);
  base::put_be16(f.header + at, 0);
  base::Checksum sum;
  base::put_be16(f.header + at, sum_up(f.packet, f.layer, pseudo, most, sum) ? sum.value() : held);
}

void expand_extension(Expansion& x, u32 at, u32 end) {
  x.reach(end);
  x.mark(row<"icmp.ext">(extra), at, end - at);
  const auto g = x.inside();
  if (end - at < bytes_of(structure)) {
    return tell_short(x, &row<"icmp.ext">(extra), "the extension structure needs 4 bytes");
  }
  const u8* p = x.header() + at;
  x.rows(structure, at);
  const bool cut = (x.packet.below(x.layer) != nullptr) &&
                   (x.packet.below(x.layer)->flags & Layer::truncated) != 0;
  const Verdict status = be16(p + 2) == 0       ? Verdict::not_present
                         : cut                  ? Verdict::unverified
                         : sums_up(p, end - at) ? Verdict::good
                                                : Verdict::bad;
  x.computed(row<"icmp.ext.checksum.status">(extra), u64(status));
  if (status == Verdict::bad) {
    x.problem(Kind::unusual, &row<"icmp.ext.checksum">(structure),
              "the extensions' checksum is wrong");
  }
  for (at += bytes_of(structure); end - at >= 4;) {
    const u32 size = be16(x.header() + at);
    const u8 of_class = x.header()[at + 2], kind = x.header()[at + 3];
    const u32 stop = size > end - at ? end : at + std::max(size, 4u);
    x.mark(object_heading[0], at, stop - at);
    const auto inner = x.inside();
    x.rows(object, at);
    if (size < 4)
      return tell_short(x, &row<"icmp.ext.length">(object), "an object is at least 4 bytes long");
    x.rows(of_class == 2   ? Table(information_kind)
           : of_class == 3 ? Table(identification_kind)
                           : Table(plain_kind),
           at + 3);
    contents(x, of_class, kind, at + 4, stop);
    if (size > end - at) {
      return tell_short(x, &row<"icmp.ext.length">(object),
                        "the object claims more bytes than the message has left");
    }
    at = stop;
  }
}

void tell_short(Expansion& x, const Field* claimed_by, std::string_view says) {
  if ((x.layer.flags & Layer::quoted) != 0) return;
  const bool truncated = (x.layer.flags & Layer::truncated) != 0 ||
                         (x.packet.frame.size < x.packet.frame.wire_size &&
                          x.layer.at + message_bytes(x) == x.packet.frame.size);
  x.problem(truncated ? Kind::truncated : Kind::malformed, claimed_by, says);
}

void tell_needed(Expansion& x, u32 needed) {
  Text says;
  says.add("a message of this type needs ")
      .dec(needed)
      .add(" bytes; there are ")
      .dec(u32(x.layer.header) + x.layer.body);
  tell_short(x, nullptr, says.view());
}

}  // namespace netpeel::proto
