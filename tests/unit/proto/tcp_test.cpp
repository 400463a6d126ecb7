#include "base/checksum.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::u16;
using netpeel::u32;
using netpeel::u8;
using netpeel::test::Peeled;
using netpeel::test::unhex;

namespace {

// IPv4 from 10.0.0.1 to 10.0.0.2 over Ethernet, then the bytes given.
std::vector<u8> over_ip(u8 proto, std::string_view hex) {
  std::vector<u8> out =
      unhex("020000000002 020000000001 0800 4500 0000 0001 4000 40 00 0000 0a000001 0a000002");
  const std::vector<u8> more = unhex(hex);
  const u32 total = 20 + u32(more.size());
  out[16] = u8(total >> 8);
  out[17] = u8(total);
  out[23] = proto;
  const u16 sum = netpeel::base::Checksum().add({&out[14], 20}).value();
  out[24] = u8(sum >> 8);
  out[25] = u8(sum);
  out.insert(out.end(), more.begin(), more.end());
  return out;
}
std::vector<u8> segment(std::string_view hex) { return over_ip(6, hex); }

}  // namespace

TEST_CASE("a SYN shows every option a Linux client sends") {
  const Peeled p(segment("c7a6 01bb e9ffc9d2 00000000 a002 faf0 55b6 0000"
                         "020405b4 0402 080a 00000001 00000000 01 030307"));
  CHECK(p.chain() == "eth:ethertype:ip:tcp");
  CHECK(p.value("tcp.srcport") == "51110");
  CHECK(p.value("tcp.seq_raw") == "3925854674");
  CHECK(p.value("tcp.hdr_len") == "40");
  CHECK(p.value("tcp.len") == "0");
  CHECK(p.value("tcp.flags") == "0x002");
  CHECK(p.value("tcp.flags.syn") == "1");
  CHECK(p.value("tcp.flags.ack") == "0");
  CHECK(p.value("tcp.flags.str") == "··········S·");
  CHECK(p.value("tcp.options") == "020405b40402080a000000010000000001030307");
  CHECK(p.value("tcp.option_kind") == "2 4 8 1 3");
  CHECK(p.value("tcp.option_len") == "4 2 10 3");
  CHECK(p.value("tcp.options.mss") == "020405b4");
  CHECK(p.value("tcp.options.mss_val") == "1460");
  CHECK(p.value("tcp.options.wscale.multiplier") == "128");
  CHECK(p.value("tcp.options.timestamp.tsval") == "1");
  CHECK(p.value("tcp.checksum.status") == "2");
  CHECK(p.sentence("tcp") == "SYN, asks to open a connection");
  CHECK(p.problems().empty());
}

TEST_CASE("what a segment does is said in words") {
  const auto says = [](std::string_view flags, std::string_view data = "") {
    return Peeled(segment("c7a6 01bb 00000001 00000007 5" + std::string(flags) + " faf0 0000 0000" +
                          std::string(data)))
        .sentence("tcp");
  };
  CHECK(says("012") == "SYN ACK, agrees to open the connection");
  CHECK(says("010") == "ACK for all bytes before 7");
  CHECK(says("018", "6869") == "2 bytes (PSH: hand them on)");
  CHECK(says("011") == "FIN ACK, has nothing more to send");
  CHECK(says("019", "41") == "FIN ACK, has nothing more to send, with 1 byte");
  CHECK(says("004") == "RST, breaks off the connection");
}

TEST_CASE(
    "SACK edges, repeats and Fast Open are shown; odd options are told, and do not stop the rest") {
  const Peeled repeat(
      segment("0001 0002 00000001 00003800 8010 faf0 0000 0000 0101 050a 00003000 00003800"));
  CHECK(repeat.value("tcp.options.sack_le") == "12288");
  CHECK(repeat.value("tcp.options.sack.count") == "1");
  CHECK(repeat.value("tcp.options.sack.dsack_re") == "14336");

  const Peeled open(segment(
      "0001 0002 00000001 00000000 9002 faf0 0000 0000 2202 0101 fe08 f989 01020304 0303 0f01"));
  CHECK(open.has("tcp.options.tfo.request"));
  CHECK(open.value("tcp.options.experimental.exid") == "0xf989");
  CHECK(open.value("tcp.options.tfo.cookie") == "01020304");
  CHECK(open.value("tcp.options.wscale.multiplier") == "16384");
  CHECK(open.problems() == "unusual tcp.options.wscale.shift: a window scale above 14 is not "
                           "allowed: 14 is used instead");

  const Peeled wrong(
      segment("0001 0002 00000001 00000000 7002 faf0 0000 0000 0203aa 01 0402 05ff"));
  CHECK(wrong.value("tcp.option_kind") == "2 1 4");
  CHECK(
      wrong.problems() ==
      "malformed tcp.option_len: tcp.option_len says 3; this option has 4 bytes\n"
      "malformed tcp.option_len: the option SACK says it is 255 bytes long; the header has 2 left");
}

TEST_CASE("a TCP header length that cannot be is the sender's lie; one beyond the capture is not") {
  const Peeled low(segment("0001 0002 00000001 00000000 4010 faf0 0000 0000"));
  CHECK(low.problems() ==
        "malformed tcp.hdr_len: tcp.hdr_len says 16 bytes; the header has at least 20");
  const Peeled high(segment("0001 0002 00000001 00000000 f010 faf0 0000 0000 0101"));
  CHECK(high.problems().find("malformed tcp.hdr_len: tcp.hdr_len says 60 bytes; IP leaves 22") !=
        std::string::npos);
  CHECK_FALSE(high.has("tcp.len"));

  std::vector<u8> bytes = segment(
      "0001 0002 00000001 00000000 8010 faf0 0000 0000 0101 080a 00000001 00000002 68656c6c6f");
  const u32 whole = u32(bytes.size());
  bytes.resize(whole - 11);
  const Peeled cut(bytes, 1, {}, whole);
  CHECK(cut.value("tcp.len") == "5");  // as IP says, not as the capture kept
  CHECK(cut.value("tcp.option_kind") == "1 1");
  CHECK(cut.problems().find("malformed") == std::string::npos);
  CHECK(cut.problems().find("truncated") != std::string::npos);
}

TEST_CASE("TCP checksums: right, left to the network card, and wrong") {
  const netpeel::field::Settings verify{.checksums = true};
  const auto with = [&](std::string_view checksum, std::string_view data = "686579") {
    return segment("0001 0002 00000001 00000007 5018 faf0 " + std::string(checksum) + " 0000" +
                   std::string(data));
  };
  // Over 0a000001 0a000002 0006 0017 and the segment.
  CHECK(Peeled(with("bf65"), 1, verify).problems().empty());
  CHECK(Peeled(with("bf65"), 1, verify).value("tcp.checksum.status") == "1");
  const Peeled card(with("1420"), 1, verify);
  CHECK(card.value("tcp.checksum.status") == "0");
  CHECK(card.problems().find(
            "unusual tcp.checksum: the checksum is only the sum of the addresses") == 0);
  const Peeled bent(with("bf65", "686578"), 1, verify);
  CHECK(bent.value("tcp.checksum.status") == "0");
  CHECK(bent.problems().find(
            "malformed tcp.checksum: the checksum says 0xbf65; the bytes give 0x") == 0);
}

TEST_CASE("Multipath TCP: the mapping of a path's bytes to the whole stream") {
  const Peeled p(segment("0001 0002 00000001 00000007 c010 faf0 0000 0000 1e1a 200f "
                         "0101010101010101 0202020202020202 03030303 0010 01 01"));
  CHECK(p.value("tcp.options.mptcp.subtype") == "2");
  CHECK(p.value("tcp.options.mptcp.dseqn8.flag") == "1");
  CHECK(p.value("tcp.options.mptcp.rawdataack") == "72340172838076673");
  CHECK(p.value("tcp.options.mptcp.rawdataseqno") == "144680345676153346");
  CHECK(p.value("tcp.options.mptcp.datalvllen") == "16");
  CHECK(p.problems().empty());
}

TEST_CASE("UDP: a checksum of zero is for IPv4 only, a length of zero for jumbograms only") {
  const Peeled v6("020000000002 020000000001 86dd 60000000 000c 11 40 "
                  "20010db8000000000000000000000001 20010db8000000000000000000000002"
                  "9c40 c351 000c 0000 61626364");
  CHECK(v6.value("udp.checksum.status") == "4");
  CHECK(v6.problems().find("malformed udp.checksum: a checksum of zero means none") == 0);
  const Peeled zero(over_ip(17, "9c40 c351 0000 1234 61626364"));
  CHECK(zero.value("udp.payload") == "61626364");
  CHECK(zero.problems() == "malformed udp.length: udp.length says 0, which only a datagram too "
                           "long for the field may do, over IPv6");
}

TEST_CASE("UDP-Lite covers as much as it says") {
  const Peeled p(over_ip(136, "9c40 c351 0008 4512 61626364"), 1, {.checksums = true});
  CHECK(p.chain() == "eth:ethertype:ip:udplite:data");
  CHECK(p.value("udp.checksum_coverage") == "8");
  CHECK(p.value("udp.length") == "12");
  const Peeled bad(over_ip(136, "9c40 c351 0005 1234 61626364"));
  CHECK(bad.problems() == "malformed udp.checksum_coverage: udp.checksum_coverage says 5; the "
                          "header, which must be covered, has 8");
}

TEST_CASE("SCTP shows its chunks' heads, and where data belong") {
  const Peeled p(over_ip(132, "0b59 1388 deadbeef 11223344 0003 0015 00000001 0005 0007 00000000 "
                              "6162636465 000000 0b000004"),
                 1, {.checksums = true});
  CHECK(p.chain() == "eth:ethertype:ip:sctp");
  CHECK(p.value("sctp.verification_tag") == "0xdeadbeef");
  CHECK(p.value("sctp.chunk_type") == "0 11");
  CHECK(p.value("sctp.data_b_bit") == "1");
  CHECK(p.value("sctp.data_ssn") == "7");
  CHECK(p.value("sctp.chunk_padding") == "000000");
  CHECK(p.value("sctp.checksum.status") == "0");
  CHECK(p.sentence("sctp") == "DATA, COOKIE ACK");
  const Peeled lie(over_ip(132, "0b59 1388 deadbeef 11223344 0003 0003"));
  CHECK(lie.problems() == "malformed sctp.chunk_length: sctp.chunk_length says 3; 4 bytes are "
                          "left, and the head alone has 4");
}

TEST_CASE("DCCP tells ports, type and numbers of either width") {
  const Peeled p(over_ip(33, "1389 138a 06 12 abcd 07 00 010203040506 0000 0a0b0c0d0e0f"));
  CHECK(p.value("dccp.type") == "3");
  CHECK(p.value("dccp.seq_raw") == "1108152157446");
  CHECK(p.value("dccp.ack_raw") == "11042563100175");
  const Peeled small(over_ip(33, "1389 138a 03 00 abcd 04 010203 6869"));
  CHECK(small.value("dccp.seq") == "66051");
  CHECK(small.sentence("dccp") == "Data");
}
