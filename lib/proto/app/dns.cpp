// DNS — RFC 1035, and the decoder that mDNS and LLMNR share.
#include "proto/app/dns.hpp"

#include <array>

#include "proto/answer_facts.hpp"
#include "proto/app/dns_rows.hpp"

namespace netpeel::proto {

using namespace dns_rows;  // NOLINT: the tables of this very file

constinit const Table dns_tables[12]{
    Header::fields,    message,        Question::fields, Record::fields,      Opt::fields,
    records,           edns,           KeyFlags::fields, DnskeyFlags::fields, SmallFlags::csync,
    SmallFlags::nsec3, SmallFlags::caa};
constinit const Table mdns_tables[12]{
    Header::fields,    message,        MdnsQuestion::fields, MdnsRecord::fields,  MdnsOpt::fields,
    records,           edns,           KeyFlags::fields,     DnskeyFlags::fields, SmallFlags::csync,
    SmallFlags::nsec3, SmallFlags::caa};
constinit const Table llmnr_tables[12]{LlmnrHeader::fields,
                                       message,
                                       Question::fields,
                                       Record::fields,
                                       Opt::fields,
                                       records,
                                       edns,
                                       KeyFlags::fields,
                                       DnskeyFlags::fields,
                                       SmallFlags::csync,
                                       SmallFlags::nsec3,
                                       SmallFlags::caa};

// ---- Names ----

namespace {

constexpr u32 longest_name = 253;  // characters; RFC 1035 §2.3.4 allows 255 bytes on the wire
constexpr u32 most_jumps = 127;  // a name has at most 127 labels, and each pointer may lead to one

void replace(DnsName& out, std::string_view words, DnsName::Fault fault) {
  std::memcpy(out.text, words.data(), words.size());
  out.size = u16(words.size());
  out.labels = 1;
  out.fault = fault;
}

}  // namespace

void read_dns_name(Bytes message, u32 at, u32 end, DnsName& out) {
  out.size = out.labels = 0;
  out.wire = 0;
  out.fault = DnsName::Fault::none;
  out.forward = false;
  const u32 start = at;
  u32 jumps = 0, surplus = 0;
  bool too_long = false;
  for (;;) {
    if (at >= end) {
      out.fault = DnsName::Fault::past_end;
      break;
    }
    const u32 head = message[at++];
    if (head == 0) {
      if (jumps == 0) out.wire = at - start;
      break;
    }
    if (head >= 0xc0) {
      if (at >= end) {
        out.fault = DnsName::Fault::past_end;
        break;
      }
      const u32 target = (head & 0x3f) << 8 | message[at++];
      if (jumps == 0) {
        out.wire = at - start;
        end = u32(message.size());
      }
      if (++jumps > most_jumps)
        return replace(out, "<Name contains a pointer that loops>", DnsName::Fault::loop);
      out.forward |= target >= at - 2;
      at = target;
      continue;
    }
    if (head >= 0x40) {  // bit strings and other kinds of label, withdrawn by RFC 6891 §5
      out.fault = DnsName::Fault::bad_label;
      break;
    }
    if (head > end - at) {
      out.fault = DnsName::Fault::past_end;
      break;
    }
    const u32 dot = out.size > 0 ? 1 : 0;
    if (too_long || out.size + dot + head > longest_name) {
      too_long = true;
      // On with the walk: either it takes room that must be known, or it is a circle, which is told
      // apart.
      if (jumps > 0 && ++surplus > 2 * most_jumps) break;
    } else {
      if (dot != 0) out.text[out.size++] = '.';
      std::memcpy(out.text + out.size, &message[at], head);
      out.size = u16(out.size + head);
      ++out.labels;
    }
    at += head;
  }
  if (too_long) return replace(out, "<Name too long>", DnsName::Fault::too_long);
  if (out.size == 0 && out.fault == DnsName::Fault::none)
    return replace(out, "<Root>", DnsName::Fault::none);
}

// ---- Fields ----

namespace {

using Fault = DnsName::Fault;

// A name as the views show it: control characters as C escapes. At most four characters for each of
// the name's.
std::string_view shown(const DnsName& name, std::span<char, 1024> room) {
  u32 used = 0;
  for (const char c : name.view()) {
    const u8 b = u8(c);
    if (b >= 0x20 && b != 0x7f) {
      room[used++] = c;
      continue;
    }
    room[used++] = '\\';
    if (b >= 7 && b <= 13) {
      room[used++] = "abtnvfr"[b - 7];
    } else {
      for (u32 shift = 6; shift < 9; shift -= 3) room[used++] = char('0' + (b >> shift & 7));
    }
  }
  return {room.data(), used};
}

// The mnemonic of a record type: "AAAA". Into room for the numbers that have none ("TYPE4242", RFC
// 3597 §5).
std::string_view type_word(u32 type, std::span<char, 16> room) {
  const std::string_view text = meaning(row<"dns.resp.type">(Record::fields), type);
  if (!text.empty()) return text.substr(0, text.find(' '));
  std::memcpy(room.data(), "TYPE", 4);
  char digits[5];
  u32 n = 0;
  do digits[n++] = char('0' + type % 10);
  while ((type /= 10) > 0);
  for (u32 i = 0; i < n; ++i) room[4 + i] = digits[n - 1 - i];
  return {room.data(), 4 + n};
}

// How the data of the plain record types goes: steps, in wire order.
struct Step {
  enum What : u8 {
    number,   // a row of fixed width
    name,     // a domain name
    string,   // a length byte (its row is second), then so many bytes
    strings,  // such strings up to the end
    rest,     // all that is left
    group,    // a heading and its flags: a table
    bitmap,   // types, as RFC 4034 §4.1.2 packs them
  };
  What what = number;
  const Field* row = nullptr;
  const Field* second = nullptr;
  Table table{};
};

template <Name N>
consteval Step number() {
  return {Step::number, &row<N>(records)};
}
template <Name N>
consteval Step name() {
  return {Step::name, &row<N>(records)};
}
template <Name L, Name N>
consteval Step string() {
  return {Step::string, &row<N>(records), &row<L>(records)};
}
template <Name L, Name N>
consteval Step strings() {
  return {Step::strings, &row<N>(records), &row<L>(records)};
}
template <Name N>
consteval Step rest() {
  return {Step::rest, &row<N>(records)};
}
consteval Step group(Table table) { return {Step::group, nullptr, nullptr, table}; }
constexpr Step bitmap{Step::bitmap, &row<"dns.resp.type">(records)};

using Steps = std::span<const Step>;
constexpr Step a[]{number<"dns.a">()};
constexpr Step ns[]{name<"dns.ns">()};
constexpr Step md[]{name<"dns.md">()};
constexpr Step mf[]{name<"dns.mf">()};
constexpr Step cname[]{name<"dns.cname">()};
constexpr Step soa[]{name<"dns.soa.mname">(),
                     name<"dns.soa.rname">(),
                     number<"dns.soa.serial_number">(),
                     number<"dns.soa.refresh_interval">(),
                     number<"dns.soa.retry_interval">(),
                     number<"dns.soa.expire_limit">(),
                     number<"dns.soa.minimum_ttl">()};
constexpr Step mb[]{name<"dns.mb">()};
constexpr Step mg[]{name<"dns.mg">()};
constexpr Step mr[]{name<"dns.mr">()};
constexpr Step null[]{rest<"dns.null">()};
constexpr Step ptr[]{name<"dns.ptr.domain_name">()};
constexpr Step hinfo[]{string<"dns.hinfo.cpu_length", "dns.hinfo.cpu">(),
                       string<"dns.hinfo.os_length", "dns.hinfo.os">()};
constexpr Step minfo[]{name<"dns.minfo.r">(), name<"dns.minfo.e">()};
constexpr Step mx[]{number<"dns.mx.preference">(), name<"dns.mx.mail_exchange">()};
constexpr Step txt[]{strings<"dns.txt.length", "dns.txt">()};
constexpr Step spf[]{strings<"dns.spf.length", "dns.spf">()};
constexpr Step rp[]{name<"dns.rp.mailbox">(), name<"dns.rp.txt_rr">()};
constexpr Step afsdb[]{number<"dns.afsdb.subtype">(), name<"dns.afsdb.hostname">()};
constexpr Step x25[]{string<"dns.x25.length", "dns.x25.psdn_address">()};
constexpr Step rt[]{number<"dns.rt.subtype">(), name<"dns.rt.intermediate_host">()};
constexpr Step nsap[]{rest<"dns.nsap.rdata">()};
constexpr Step nsap_ptr[]{name<"dns.nsap_ptr.owner">()};
constexpr Step rrsig[]{number<"dns.rrsig.type_covered">(),
                       number<"dns.rrsig.algorithm">(),
                       number<"dns.rrsig.labels">(),
                       number<"dns.rrsig.original_ttl">(),
                       number<"dns.rrsig.signature_expiration">(),
                       number<"dns.rrsig.signature_inception">(),
                       number<"dns.rrsig.key_tag">(),
                       name<"dns.rrsig.signers_name">(),
                       rest<"dns.rrsig.signature">()};
constexpr Step px[]{number<"dns.px.preference">(), name<"dns.px.map822">(),
                    name<"dns.px.map400">()};
constexpr Step gpos[]{string<"dns.gpos.longitude_length", "dns.gpos.longitude">(),
                      string<"dns.gpos.latitude_length", "dns.gpos.latitude">(),
                      string<"dns.gpos.altitude_length", "dns.gpos.altitude">()};
constexpr Step aaaa[]{number<"dns.aaaa">()};
constexpr Step loc[]{number<"dns.loc.version">(),
                     number<"dns.loc.size">(),
                     number<"dns.loc.horizontal_precision">(),
                     number<"dns.loc.vertical_precision">(),
                     number<"dns.loc.latitude">(),
                     number<"dns.loc.longitude">(),
                     number<"dns.loc.altitude">()};
constexpr Step srv[]{number<"dns.srv.priority">(), number<"dns.srv.weight">(),
                     number<"dns.srv.port">(), name<"dns.srv.target">()};
constexpr Step kx[]{number<"dns.kx.preference">(), name<"dns.kx.key_exchange">()};
constexpr Step cert[]{number<"dns.cert.type">(), number<"dns.cert.key_tag">(),
                      number<"dns.cert.algorithm">(), rest<"dns.cert.certificate">()};
constexpr Step dname[]{name<"dns.dname">()};
constexpr Step ds[]{number<"dns.ds.key_id">(), number<"dns.ds.algorithm">(),
                    number<"dns.ds.digest_type">(), rest<"dns.ds.digest">()};
constexpr Step sshfp[]{number<"dns.sshfp.algorithm">(), number<"dns.sshfp.fingerprint.type">(),
                       rest<"dns.sshfp.fingerprint">()};
constexpr Step nsec[]{name<"dns.nsec.next_domain_name">(), bitmap};
constexpr Step dhcid[]{rest<"dns.dhcid.rdata">()};
constexpr Step tlsa[]{number<"dns.tlsa.certificate_usage">(), number<"dns.tlsa.selector">(),
                      number<"dns.tlsa.matching_type">(),
                      rest<"dns.tlsa.certificate_association_data">()};
constexpr Step openpgpkey[]{rest<"dns.openpgpkey">()};
constexpr Step zonemd[]{number<"dns.zonemd.serial">(), number<"dns.zonemd.scheme">(),
                        number<"dns.zonemd.hash_algo">(), rest<"dns.zonemd.digest">()};
constexpr Step nid[]{number<"dns.ilnp.nid.preference">(), number<"dns.ilnp.nid">()};
constexpr Step l32[]{number<"dns.ilnp.l32.preference">(), number<"dns.ilnp.l32">()};
constexpr Step l64[]{number<"dns.ilnp.l64.preference">(), number<"dns.ilnp.l64">()};
constexpr Step lp[]{number<"dns.ilnp.lp.preference">(), name<"dns.ilnp.lp">()};
constexpr Step eui48[]{number<"dns.eui48">()};
constexpr Step eui64[]{number<"dns.eui64">()};

constexpr Step naptr_head[]{number<"dns.naptr.order">(), number<"dns.naptr.preference">(),
                            string<"dns.naptr.flags_length", "dns.naptr.flags">(),
                            string<"dns.naptr.service_length", "dns.naptr.service">(),
                            string<"dns.naptr.regex_length", "dns.naptr.regex">()};
constexpr Step nsec3_head[]{number<"dns.nsec3.algo">(), group(SmallFlags::nsec3),
                            number<"dns.nsec3.iterations">()};
constexpr Step key_head[]{number<"dns.key.protocol">(), number<"dns.key.algorithm">()};
constexpr Step dnskey_head[]{number<"dns.dnskey.protocol">(), number<"dns.dnskey.algorithm">()};
constexpr Step ipseckey_head[]{number<"dns.ipseckey.gateway_precedence">(),
                               number<"dns.ipseckey.gateway_type">(),
                               number<"dns.ipseckey.gateway_algorithm">()};
constexpr Step hip_head[]{number<"dns.hip.hit.length">(), number<"dns.hip.hit.pk.algo">(),
                          number<"dns.hip.pk.length">()};
constexpr Step csync_head[]{number<"dns.csync.soa">(), group(SmallFlags::csync)};
constexpr Step tkey_head[]{name<"dns.tkey.algo_name">(), number<"dns.tkey.signature_inception">(),
                           number<"dns.tkey.signature_expiration">(), number<"dns.tkey.mode">(),
                           number<"dns.tkey.error">()};
constexpr Step tsig_head[]{name<"dns.tsig.algorithm_name">(), number<"dns.tsig.time_signed">(),
                           number<"dns.tsig.fudge">()};
constexpr Step tsig_tail[]{number<"dns.tsig.original_id">(), number<"dns.tsig.error">()};
constexpr Step wins_head[]{number<"dns.wins.lookup_timeout">(), number<"dns.wins.cache_timeout">()};
constexpr Step winsr_tail[]{number<"dns.winsr.lookup_timeout">(),
                            number<"dns.winsr.cache_timeout">(),
                            name<"dns.winsr.name_result_domain">()};

Steps plain_steps(u32 type) {
  switch (type) {
    case 1: return a;
    case 2: return ns;
    case 3: return md;
    case 4: return mf;
    case 5: return cname;
    case 6: return soa;
    case 7: return mb;
    case 8: return mg;
    case 9: return mr;
    case 10: return null;
    case 12: return ptr;
    case 13: return hinfo;
    case 14: return minfo;
    case 15: return mx;
    case 16: return txt;
    case 17: return rp;
    case 18: return afsdb;
    case 19: return x25;
    case 21: return rt;
    case 22: return nsap;
    case 23: return nsap_ptr;
    case 24:
    case 46: return rrsig;
    case 26: return px;
    case 27: return gpos;
    case 28: return aaaa;
    case 33: return srv;
    case 36: return kx;
    case 37: return cert;
    case 39: return dname;
    case 43:
    case 59:
    case 32769: return ds;
    case 44: return sshfp;
    case 47: return nsec;
    case 49: return dhcid;
    case 52: return tlsa;
    case 61: return openpgpkey;
    case 63: return zonemd;
    case 99: return spf;
    case 104: return nid;
    case 105: return l32;
    case 106: return l64;
    case 107: return lp;
    case 108: return eui48;
    case 109: return eui64;
    default: return {};
  }
}

enum class Section : u8 { question, answer, authority, additional };

// A stretch of the message that is being read. After a read past its end it is short, and empty.
struct Part {
  u32 at, end;
  bool short_ = false;
  u32 left() const { return end - at; }
  bool has(u32 n) {
    if (n <= left()) return true;
    short_ = true;
    return false;
  }
};

// One message being expanded. Places are bytes from the message's start.
class Message {
 public:
  Message(Expansion& x, u32 at, u32 size, DnsKind kind)
      : x_(x), base_(at), m_(x.header() + at, size), kind_(kind) {
    const base::Frame& frame = x.packet.frame;
    cut_ = (x.layer.flags & Layer::truncated) != 0 ||
           (frame.size < frame.wire_size && x.layer.at + at + size == frame.size);
  }

  void expand() {
    header();
    if (m_.size() < dns_header) return;
    const u32 counts[4]{be16(&m_[4]), be16(&m_[6]), be16(&m_[8]), be16(&m_[10])};
    Part p{dns_header, u32(m_.size())};
    if (opcode_ == 6 && (counts[0] | counts[1] | counts[2] | counts[3]) == 0) return stateful(p);
    for (u32 s = 0; s < 4; ++s) {
      for (u32 i = 0; i < counts[s]; ++i) {
        if (p.left() == 0) return missing(s, counts[s], i);
        if (!(s == 0 ? question(p) : record(p, Section(s)))) return;
      }
    }
    if (p.left() > 0) {
      x_.field(row<"dns.extraneous.data">(message), base_ + p.at, p.left());
      x_.computed(row<"dns.extraneous.length">(message), p.left());
      Text says;
      says.dec(p.left())
          .add(p.left() == 1 ? " byte is" : " bytes are")
          .add(" left over behind the last record");
      x_.problem(Kind::unusual, &row<"dns.extraneous.data">(message), says.view());
    }
  }

 private:
  // ---- Telling ----

  // Bytes are missing, or say something impossible. Where the capture ended that is told once, and
  // is nobody's fault.
  void lack(const Field* f, std::string_view says) {
    if (!cut_) return x_.problem(Kind::malformed, f, says);
    if (!told_cut_)
      x_.problem(Kind::truncated, nullptr, "the capture ended before the DNS message did");
    told_cut_ = true;
  }
  void missing(u32 section, u32 claimed, u32 got) {
    const Field& f = *counts_[section];
    Text says;
    says.add(f.name).add(" says ").dec(claimed).add("; the message ends after ").dec(got);
    lack(&f, says.view());
  }

  // ---- The header ----

  void header() {
    const u32 size = u32(m_.size());
    if (size < 4) {  // not even the flags: what is there of the fixed rows
      if (size >= 2) x_.placed(row<"dns.id">(Header::fields), base_);
      return;
    }
    const u32 flags = be16(&m_[2]);
    opcode_ = flags >> 11 & 15;
    response_ = (flags & 0x8000) != 0;
    if (kind_ == DnsKind::llmnr) {
      header_rows(LlmnrHeader::fields);
    } else {
      header_rows(Header::fields);
    }
    if ((flags & 0x40) != 0 && kind_ == DnsKind::dns) {
      x_.problem(Kind::unusual, &row<"dns.flags.z">(Header::fields), "the reserved flag is set");
    }
  }
  void header_rows(Table table) {
    const bool update = opcode_ == 5;
    u32 count = 0;
    for (const Field& f : table) {
      if (f.name.empty()) continue;
      const u32 byte = f.at / 8;
      const Field* show = &f;
      if (byte >= 4) {
        static constexpr const Field* of_updates[]{&row<"dns.count.zones">(message),
                                                   &row<"dns.count.prerequisites">(message),
                                                   &row<"dns.count.updates">(message)};
        if (update && count < 3) show = of_updates[count];
        counts_[count++] = show;
        if (byte + 2 <= m_.size()) x_.field(*show, base_ + byte, 2);
        continue;
      }
      if (!response_ && f.more.sometimes) {
        // Wireshark shows the authentic-data flag of a question only where it is set, and the
        // others never.
        if (f.key != row<"dns.flags.authenticated">(Header::fields).key || (m_[3] & 0x20) == 0)
          continue;
      }
      x_.placed(f, base_);
    }
  }

  // ---- Names ----

  void faults(const DnsName& n, const Field& f) {
    switch (n.fault) {
      case Fault::none: break;
      case Fault::loop:
        x_.problem(Kind::malformed, &f, "the name's pointers lead in a circle");
        break;
      case Fault::too_long:
        x_.problem(Kind::malformed, &f,
                   "the name is longer than the 255 bytes that a name may have");
        break;
      case Fault::bad_label:
        x_.problem(Kind::malformed, &f, "a part of the name is neither text nor a pointer");
        break;
      case Fault::past_end:
        if (n.wire != 0) {
          x_.problem(Kind::malformed, &f,
                     "the name points to a place where it cannot be read to its end");
        } else {
          lack(&f, "the name goes on past the end of its bytes");
        }
        break;
    }
    if (n.forward && n.fault == Fault::none) {
      x_.problem(Kind::malformed, &f,
                 "the name points forward; a pointer may only lead back to an earlier name");
    }
  }
  // Reads the name at p and shows it; false where nobody can tell how long it is.
  bool name(Part& p, const Field& f) {
    read_dns_name(m_, p.at, p.end, name_);
    const u32 size = name_.wire != 0 ? name_.wire : p.left();
    if (name_.size > 0) {
      char room[1024];
      x_.text(f, base_ + p.at, size, shown(name_, room));
    }
    faults(name_, f);
    p.at += size;
    return name_.wire != 0;
  }

  // One line of the tree over a question or record: whose and which.
  void heading(const Field& f, u32 at, u32 size, u32 type) {
    char room[1024 + 16], word[16];
    const std::string_view owner = shown(name_, std::span<char, 1024>(room, 1024));
    const std::string_view kind = type_word(type, word);
    u32 used = u32(owner.size());
    room[used++] = ' ';
    std::memcpy(room + used, kind.data(), std::min<std::size_t>(kind.size(), 15));
    used += u32(std::min<std::size_t>(kind.size(), 15));
    x_.text(f, base_ + at, size, {room, used});
  }

  // ---- Questions and records ----

  bool question(Part& p) {
    const u32 start = p.at;
    const Field& f = row<"dns.qry.name">(message);
    read_dns_name(m_, p.at, p.end, name_);
    const bool whole = name_.wire != 0 && p.left() - name_.wire >= 4;
    if (whole)
      heading(headings[opcode_ == 5 ? 4 : 0], start, name_.wire + 4, be16(&m_[start + name_.wire]));
    auto g = x_.inside();
    if (!name(p, f)) return false;
    x_.computed(row<"dns.qry.name.len">(message), name_.size);
    x_.computed(row<"dns.count.labels">(message), name_.labels);
    if (!whole) {
      lack(&f, "the question ends before its type and class");
      return false;
    }
    x_.rows(kind_ == DnsKind::mdns ? Table(MdnsQuestion::fields) : Table(Question::fields),
            base_ + p.at);
    p.at += 4;
    return true;
  }

  const Field& heading_of(Section s) const {
    if (opcode_ == 5) {
      if (s == Section::answer) return headings[5];
      if (s == Section::authority) return headings[6];
    }
    return headings[u32(s)];
  }

  bool record(Part& p, Section section) {
    constexpr u32 fixed = fixed_bytes<Record>;
    const u32 start = p.at;
    const Field& owner = row<"dns.resp.name">(message);
    read_dns_name(m_, p.at, p.end, name_);
    if (name_.wire == 0 || p.left() - name_.wire < fixed) {
      auto g = x_.inside();
      if (name(p, owner)) lack(&owner, "the record ends before its type, class and length");
      return false;
    }
    const u8* head = &m_[start + name_.wire];
    const u32 type = be16(head), claimed = be16(head + 8);
    p.at += name_.wire + fixed;
    const u32 there = std::min(claimed, p.left());
    heading(heading_of(section), start, name_.wire + fixed + there, type);
    auto g = x_.inside();
    if (type == 33) {
      service(start);
    } else {
      char room[1024];
      x_.text(owner, base_ + start, name_.wire, shown(name_, room));
    }
    faults(name_, owner);
    const bool opt = type == 41;
    const u32 tail = base_ + start + name_.wire;
    if (kind_ == DnsKind::mdns) {
      x_.rows(opt ? Table(MdnsOpt::fields) : Table(MdnsRecord::fields), tail);
    } else {
      x_.rows(opt ? Table(Opt::fields) : Table(Record::fields), tail);
    }
    if (!opt && (head[4] & 0x80) != 0) {
      x_.problem(Kind::unusual, &row<"dns.resp.ttl">(Record::fields),
                 "the time to live has its highest bit set; it counts as zero (RFC 2181 §8)");
    }
    const Field& length = row<"dns.resp.len">(Record::fields);
    if (there < claimed) {
      Text says;
      says.add("dns.resp.len says ").dec(claimed).add("; the message has ").dec(there).add(" left");
      lack(&length, says.view());
    }
    Part d{p.at, p.at + there};
    p.at = d.end;
    if (there > 0) contents(d, type);
    if (there == claimed && d.short_) {
      char word[16];
      Text says;
      says.add("dns.resp.len says ")
          .dec(claimed)
          .add(", which is too little for this ")
          .add(type_word(type, word))
          .add(" record");
      x_.problem(Kind::malformed, &length, says.view());
    } else if (there == claimed && there > 0 && d.left() > 0) {
      Text says;
      says.dec(d.left())
          .add(d.left() == 1 ? " byte is" : " bytes are")
          .add(" left over in the record");
      x_.problem(Kind::unusual, &length, says.view());
    }
    return there == claimed;
  }

  // The name of an SRV record is taken apart (RFC 2782): service, protocol, and whose.
  void service(u32 at) {
    static constexpr const Field* parts[]{&row<"dns.srv.service">(message),
                                          &row<"dns.srv.proto">(message),
                                          &row<"dns.srv.name">(message)};
    char room[1024];
    std::string_view left = shown(name_, room);
    for (u32 i = 0; i < 3 && !left.empty(); ++i) {
      const std::size_t n = i < 2 ? std::min(left.find('.'), left.size()) : left.size();
      x_.text(*parts[i], base_ + at, name_.wire, left.substr(0, n));
      left.remove_prefix(std::min(n + 1, left.size()));
    }
  }

  // ---- The data of records ----

  void contents(Part& d, u32 type) {
    if (const Steps steps = plain_steps(type); !steps.empty()) return walk(d, steps);
    switch (type) {
      case 11: return well_known(d);
      case 20: return isdn(d);
      case 25: return key(d);
      case 29: return location(d);
      case 30: return next(d);
      case 35: return rewriting(d);
      case 38: return a6(d);
      case 41: return options(d);
      case 42: return prefixes(d);
      case 45: return ipsec_key(d);
      case 48:
      case 60: return zone_key(d);
      case 50: return hashed_next(d, true);
      case 51: return hashed_next(d, false);
      case 55: return host_identity(d);
      case 62: return csync(d);
      case 64:
      case 65: return service_binding(d);
      case 249: return agreed_key(d);
      case 250: return signature(d);
      case 257: return authority(d);
      case 65281: return wins(d);
      case 65282: return wins_reverse(d);
      case 65422: return proxied(d);
      default: take(d, row<"dns.data">(message), d.left());
    }
  }

  // Shows size bytes as that row and steps over them.
  bool take(Part& p, const Field& f, u32 size) {
    if (!p.has(size)) {
      p.at = p.end;
      return false;
    }
    x_.field(f, base_ + p.at, size);
    p.at += size;
    return true;
  }
  bool take_number(Part& p, const Field& f, u64& value) {
    const u32 size = f.width / 8;
    if (!p.has(size)) {
      p.at = p.end;
      return false;
    }
    value = 0;
    for (u32 i = 0; i < size; ++i) value = value << 8 | m_[p.at + i];
    constexpr u64 latest = 9'223'372'036;  // seconds that fit into nanoseconds
    x_.number(f, base_ + p.at, size,
              f.show == Show::time ? std::min(value, latest) * 1'000'000'000 : value);
    p.at += size;
    return true;
  }
  bool take_table(Part& p, Table table) {
    const u32 size = bytes_of(table);
    if (!p.has(size)) {
      p.at = p.end;
      return false;
    }
    x_.rows(table, base_ + p.at);
    p.at += size;
    return true;
  }
  bool string(Part& p, const Field& length, const Field& f) {
    u64 size = 0;
    return take_number(p, length, size) && take(p, f, u32(size));
  }

  void walk(Part& d, Steps steps) {
    for (const Step& s : steps) {
      u64 ignored = 0;
      switch (s.what) {
        case Step::number: {
          const bool wide = s.row->wide() || s.row->show == Show::ipv4 || s.row->show == Show::mac;
          if (!(wide ? take(d, *s.row, s.row->width / 8) : take_number(d, *s.row, ignored))) return;
          break;
        }
        case Step::name:
          if (d.left() == 0) d.short_ = true;
          if (d.left() == 0 || !name(d, *s.row)) return;
          break;
        case Step::string:
          if (!string(d, *s.second, *s.row)) return;
          break;
        case Step::strings:
          while (d.left() > 0) {
            if (!string(d, *s.second, *s.row)) return;
          }
          break;
        case Step::rest:
          if (d.left() > 0) take(d, *s.row, d.left());
          break;
        case Step::group:
          if (!take_table(d, s.table)) return;
          break;
        case Step::bitmap: bits(d); break;
      }
    }
  }

  // Windows of 256 types each: number, length, bits (RFC 4034 §4.1.2).
  void bits(Part& d) {
    while (d.left() > 0) {
      if (!d.has(2) || m_[d.at + 1] > d.left() - 2) {
        d.short_ = true;
        d.at = d.end;
        return;
      }
      const u32 window = m_[d.at], size = m_[d.at + 1];
      d.at += 2;
      for (u32 i = 0; i < size; ++i, ++d.at) bit_types(d.at, window * 256 + i * 8);
    }
  }
  void bit_types(u32 at, u32 first) {
    for (u32 bit = 0; bit < 8; ++bit) {
      if ((m_[at] & 0x80 >> bit) != 0)
        x_.number(row<"dns.resp.type">(records), base_ + at, 1, first + bit);
    }
  }

  void well_known(Part& d) {
    u64 ignored = 0;
    if (!take(d, row<"dns.wks.address">(records), 4) ||
        !take_number(d, row<"dns.wks.protocol">(records), ignored))
      return;
    for (; d.left() > 0; ++d.at) {
      if (m_[d.at] != 0) x_.field(row<"dns.wks.bits">(records), base_ + d.at, 1);
    }
  }
  void isdn(Part& d) {
    if (string(d, row<"dns.idsn.length">(records), row<"dns.idsn.address">(records)) &&
        d.left() > 0) {
      string(d, row<"dns.idsn.sa.length">(records), row<"dns.idsn.sa.address">(records));
    }
  }
  // RFC 4034 appendix B.
  u32 key_tag(u32 at, u32 end) const {
    if (end - at >= 7 && m_[at + 3] == 1) return be16(&m_[end - 3]);
    u32 sum = 0;
    for (u32 i = at; i < end; ++i) sum += (i - at) % 2 == 0 ? u32(m_[i]) << 8 : m_[i];
    return (sum + (sum >> 16)) & 0xffff;
  }
  void key(Part& d) {
    const u32 start = d.at;
    if (!d.has(2)) return;
    const bool none = (m_[d.at] & 0xc0) == 0xc0;  // no key at all: the other flags mean nothing
    u32 shown_flags = 0;
    for (const Field& f : KeyFlags::fields) {
      if (!f.name.empty() && (!none || shown_flags < 3)) x_.placed(f, base_ + d.at);
      if (!f.name.empty()) ++shown_flags;
    }
    d.at += 2;
    walk(d, key_head);
    if (d.short_) return;
    x_.computed(row<"dns.key.key_id">(records), key_tag(start, d.end));
    if (d.left() > 0) take(d, row<"dns.key.public_key">(records), d.left());
  }
  void zone_key(Part& d) {
    const u32 start = d.at;
    if (!take_table(d, DnskeyFlags::fields)) return;
    {
      auto g = x_.inside();
      x_.number(row<"dns.dnskey.flags.reserved">(records), base_ + start, 2,
                (be16(&m_[start]) & 0xfe7e) >> 1);
    }
    walk(d, dnskey_head);
    if (d.short_) return;
    x_.computed(row<"dns.dnskey.key_id">(records), key_tag(start, d.end));
    if (d.left() > 0) take(d, row<"dns.dnskey.public_key">(records), d.left());
  }
  void location(Part& d) {
    if (m_[d.at] == 0) return walk(d, loc);
    const u32 start = d.at;
    take(d, row<"dns.loc.version">(records), 1);
    d.at = start;
    take(d, row<"dns.loc.unknown_data">(records), d.left());
  }
  void next(Part& d) {
    if (!name(d, row<"dns.nxt.next_domain_name">(records))) return;
    for (u32 first = 0; d.left() > 0; ++d.at, first += 8) bit_types(d.at, first);
  }
  void rewriting(Part& d) {
    walk(d, naptr_head);
    if (d.short_ || !d.has(1)) return;
    read_dns_name(m_, d.at, d.end, name_);
    x_.computed(row<"dns.naptr.replacement_length">(records), name_.size);
    name(d, row<"dns.naptr.replacement">(records));
  }
  void a6(Part& d) {
    u64 prefix = 0;
    if (!take_number(d, row<"dns.a6.prefix_len">(records), prefix)) return;
    if (prefix > 128)
      return x_.problem(Kind::malformed, &row<"dns.a6.prefix_len">(records),
                        "a prefix has at most 128 bits");
    const u32 size = u32(128 - prefix + 7) / 8;
    if (!d.has(size)) return void(d.at = d.end);
    u8 address[16]{};
    if (size > 0) {
      std::memcpy(address + 16 - size, &m_[d.at], size);
      if (prefix % 8 != 0) address[16 - size] &= u8(0xff >> prefix % 8);
      x_.value(row<"dns.a6.address_suffix">(records), base_ + d.at, size, address);
      d.at += size;
    }
    if (prefix > 0 && d.has(1)) name(d, row<"dns.a6.prefix_name">(records));
  }
  // An address whose zeros at the end are left out.
  void padded(const Field& f, u32 at, u32 size, u32 whole) {
    u8 address[16]{};
    std::memcpy(address, &m_[at], std::min(size, whole));
    x_.value(f, base_ + at, size, {address, whole});
  }
  void prefixes(Part& d) {
    while (d.left() > 0) {
      if (!d.has(4)) return void(d.at = d.end);
      const u32 family = be16(&m_[d.at]), size = m_[d.at + 3] & 0x7f;
      x_.field(row<"dns.apl.address_family">(records), base_ + d.at, 2);
      x_.field(row<"dns.apl.coded_prefix">(records), base_ + d.at + 2, 1);
      x_.number(row<"dns.apl.negation">(records), base_ + d.at + 3, 1, m_[d.at + 3] >> 7);
      x_.number(row<"dns.apl.afdlength">(records), base_ + d.at + 3, 1, size);
      d.at += 4;
      if (!d.has(size)) return void(d.at = d.end);
      if (size > 0) {
        if (family == 1 && size <= 4) {
          padded(row<"dns.apl.afdpart.ipv4">(records), d.at, size, 4);
        } else if (family == 2 && size <= 16) {
          padded(row<"dns.apl.afdpart.ipv6">(records), d.at, size, 16);
        } else {
          x_.field(row<"dns.apl.afdpart.data">(records), base_ + d.at, size);
        }
      }
      d.at += size;
    }
  }
  void ipsec_key(Part& d) {
    const u32 start = d.at;
    walk(d, ipseckey_head);
    if (d.short_) return;
    switch (m_[start + 1]) {
      case 1:
        if (!take(d, row<"dns.ipseckey.gateway_ipv4">(records), 4)) return;
        break;
      case 2:
        if (!take(d, row<"dns.ipseckey.gateway_ipv6">(records), 16)) return;
        break;
      case 3:
        if (!d.has(1) || !name(d, row<"dns.ipseckey.gateway_dns">(records))) return;
        break;
      default: break;
    }
    if (d.left() > 0) take(d, row<"dns.ipseckey.public_key">(records), d.left());
  }
  void hashed_next(Part& d, bool nsec3) {
    const u32 start = d.at;
    if (nsec3) {
      walk(d, nsec3_head);
    } else {  // NSEC3PARAM has no opt-out flag (RFC 5155 §4.1.2)
      if (!d.has(4)) return void(d.at = d.end);
      x_.field(row<"dns.nsec3.algo">(records), base_ + start, 1);
      x_.placed(row<"dns.nsec3.flags">(SmallFlags::nsec3), base_ + start + 1);
      x_.field(row<"dns.nsec3.iterations">(records), base_ + start + 2, 2);
      d.at += 4;
    }
    if (d.short_ ||
        !string(d, row<"dns.nsec3.salt_length">(records), row<"dns.nsec3.salt_value">(records)) ||
        !nsec3)
      return;
    u64 size = 0;
    if (!take_number(d, row<"dns.nsec3.hash_length">(records), size)) return;
    if (!d.has(u32(size))) return void(d.at = d.end);
    // Base 32 with the extended hex alphabet, without padding (RFC 4648 §7).
    char text[(255 * 8 + 4) / 5];
    u32 used = 0, bits = 0, held = 0;
    for (u32 i = 0; i < size; ++i) {
      held = (held << 8 | m_[d.at + i]) & 0xfff;
      for (bits += 8; bits >= 5; bits -= 5)
        text[used++] = "0123456789abcdefghijklmnopqrstuv"[held >> (bits - 5) & 31];
    }
    if (bits > 0) text[used++] = "0123456789abcdefghijklmnopqrstuv"[held << (5 - bits) & 31];
    x_.text(row<"dns.nsec3.hash_value">(records), base_ + d.at, u32(size), {text, used});
    d.at += u32(size);
    this->bits(d);
  }
  void host_identity(Part& d) {
    const u32 start = d.at;
    walk(d, hip_head);
    if (d.short_) return;
    if (!take(d, row<"dns.hip.hit">(records), m_[start]) ||
        !take(d, row<"dns.hip.pk">(records), be16(&m_[start + 2])))
      return;
    while (d.left() > 0) {
      if (!name(d, row<"dns.hip.rendezvous_server">(records))) return;
    }
  }
  void csync(Part& d) {
    walk(d, csync_head);
    if (d.short_ || d.left() == 0) return;
    x_.field(row<"dns.csync.type_bitmap">(records), base_ + d.at, d.left());
    bits(d);
  }

  // SVCB and HTTPS: RFC 9460 §2.2.
  void service_binding(Part& d) {
    u64 ignored = 0;
    if (!take_number(d, row<"dns.svcb.svcpriority">(records), ignored) || !d.has(1)) return;
    if (!name(d, row<"dns.svcb.targetname">(records))) return;
    while (d.left() > 0) {
      if (!d.has(4)) return void(d.at = d.end);
      const u32 key = be16(&m_[d.at]), claimed = be16(&m_[d.at + 2]),
                size = std::min(claimed, d.left() - 4);
      x_.mark(row<"dns.svcb.svcparam">(records), base_ + d.at, 4 + size);
      auto g = x_.inside();
      x_.field(row<"dns.svcb.svcparam.key">(records), base_ + d.at, 2);
      x_.field(row<"dns.svcb.svcparam.value.length">(records), base_ + d.at + 2, 2);
      d.at += 4;
      if (size < claimed)
        lack(&row<"dns.svcb.svcparam.value.length">(records),
             "the parameter is longer than its record");
      Part v{d.at, d.at + size};
      parameter(v, key);
      if (v.short_ && size == claimed) {
        x_.problem(Kind::malformed, &row<"dns.svcb.svcparam.value.length">(records),
                   "the parameter's length does not fit what it holds");
      }
      d.at += size;
      if (size < claimed) return;
    }
  }
  void parameter(Part& v, u32 key) {
    const auto each = [&](const Field& f) {
      while (v.left() > 0 && take(v, f, f.width / 8)) {
      }
    };
    switch (key) {
      case 0: return each(row<"dns.svcb.svcparam.mandatory.key">(records));
      case 1:
        while (v.left() > 0) {
          if (!string(v, row<"dns.svcb.svcparam.alpn.length">(records),
                      row<"dns.svcb.svcparam.alpn">(records)))
            return;
        }
        return;
      case 2: return;
      case 3: return void(take(v, row<"dns.svcb.svcparam.port">(records), 2));
      case 4: return each(row<"dns.svcb.svcparam.ipv4hint.ip">(records));
      case 5: return void(take(v, row<"dns.svcb.svcparam.echconfig">(records), v.left()));
      case 6: return each(row<"dns.svcb.svcparam.ipv6hint.ip">(records));
      case 32769: return void(take(v, row<"dns.svcb.svcparam.odohconfig">(records), v.left()));
      default:
        if (v.left() > 0) take(v, row<"dns.svcb.svcparam.value">(records), v.left());
    }
  }

  void agreed_key(Part& d) {
    u64 size = 0;
    walk(d, tkey_head);
    if (d.short_ || !take_number(d, row<"dns.tkey.key_size">(records), size)) return;
    if (size > 0 && !take(d, row<"dns.tkey.key_data">(records), u32(size))) return;
    if (take_number(d, row<"dns.tkey.other_size">(records), size) && size > 0)
      take(d, row<"dns.tkey.other_data">(records), u32(size));
  }
  void signature(Part& d) {
    u64 size = 0;
    walk(d, tsig_head);
    if (d.short_ || !take_number(d, row<"dns.tsig.mac_size">(records), size)) return;
    if (size > 0 && !take(d, row<"dns.tsig.mac">(records), u32(size))) return;
    walk(d, tsig_tail);
    if (d.short_ || !take_number(d, row<"dns.tsig.other_len">(records), size)) return;
    if (size > 0) take(d, row<"dns.tsig.other_data">(records), u32(size));
  }
  void authority(Part& d) {
    take_table(d, SmallFlags::caa);
    if (!d.has(1)) return;
    const u32 size = m_[d.at];
    if (size > d.left() - 1) {
      d.short_ = true;
      return void(d.at = d.end);
    }
    const std::string_view tag = base::as_text(m_.subspan(d.at + 1, size));
    const u32 value = d.at + 1 + size;
    const Field& f = tag == "issue"       ? row<"dns.caa.issue">(records)
                     : tag == "issuewild" ? row<"dns.caa.issuewild">(records)
                     : tag == "iodef"     ? row<"dns.caa.iodef">(records)
                                          : row<"dns.caa.unknown">(records);
    x_.value(f, base_ + d.at, d.left(), m_.subspan(value, d.end - value));
    auto g = x_.inside();
    string(d, row<"dns.caa.tag_length">(records), row<"dns.caa.tag">(records));
    take(d, row<"dns.caa.value">(records), d.left());
  }
  bool local_flag(Part& d, const Field& f) {
    if (!d.has(4)) {
      d.at = d.end;
      return false;
    }
    x_.number(f, base_ + d.at, 4, m_[d.at + 3] & 1);
    d.at += 4;
    return true;
  }
  void wins(Part& d) {
    u64 count = 0;
    if (!local_flag(d, row<"dns.wins.local_flag">(records))) return;
    walk(d, wins_head);
    if (d.short_ || !take_number(d, row<"dns.wins.nb_wins_servers">(records), count)) return;
    for (u64 i = 0; i < count; ++i) {
      if (!take(d, row<"dns.wins.wins_server">(records), 4)) return;
    }
  }
  void wins_reverse(Part& d) {
    if (local_flag(d, row<"dns.winsr.local_flag">(records))) walk(d, winsr_tail);
  }
  void proxied(Part& d) {
    u64 version = 0, ignored = 0;
    if (!take_number(d, row<"dns.xpf.ip_version">(records), version) ||
        !take_number(d, row<"dns.xpf.protocol">(records), ignored))
      return;
    if (version == 4) {
      if (!take(d, row<"dns.xpf.source_ipv4">(records), 4) ||
          !take(d, row<"dns.xpf.destination_ipv4">(records), 4))
        return;
    } else if (version == 6) {
      if (!take(d, row<"dns.xpf.source_ipv6">(records), 16) ||
          !take(d, row<"dns.xpf.destination_ipv6">(records), 16))
        return;
    } else {
      return;
    }
    if (take(d, row<"dns.xpf.sport">(records), 2)) take(d, row<"dns.xpf.dport">(records), 2);
  }

  // ---- Options ----

  void options(Part& d) {
    while (d.left() > 0) {
      if (!d.has(4)) return void(d.at = d.end);
      const u32 code = be16(&m_[d.at]), claimed = be16(&m_[d.at + 2]),
                size = std::min(claimed, d.left() - 4);
      x_.mark(row<"dns.opt">(edns), base_ + d.at, 4 + size);
      auto g = x_.inside();
      x_.field(row<"dns.opt.code">(edns), base_ + d.at, 2);
      x_.field(row<"dns.opt.len">(edns), base_ + d.at + 2, 2);
      d.at += 4;
      x_.field(row<"dns.opt.data">(edns), base_ + d.at, size);
      if (size < claimed) {
        Text says;
        says.add("dns.opt.len says ").dec(claimed).add("; the record has ").dec(size).add(" left");
        lack(&row<"dns.opt.len">(edns), says.view());
        d.at = d.end;
        return;
      }
      Part v{d.at, d.at + size};
      option(v, code);
      if (v.short_)
        x_.problem(Kind::malformed, &row<"dns.opt.len">(edns),
                   "the option's length does not fit what it holds");
      d.at += size;
    }
  }
  void option(Part& v, u32 code) {
    const auto each = [&](const Field& f) {
      while (v.left() > 0 && take(v, f, f.width / 8)) {
      }
    };
    switch (code) {
      case 5: return each(row<"dns.opt.dau">(edns));
      case 6: return each(row<"dns.opt.dhu">(edns));
      case 7: return each(row<"dns.opt.n3u">(edns));
      case 8:
      case 20730: return subnet(v);
      case 10:
        if (take(v, row<"dns.opt.cookie.client">(edns), 8))
          take(v, row<"dns.opt.cookie.server">(edns), v.left());
        return;
      case 11:
        if (v.left() > 0) take(v, row<"dns.opt.edns_tcp_keepalive.timeout">(edns), 2);
        return;
      case 12: return void(take(v, row<"dns.opt.padding">(edns), v.left()));
      case 13:
        if (v.has(1)) name(v, row<"dns.opt.chain.fqdn">(edns));
        return;
      case 15:
        if (take(v, row<"dns.opt.ext_error.info_code">(edns), 2) && v.left() > 0)
          take(v, row<"dns.opt.ext_error.extra_text">(edns), v.left());
        return;
      default: return;
    }
  }
  void subnet(Part& v) {
    if (!v.has(4)) return;
    const u32 family = be16(&m_[v.at]);
    take(v, row<"dns.opt.client.family">(edns), 2);
    take(v, row<"dns.opt.client.netmask">(edns), 1);
    take(v, row<"dns.opt.client.scope">(edns), 1);
    const u32 size = v.left(), whole = family == 1 ? 4 : family == 2 ? 16 : size;
    if (size > whole) v.short_ = true;
    if (family == 1) {
      padded(row<"dns.opt.client.addr4">(edns), v.at, size, 4);
    } else if (family == 2) {
      padded(row<"dns.opt.client.addr6">(edns), v.at, size, 16);
    } else {
      take(v, row<"dns.opt.client.addr">(edns), size);
    }
    v.at = v.end;
  }

  // ---- Stateful operations: RFC 8490 ----

  void stateful(Part& p) {
    if (p.left() == 0) return;
    x_.mark(row<"dns.dso">(message), base_ + p.at, p.left());
    auto g = x_.inside();
    while (p.left() > 0) {
      if (!p.has(4))
        return lack(&row<"dns.dso.tlv">(message), "the message ends inside an operation");
      const u32 type = be16(&m_[p.at]), claimed = be16(&m_[p.at + 2]),
                size = std::min(claimed, p.left() - 4);
      x_.mark(row<"dns.dso.tlv">(message), base_ + p.at, 4 + size);
      auto inner = x_.inside();
      x_.field(row<"dns.dso.tlv.type">(message), base_ + p.at, 2);
      x_.field(row<"dns.dso.tlv.length">(message), base_ + p.at + 2, 2);
      p.at += 4;
      if (size < claimed)
        lack(&row<"dns.dso.tlv.length">(message), "the operation is longer than the message");
      Part v{p.at, p.at + size};
      if (type == 1 && size == 8) {
        take(v, row<"dns.dso.tlv.keepalive.inactivity">(message), 4);
        take(v, row<"dns.dso.tlv.keepalive.interval">(message), 4);
      } else if (type == 2 && size == 4) {
        take(v, row<"dns.dso.tlv.retrydelay.retrydelay">(message), 4);
      } else if (size > 0) {
        take(v,
             type == 3 ? row<"dns.dso.tlv.encpad.padding">(message)
                       : row<"dns.dso.tlv.data">(message),
             size);
      }
      p.at += size;
    }
  }

  Expansion& x_;
  u32 base_;
  Bytes m_;
  DnsKind kind_;
  bool cut_ = false;
  bool told_cut_ = false;
  bool response_ = false;
  u32 opcode_ = 0;
  const Field* counts_[4]{};
  DnsName name_;  // the last one read
};

// ---- Sentences ----

// Reads what a sentence needs, without an Expansion.
class Story {
 public:
  Story(Bytes message, DnsKind kind, Text& out) : m_(message), kind_(kind), out_(out) {}

  void tell() {
    if (m_.size() < dns_header) return;
    const u32 flags = be16(&m_[2]), opcode = flags >> 11 & 15;
    questions_ = be16(&m_[4]);
    u32 at = dns_header;
    if (questions_ > 0 && !(asked_ = question(at)))
      return void(out_.add("a question that cannot be read"));
    for (u32 i = 1; i < questions_; ++i) {
      DnsName skipped;
      read_dns_name(m_, at, u32(m_.size()), skipped);
      if (skipped.wire == 0 || m_.size() - at - skipped.wire < 4) break;
      at += skipped.wire + 4;
      if (i > 64) break;
    }
    if ((flags & 0x8000) == 0) {
      asks(opcode);
    } else {
      answers(flags, opcode, at);
    }
    if ((flags & 0x200) != 0) {
      out_.add(kind_ == DnsKind::mdns ? ", more follows"
                                      : ", too long for UDP: to be asked again over TCP");
    }
  }

 private:
  bool question(u32& at) {
    read_dns_name(m_, at, u32(m_.size()), name_);
    if (name_.wire == 0 || m_.size() - at - name_.wire < 4) return false;
    type_ = be16(&m_[at + name_.wire]);
    at += name_.wire + 4;
    return true;
  }

  Text& say_name(const DnsName& n) {
    if (n.size == 0) return out_.add("a name that cannot be read");
    if (n.view() == "<Root>") return out_.add("the root");
    return out_.escaped(n.view(), 80);
  }
  Text& say_type(u32 type) {
    char room[16];
    return out_.add(type_word(type, room));
  }

  // "the IPv4 address of example.com"
  void wish() {
    if (type_ == 12 && kind_ != DnsKind::mdns && name_.view().ends_with(".in-addr.arpa")) {
      u8 address[4];
      if (reverse(name_.view(), address)) return void(out_.add("the name of ").ipv4(address));
    }
    switch (type_) {
      case 1: out_.add("the IPv4 address of "); break;
      case 2: out_.add("the name servers of "); break;
      case 5: out_.add("the true name of "); break;
      case 6: out_.add("who runs "); break;
      case 12: out_.add(kind_ == DnsKind::mdns ? "who offers " : "the name behind "); break;
      case 15: out_.add("the mail servers of "); break;
      case 16: out_.add("the texts of "); break;
      case 28: out_.add("the IPv6 address of "); break;
      case 33: out_.add("where to find the service "); break;
      case 65: out_.add("how to reach the web site "); break;
      case 251: out_.add("the changes of zone "); break;
      case 252: out_.add("a copy of zone "); break;
      case 255: out_.add("all records of "); break;
      default: say_type(type_).add(" records of "); break;
    }
    say_name(name_);
  }
  static bool reverse(std::string_view name, u8 (&address)[4]) {
    for (u32 i = 4; i-- > 0;) {
      u32 value = 0, digits = 0;
      while (!name.empty() && name[0] >= '0' && name[0] <= '9' && digits < 3) {
        value = value * 10 + u32(name[0] - '0');
        name.remove_prefix(1), ++digits;
      }
      if (digits == 0 || value > 255 || name.empty() || name[0] != '.') return false;
      name.remove_prefix(1);
      address[i] = u8(value);
    }
    return name == "in-addr.arpa";
  }
  void more(u32 others) {
    if (others > 0) out_.add(" (and ").dec(others).add(" more)");
  }

  void asks(u32 opcode) {
    if (opcode == 6) return void(out_.add("says how to keep the connection"));
    if (!asked_) return void(out_.add("asks nothing"));
    switch (opcode) {
      case 0: break;
      case 4:
        out_.add("says that zone ");
        say_name(name_).add(" has changed");
        return;
      case 5:
        out_.add("changes records of zone ");
        say_name(name_);
        return;
      default:
        out_.add("asks with opcode ").dec(opcode).add(" about ");
        return void(say_name(name_));
    }
    out_.add(kind_ == DnsKind::dns ? "asks " : "asks everyone here ");
    // "asks for the address of …", but "asks who runs …"
    const bool clause =
        type_ == 6 || type_ == 33 || type_ == 65 || (type_ == 12 && kind_ == DnsKind::mdns);
    if (!clause) out_.add("for ");
    wish();
    more(questions_ - 1);
  }

  void answers(u32 flags, u32 opcode, u32 at) {
    const u32 rcode = flags & 15, count = be16(&m_[6]);
    if (rcode != 0) {
      if (rcode == 3) {
        out_.add("no such name");
      } else {
        const std::string_view text = meaning(row<"dns.flags.rcode">(Header::fields), rcode);
        if (text.empty()) {
          out_.add("error ").dec(rcode);
        } else {
          out_.add(rcode == 1   ? "the question is malformed"
                   : rcode == 2 ? "the server failed"
                   : rcode == 5 ? "the server refuses"
                                : text);
        }
      }
      if (asked_) out_.add(": "), say_name(name_);
      return;
    }
    if (opcode == 6) return void(out_.add("agrees how to keep the connection"));
    if (opcode == 5 || opcode == 4) {
      out_.add(opcode == 5 ? "the update is done" : "knows of the change");
      if (asked_) out_.add(": "), say_name(name_);
      return;
    }
    if (count == 0) {
      if (!asked_) return void(out_.add("answers nothing"));
      if (referral(at)) {
        out_.add("does not know, but names who does: ");
        say_name(name_);
        return;
      }
      out_.add("there is no answer to ");
      return wish();
    }
    tell_record(at, count);
  }
  // No answer, no word of authority, but name servers: ask those.
  bool referral(u32 at) {
    if (be16(&m_[8]) == 0) return false;
    DnsName owner;
    read_dns_name(m_, at, u32(m_.size()), owner);
    return owner.wire != 0 && m_.size() - at - owner.wire >= 2 && be16(&m_[at + owner.wire]) == 2;
  }

  // The first record of the type that was asked for, else the first of all.
  void tell_record(u32 at, u32 count) {
    u32 first = 0, best = 0;
    for (u32 i = 0; i < count && i < 64; ++i) {
      read_dns_name(m_, at, u32(m_.size()), owner_);
      if (owner_.wire == 0 || m_.size() - at - owner_.wire < 10) break;
      const u32 head = at + owner_.wire;
      if (first == 0) first = at;
      if (asked_ && be16(&m_[head]) == type_) {
        best = at;
        break;
      }
      at = head + 10 + be16(&m_[head + 8]);
      if (at >= m_.size()) break;
    }
    if (best == 0) best = first;
    if (best == 0) return void(out_.add("answers with records that cannot be read"));
    read_dns_name(m_, best, u32(m_.size()), owner_);
    const u32 head = best + owner_.wire, type = be16(&m_[head]), data = head + 10;
    const u32 size = std::min(u32(be16(&m_[head + 8])), u32(m_.size()) - data);
    const bool bye = kind_ == DnsKind::mdns && base::be32(&m_[head + 4]) == 0;
    out_.add(kind_ == DnsKind::mdns && !asked_ ? (bye ? "takes back " : "announces ") : "answers ");
    say_name(asked_ ? name_ : owner_).add(": ");
    tell_data(type, data, size);
    more(count - 1);
  }
  void tell_data(u32 type, u32 at, u32 size) {
    const u32 end = at + size;
    const auto named = [&](u32 skip) {
      if (size <= skip) return void(say_type(type));
      read_dns_name(m_, at + skip, end, owner_);
      say_name(owner_);
    };
    switch (type) {
      case 1:
        if (size == 4) return void(out_.ipv4(&m_[at]));
        break;
      case 28:
        if (size == 16) return void(out_.ipv6(&m_[at]));
        break;
      case 2: return named(0);
      case 5: out_.add("it is an alias of "); return named(0);
      case 12: return named(0);
      case 15: return named(2);
      case 33:
        if (size < 7) break;
        named(6);
        return void(out_.add(" port ").dec(be16(&m_[at + 4])));
      case 16:
        if (size < 1) break;
        return void(
            out_.add('"')
                .escaped(base::as_text(m_.subspan(at + 1, std::min(u32(m_[at]), size - 1))), 60)
                .add('"'));
      default: break;
    }
    say_type(type).add(type == 255 ? "" : " record");
  }

  Bytes m_;
  DnsKind kind_;
  Text& out_;
  u32 questions_ = 0;
  bool asked_ = false;
  u32 type_ = 0;
  DnsName name_, owner_;
};

// ---- The protocol ----

constexpr Bind binds[]{
    {Space::udp_port, 53},
    {Space::tcp_port, 53}
};

// Over TCP the message stands behind its length.
bool over_tcp(const Packet& packet, const Layer& layer) {
  const Layer* below = packet.below(layer);
  return packet.in == "tcp" || (below != nullptr && below->proto == id::tcp);
}

void expand(Expansion& x) {
  if (!over_tcp(x.packet, x.layer)) return expand_dns(x, 0, x.layer.header, DnsKind::dns);
  x.field(row<"dns.length">(message), 0, 2);
  const u32 size = u32(x.layer.header) + x.layer.body;
  if (size > 2) expand_dns(x, 2, size - 2, DnsKind::dns);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const u32 skip = over_tcp(packet, layer) ? 2 : 0;
  const Bytes all{packet.bytes(layer), u32(layer.header) + layer.body};
  if (all.size() > skip) dns_sentence(all.subspan(skip), DnsKind::dns, out);
}

}  // namespace

namespace {

// What belongs to it.
void conclusions(Expansion& x, const AnswerFacts& known) {
  if (known.question != 0) x.computed(row<"dns.response_to">(message), known.question);
  if (known.unasked) x.computed(row<"dns.unsolicited">(message), 1);
  if (known.question != 0) x.computed(row<"dns.time">(message), u64(known.time));
  if (known.repeats == 0) return;
  const bool answers = known.question != 0;
  x.computed(row<"dns.retransmission">(message), 1);
  x.computed(answers ? row<"dns.retransmit_response">(message)
                     : row<"dns.retransmit_request">(message),
             1);
  x.computed(answers ? row<"dns.retransmit_response_in">(message)
                     : row<"dns.retransmit_request_in">(message),
             known.repeats);
}

}  // namespace

void expand_dns(Expansion& x, u32 at, u32 size, DnsKind kind) {
  Message(x, at, size, kind).expand();
  if (const auto* known = x.known<AnswerFacts>()) conclusions(x, *known);
}

void dns_sentence(Bytes message, DnsKind kind, Text& out) { Story(message, kind, out).tell(); }

Next dissect_dns(const u8*, u32 len, Layer& out) {
  if (len < dns_header) return cut(len, out);
  return accept(len < 0xffff ? len : 0xffff, 0, out);
}

const Protocol dns{
    .name = "dns",
    .title = "Domain Name System",
    .label = "DNS",
    .osi = Osi::application,
    .ref = "RFC 1035",
    .about = "Finds what belongs to a name: most often the IP address of a host. The question goes "
             "to a server, over UDP if the answer is short.",
    .tables = dns_tables,
    .binds = binds,
    .dissect = dissect_dns,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
