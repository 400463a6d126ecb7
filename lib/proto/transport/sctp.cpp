// SCTP — RFC 9260. The common header, and each chunk's head; of what chunks hold only the data's
// place in its stream and the numbers that open an association.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto chunk_types = values({
    {0, "DATA"}, {1, "INIT"}, {2, "INIT ACK"}, {3, "SACK"}, {4, "HEARTBEAT"}, {5, "HEARTBEAT ACK"},
    {6, "ABORT"},
    {7, "SHUTDOWN"}, {8, "SHUTDOWN ACK"}, {9, "ERROR"}, {10, "COOKIE ECHO"}, {11, "COOKIE ACK"}, {12, "ECNE"}, {13, "CWR"},
    {14, "SHUTDOWN COMPLETE"}, {15, "AUTH"}, {16, "NR-SACK"}, {64, "I-DATA"}, {128, "ASCONF ACK"},
    {129, "PKTDROP"},
    {130, "RE-CONFIG"}, {132, "PAD"}, {192, "FORWARD TSN"}, {193, "ASCONF"}, {194, "I-FORWARD TSN"},
});

struct Sctp {
  static constexpr auto fields = wire({
      {"sctp.srcport", "Source port", 16, dec, "The sender's port.",
       {.aliases = "sctp.port", .role = Role::source_port}},
      {"sctp.dstport", "Destination port", 16, dec, "The receiver's port.",
       {.aliases = "sctp.port", .role = Role::destination_port}},
      {"sctp.verification_tag", "Verification tag", 32, hex,
       "A number that the receiver chose: who does not know it is not the other end."},
      {"sctp.checksum", "Checksum", 32, hex, "CRC32c over the whole packet."},
  });
};
constexpr auto chunk = wire({
    {"sctp.chunk_type", "Chunk type", 8, dec, "What the chunk is for.",
     {.values = chunk_types, .covers = true}},
    {"sctp.chunk_bit_1", "Skip if unknown", 1, flag,
     "Set: who does not know the type skips the chunk, else drops the packet."},
    {"sctp.chunk_bit_2", "Report if unknown", 1, flag,
     "Set: who does not know the type reports it back."},
    {"", "", 6, dec, ""},
    {"sctp.chunk_flags", "Chunk flags", 8, hex, "Their meaning depends on the type."},
    {"sctp.chunk_length", "Chunk length", 16, dec, "In bytes, head included, filling not."},
});
constexpr auto data_flags = wire({
    {"", "", 4, dec, ""},
    {"sctp.data_i_bit", "Acknowledge at once", 1, flag,
     "The sender wants its acknowledgment without delay."},
    {"sctp.data_u_bit", "Unordered", 1, flag,
     "Hand the message on as soon as it is whole, whatever came before."},
    {"sctp.data_b_bit", "Beginning", 1, flag, "The message begins in this chunk."},
    {"sctp.data_e_bit", "Ending", 1, flag, "The message ends in this chunk."},
});
constexpr auto data_chunk = wire({
    {"sctp.data_tsn_raw", "Transmission sequence number", 32, dec,
     "The number of this chunk; the receiver acknowledges it."},
    {"sctp.data_sid", "Stream identifier", 16, hex,
     "Which of the association's streams it belongs to."},
    {"sctp.data_ssn", "Stream sequence number", 16, dec, "Which message of that stream it is."},
    {"sctp.data_payload_proto_id", "Payload protocol", 32, dec,
     "What the data are, for the programs; SCTP does not care."},
});
constexpr auto init_chunk = wire({
    {"sctp.init_initiate_tag", "Initiate tag", 32, hex,
     "The verification tag that the other side shall use."},
    {"sctp.init_credit", "Receiver window", 32, dec, "Bytes that the sender of this has room for."},
    {"sctp.init_nr_out_streams", "Outbound streams", 16, dec,
     "How many streams it would like to send."},
    {"sctp.init_nr_in_streams", "Inbound streams", 16, dec, "How many it can receive."},
    {"sctp.init_initial_tsn", "Initial TSN", 32, dec,
     "The number that its first chunk of data will have."},
});
constexpr auto init_ack_chunk = wire({
    {"sctp.initack_initiate_tag", "Initiate tag", 32, hex,
     "The verification tag that the other side shall use."},
    {"sctp.initack_credit", "Receiver window", 32, dec,
     "Bytes that the sender of this has room for."},
    {"sctp.initack_nr_out_streams", "Outbound streams", 16, dec,
     "How many streams it would like to send."},
    {"sctp.initack_nr_in_streams", "Inbound streams", 16, dec, "How many it can receive."},
    {"sctp.initack_initial_tsn", "Initial TSN", 32, dec,
     "The number that its first chunk of data will have."},
});
constexpr auto extra = loose({
    {"sctp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"", "Data", 0, bytes, "The piece of a message that the chunk carries."},
    {"sctp.chunk_value", "Chunk value", 0, bytes, "What the chunk holds, not taken apart here."},
    {"sctp.chunk_padding", "Chunk padding", 0, bytes, "Fills up to a multiple of four bytes."},
});
constexpr Table tables[]{Sctp::fields, chunk,          data_flags, data_chunk,
                         init_chunk,   init_ack_chunk, extra};
constexpr Bind binds[]{
    {Space::ip_proto, 132}
};
constexpr u32 fixed = fixed_bytes<Sctp>;
constexpr u32 checksum_at = row<"sctp.checksum">(Sctp::fields).at / 8;

// CRC32c, bits reversed (RFC 9260 appendix A).
constexpr auto crc_table = [] {
  std::array<u32, 256> out{};
  for (u32 i = 0; i < 256; ++i) {
    u32 v = i;
    for (u32 k = 0; k < 8; ++k) v = (v & 1) != 0 ? v >> 1 ^ 0x82f63b78 : v >> 1;
    out[i] = v;
  }
  return out;
}();

// Over the packet, with zeros where the checksum stands; as the wire has it.
u32 checksum(Bytes packet) {
  u32 crc = 0xffffffff;
  for (u32 i = 0; i < packet.size(); ++i) {
    const u8 byte = i >= checksum_at && i < checksum_at + 4 ? u8(0) : packet[i];
    crc = crc >> 8 ^ crc_table[(crc ^ byte) & 0xff];
  }
  return __builtin_bswap32(~crc);
}

// All chunks are this layer's: nothing stands behind them.
Next dissect(const u8*, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = len < 0xffff ? len : 0xffff;
  return accept(header, len - header, out);
}

void verify(Expansion& x) {
  Verdict verdict = Verdict::unverified;
  const bool all = !x.excused();
  const u32 holds = u32(get<Sctp, "sctp.checksum">(x.header()));
  u32 right = holds;
  if (x.settings.checksums && all && x.layer.body == 0) {
    right = checksum(x.bytes());
    verdict = right == holds ? Verdict::good : Verdict::bad;
  }
  x.computed(row<"sctp.checksum.status">(extra), u64(verdict));
  if (verdict != Verdict::bad) return;
  Text says;
  says.add("the checksum says 0x").hex(holds, 8).add("; the bytes give 0x").hex(right, 8);
  if (holds == 0) {
    says.add(": left to the network card, most likely (offload), as this was captured on the "
             "sending machine");
  } else {
    says.add(": they changed on their way, or were captured before a network card filled it in");
  }
  x.problem(holds == 0 ? Kind::unusual : Kind::malformed, &row<"sctp.checksum">(Sctp::fields),
            says.view());
}

// Emits what is known of the chunk's inside, `size` bytes at `at`; returns how much of it that was.
u32 inside_chunk(Expansion& x, u8 type, u32 at, u32 size) {
  const auto fits = [size](Table table) { return bytes_of(table) <= size; };
  if (type == 0 && fits(data_chunk)) {
    const u32 head = x.rows(data_chunk, at);
    if (size > head) x.field(row<"">(extra), at + head, size - head);
    return size;
  }
  if (type == 1 && fits(init_chunk)) return x.rows(init_chunk, at);
  if (type == 2 && fits(init_ack_chunk)) return x.rows(init_ack_chunk, at);
  return 0;
}

void expand(Expansion& x) {
  x.rows(Sctp::fields);
  if (!x.whole()) return;
  verify(x);
  const u32 end = x.layer.header;
  const bool silent = x.excused();
  for (u32 at = fixed; at < end;) {
    if (end - at < bytes_of(chunk)) {
      if (!silent)
        x.problem(Kind::malformed, &row<"sctp.chunk_length">(chunk),
                  "bytes are left over that are too few for a chunk");
      return;
    }
    const u8 type = x.header()[at];
    const u32 length = be16(x.header() + at + 2);
    x.rows(chunk, at);
    const auto in = x.inside();
    if (type == 0) x.rows(data_flags, at + 1);
    if (length < 4 || length > end - at) {
      if (silent && length >= 4) return;
      Text says;
      says.add("sctp.chunk_length says ")
          .dec(length)
          .add("; ")
          .dec(end - at)
          .add(" bytes are left, and the head alone has 4");
      return x.problem(Kind::malformed, &row<"sctp.chunk_length">(chunk), says.view());
    }
    const u32 known = inside_chunk(x, type, at + 4, length - 4);
    if (length - 4 > known)
      x.field(row<"sctp.chunk_value">(extra), at + 4 + known, length - 4 - known);
    at += length;
    const u32 filling = (4 - length % 4) % 4;
    if (filling > 0 && filling <= end - at) x.field(row<"sctp.chunk_padding">(extra), at, filling);
    at += filling;
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  u32 at = fixed, shown = 0;
  for (; at + 4 <= layer.header && shown < 4; ++shown) {
    const std::string_view name = meaning(row<"sctp.chunk_type">(chunk), p[at]);
    out.add(shown > 0 ? ", " : "");
    if (name.empty()) {
      out.add("chunk ").dec(p[at]);
    } else {
      out.add(name);
    }
    const u32 length = be16(p + at + 2);
    if (length < 4) break;
    at += (length + 3) / 4 * 4;
  }
  if (at + 4 <= layer.header) out.add(" …");
  if (shown == 0) out.add("no chunks");
}

void seal(const Fitting& f) {
  const Layer* below = f.packet.below(f.layer);
  if (below != nullptr && (below->flags & Layer::truncated) != 0) return;
  put<Sctp, "sctp.checksum">(f.header, checksum({f.header, f.total()}));
}

}  // namespace

const Protocol sctp{
    .name = "sctp",
    .title = "Stream Control Transmission Protocol",
    .label = "SCTP",
    .osi = Osi::transport,
    .ref = "RFC 9260",
    .about = "Carries messages reliably in several streams at once, over several addresses if "
             "there are; telephone networks use it.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .seal = seal,
};

}  // namespace netpeel::proto
