#include "proto/transport/tcp_options.hpp"

namespace netpeel::proto {
namespace {

constexpr const auto& rows = tcp_option_rows;

// a before b, in sequence numbers that wrap (RFC 9293 §3.4).
bool before(u32 a, u32 b) { return a != b && b - a < 0x80000000; }

void odd_length(Expansion& x, u32 length, u32 right) {
  Text says;
  says.add("tcp.option_len says ").dec(length).add("; this option has ").dec(right).add(" bytes");
  x.problem(Kind::malformed, &row<"tcp.option_len">(rows), says.view());
}

// A number of so many bytes in an option whose other length would be a lie.
void one_number(Expansion& x, const Field& f, u32 at, u32 length, u32 size) {
  if (length != size + 2) return odd_length(x, length, size + 2);
  x.field(f, at + 2, size);
}

void window_scale(Expansion& x, u32 at, u32 length) {
  if (length != 3) return odd_length(x, length, 3);
  const u32 shift = x.header()[at + 2];
  x.field(row<"tcp.options.wscale.shift">(rows), at + 2, 1);
  // Larger ones count as 14 (RFC 7323 §2.3).
  x.number(row<"tcp.options.wscale.multiplier">(rows), at + 2, 1,
           u64(1) << (shift > 14 ? 14 : shift));
  if (shift > 14) {
    x.problem(Kind::unusual, &row<"tcp.options.wscale.shift">(rows),
              "a window scale above 14 is not allowed: 14 is used instead");
  }
}

void sack(Expansion& x, u32 at, u32 length, u32 ack, u32 base) {
  const u8* p = x.header() + at + 2;
  const u32 pieces = (length - 2) / 8;
  for (u32 i = 0; i < pieces; ++i) {
    x.number(row<"tcp.options.sack_le">(rows), at + 2 + i * 8, 4, u32(be32(p + i * 8) - base));
    x.number(row<"tcp.options.sack_re">(rows), at + 6 + i * 8, 4, u32(be32(p + i * 8 + 4) - base));
  }
  x.computed(row<"tcp.options.sack.count">(rows), pieces);
  if ((length - 2) % 8 != 0) {
    x.problem(
        Kind::malformed, &row<"tcp.option_len">(rows),
        "a SACK option has two edges of 4 bytes each for every piece; here some are left over");
  }
  if (pieces == 0) return;
  // A first piece below the acknowledgment, or inside the second one, has arrived twice (RFC 2883
  // §4).
  const u32 left = be32(p), right = be32(p + 4);
  const bool inside = pieces > 1 && !before(left, be32(p + 8)) && !before(be32(p + 12), right);
  if (before(left, ack) || inside) {
    x.number(row<"tcp.options.sack.dsack_le">(rows), at + 2, 4, u32(left - base));
    x.number(row<"tcp.options.sack.dsack_re">(rows), at + 6, 4, u32(right - base));
  }
}

void accurate_ecn(Expansion& x, u8 kind, u32 at, u32 end) {
  const Field* order[]{&row<"tcp.options.acc_ecn.ee0b">(rows),
                       &row<"tcp.options.acc_ecn.eceb">(rows),
                       &row<"tcp.options.acc_ecn.ee1b">(rows)};
  for (u32 i = 0; i < 3 && end - at >= 3; ++i, at += 3)
    x.field(*order[kind == 172 ? i : 2 - i], at, 3);
}

void experiment(Expansion& x, u32 at, u32 length) {
  if (length < 4) return odd_length(x, length, 4);
  x.field(row<"tcp.options.experimental.exid">(rows), at + 2, 2);
  const bool fast_open = be16(x.header() + at + 2) == 0xf989;
  if (length > 4) {
    x.field(fast_open ? row<"tcp.options.tfo.cookie">(rows)
                      : row<"tcp.options.experimental.data">(rows),
            at + 4, length - 4);
  } else if (fast_open) {
    x.mark(row<"tcp.options.tfo.request">(rows), at + 2, 2);
  }
}

void multipath_mapping(Expansion& x, u32 at, u32 end) {
  const auto left = [&] { return end - at; };
  if (left() < 2) return;
  const u32 flags = x.header()[at + 1];
  x.rows(mptcp_subtype, at);
  x.rows(mptcp_dss, at + 1);
  at += 2;
  const auto next = [&](const Field& f, u32 size) {
    if (left() < size) return false;
    x.field(f, at, size);
    at += size;
    return true;
  };
  if ((flags & 1) != 0 &&
      !next(row<"tcp.options.mptcp.rawdataack">(rows), (flags & 2) != 0 ? 8 : 4))
    return;
  if ((flags & 4) == 0) return;
  if (!next(row<"tcp.options.mptcp.rawdataseqno">(rows), (flags & 8) != 0 ? 8 : 4)) return;
  if (!next(row<"tcp.options.mptcp.subflowseqno">(rows), 4)) return;
  if (!next(row<"tcp.options.mptcp.datalvllen">(rows), 2)) return;
  next(row<"tcp.options.mptcp.checksum">(rows), 2);
}

void multipath(Expansion& x, u32 at, u32 length) {
  if (length < 3) return odd_length(x, length, 3);
  const u32 end = at + length;
  at += 2;
  const u8* p = x.header() + at;
  const u32 subtype = p[0] >> 4;
  const auto next = [&](const Field& f, u32 size) {
    if (end - at < size) return;
    x.field(f, at, size);
    at += size;
  };
  switch (subtype) {
    case 0:
      at += x.rows(mptcp_version, at);
      if (at == end) return;
      at += (p[0] & 0xf) == 1 ? x.rows(mptcp_capable_1, at) : x.rows(mptcp_capable, at);
      next(row<"tcp.options.mptcp.sendkey">(rows), 8);
      next(row<"tcp.options.mptcp.recvkey">(rows), 8);
      next(row<"tcp.options.mptcp.datalvllen">(rows), 2);
      next(row<"tcp.options.mptcp.checksum">(rows), 2);
      return;
    case 1:
      if (length == 24) {
        at += x.rows(mptcp_join_last, at);
        return next(row<"tcp.options.mptcp.sendhmac">(rows), 20);
      }
      at += x.rows(mptcp_join, at);
      next(row<"tcp.options.mptcp.addrid">(rows), 1);
      if (length == 12) next(row<"tcp.options.mptcp.recvtok">(rows), 4);
      if (length == 16) next(row<"tcp.options.mptcp.sendtrunchmac">(rows), 8);
      if (length == 12 || length == 16) next(row<"tcp.options.mptcp.sendrand">(rows), 4);
      return;
    case 2: return multipath_mapping(x, at, end);
    case 3: {
      const u32 low = p[0] & 0xf;
      const bool version_0 = low == 4 || low == 6;
      at += version_0 ? x.rows(mptcp_address_0, at) : x.rows(mptcp_address, at);
      next(row<"tcp.options.mptcp.addrid">(rows), 1);
      const bool v6 = version_0 ? low == 6 : length >= 20;
      next(v6 ? row<"tcp.options.mptcp.ipv6">(rows) : row<"tcp.options.mptcp.ipv4">(rows),
           v6 ? 16 : 4);
      if ((end - at) % 8 == 2) next(row<"tcp.options.mptcp.port">(rows), 2);
      return next(row<"tcp.options.mptcp.addaddrtrunchmac">(rows), 8);
    }
    case 4:
      at += x.rows(mptcp_subtype, at);
      x.computed(row<"mptcp.rm_addr.count">(rows), end - at);
      while (at < end) next(row<"tcp.options.mptcp.addrid">(rows), 1);
      return;
    case 5: at += x.rows(mptcp_join, at); return next(row<"tcp.options.mptcp.addrid">(rows), 1);
    case 6:
    case 7:
      if (length < 4) break;
      at += x.rows(mptcp_join_last, at);
      return next(subtype == 6 ? row<"tcp.options.mptcp.rawdataseqno">(rows)
                               : row<"tcp.options.mptcp.recvkey">(rows),
                  8);
    case 8:
      if (length < 4) break;
      x.rows(mptcp_reset, at);
      return;
    default: break;
  }
  x.rows(mptcp_subtype, at);
}

const Field& heading(u8 kind) {
  switch (kind) {
    case 2: return row<"tcp.options.mss">(rows);
    case 3: return row<"tcp.options.wscale">(rows);
    case 4: return row<"tcp.options.sack_perm">(rows);
    case 5: return row<"tcp.options.sack">(rows);
    case 6:
    case 7: return row<"tcp.options.echo">(rows);
    case 8: return row<"tcp.options.timestamp">(rows);
    case 11:
    case 12:
    case 13: return row<"tcp.options.cc">(rows);
    case 19: return row<"tcp.options.md5">(rows);
    case 27: return row<"tcp.options.qs">(rows);
    case 28: return row<"tcp.options.user_to">(rows);
    case 29: return row<"tcp.options.ao">(rows);
    case 30: return row<"">(rows);
    case 34: return row<"tcp.options.tfo">(rows);
    case 172:
    case 174: return row<"tcp.options.acc_ecn">(rows);
    case 253:
    case 254: return row<"tcp.options.experimental">(rows);
    default: return row<"tcp.options.unknown">(rows);
  }
}

// What an option of `length` bytes holds behind its kind and length; all of it is there.
void content(Expansion& x, u8 kind, u32 at, u32 length, bool syn, u32 ack, u32 base) {
  const u32 end = at + length;
  switch (kind) {
    case 2:
      if (!syn)
        x.problem(Kind::unusual, &row<"tcp.options.mss">(rows),
                  "the maximum segment size counts on a SYN only");
      return one_number(x, row<"tcp.options.mss_val">(rows), at, length, 2);
    case 3: return window_scale(x, at, length);
    case 4:
      if (length != 2) odd_length(x, length, 2);
      return;
    case 5: return sack(x, at, length, ack, base);
    case 6:
    case 7: return one_number(x, row<"tcp.options.echo_value">(rows), at, length, 4);
    case 8:
      if (length != 10) return odd_length(x, length, 10);
      x.field(row<"tcp.options.timestamp.tsval">(rows), at + 2, 4);
      return x.field(row<"tcp.options.timestamp.tsecr">(rows), at + 6, 4);
    case 11:
    case 12:
    case 13: return one_number(x, row<"tcp.options.cc_value">(rows), at, length, 4);
    case 19: return one_number(x, row<"tcp.options.md5.digest">(rows), at, length, 16);
    case 27:
      if (length != 8) return odd_length(x, length, 8);
      x.rows(quick_start, at + 2);
      return x.field(row<"tcp.options.qs.ttl_diff">(rows), at + 3, 1);
    case 28:
      if (length != 4) return odd_length(x, length, 4);
      x.rows(user_timeout, at + 2);
      return;
    case 29:
      if (length < 4) return odd_length(x, length, 16);
      x.field(row<"tcp.options.ao.keyid">(rows), at + 2, 1);
      x.field(row<"tcp.options.ao.rnextkeyid">(rows), at + 3, 1);
      if (length > 4) x.field(row<"tcp.options.ao.mac">(rows), at + 4, length - 4);
      return;
    case 30: return multipath(x, at, length);
    case 34:
      if (length == 2) return x.mark(row<"tcp.options.tfo.request">(rows), at, 2);
      return x.field(row<"tcp.options.tfo.cookie">(rows), at + 2, length - 2);
    case 172:
    case 174: return accurate_ecn(x, kind, at + 2, end);
    case 253:
    case 254: return experiment(x, at, length);
    default:
      if (length > 2) x.field(row<"tcp.options.unknown.payload">(rows), at + 2, length - 2);
      return;
  }
}

// The option at `at` says it is longer than what is left of the header, or impossibly short.
void overrun(Expansion& x, u32 at, u32 end) {
  const u8* p = x.header();
  Text says;
  const std::string_view name = meaning(row<"tcp.option_kind">(rows), p[at]);
  says.add("the option ");
  if (name.empty()) {
    says.add("of kind ").dec(p[at]);
  } else {
    says.add(name);
  }
  if (end - at < 2) {
    says.add(" has no length: the header ends before it");
  } else {
    says.add(" says it is ").dec(p[at + 1]).add(p[at + 1] == 1 ? " byte" : " bytes").add(" long; ");
    if (p[at + 1] < 2) {
      says.add("its kind and length alone are 2");
    } else {
      says.add("the header has ").dec(end - at).add(" left");
    }
  }
  x.problem(Kind::malformed, &row<"tcp.option_len">(rows), says.view());
}

}  // namespace

void tcp_options(Expansion& x, u32 at, u32 end, bool syn, u32 ack, u32 base) {
  const u8* p = x.header();
  x.field(row<"tcp.options">(rows), at, end - at);
  const auto all = x.inside();
  while (at < end) {
    const u8 kind = p[at];
    if (kind <= 1) {
      x.field(kind == 0 ? row<"tcp.options.eol">(rows) : row<"tcp.options.nop">(rows), at, 1);
      const auto in = x.inside();
      x.field(row<"tcp.option_kind">(rows), at++, 1);
      if (kind == 0 && at < end && p[at] != 0) {
        x.problem(Kind::unusual, &row<"tcp.options.eol">(rows),
                  "the bytes behind the end of the options should be zero");
        return;
      }
      continue;
    }
    if (end - at < 2 || p[at + 1] < 2 || p[at + 1] > end - at) {
      // Where the capture ends inside the header, the missing bytes are nobody's lie.
      if (end - at >= 2 && p[at + 1] < 2) return overrun(x, at, end);
      if (!x.excused()) overrun(x, at, end);
      return;
    }
    const u32 length = p[at + 1];
    x.field(heading(kind), at, length);
    const auto in = x.inside();
    x.field(row<"tcp.option_kind">(rows), at, 1);
    x.field(row<"tcp.option_len">(rows), at + 1, 1);
    content(x, kind, at, length, syn, ack, base);
    at += length;
  }
}

}  // namespace netpeel::proto
