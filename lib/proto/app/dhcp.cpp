// DHCP — RFC 2131, in the message format of BOOTP — RFC 951. Filling behind the End option is fine,
// however long.
#include "proto/app/dhcp_options.hpp"

namespace netpeel::proto {
namespace {

constexpr auto operations = values({
    {1, "request"},
    {2, "reply"  }
});

struct Dhcp {
  static constexpr auto fields = wire({
      {"dhcp.type", "Message", 8, dec, "From the client, or to it.", {.values = operations}},
      {"dhcp.hw.type", "Hardware type", 8, hex, "Which kind of hardware address the client has.",
       {.values = dhcp_hardware_types}},
      {"dhcp.hw.len", "Hardware address length", 8, dec, "In bytes."},
      {"dhcp.hops", "Hops", 8, dec, "How many relay agents have passed the message on."},
      {"dhcp.id", "Transaction id", 32, hex,
       "Drawn by the client: ties the answer to the question."},
      {"dhcp.secs", "Seconds elapsed", 16, dec, "Since the client began to ask."},
      {"dhcp.flags", "Flags", 16, hex, "How the client wants its answer.", {.covers = true}},
      {"dhcp.flags.bc", "Broadcast", 1, flag,
       "The client cannot yet receive what is sent to an address of its own: answer to all."},
      {"dhcp.flags.reserved", "Reserved", 15, hex, "Must be zero."},
      {"dhcp.ip.client", "Client address", 32, ipv4,
       "The address the client has and can be reached at; zero if none."},
      {"dhcp.ip.your", "Your address", 32, ipv4, "The address the server gives to the client."},
      {"dhcp.ip.server", "Next server address", 32, ipv4, "From where to load the boot file."},
      {"dhcp.ip.relay", "Relay agent address", 32, ipv4,
       "Who passed the message between client and server, if they are in different networks."},
      {"dhcp.hw.mac_addr", "Client MAC address", 48, mac, "The client's hardware address.",
       {.sometimes = true}},
      {"dhcp.hw.addr_padding", "Padding", 80, bytes,
       "The field has room for longer hardware addresses.", {.sometimes = true}},
      {"dhcp.server", "Server host name", 512, text, "The server's name; mostly empty.",
       {.sometimes = true}},
      {"dhcp.file", "Boot file name", 1024, text, "What to load and start; mostly empty.",
       {.sometimes = true}},
  });
};
constexpr auto cookie = wire({
    {"dhcp.cookie", "Magic cookie", 32, ipv4, "Always 99.130.83.99: options follow."},
});
constexpr Table tables[]{Dhcp::fields, cookie, dhcp_rows, dhcp_fqdn_flags};
constexpr Bind binds[]{
    {Space::udp_port, 67},
    {Space::udp_port, 68}
};
constexpr u32 fixed = fixed_bytes<Dhcp>;
constexpr u32 address_at = row<"dhcp.hw.mac_addr">(Dhcp::fields).at / 8;
constexpr u32 server_at = row<"dhcp.server">(Dhcp::fields).at / 8;
constexpr u32 file_at = row<"dhcp.file">(Dhcp::fields).at / 8;
constexpr u32 magic = 0x63825363;

Next dissect(const u8*, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = len < 0xffff ? len : 0xffff;
  return accept(header, len - header, out);
}

// Where the options begin; the message's end if there are none.
u32 options_at(const u8* p, u32 len) {
  return len - fixed >= bytes_of(cookie) && be32(p + fixed) == magic ? fixed + bytes_of(cookie)
                                                                     : len;
}

// The value of the first such option, or nothing.
Bytes find(const u8* p, u32 at, u32 end, u8 code) {
  while (at < end && p[at] != 255) {
    if (p[at] == 0) {
      ++at;
      continue;
    }
    if (end - at < 2 || p[at + 1] > end - at - 2) return {};
    if (p[at] == code) return {p + at + 2, p[at + 1]};
    at += 2u + p[at + 1];
  }
  return {};
}

void hardware_address(Expansion& x) {
  const u8* p = x.header();
  const u32 type = u32(get<Dhcp, "dhcp.hw.type">(p)), size = u32(get<Dhcp, "dhcp.hw.len">(p));
  if (size == 0 || size > 16) return;
  const Field& padding = row<"dhcp.hw.addr_padding">(Dhcp::fields);
  if (size == 6 && (type == 1 || type == 6)) {
    x.placed(row<"dhcp.hw.mac_addr">(Dhcp::fields));
  } else {
    x.field(row<"dhcp.hw.addr">(dhcp_rows), address_at, 16);
  }
  if (size < 16) x.field(padding, address_at + size, 16 - size);
}

void name_field(Expansion& x, const Field& f, u32 at) {
  const u32 size = f.width / 8;
  u32 n = 0;
  while (n < size && x.header()[at + n] != 0) ++n;
  x.value(f, at, size, {x.header() + at, n});
}

void expand(Expansion& x) {
  if (!x.whole()) {
    x.rows(Dhcp::fields);
    return;
  }
  const u8* p = x.header();
  const u32 end = x.layer.header, options = options_at(p, end);
  const Bytes overload = find(p, options, end, 52);
  const u32 overloaded = overload.empty() ? 0 : overload[0] & 3;
  for (const Field& f : Dhcp::fields) {
    if (f.at / 8 >= address_at) break;
    // Some clients count the seconds with the lower byte first (as Windows once did).
    const u64 seconds = get<Dhcp, "dhcp.secs">(p);
    if (&f == &row<"dhcp.secs">(Dhcp::fields) && seconds != 0 && (seconds & 0xff) == 0) {
      x.number(f, f.at / 8, 2, seconds >> 8);
      x.problem(Kind::unusual, &f, "the seconds seem to stand with their lower byte first");
      continue;
    }
    x.placed(f);
  }
  hardware_address(x);
  if ((overloaded & 2) == 0) name_field(x, row<"dhcp.server">(Dhcp::fields), server_at);
  if ((overloaded & 1) == 0) name_field(x, row<"dhcp.file">(Dhcp::fields), file_at);
  if (options == end) {
    if (end > fixed) x.field(row<"dhcp.option.value">(dhcp_rows), fixed, end - fixed);
    if (end > fixed && !x.excused()) {
      x.problem(
          Kind::unusual, &row<"dhcp.cookie">(cookie),
          "without DHCP's magic cookie these are no options: plain BOOTP, or another vendor's");
    }
    return;
  }
  x.rows(cookie, fixed);
  dhcp_options(x, options, end);
  if ((overloaded & 1) != 0) dhcp_options(x, file_at, fixed);
  if ((overloaded & 2) != 0) dhcp_options(x, server_at, file_at);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  const u32 end = layer.header, options = options_at(p, end);
  const Bytes type = find(p, options, end, 53);
  const Bytes asked = find(p, options, end, 50);
  const u8* client = place<Dhcp, "dhcp.ip.client">(p);
  const u8* yours = place<Dhcp, "dhcp.ip.your">(p);
  switch (type.empty() ? 0 : type[0]) {
    case 1: out.add("Discover, looks for a server that gives out addresses"); break;
    case 2: out.add("Offer, ").ipv4(yours).add(" is free"); break;
    case 3: out.add("Request, would like ").ipv4(asked.size() == 4 ? asked.data() : client); break;
    case 4: out.add("Decline, the address is used by somebody else"); break;
    case 5: {
      out.add("ACK, ");
      const Bytes lease = find(p, options, end, 51);
      if (be32(yours) != 0) {
        out.ipv4(yours).add(" is yours");
      } else {
        out.add("here are the settings");
      }
      if (lease.size() == 4 && be32(lease.data()) != 0xffffffff)
        out.add(" for ").dec(be32(lease.data())).add(" s");
      break;
    }
    case 6: out.add("NAK, no, you cannot have that address"); break;
    case 7: out.add("Release, gives ").ipv4(client).add(" back"); break;
    case 8: out.add("Inform, has an address, asks for the other settings"); break;
    case 0: out.add(get<Dhcp, "dhcp.type">(p) == 2 ? "BOOTP reply" : "BOOTP request"); break;
    default: {
      const std::string_view name = meaning(row<"dhcp.option.dhcp">(dhcp_rows), type[0]);
      out.add(name.empty() ? "message of a type not known here" : name);
    }
  }
}

constexpr Preset presets[]{
    {&row<"dhcp.type">(Dhcp::fields),    1},
    {&row<"dhcp.hw.type">(Dhcp::fields), 1},
    {&row<"dhcp.hw.len">(Dhcp::fields),  6}
};

}  // namespace

const Protocol dhcp{
    .name = "dhcp",
    .title = "Dynamic Host Configuration Protocol",
    .label = "DHCP",
    .osi = Osi::application,
    .ref = "RFC 2131",
    .about = "Lends addresses: a computer that has just joined a network asks for one, and is told "
             "router and name servers as well.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
};

}  // namespace netpeel::proto
