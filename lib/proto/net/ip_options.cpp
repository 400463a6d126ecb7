#include "proto/net/ip_options.hpp"

#include "proto/net/ip.hpp"

namespace netpeel::proto {
namespace {

using namespace ip_option;

enum Type : u8 {
  end_of_options = 0,
  no_operation = 1,
  record_route = 7,
  timestamp = 68,
  security_option = 130,
  loose_route = 131,
  extended = 133,
  cipso_option = 134,
  strict_route = 137,
  broadcast = 149,
  quick = 25,
};

// An option: the row over all of it, and the rows at fixed places behind type and length.
struct Form {
  u8 type;
  const Field* whole;
  Table table{};
};
constexpr Form forms[]{
    {end_of_options, &row<"ip.options.eol">(wholes)},
    {no_operation, &row<"ip.options.nop">(wholes)},
    {record_route, &row<"ip.options.record_route">(wholes)},
    {11, &row<"ip.options.mtu_probe">(wholes), mtu},
    {12, &row<"ip.options.mtu_reply">(wholes), mtu},
    {quick, &row<"ip.options.qs">(wholes), quick_start},
    {timestamp, &row<"ip.options.timestamp">(wholes), timestamps},
    {82, &row<"ip.options.traceroute">(wholes), traceroute},
    {security_option, &row<"ip.options.security">(wholes), security},
    {loose_route, &row<"ip.options.route">(wholes)},
    {extended, &row<"ip.options.ext_security">(wholes), extended_security},
    {cipso_option, &row<"ip.options.cipso">(wholes), cipso},
    {136, &row<"ip.options.sid">(wholes), stream},
    {strict_route, &row<"ip.options.source_route">(wholes)},
    {148, &row<"ip.options.routeralert">(wholes), router_alert},
    {broadcast, &row<"ip.options.sdb">(wholes)},
};
constexpr Form unknown{0, &row<"ip.opt.unknown">(wholes)};

const Form& form(u8 type) {
  for (const Form& f : forms) {
    if (f.type == type) return f;
  }
  return unknown;
}

constexpr const Field& length_row = row<"ip.opt.len">(parts);

// Addresses before the pointer have been visited, those from it on have not.
void routes(Expansion& x, u32 at, u32 size, const Field& ahead) {
  if (size < 3) return;
  x.field(row<"ip.opt.ptr">(parts), at + 2, 1);
  const u32 pointer = x.header()[at + 2];
  if (pointer < 4 || pointer % 4 != 0) {
    Text says;
    says.add("ip.opt.ptr says ").dec(pointer).add("; addresses begin at 4, 8, 12 …");
    return x.problem(Kind::malformed, &row<"ip.opt.ptr">(parts), says.view());
  }
  for (u32 place = 4; place + 3 <= size; place += 4) {
    x.field(place < pointer ? row<"ip.rec_rt">(parts) : ahead, at + place - 1, 4);
  }
}

void times(Expansion& x, u32 at, u32 size) {
  const bool addresses = (x.header()[at + 3] & 15) == 1 || (x.header()[at + 3] & 15) == 3;
  for (u32 place = 4; place + (addresses ? 8 : 4) <= size; place += 4) {
    if (addresses) {
      x.field(row<"ip.opt.time_stamp_addr">(parts), at + place, 4);
      place += 4;
    }
    x.field(row<"ip.opt.time_stamp">(parts), at + place, 4);
  }
}

// Bytes of flags, each of which says whether another follows (RFC 1108 §2.4).
void authorities(Expansion& x, u32 at, u32 end) {
  for (u32 first = at; at < end; ++at) {
    const u8 byte = x.header()[at];
    if (at == first) {
      x.rows(authority, at);
    } else {
      x.field(row<"ip.opt.sec_prot_auth_flags">(parts), at, 1);
      const auto inside = x.inside();
      x.number(row<"ip.opt.sec_prot_auth_unassigned">(parts), at, 1, byte >> 1);
      x.number(row<"ip.opt.sec_prot_auth_fti">(parts), at, 1, byte & 1);
    }
    if ((byte & 1) == 0) return;
  }
}

// The category numbers of one tag, as a list.
void categories(Expansion& x, u8 tag, u32 at, u32 end) {
  Text list;
  const u8* p = x.header();
  const auto comma = [&] {
    if (!list.empty()) list.add(',');
  };
  if (tag == 1) {
    for (u32 bit = 0; bit < (end - at) * 8; ++bit) {
      if (base::bits(p + at, bit, 1) == 0) continue;
      comma();
      list.dec(bit);
    }
  } else if (tag == 2) {
    for (u32 i = at; i + 2 <= end; i += 2) {
      comma();
      list.dec(be16(p + i));
    }
  } else {
    for (u32 i = at; i + 2 <= end; i += 4) {  // high-low; a last low end of 0 may be left out
      comma();
      list.dec(be16(p + i)).add('-').dec(i + 4 <= end ? be16(p + i + 2) : 0);
    }
  }
  if (end > at) x.text(row<"ip.cipso.categories">(parts), at, end - at, list.view());
}

void labels(Expansion& x, u32 at, u32 end) {
  while (at < end) {
    const u8 tag = x.header()[at];
    x.field(row<"ip.cipso.tag_type">(parts), at, 1);
    if (tag == 0) {
      ++at;
      continue;
    }
    const u32 size = at + 1 < end ? x.header()[at + 1] : 0;
    if (size < 2 || size > end - at || (size < 4 && (tag == 1 || tag == 2 || tag == 5))) {
      return x.problem(Kind::malformed, &row<"ip.cipso.tag_type">(parts),
                       "the tag's length does not fit into the option");
    }
    if (tag == 1 || tag == 2 || tag == 5) {
      x.field(row<"ip.cipso.sensitivity_level">(parts), at + 3, 1);
      categories(x, tag, at + 4, at + size);
    } else if (size > 2) {
      x.field(row<"ip.cipso.tag_data">(parts), at + 2, size - 2);
    }
    at += size;
  }
}

// What follows type and length. False if the option is too short for its kind.
bool value(Expansion& x, u8 type, u32 at, u32 size) {
  const u8* p = x.header() + at;
  Table table = form(type).table;
  const bool old = type == security_option && size == 11 &&
                   meaning(row<"ip.opt.sec_cl">(security), p[2]).empty();
  if (old) table = old_security;
  if (type == quick && size > 2 && p[2] >> 4 == 8) table = quick_start_report;
  const u32 fixed = 2 + bytes_of(table);
  if (size < fixed) return false;
  x.rows(table, at + 2);
  switch (type) {
    case record_route: routes(x, at, size, row<"ip.empty_rt">(parts)); return size >= 3;
    case loose_route:
    case strict_route: routes(x, at, size, row<"ip.src_rt">(parts)); return size >= 3;
    case timestamp: times(x, at, size); break;
    case security_option:
      if (old) {
        x.field(row<"ip.opt.sec_rfc791_hr">(parts), at + 6, 2);
        x.field(row<"ip.opt.sec_rfc791_tcc">(parts), at + 8, 3);
      } else {
        authorities(x, at + fixed, at + size);
      }
      break;
    case extended:
      if (size > fixed)
        x.field(row<"ip.opt.ext_sec_add_sec_info">(parts), at + fixed, size - fixed);
      break;
    case cipso_option: labels(x, at + fixed, at + size); break;
    case broadcast:
      for (u32 i = 2; i + 4 <= size; i += 4) x.field(row<"ip.opt.addr">(parts), at + i, 4);
      break;
    case quick:
      if (p[2] >> 4 == 0)
        x.computed(row<"ip.opt.qs_ttl_diff">(parts), u8(get<Ip, "ip.ttl">(x.header()) - p[3]));
      break;
    default: break;
  }
  return true;
}

}  // namespace

void expand_ip_options(Expansion& x) {
  const u32 end = x.layer.header;
  u32 at = fixed_bytes<Ip>;
  while (at < end) {
    const u8 type = x.header()[at];
    const bool single = type == end_of_options || type == no_operation;
    const u32 size = single ? 1 : at + 1 < end ? x.header()[at + 1] : 0;
    const bool fits = size <= end - at && (single || size >= 2);
    x.field(*form(type).whole, at, fits ? size : end - at);
    const auto inside = x.inside();
    x.rows(head, at);
    if (!single) {
      if (at + 1 < end) x.field(length_row, at + 1, 1);
      if (!fits || !value(x, type, at, size)) {
        Text says;
        if (size < 2) {
          says.add("ip.opt.len says ").dec(size).add("; an option has at least 2 bytes");
        } else if (!fits) {
          says.add("ip.opt.len says ")
              .dec(size)
              .add("; the header has ")
              .dec(end - at)
              .add(" left");
        } else {
          says.add("ip.opt.len says ").dec(size).add("; this option needs more");
        }
        if (x.whole() || fits) x.problem(Kind::malformed, &length_row, says.view());
      }
      if (!fits) return;
    }
    at += size;
    if (type == end_of_options) break;
  }
  if (at < end) x.field(row<"ip.opt.padding">(parts), at, end - at);
}

const u8* source_route_end(Bytes header) {
  Cursor c(header, fixed_bytes<Ip>);
  while (c.left() > 1) {
    const u8 type = c.u8_();
    if (type == end_of_options) return nullptr;
    if (type == no_operation) continue;
    const u32 size = c.u8_();
    if (size < 2) return nullptr;
    const Bytes value = c.bytes(size - 2);
    if (!c.ok()) return nullptr;
    if ((type == loose_route || type == strict_route) && size >= 7) {
      return value[0] <= size ? value.data() + 1 + ((size - 3) / 4 - 1) * 4 : nullptr;
    }
  }
  return nullptr;
}

}  // namespace netpeel::proto
