// DCCP — RFC 4340. The generic header, acknowledgments and what some types add; options are told,
// not taken apart.
#include "proto/transport/checksums.hpp"

namespace netpeel::proto {
namespace {

constexpr auto types = values({
    {0, "Request"}, {1, "Response"}, {2, "Data"}, {3, "Ack"}, {4, "DataAck"}, {5, "CloseReq"},
    {6, "Close"}, {7, "Reset"},
    {8, "Sync"}, {9, "SyncAck"}, {10, "Listen"}, {11, "reserved", 15},
});
constexpr auto reset_codes = values({
    {0, "unspecified"}, {1, "closed"}, {2, "aborted"}, {3, "no connection"}, {4, "packet error"},
    {5, "option error"},
    {6, "mandatory error"}, {7, "connection refused"}, {8, "bad service code"}, {9, "too busy"},
    {10, "bad init cookie"},
    {11, "aggression penalty"},
});

struct Dccp {
  static constexpr auto fields = wire({
      {"dccp.srcport", "Source port", 16, dec, "The sender's port.",
       {.aliases = "dccp.port", .role = Role::source_port}},
      {"dccp.dstport", "Destination port", 16, dec, "The receiver's port.",
       {.aliases = "dccp.port", .role = Role::destination_port}},
      {"dccp.data_offset", "Data offset", 8, dec, "Where the data begin, in words of four bytes."},
      {"dccp.ccval", "CCVal", 4, dec, "For the congestion control in use."},
      {"dccp.cscov", "Checksum coverage", 4, dec,
       "0: all; else the header and so many words less one of the data."},
      {"dccp.checksum", "Checksum", 16, hex, "Over a pseudo-header and the bytes covered."},
      {"", "", 3, dec, ""},
      {"dccp.type", "Type", 4, dec, "What the packet is for.", {.values = types}},
      {"dccp.x", "Extended sequence numbers", 1, flag,
       "Set: sequence numbers have 48 bits, else 24."},
  });
};
constexpr auto long_sequence = wire({
    {"", "", 8, dec, ""},
    {"dccp.seq_raw", "Sequence number (raw)", 48, dec,
     "The number of this packet; every packet has its own."},
});
constexpr auto short_sequence = wire({
    {"dccp.seq", "Sequence number", 24, dec, "The lower 24 bits of this packet's number."}
});
constexpr auto long_acknowledgment = wire({
    {"", "", 16, dec, ""},
    {"dccp.ack_raw", "Acknowledgment number (raw)", 48, dec,
     "The greatest number received so far."},
});
constexpr auto short_acknowledgment = wire({
    {"", "", 8, dec, ""},
    {"dccp.ack_raw", "Acknowledgment number (raw)", 24, dec,
     "The lower 24 bits of the greatest number received so far."},
});
constexpr auto service = wire({
    {"dccp.service_code", "Service code", 32, dec,
     "Which service the client wants; often four letters."}
});
constexpr auto reset = wire({
    {"dccp.reset_code", "Reset code", 8, dec, "Why the connection is broken off.",
     {.values = reset_codes}},
    {"dccp.data1", "Data 1", 8, dec, "More about it."},
    {"dccp.data2", "Data 2", 8, dec, "More about it."},
    {"dccp.data3", "Data 3", 8, dec, "More about it."},
});
constexpr auto extra = loose({
    {"dccp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"dccp.options", "Options", 0, mark, "What the header carries beyond its fixed part."},
});
constexpr Table tables[]{Dccp::fields,         long_sequence, short_sequence, long_acknowledgment,
                         short_acknowledgment, service,       reset,          extra};
constexpr Bind binds[]{
    {Space::ip_proto, 33}
};
constexpr u32 generic = fixed_bytes<Dccp>;  // without the sequence number, whose size it tells
constexpr u32 checksum_at = row<"dccp.checksum">(Dccp::fields).at / 8;

bool extended(const u8* p) { return get<Dccp, "dccp.x">(p) != 0; }
u32 sequence_bytes(const u8* p) {
  return extended(p) ? bytes_of(long_sequence) : bytes_of(short_sequence);
}
bool acknowledges(u32 type) { return type != 0 && type != 2 && type != 10; }

// The header without options.
u32 least(const u8* p) {
  const u32 type = u32(get<Dccp, "dccp.type">(p));
  u32 size = generic + sequence_bytes(p);
  if (acknowledges(type))
    size += extended(p) ? bytes_of(long_acknowledgment) : bytes_of(short_acknowledgment);
  if (type <= 1 || type == 10) size += bytes_of(service);
  if (type == 7) size += bytes_of(reset);
  return size;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < generic || len < generic + sequence_bytes(p)) return cut(len, out);
  const u32 header = u32(get<Dccp, "dccp.data_offset">(p)) * 4;
  if (header < generic + sequence_bytes(p)) return broken(generic + sequence_bytes(p), len, out);
  if (header > len) return accept(len, 0, out, {}, Layer::short_of);
  return accept(header, len - header, out);
}

u32 covered(const u8* p, u32 all) {
  const u32 coverage = u32(get<Dccp, "dccp.cscov">(p));
  return coverage == 0
             ? all
             : std::min(all, u32(get<Dccp, "dccp.data_offset">(p)) * 4 + (coverage - 1) * 4);
}

void verify(Expansion& x, u32 all) {
  const ChecksumFound found =
      find_checksum(x.packet, x.layer, 33, all, covered(x.header(), all), checksum_at);
  x.computed(row<"dccp.checksum.status">(extra), u64(found.verdict));
  tell_checksum(x, found, row<"dccp.checksum">(Dccp::fields), checksum_at);
}

void expand(Expansion& x) {
  x.rows(Dccp::fields);
  if (!x.whole()) return;
  const u8* p = x.header();
  const IpBelow ip = ip_below(x.packet, x.layer);
  const u32 all = ip ? ip.claimed : u32(x.layer.header) + x.layer.body;
  verify(x, all);
  const u32 type = u32(get<Dccp, "dccp.type">(p));
  const u32 header = u32(get<Dccp, "dccp.data_offset">(p)) * 4;
  u32 at = generic;
  at += extended(p) ? x.rows(long_sequence, at) : x.rows(short_sequence, at);
  if (header < least(p) || header > all) {
    if ((x.layer.flags & Layer::quoted) != 0) return;
    Text says;
    says.add("dccp.data_offset says ").dec(header).add(" bytes; ");
    if (header > all) {
      says.add("IP leaves ").dec(all);
    } else {
      says.add("a header of this type has at least ").dec(least(p));
    }
    return x.problem(Kind::malformed, &row<"dccp.data_offset">(Dccp::fields), says.view());
  }
  if (acknowledges(type))
    at += extended(p) ? x.rows(long_acknowledgment, at) : x.rows(short_acknowledgment, at);
  if (type <= 1 || type == 10) at += x.rows(service, at);
  if (type == 7) at += x.rows(reset, at);
  if (at < x.layer.header) x.mark(row<"dccp.options">(extra), at, x.layer.header - at);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < generic) return;
  const u8* p = packet.bytes(layer);
  out.add(meaning(row<"dccp.type">(Dccp::fields), get<Dccp, "dccp.type">(p)));
}

void fit(const Fitting& f) {
  put<Dccp, "dccp.data_offset">(f.header, std::min(f.layer.header / 4, 255));
}
void seal(const Fitting& f) {
  seal_checksum(f, 33, f.total(), covered(f.header, f.total()), checksum_at);
}

}  // namespace

const Protocol dccp{
    .name = "dccp",
    .title = "Datagram Congestion Control Protocol",
    .label = "DCCP",
    .osi = Osi::transport,
    .ref = "RFC 4340",
    .about = "Messages without repetition, as with UDP, but over a connection that slows down when "
             "the network is full.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .fit = fit,
    .seal = seal,
};

}  // namespace netpeel::proto
