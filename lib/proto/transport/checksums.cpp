#include "proto/transport/checksums.hpp"

namespace netpeel::proto {
namespace {

base::Checksum pseudo_header(const IpBelow& ip, u8 ip_proto, u32 length) {
  base::Checksum sum;
  const u32 size = ip.v6 ? 16 : 4;
  sum.add({ip.source, size}).add({ip.destination, size}).add32(length).add16(ip_proto);
  return sum;
}

}  // namespace

ChecksumFound find_checksum(const Packet& packet, const Layer& layer, u8 ip_proto,
                            u32 pseudo_length, u32 covered, u32 at) {
  const IpBelow ip = ip_below(packet, layer);
  const u32 there = u32(layer.header) + layer.body;
  if (!ip || ip.fragment || ip.source == nullptr || ip.destination == nullptr || covered > there ||
      at + 2 > covered || (layer.flags & Layer::quoted) != 0) {
    return {};
  }
  const u8* p = packet.bytes(layer);
  const u16 holds = be16(p + at);
  const base::Checksum before = pseudo_header(ip, ip_proto, pseudo_length);
  base::Checksum whole = before;
  // In ones' complement, adding the complement takes the field itself out of the sum. It comes
  // first: the bytes may be odd.
  whole.add16(u16(~holds)).add({p, covered});
  const u16 right = whole.value();
  // Both zeros mean the same (RFC 1624 §3).
  const bool good =
      right == holds || (right == 0 && holds == 0xffff) || (right == 0xffff && holds == 0);
  // Linux leaves the sum with the length in it, drivers that cut segments themselves the one
  // without.
  const bool card = holds == before.folded() || holds == pseudo_header(ip, ip_proto, 0).folded();
  return {.verdict = good ? Verdict::good : Verdict::bad,
          .right = right,
          .left_to_card = !good && card};
}

void seal_checksum(const Fitting& f, u8 ip_proto, u32 pseudo_length, u32 covered, u32 at) {
  const ChecksumFound found =
      find_checksum(f.packet, f.layer, ip_proto, pseudo_length, covered, at);
  if (found.verdict == Verdict::bad) base::put_be16(f.header + at, found.right);
}

void tell_checksum(Expansion& x, const ChecksumFound& found, const Field& f, u32 at) {
  if (found.verdict != Verdict::bad) return;
  Text says;
  if (found.left_to_card) {
    says.add(
        "the checksum is only the sum of the addresses and the length, which is what the sender "
        "leaves for its network "
        "card to finish (offload): captured on the sending machine, most likely nothing is wrong");
    return x.problem(Kind::unusual, &f, says.view());
  }
  says.add("the checksum says 0x")
      .hex(be16(x.header() + at), 4)
      .add("; the bytes give 0x")
      .hex(found.right, 4);
  says.add(": they changed on their way, or were captured before a network card filled it in");
  x.problem(Kind::malformed, &f, says.view());
}

}  // namespace netpeel::proto
