#include "proto/app/dhcp_options.hpp"

namespace netpeel::proto {
namespace {

constexpr const auto& rows = dhcp_rows;

// How an option's value is built.
enum class Form : u8 {
  one,    // exactly one value of the row's width
  list,   // one or more of them
  pairs,  // row and row behind it in turn
  text,
  time,  // 32 bits, seconds since 1970
};
struct Option {
  u8 code;
  Form form;
  const Field* row;
};

#define NETPEEL_DHCP(code, form, name)                                                             \
  { code, Form::form, &row<"dhcp.option." name>(rows) }
constexpr Option simple[]{
    NETPEEL_DHCP(1, one, "subnet_mask"),
    NETPEEL_DHCP(2, one, "time_offset"),
    NETPEEL_DHCP(3, list, "router"),
    NETPEEL_DHCP(4, list, "time_server"),
    NETPEEL_DHCP(5, list, "name_server"),
    NETPEEL_DHCP(6, list, "domain_name_server"),
    NETPEEL_DHCP(7, list, "log_server"),
    NETPEEL_DHCP(8, list, "quotes_server"),
    NETPEEL_DHCP(9, list, "lpr_server"),
    NETPEEL_DHCP(10, list, "impress_server"),
    NETPEEL_DHCP(11, list, "resource_location_server"),
    NETPEEL_DHCP(12, text, "hostname"),
    NETPEEL_DHCP(13, one, "boot_file_size"),
    NETPEEL_DHCP(14, text, "merit_dump_file"),
    NETPEEL_DHCP(15, text, "domain_name"),
    NETPEEL_DHCP(16, one, "swap_server"),
    NETPEEL_DHCP(17, text, "root_path"),
    NETPEEL_DHCP(18, text, "extension_path"),
    NETPEEL_DHCP(19, one, "ip_forwarding"),
    NETPEEL_DHCP(20, one, "non_local_source_routing"),
    NETPEEL_DHCP(21, pairs, "policy_filter.ip"),
    NETPEEL_DHCP(22, one, "max_datagram_reassembly_size"),
    NETPEEL_DHCP(23, one, "default_ip_ttl"),
    NETPEEL_DHCP(24, one, "path_mtu_aging_timeout"),
    NETPEEL_DHCP(25, list, "path_mtu_plateau_table_item"),
    NETPEEL_DHCP(26, one, "interface_mtu"),
    NETPEEL_DHCP(27, one, "all_subnets_are_local"),
    NETPEEL_DHCP(28, one, "broadcast_address"),
    NETPEEL_DHCP(29, one, "perform_mask_discovery"),
    NETPEEL_DHCP(30, one, "mask_supplier"),
    NETPEEL_DHCP(31, one, "perform_router_discover"),
    NETPEEL_DHCP(32, one, "router_solicitation_address"),
    NETPEEL_DHCP(33, pairs, "static_route.ip"),
    NETPEEL_DHCP(34, one, "trailer_encapsulation"),
    NETPEEL_DHCP(35, one, "arp_cache_timeout"),
    NETPEEL_DHCP(36, one, "ethernet_encapsulation"),
    NETPEEL_DHCP(37, one, "tcp_default_ttl"),
    NETPEEL_DHCP(38, one, "tcp_keepalive_interval"),
    NETPEEL_DHCP(39, one, "tcp_keepalive_garbage"),
    NETPEEL_DHCP(40, text, "nis_domain"),
    NETPEEL_DHCP(41, list, "nis_server"),
    NETPEEL_DHCP(42, list, "ntp_server"),
    NETPEEL_DHCP(44, list, "netbios_over_tcpip_name_server"),
    NETPEEL_DHCP(45, list, "netbios_over_tcpip_dd_name_server"),
    NETPEEL_DHCP(46, one, "netbios_over_tcpip_node_type"),
    NETPEEL_DHCP(47, text, "netbios_over_tcpip_scope"),
    NETPEEL_DHCP(48, list, "xwindows_system_font_server"),
    NETPEEL_DHCP(49, list, "xwindows_system_display_manager"),
    NETPEEL_DHCP(50, one, "requested_ip_address"),
    NETPEEL_DHCP(51, one, "ip_address_lease_time"),
    NETPEEL_DHCP(53, one, "dhcp"),
    NETPEEL_DHCP(54, one, "dhcp_server_id"),
    NETPEEL_DHCP(55, list, "request_list_item"),
    NETPEEL_DHCP(56, text, "message"),
    NETPEEL_DHCP(57, one, "dhcp_max_message_size"),
    NETPEEL_DHCP(58, one, "renewal_time_value"),
    NETPEEL_DHCP(59, one, "rebinding_time_value"),
    NETPEEL_DHCP(60, text, "vendor_class_id"),
    NETPEEL_DHCP(64, text, "nis_plus_domain"),
    NETPEEL_DHCP(65, list, "nis_plus_server"),
    NETPEEL_DHCP(66, text, "tftp_server_name"),
    NETPEEL_DHCP(67, text, "bootfile_name"),
    NETPEEL_DHCP(68, list, "mobile_ip_home_agent"),
    NETPEEL_DHCP(69, list, "smtp_server"),
    NETPEEL_DHCP(70, list, "pop3_server"),
    NETPEEL_DHCP(71, list, "nntp_server"),
    NETPEEL_DHCP(72, list, "default_www_server"),
    NETPEEL_DHCP(73, list, "default_finger_server"),
    NETPEEL_DHCP(74, list, "default_irc_server"),
    NETPEEL_DHCP(75, list, "streettalk_server"),
    NETPEEL_DHCP(76, list, "streettalk_da_server"),
    NETPEEL_DHCP(85, list, "novell_dss.ip"),
    NETPEEL_DHCP(86, text, "novell_ds_tree_name"),
    NETPEEL_DHCP(87, text, "novell_ds_context"),
    NETPEEL_DHCP(91, one, "client_last_transaction_time"),
    NETPEEL_DHCP(92, list, "associated_ip_option"),
    NETPEEL_DHCP(93, list, "client_system_architecture"),
    NETPEEL_DHCP(100, text, "tz_pcode"),
    NETPEEL_DHCP(101, text, "tz_tcode"),
    NETPEEL_DHCP(112, list, "netinfo_parent_server_address"),
    NETPEEL_DHCP(113, text, "netinfo_parent_server_tag"),
    NETPEEL_DHCP(114, text, "captive_portal"),
    NETPEEL_DHCP(116, one, "dhcp_auto_configuration"),
    NETPEEL_DHCP(118, list, "subnet_selection_option"),
    NETPEEL_DHCP(136, list, "pana_agent"),
    NETPEEL_DHCP(137, text, "lost_server_domain_name"),
    NETPEEL_DHCP(138, list, "capwap_access_controller"),
    NETPEEL_DHCP(142, list, "andsf_server"),
    NETPEEL_DHCP(145, list, "forcerenew_nonce.algorithm"),
    NETPEEL_DHCP(150, list, "tftp_server_address"),
    NETPEEL_DHCP(152, time, "bulk_lease.base_time"),
    NETPEEL_DHCP(153, one, "bulk_lease.start_time_of_state"),
    NETPEEL_DHCP(154, time, "bulk_lease.query_start_time"),
    NETPEEL_DHCP(155, time, "bulk_lease.query_end_time"),
    NETPEEL_DHCP(156, one, "bulk_lease.dhcp_state"),
    NETPEEL_DHCP(157, one, "bulk_lease.data_source"),
    NETPEEL_DHCP(160, text, "captive_portal"),
    NETPEEL_DHCP(161, text, "mudurl"),
    NETPEEL_DHCP(209, text, "pxe_config_file"),
    NETPEEL_DHCP(210, text, "pxe_path_prefix"),
    NETPEEL_DHCP(252, text, "private_proxy_autodiscovery"),
};
#undef NETPEEL_DHCP

// By code, so that looking one up is a load.
constexpr auto simple_by_code = [] {
  std::array<const Option*, 256> out{};
  for (const Option& o : simple) out[o.code] = &o;
  return out;
}();

Bytes until_nul(Bytes text) {
  u32 n = 0;
  while (n < text.size() && text[n] != 0) ++n;
  return text.first(n);
}

// A part of the message: a value, of which `at` counts from the layer's start.
struct Part {
  Expansion& x;
  u32 at, size;

  const u8* p() const { return x.header() + at; }
  Part from(u32 skip) const { return {x, at + skip, size - skip}; }
  void text(const Field& f) const { x.value(f, at, size, until_nul({p(), size})); }
  void raw() const { x.field(row<"dhcp.option.value">(rows), at, size); }
  // The length does not fit what the option is.
  void odd(std::string_view should) const {
    raw();
    Text says;
    says.add("dhcp.option.length says ").dec(size).add("; this option has ").add(should);
    x.problem(Kind::malformed, &row<"dhcp.option.length">(rows), says.view());
  }
  // Values of the row's width until the end.
  void list(const Field& f) const {
    const u32 width = f.width / 8;
    for (u32 i = 0; size - i >= width; i += width) x.field(f, at + i, width);
  }
};

void simple_option(const Part& v, const Option& o) {
  const u32 width = o.row->width / 8;
  Text should;
  switch (o.form) {
    case Form::one:
      if (v.size == width && o.row->show == sdec) {
        return v.x.number(*o.row, v.at, width, u64(i64(i32(be32(v.p())))));
      }
      // Some clients send more than one message type byte; the first counts.
      if (v.size == width || (o.code == 53 && v.size > 0)) return v.x.field(*o.row, v.at, width);
      return v.odd(should.dec(width).add(width == 1 ? " byte" : " bytes").view());
    case Form::list:
      if (v.size == 0 || v.size % width != 0)
        return v.odd(should.add("a multiple of ").dec(width).add(" bytes").view());
      return v.list(*o.row);
    case Form::pairs:
      if (v.size == 0 || v.size % 8 != 0) return v.odd("a multiple of 8 bytes");
      for (u32 i = 0; i < v.size; i += 8) {
        v.x.field(o.row[0], v.at + i, 4);
        v.x.field(o.row[1], v.at + i + 4, 4);
      }
      return;
    case Form::text: return v.text(*o.row);
    case Form::time:
      if (v.size != 4) return v.odd("4 bytes");
      return v.x.number(*o.row, v.at, 4, u64(be32(v.p())) * 1'000'000'000);
  }
}

// A name as in DNS messages, with pointers back into the option's value. Returns the bytes it
// takes; 0: it is none.
u32 name(Bytes value, u32 at, Text& out) {
  u32 size = 0, jumps = 0;
  const u32 start = at;
  while (at < value.size()) {
    const u32 n = value[at];
    if (n == 0) return size != 0 ? size : at + 1 - start;
    if (n >= 0xc0) {
      if (value.size() - at < 2) return 0;
      const u32 to = (n & 0x3f) << 8 | value[at + 1];
      if (size == 0) size = at + 2 - start;
      if (to >= at || ++jumps > 64) return 0;  // only backwards: so it ends
      at = to;
      continue;
    }
    if (n > 63 || n > value.size() - at - 1) return 0;
    if (!out.empty()) out.add('.');
    out.add(base::as_text(value.subspan(at + 1, n)));
    if (out.size() > 255) return 0;
    at += n + 1;
  }
  return size != 0 ? 0 : at - start;  // cut off without its last zero, as some senders do
}

void domain_search(const Part& v) {
  const Bytes value{v.p(), v.size};
  for (u32 at = 0; at < v.size;) {
    Text out;
    const u32 n = name(value, at, out);
    if (n == 0 || out.empty()) return v.from(at).raw();
    v.x.text(row<"dhcp.option.dhcp_dns_domain_search_list_fqdn">(rows), v.at + at, n, out.view());
    at += n;
  }
}

void full_name(const Part& v) {
  if (v.size < 3) return v.odd("at least 3 bytes");
  const bool encoded = (v.p()[0] & 4) != 0;
  v.x.rows(dhcp_fqdn_flags, v.at);
  v.x.field(row<"dhcp.fqdn.rcode1">(rows), v.at + 1, 1);
  v.x.field(row<"dhcp.fqdn.rcode2">(rows), v.at + 2, 1);
  if (v.size == 3) return;
  const Field& f = row<"dhcp.fqdn.name">(rows);
  Text out;
  if (!encoded) return v.from(3).text(f);
  if (name({v.p() + 3, v.size - 3}, 0, out) == 0) return v.from(3).raw();
  v.x.text(f, v.at + 3, v.size - 3, out.view());
}

// As PXE clients send them: the first three groups with their lower byte first.
void uuid(const Part& v) {
  constexpr u8 order[]{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Text out;
  for (u32 i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.add('-');
    out.hex(v.p()[order[i]], 2);
  }
  v.x.text(row<"dhcp.client_id.uuid">(rows), v.at, 16, out.view());
}

void unique_identifier(const Part& v) {
  const u32 type = be16(v.p());
  const auto address = [&](u32 skip) {
    if (v.size <= skip) return;
    Text out;
    out.hex_bytes({v.p() + skip, v.size - skip}, ':');
    v.x.text(row<"dhcp.client_id.link_layer_address">(rows), v.at + skip, v.size - skip,
             out.view());
  };
  v.x.field(row<"dhcp.client_id.duid_type">(rows), v.at, 2);
  if (type == 1 && v.size >= 8) {
    v.x.field(row<"dhcp.client_id.duid_llt_hw_type">(rows), v.at + 2, 2);
    v.x.field(row<"dhcp.client_id.time">(rows), v.at + 4, 4);
    address(8);
  } else if (type == 2 && v.size >= 6) {
    v.x.field(row<"dhcp.client_id.enterprise_num">(rows), v.at + 2, 4);
    if (v.size > 6) v.x.field(row<"dhcp.client_id">(rows), v.at + 6, v.size - 6);
  } else if (type == 3 && v.size >= 4) {
    v.x.field(row<"dhcp.client_id.duid_ll_hw_type">(rows), v.at + 2, 2);
    address(4);
  } else if (v.size > 2) {
    v.from(2).raw();
  }
}

void client_identifier(const Part& v) {
  if (v.size < 2) return v.odd("at least 2 bytes");
  const u32 type = v.p()[0];
  if (v.size == 7 && type > 0 && type < 48) {
    v.x.field(row<"dhcp.hw.type">(rows), v.at, 1);
    return v.x.field(type == 1 || type == 6 ? row<"dhcp.hw.mac_addr">(rows)
                                            : row<"dhcp.hw.addr">(rows),
                     v.at + 1, 6);
  }
  if (v.size == 17 && type == 0) return uuid(v.from(1));
  if (type == 255 && v.size >= 7) {
    Text out;
    out.hex(be32(v.p() + 1), 8);
    v.x.text(row<"dhcp.client_id.iaid">(rows), v.at + 1, 4, out.view());
    return unique_identifier(v.from(5));
  }
  if (type == 0) {
    v.x.field(row<"dhcp.client_id.type">(rows), v.at, 1);
    return v.from(1).text(row<"dhcp.client_id.undef">(rows));
  }
  v.raw();
}

// A run of type, length, value: calls one(type, part) for each; tells what does not fit.
using Suboption = void (*)(u8 type, const Part& value);
void each_suboption(const Part& v, const Field& type, Suboption one) {
  for (u32 at = 0; at < v.size;) {
    v.x.field(type, v.at + at, 1);
    const auto in = v.x.inside();
    if (v.size - at < 2) {
      return v.x.problem(Kind::malformed, &type, "the option ends before the sub-option's length");
    }
    v.x.field(row<"dhcp.option.suboption_length">(rows), v.at + at + 1, 1);
    const u32 size = v.p()[at + 1];
    if (size > v.size - at - 2) {
      Text says;
      says.add("dhcp.option.suboption_length says ")
          .dec(size)
          .add("; the option has ")
          .dec(v.size - at - 2)
          .add(" left");
      return v.x.problem(Kind::malformed, &row<"dhcp.option.suboption_length">(rows), says.view());
    }
    one(v.p()[at], Part{v.x, v.at + at + 2, size});
    at += size + 2;
  }
}

void relay_information(u8 type, const Part& v) {
  const auto address = [&](const Field& f) {
    if (v.size != 4)
      return v.x.field(row<"dhcp.option.agent_information_option.value">(rows), v.at, v.size);
    v.x.field(f, v.at, 4);
  };
  const auto whole = [&](const Field& f) { v.x.field(f, v.at, v.size); };
  switch (type) {
    case 1: return whole(row<"dhcp.option.agent_information_option.agent_circuit_id">(rows));
    case 2: return whole(row<"dhcp.option.agent_information_option.agent_remote_id">(rows));
    case 3: return whole(row<"dhcp.option.agent_information_option.reserved">(rows));
    case 4: return address(row<"dhcp.option.agent_information_option.docsis_device_class">(rows));
    case 5: return address(row<"dhcp.option.agent_information_option.link_selection">(rows));
    case 6: return v.text(row<"dhcp.option.agent_information_option.subscriber_id">(rows));
    case 7: return whole(row<"dhcp.option.agent_information_option.radius_attributes">(rows));
    case 8: return whole(row<"dhcp.option.agent_information_option.authentication">(rows));
    case 9: {
      if (v.size < 5) break;
      v.x.field(row<"dhcp.option.agent_information_option.vi.enterprise">(rows), v.at, 4);
      v.x.field(row<"dhcp.option.agent_information_option.vi.data_length">(rows), v.at + 4, 1);
      return v.x.field(row<"dhcp.option.agent_information_option.value">(rows), v.at + 5,
                       v.size - 5);
    }
    case 10:
      if (v.size != 1) break;
      return whole(row<"dhcp.option.agent_information_option.flags">(rows));
    case 11: return address(row<"dhcp.option.agent_information_option.server_id_override">(rows));
    case 12: return whole(row<"dhcp.option.agent_information_option.relay_agent_id">(rows));
    case 150:
      return address(row<"dhcp.option.agent_information_option.link_selection_cisco">(rows));
    case 152:
      return address(row<"dhcp.option.agent_information_option.server_id_override_cisco">(rows));
    default: break;
  }
  whole(row<"dhcp.option.agent_information_option.value">(rows));
}

void user_class(const Part& v) {
  // Each class begins with its length; some senders leave it out.
  bool fits = v.size >= 2;
  for (u32 at = 0; fits && at < v.size; at += v.p()[at] + 1)
    fits = v.p()[at] > 0 && v.p()[at] < v.size - at;
  if (!fits) {
    v.text(row<"dhcp.option.user_class.text">(rows));
    return v.x.problem(Kind::unusual, &row<"dhcp.option.user_class.text">(rows),
                       "each user class should begin with its length");
  }
  u32 nth = 0;
  for (u32 at = 0; at < v.size; at += v.p()[at] + 1) {
    const u32 size = v.p()[at];
    v.x.number(row<"dhcp.option.user_class">(rows), v.at + at, size + 1, nth++);
    const auto in = v.x.inside();
    v.x.field(row<"dhcp.option.user_class.length">(rows), v.at + at, 1);
    v.x.field(row<"dhcp.option.user_class.data">(rows), v.at + at + 1, size);
  }
}

void routes(const Part& v) {
  for (u32 at = 0; at < v.size;) {
    const u32 bits = v.p()[at];
    const u32 size = 1 + (bits + 7) / 8 + 4;
    if (bits > 32 || size > v.size - at) {
      v.from(at).raw();
      return v.x.problem(Kind::malformed, &row<"dhcp.option.classless_static_route">(rows),
                         bits > 32 ? "a network of more than 32 bits does not exist"
                                   : "the option ends inside a route");
    }
    v.x.field(row<"dhcp.option.classless_static_route">(rows), v.at + at, size);
    at += size;
  }
}

void civic_location(const Part& v) {
  if (v.size < 3) return v.odd("at least 3 bytes");
  v.x.field(row<"dhcp.option.civic_location.what">(rows), v.at, 1);
  v.x.field(row<"dhcp.option.civic_location.country">(rows), v.at + 1, 2);
  for (u32 at = 3; v.size - at >= 2;) {
    const u32 size = v.p()[at + 1];
    if (size > v.size - at - 2) return v.from(at).raw();
    v.x.field(row<"dhcp.option.civic_location.ca_type">(rows), v.at + at, 1);
    v.x.field(row<"dhcp.option.civic_location.ca_length">(rows), v.at + at + 1, 1);
    Part{v.x, v.at + at + 2, size}.text(row<"dhcp.option.civic_location.ca_value">(rows));
    at += size + 2;
  }
}

void authentication(const Part& v) {
  if (v.size < 11) return v.odd("at least 11 bytes");
  const bool delayed = v.p()[0] == 1;
  v.x.field(row<"dhcp.option.dhcp_authentication.protocol">(rows), v.at, 1);
  v.x.field(delayed ? row<"dhcp.option.dhcp_authentication.alg_delay">(rows)
                    : row<"dhcp.option.dhcp_authentication.algorithm">(rows),
            v.at + 1, 1);
  v.x.field(row<"dhcp.option.dhcp_authentication.rdm">(rows), v.at + 2, 1);
  v.x.field(row<"dhcp.option.dhcp_authentication.rdm_replay_detection">(rows), v.at + 3, 8);
  if (delayed && v.size == 31) {
    v.x.field(row<"dhcp.option.dhcp_authentication.secret_id">(rows), v.at + 11, 4);
    v.x.field(row<"dhcp.option.dhcp_authentication.hmac_md5_hash">(rows), v.at + 15, 16);
  } else if (v.size > 11) {
    v.from(11).text(row<"dhcp.option.dhcp_authentication.information">(rows));
  }
}

void sip_servers(const Part& v) {
  if (v.size < 3) return v.odd("at least 3 bytes");
  v.x.field(row<"dhcp.option.sip_server.encoding">(rows), v.at, 1);
  if (v.p()[0] == 1) return v.from(1).list(row<"dhcp.option.sip_server.address">(rows));
  if (v.p()[0] != 0) return v.from(1).raw();
  const Bytes value{v.p(), v.size};
  for (u32 at = 1; at < v.size;) {
    Text out;
    const u32 n = name(value, at, out);
    if (n == 0 || out.empty()) return v.from(at).raw();
    v.x.text(row<"dhcp.option.sip_server.name">(rows), v.at + at, n, out.view());
    at += n;
  }
}

void vendor_class(const Part& v) {
  if (v.size < 5) return v.odd("at least 5 bytes");
  v.x.field(row<"dhcp.option.vi_class.enterprise">(rows), v.at, 4);
  v.x.field(row<"dhcp.option.vi_class.length">(rows), v.at + 4, 1);
  if (v.size > 5) v.from(5).text(row<"dhcp.option.vi_class.data">(rows));
}

void vendor_information(const Part& v) {
  for (u32 at = 0; at < v.size;) {
    if (v.size - at < 5 || v.p()[at + 4] > v.size - at - 5) return v.from(at).raw();
    const u32 size = v.p()[at + 4];
    v.x.field(row<"dhcp.option.vi.enterprise">(rows), v.at + at, 4);
    const auto in = v.x.inside();
    v.x.field(row<"dhcp.option.vi.length">(rows), v.at + at + 4, 1);
    each_suboption(Part{v.x, v.at + at + 5, size}, row<"dhcp.vendor.suboption">(rows),
                   [](u8, const Part& data) {
                     data.x.field(row<"dhcp.vendor.data">(rows), data.at, data.size);
                   });
    at += size + 5;
  }
}

void option(u8 code, const Part& v) {
  if (const Option* o = simple_by_code[code]) return simple_option(v, *o);
  const auto byte_and = [&](const Field& first) {
    if (v.size == 0) return false;
    v.x.field(first, v.at, 1);
    return true;
  };
  switch (code) {
    case 43: return v.x.field(row<"dhcp.option.vendor.value">(rows), v.at, v.size);
    case 52:
      if (v.size == 0) return v.odd("1 byte");
      return v.x.field(row<"dhcp.option.option_overload">(rows), v.at, 1);
    case 61: return client_identifier(v);
    case 77: return user_class(v);
    case 78:
      if (byte_and(row<"dhcp.option.slp_directory_agent.value">(rows)))
        v.from(1).list(row<"dhcp.option.slp_directory_agent.slpda_address">(rows));
      return;
    case 79:
      if (byte_and(row<"dhcp.option.slp_service_scope.value">(rows)))
        v.from(1).text(row<"dhcp.option.slp_service_scope.string">(rows));
      return;
    case 81: return full_name(v);
    case 82:
      return each_suboption(v, row<"dhcp.option.agent_information_option.suboption">(rows),
                            relay_information);
    case 90: return authentication(v);
    case 94:
      if (v.size != 3) return v.odd("3 bytes");
      v.x.field(row<"dhcp.client_network_id_major">(rows), v.at + 1, 1);
      return v.x.field(row<"dhcp.client_network_id_minor">(rows), v.at + 2, 1);
    case 97:
      if (v.size == 17 && v.p()[0] == 0) return uuid(v.from(1));
      return v.raw();
    case 99: return civic_location(v);
    case 119: return domain_search(v);
    case 120: return sip_servers(v);
    case 121:
    case 249: return routes(v);
    case 124: return vendor_class(v);
    case 125: return vendor_information(v);
    case 151:
      if (byte_and(row<"dhcp.option.bulk_lease.status_code">(rows)) && v.size > 1) {
        v.from(1).text(row<"dhcp.option.bulk_lease.status_code_message">(rows));
      }
      return;
    default: return v.raw();
  }
}

// The option at `at` is longer than what is left.
void overrun(Expansion& x, u32 at, u32 end) {
  const u8 code = x.header()[at];
  Text says;
  const std::string_view title = meaning(row<"dhcp.option.type">(rows), code);
  says.add("the option ");
  if (title.empty()) {
    says.dec(code);
  } else {
    says.add(title);
  }
  if (end - at < 2) {
    says.add(" has no length: the message ends before it");
  } else {
    says.add(" says its value has ")
        .dec(x.header()[at + 1])
        .add(" bytes; ")
        .dec(end - at - 2)
        .add(" are left");
  }
  x.problem(Kind::malformed, &row<"dhcp.option.length">(rows), says.view());
}

}  // namespace

void dhcp_options(Expansion& x, u32 at, u32 end) {
  const u8* p = x.header();
  const bool silent = x.excused();
  while (at < end) {
    const u8 code = p[at];
    if (code == 255) {
      x.field(row<"dhcp.option.end">(rows), at++, 1);
      if (at < end) x.field(row<"dhcp.option.padding">(rows), at, end - at);
      return;
    }
    x.field(row<"dhcp.option.type">(rows), at, 1);
    const auto in = x.inside();
    if (code == 0) {
      u32 n = 1;
      while (at + n < end && p[at + n] == 0) ++n;
      x.field(row<"dhcp.option.padding">(rows), at, n);
      at += n;
      continue;
    }
    if (end - at >= 2) x.field(row<"dhcp.option.length">(rows), at + 1, 1);
    if (end - at < 2 || p[at + 1] > end - at - 2) {
      if (!silent) overrun(x, at, end);
      return;
    }
    const u32 size = p[at + 1];
    option(code, {x, at + 2, size});
    at += size + 2;
  }
  if (!silent)
    x.problem(Kind::unusual, &row<"dhcp.option.end">(rows),
              "the options end without the option that says so");
}

}  // namespace netpeel::proto
