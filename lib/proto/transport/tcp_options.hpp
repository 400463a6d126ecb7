// TCP's options: kind, mostly a length, then what the kind says. Registry: IANA "TCP Option Kind
// Numbers".
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

inline constexpr auto tcp_option_kinds = values({
    {0, "End of options"}, {1, "No operation"}, {2, "Maximum segment size"}, {3, "Window scale"},
    {4, "SACK permitted"},
    {5, "SACK"}, {6, "Echo"}, {7, "Echo reply"}, {8, "Timestamps"}, {9, "Partial order permitted"},
    {10, "Partial order profile"}, {11, "CC"}, {12, "CC.NEW"}, {13, "CC.ECHO"},
    {14, "Alternate checksum request"},
    {15, "Alternate checksum data"}, {16, "Skeeter"}, {17, "Bubba"}, {18, "Trailer checksum"},
    {19, "MD5 signature"},
    {20, "SCPS capabilities"}, {21, "SNACK"}, {22, "Record boundaries"},
    {23, "Corruption experienced"}, {24, "SNAP"},
    {26, "Compression filter"}, {27, "Quick-Start response"}, {28, "User timeout"},
    {29, "Authentication (TCP-AO)"},
    {30, "Multipath TCP"}, {34, "Fast Open cookie"}, {69, "Encryption negotiation"},
    {76, "Riverbed probe"},
    {78, "Riverbed transparency"}, {172, "Accurate ECN order 0"}, {174, "Accurate ECN order 1"},
    {253, "Experiment 1"},
    {254, "Experiment 2"},
});
// IANA "TCP Experimental Option Experiment Identifiers", the 16-bit ones.
inline constexpr auto tcp_experiments = values({
    {0x00ac, "Accurate ECN order 0"}, {0x00ae, "Accurate ECN order 1"},
    {0x0348, "Host identification"},
    {0x0a03, "Padded and encrypted options"}, {0xa8be, "SYN-ACK encoding"}, {0xc601, "TCPCrypt"}, {0xe2d4, "SMC-R"},
    {0xf989, "Fast Open"},
});
inline constexpr auto mptcp_subtypes = values({
    {0, "MP_CAPABLE: both ends know Multipath TCP"}, {1, "MP_JOIN: one more path"},
    {2, "DSS: where the data belong"},
    {3, "ADD_ADDR: one more address"}, {4, "REMOVE_ADDR: an address is gone"},
    {5, "MP_PRIO: use of a path"},
    {6, "MP_FAIL: back to plain TCP"}, {7, "MP_FASTCLOSE: break off all paths"},
    {8, "MP_TCPRST: why a path is broken off"},
    {15, "MP_EXPERIMENTAL"},
});

inline constexpr auto tcp_option_rows = loose({
    {"tcp.options", "Options", 0, bytes, "What the header carries beyond its fixed 20 bytes."},
    {"tcp.option_kind", "Kind", 8, dec, "Which option it is.", {.values = tcp_option_kinds}},
    {"tcp.option_len", "Length", 8, dec, "Of the whole option, in bytes; kinds 0 and 1 have none."},
    {"tcp.options.eol", "End of options", 0, bytes, "Nothing but filling follows."},
    {"tcp.options.nop", "No operation", 0, bytes,
     "Fills a byte, so that the next option starts where its sender likes it."},
    {"tcp.options.mss", "Maximum segment size", 0, bytes,
     "How large a piece of data the sender of this SYN accepts at once.",
     {.ref = "RFC 9293 §3.7.1"}},
    {"tcp.options.mss_val", "MSS value", 16, dec, "In bytes of data, headers not counted."},
    {"tcp.options.wscale", "Window scale", 0, bytes,
     "By what all windows that this side will announce are to be multiplied.",
     {.ref = "RFC 7323 §2"}},
    {"tcp.options.wscale.shift", "Shift count", 8, dec, "The power of two; 14 at most."},
    {"tcp.options.wscale.multiplier", "Multiplier", 16, dec,
     "Two to the power of the shift count."},
    {"tcp.options.sack_perm", "SACK permitted", 0, bytes,
     "This side understands selective acknowledgments.", {.ref = "RFC 2018 §2"}},
    {"tcp.options.sack", "SACK", 0, bytes,
     "Which later pieces have arrived although something before them is missing.",
     {.ref = "RFC 2018 §3"}},
    {"tcp.options.sack_le", "Left edge", 32, dec,
     "First byte of a piece that has arrived, as a sequence number."},
    {"tcp.options.sack_re", "Right edge", 32, dec, "The byte behind that piece."},
    {"tcp.options.sack.count", "Number of pieces", 8, dec, "How many pieces are reported.",
     {.computed = true}},
    {"tcp.options.sack.dsack_le", "Left edge of a repeat", 32, dec,
     "First byte of a piece that arrived twice.", {.ref = "RFC 2883"}},
    {"tcp.options.sack.dsack_re", "Right edge of a repeat", 32, dec,
     "The byte behind the piece that arrived twice."},
    {"tcp.options.echo", "Echo", 0, bytes,
     "What timestamps replaced: a number to be sent back, or its echo.", {.ref = "RFC 1072"}},
    {"tcp.options.echo_value", "Echo value", 32, dec, "The number sent, or sent back."},
    {"tcp.options.timestamp", "Timestamps", 0, bytes,
     "Two clocks' readings: they tell the round-trip time, and old segments from new.",
     {.ref = "RFC 7323 §3"}},
    {"tcp.options.timestamp.tsval", "Timestamp value", 32, dec,
     "The sender's clock, in units of its own."},
    {"tcp.options.timestamp.tsecr", "Timestamp echo reply", 32, dec,
     "The last reading got from the other side, sent back."},
    {"tcp.options.cc", "Connection count", 0, bytes,
     "T/TCP, an early way to skip the handshake; no longer used.", {.ref = "RFC 1644"}},
    {"tcp.options.cc_value", "Connection count value", 32, dec, "The number of the connection."},
    {"tcp.options.md5", "MD5 signature", 0, bytes,
     "Proves that who sent this knows a shared password; routers speaking BGP use it.",
     {.ref = "RFC 2385"}},
    {"tcp.options.md5.digest", "MD5 digest", 0, bytes, "The proof."},
    {"tcp.options.ao", "Authentication (TCP-AO)", 0, bytes,
     "Proves that who sent this knows a shared key.", {.ref = "RFC 5925"}},
    {"tcp.options.ao.keyid", "Key id", 8, dec, "The key that made the proof."},
    {"tcp.options.ao.rnextkeyid", "Next key id", 8, dec,
     "The key that the other side should use from now on."},
    {"tcp.options.ao.mac", "Message authentication code", 0, bytes, "The proof."},
    {"tcp.options.qs", "Quick-Start response", 0, bytes,
     "The rate that all routers on the way agreed to start with.", {.ref = "RFC 4782"}},
    {"tcp.options.qs.ttl_diff", "TTL difference", 8, dec,
     "Shows whether every router on the way took part."},
    {"tcp.options.user_to", "User timeout", 0, bytes,
     "How long data may stay unacknowledged before this side gives up.", {.ref = "RFC 5482"}},
    {"tcp.options.tfo", "Fast Open", 0, bytes,
     "A cookie that lets data ride on the SYN next time, or the wish for one.",
     {.ref = "RFC 7413"}},
    {"tcp.options.tfo.request", "Cookie request", 0, mark, "The client asks for a cookie."},
    {"tcp.options.tfo.cookie", "Cookie", 0, bytes,
     "Given by the server earlier: proves that the client's address is real."},
    {"tcp.options.acc_ecn", "Accurate ECN", 0, bytes,
     "Counts of bytes that arrived with each congestion mark.",
     {.ref = "draft-ietf-tcpm-accurate-ecn"}},
    {"tcp.options.acc_ecn.ee0b", "ECT(0) bytes", 24, dec,
     "Bytes that arrived marked ECT(0), the lower 24 bits of the count."},
    {"tcp.options.acc_ecn.eceb", "CE bytes", 24, dec,
     "Bytes that arrived marked by a router as congested."},
    {"tcp.options.acc_ecn.ee1b", "ECT(1) bytes", 24, dec, "Bytes that arrived marked ECT(1)."},
    {"tcp.options.experimental", "Experiment", 0, bytes,
     "An option being tried out; an identifier tells which.", {.ref = "RFC 6994"}},
    {"tcp.options.experimental.exid", "Experiment id", 16, hex, "Which experiment.",
     {.values = tcp_experiments}},
    {"tcp.options.experimental.data", "Data", 0, bytes, "What the experiment sends."},
    {"tcp.options.unknown", "Unknown option", 0, bytes, "An option not known here."},
    {"tcp.options.unknown.payload", "Data", 0, bytes, "The option's bytes."},
    // Multipath TCP, RFC 8684 and its forerunner RFC 6824. Wireshark has no row for the whole option.
    {"", "Multipath TCP", 0, bytes,
     "Several TCP connections, over several paths, carry one stream."},
    {"tcp.options.mptcp.sendkey", "Sender's key", 64, dec,
     "From it both ends derive numbers and proofs for later paths."},
    {"tcp.options.mptcp.recvkey", "Receiver's key", 64, dec, "The other side's key, sent back."},
    {"tcp.options.mptcp.recvtok", "Receiver's token", 32, dec,
     "Names the connection that the new path joins."},
    {"tcp.options.mptcp.sendrand", "Random number", 32, dec,
     "Makes the proof of each new path different."},
    {"tcp.options.mptcp.sendtrunchmac", "Proof, shortened", 64, dec,
     "Shows that the sender knows both keys."},
    {"tcp.options.mptcp.sendhmac", "Proof", 0, bytes, "Shows that the sender knows both keys."},
    {"tcp.options.mptcp.addrid", "Address id", 8, dec,
     "A number for an address, valid behind translators too."},
    {"tcp.options.mptcp.rawdataack", "Data acknowledgment", 64, dec,
     "The next byte of the whole stream expected; 4 or 8 bytes wide."},
    {"tcp.options.mptcp.rawdataseqno", "Data sequence number", 64, dec,
     "Where the data belong in the whole stream; 4 or 8 bytes wide."},
    {"tcp.options.mptcp.subflowseqno", "Subflow sequence number", 32, dec,
     "Where they stand in this path's stream, from its start."},
    {"tcp.options.mptcp.datalvllen", "Data length", 16, dec, "For how many bytes this holds."},
    {"tcp.options.mptcp.checksum", "Checksum", 16, hex,
     "Over these data and this mapping: finds middleboxes that change them."},
    {"tcp.options.mptcp.ipv4", "Address", 32, ipv4, "The address on offer."},
    {"tcp.options.mptcp.ipv6", "Address", 128, ipv6, "The address on offer."},
    {"tcp.options.mptcp.port", "Port", 16, dec, "The port on offer."},
    {"tcp.options.mptcp.addaddrtrunchmac", "Proof, shortened", 64, dec,
     "Shows that the offer comes from the other end."},
    {"mptcp.rm_addr.count", "Number of addresses", 8, dec, "How many addresses are gone.",
     {.computed = true}},
});
inline constexpr auto user_timeout = wire({
    {"tcp.options.user_to_granularity", "Unit", 1, flag, "Set: minutes; not set: seconds."},
    {"tcp.options.user_to_val", "Timeout", 15, dec, "In that unit."},
});
inline constexpr auto quick_start = wire({
    {"", "", 4, dec, ""},
    {"tcp.options.qs.rate", "Rate", 4, dec,
     "In steps: each doubles the one before it, 1 is 80 kbit/s."},
});
// Tables of Multipath TCP begin at the byte with the subtype, or the one behind it.
inline constexpr auto mptcp_subtype = wire({
    {"tcp.options.mptcp.subtype", "Subtype", 4, dec, "What this is about.",
     {.values = mptcp_subtypes}},
    {"", "", 4, dec, ""},
});
inline constexpr auto mptcp_version = wire({
    {"tcp.options.mptcp.subtype", "Subtype", 4, dec, "What this is about.",
     {.values = mptcp_subtypes}},
    {"tcp.options.mptcp.version", "Version", 4, dec, "0: RFC 6824, 1: RFC 8684."},
});
inline constexpr auto mptcp_capable = wire({
    {"tcp.options.mptcp.flags", "Flags", 8, hex, "What is agreed for all paths.", {.covers = true}},
    {"tcp.options.mptcp.checksumreq.flags", "Checksum required", 1, dec,
     "Every mapping must carry a checksum."},
    {"tcp.options.mptcp.extensibility.flag", "Extensibility", 1, dec, "Kept for the future."},
    {"tcp.options.mptcp.reserved.flag", "Reserved", 5, hex, "Kept for the future."},
    {"tcp.options.mptcp.sha1.flag", "HMAC-SHA1", 1, dec, "Proofs are made with SHA-1."},
});
inline constexpr auto mptcp_capable_1 = wire({
    {"tcp.options.mptcp.flags", "Flags", 8, hex, "What is agreed for all paths.", {.covers = true}},
    {"tcp.options.mptcp.checksumreq.flags", "Checksum required", 1, dec,
     "Every mapping must carry a checksum."},
    {"tcp.options.mptcp.extensibility.flag", "Extensibility", 1, dec, "Kept for the future."},
    {"tcp.options.mptcp.nomoresubflows.flag", "No more subflows", 1, dec,
     "Open no further path to this address."},
    {"tcp.options.mptcp.reserved.flag", "Reserved", 4, hex, "Kept for the future."},
    {"tcp.options.mptcp.sha256.flag", "HMAC-SHA256", 1, dec, "Proofs are made with SHA-256."},
});
inline constexpr auto mptcp_join = wire({
  // MP_JOIN on SYNs, and MP_PRIO
    {"tcp.options.mptcp.flags", "Flags",                       8, hex,
     "The byte with the flag, subtype included.", {.covers = true}},
    {"tcp.options.mptcp.subtype",
     "Subtype", 4,
     dec,                                                           "What this is about.",
     {.values = mptcp_subtypes}},
    {"", "",  3,       dec,
     ""                                                                                             },
    {"tcp.options.mptcp.backup.flag",                        "Backup",                         1,
     dec,"Use this path only if all others fail."},
});
inline constexpr auto mptcp_join_last = wire({
  // the last MP_JOIN, MP_FAIL, MP_FASTCLOSE
    {"tcp.options.mptcp.subtype", "Subtype",                      4, dec,
     "What this is about.", {.values = mptcp_subtypes}},
    {"tcp.options.mptcp.reserved",                           "Reserved", 12, hex,
     "Must be zero."                  },
});
inline constexpr auto mptcp_dss = wire({
    {"tcp.options.mptcp.flags", "Flags", 8, hex, "What follows, and how wide it is.",
     {.covers = true}},
    {"", "", 3, dec, ""},
    {"tcp.options.mptcp.datafin.flag", "Data FIN", 1, dec,
     "The whole stream ends here, not only this path."},
    {"tcp.options.mptcp.dseqn8.flag", "Wide data sequence number", 1, dec,
     "It has 8 bytes instead of 4."},
    {"tcp.options.mptcp.dseqnpresent.flag", "Mapping present", 1, dec,
     "Data sequence number, subflow sequence number and length follow."},
    {"tcp.options.mptcp.dataack8.flag", "Wide data acknowledgment", 1, dec,
     "It has 8 bytes instead of 4."},
    {"tcp.options.mptcp.dataackpresent.flag", "Data acknowledgment present", 1, dec,
     "A data acknowledgment follows."},
});
inline constexpr auto mptcp_address = wire({
    {"tcp.options.mptcp.subtype", "Subtype", 4, dec, "What this is about.",
     {.values = mptcp_subtypes}},
    {"", "", 3, dec, ""},
    {"tcp.options.mptcp.echo", "Echo", 1, dec, "Confirms an address that the other side offered."},
});
inline constexpr auto mptcp_address_0 = wire({
    {"tcp.options.mptcp.subtype", "Subtype", 4, dec, "What this is about.",
     {.values = mptcp_subtypes}},
    {"tcp.options.mptcp.ipver", "IP version", 4, dec, "4 or 6."},
});
inline constexpr auto mptcp_reset = wire({
    {"tcp.options.mptcp.flags", "Flags", 8, hex, "The byte with the flags, subtype included.",
     {.covers = true}},
    {"tcp.options.mptcp.subtype", "Subtype", 4, dec, "What this is about.",
     {.values = mptcp_subtypes}},
    {"tcp.options.mptcp.flag_U.flag", "Flag U", 1, flag, "Kept for the future."},
    {"tcp.options.mptcp.flag_V.flag", "Flag V", 1, flag, "Kept for the future."},
    {"tcp.options.mptcp.flag_W.flag", "Flag W", 1, flag, "Kept for the future."},
    {"tcp.options.mptcp.flag_T.flag", "Transient", 1, flag,
     "The trouble may pass: trying again may help."},
    {"tcp.options.mptcp.rst_reason", "Reason", 8, hex, "Why the path is broken off."},
});

// Emits the options between bytes at and end of the layer. syn: the segment has the SYN flag; ack:
// its acknowledgment number; base: the raw number that counts as 0 in the stream that it
// acknowledges.
void tcp_options(Expansion& x, u32 at, u32 end, bool syn, u32 ack, u32 base);

}  // namespace netpeel::proto
