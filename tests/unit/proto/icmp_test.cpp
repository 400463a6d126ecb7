#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::u32;
using netpeel::u8;
using netpeel::test::Peeled;

namespace {

std::string hex(u32 value, int digits) {
  std::string out;
  while (digits-- > 0) out += "0123456789abcdef"[value >> digits * 4 & 15];
  return out;
}

std::string zeros(std::size_t bytes) { return std::string(bytes * 2, '0'); }

// An Ethernet frame with an IPv4 packet of that protocol and content.
std::string ipv4(const std::string& content, u8 protocol = 1, u32 missing = 0) {
  const u32 size = u32(netpeel::test::unhex(content).size());
  return "010203040506 060504030201 0800 4500" + hex(20 + size + missing, 4) + "0001 4000 40" +
         hex(protocol, 2) + "0000 0a000001 0a000002" + content;
}

// A UDP datagram to port 7007 in IPv4, as a router quotes it.
const std::string quoted =
    "45000020 00010000 0111 0000 0a000001 0a000002  3039 1b5f 000c 0000 68657921";

}  // namespace

TEST_CASE("a ping is identified in both byte orders, and its checksum verified") {
  const Peeled p(ipv4("0800 a5cb 1234 0001 aabbccdd"));
  CHECK(p.chain() == "eth:ethertype:ip:icmp:data");
  CHECK(p.value("icmp.ident") == "4660");
  CHECK(p.value("icmp.ident_le") == "13330");
  CHECK(p.value("icmp.seq_le") == "256");
  CHECK(p.value("icmp.checksum.status") == "0");
  CHECK(p.problems().find("unusual icmp.checksum") == 0);
  CHECK(Peeled(ipv4("0800 6e31 1234 0001 aabbccdd")).value("icmp.checksum.status") == "1");
  CHECK(p.value("data.data") == "aabbccdd");
  CHECK(p.sentence("icmp") == "echo request: are you there?, id 4660, sequence 1");
}

TEST_CASE("a ping that the capture cut is neither good nor bad") {
  const Peeled p(ipv4("0800 a597 1234 0001 aabbccdd", 1, 100), 1, {}, 146);
  CHECK(p.value("icmp.checksum.status") == "2");
  CHECK(p.value("data.len") == "4");
}

TEST_CASE(
    "the time that ping puts into its data is found near the frame's own, in either byte order") {
  // The tests' frames are of 1970-01-01 00:00.
  const Peeled little(ipv4("0000 0000 0001 0001 05000000 40e20100 aabb"));
  CHECK(little.value("icmp.data_time") == "1970-01-01T00:00:05.123456000Z");
  CHECK(little.value("icmp.data_time_relative") == "-5.123456000");
  CHECK(little.value("data.data") == "aabb");
  CHECK(little.value("data.len") == "2");
  CHECK(Peeled(ipv4("0800 0000 0001 0001 00000005 0001e240")).value("icmp.data_time") ==
        "1970-01-01T00:00:05.123456000Z");
  const Peeled none(ipv4("0800 0000 0001 0001 6162636465666768"));
  CHECK_FALSE(none.has("icmp.data_time"));
  CHECK(none.value("data.len") == "8");
  CHECK_FALSE(Peeled(ipv4("0800 0000 0001 0001 05000000 40420f00"))
                  .has("icmp.data_time"));  // a million microseconds
  CHECK_FALSE(
      Peeled(ipv4("0800 0000 0001 0001 80510100 00000000")).has("icmp.data_time"));  // a day later
}

TEST_CASE("an error quotes the packet it is about, and the quotation is peeled too") {
  const Peeled p(ipv4("0303 0000 00000000" + quoted));
  CHECK(p.chain() == "eth:ethertype:ip:icmp:ip:udp:data");
  CHECK(p.value("icmp.unused") == "00000000");
  CHECK(p.value("udp.dstport") == "7007");
  CHECK(p.sentence("icmp") == "destination unreachable: port unreachable");
  CHECK((p.packet.layers[3].flags & netpeel::field::Layer::quoted) != 0);
  CHECK(Peeled(ipv4("0304 0000 000005dc" + quoted)).value("icmp.mtu") == "1500");
}

TEST_CASE("a quotation that ends early is normal") {
  const Peeled p(ipv4("0303 fcfc 00000000 45000020 00010000 0111 0000 0a000001 0a000002 3039"));
  CHECK(p.chain() == "eth:ethertype:ip:icmp:ip:udp");
  CHECK(p.value("udp.srcport") == "12345");
  CHECK(p.problems().find("malformed") == std::string::npos);
  CHECK(p.problems().find("truncated") == std::string::npos);
}

TEST_CASE(
    "extensions behind the quotation: a label stack, and the interface (RFC 4884, 4950, 5837)") {
  const std::string padded = quoted + zeros(96);
  const Peeled p(
      ipv4("0b00 0000 0020 0000" + padded +
           "2000 0000 000c 0101 0003e0fe 0003f3ff 0014 020b 00000005 086574683000 0000 000005dc"));
  CHECK(p.chain() == "eth:ethertype:ip:icmp:ip:udp:data");
  CHECK(p.value("icmp.length") == "32");
  CHECK(p.value("icmp.length.original_datagram") == "128");
  CHECK(p.value("icmp.ext.checksum.status") == "3");
  CHECK(p.value("icmp.mpls.label") == "62 63");
  CHECK(p.value("icmp.mpls.ttl") == "254 255");
  CHECK(p.value("icmp.int_info.index") == "5");
  CHECK(p.value("icmp.int_info.name") == "eth0");
  CHECK(p.value("icmp.int_info.mtu") == "1500");
  CHECK(p.value("data.len") == "4");
}

TEST_CASE("senders older than the length attribute quote 128 bytes; a right checksum proves the "
          "extension") {
  const std::string padded = quoted + zeros(96);
  CHECK(Peeled(ipv4("0b00 0000 0000 0000" + padded + "2000 fcf3 0008 0101 0003e1ff"))
            .value("icmp.mpls.label") == "62");
  // Here the rest belongs to the quoted packet, which is long.
  const std::string longer = "45000120" + quoted.substr(8) + zeros(96);
  CHECK_FALSE(Peeled(ipv4("0b00 0000 0000 0000" + longer + "2000 fcf4 0008 0101 0003e1ff"))
                  .has("icmp.ext"));
}

TEST_CASE("an object that claims too much is the sender's fault") {
  const Peeled p(ipv4("0b00 0000 0020 0000" + quoted + zeros(96) + "2000 0000 00ff 0101 0003e1ff"));
  CHECK(p.value("icmp.mpls.label") == "62");
  CHECK(p.problems().find("malformed icmp.ext.length: the object claims more bytes") !=
        std::string::npos);
  const Peeled tiny(
      ipv4("0b00 0000 0020 0000" + quoted + zeros(96) + "2000 0000 0003 0101 0003e1ff"));
  CHECK(tiny.problems().find("malformed icmp.ext.length: an object is at least 4 bytes long") !=
        std::string::npos);
}

TEST_CASE("router advertisements carry addresses with preferences, and Mobile IP's extensions") {
  const Peeled p(
      ipv4("0900 0000 0102 0708 0a000001 80000000 100a 0001 0708 9000 0a000009 1301 18"));
  CHECK(p.value("icmp.router_address") == "10.0.0.1");
  CHECK(p.value("icmp.pref_level") == "-2147483648");
  CHECK(p.value("icmp.mip.type") == "16 19");
  CHECK(p.value("icmp.mip.coa") == "10.0.0.9");
  CHECK(p.value("icmp.mip.prefixlength") == "24");
  const Peeled lie(ipv4("0900 0000 ff02 0708 0a000001 00000001"));
  CHECK(lie.value("icmp.router_address") == "10.0.0.1");
  CHECK(lie.problems().find(
            "malformed icmp.num_addrs: icmp.num_addrs says 255; the message has room for 1") !=
        std::string::npos);
}

TEST_CASE("timestamps, masks, redirects and extended echoes") {
  CHECK(Peeled(ipv4("0d00 0000 0001 0002 05265bff 00000000 00000000"))
            .value("icmp.originate_timestamp") == "86399999");
  CHECK(Peeled(ipv4("0d00 0000 0001 0002 05265bff"))
            .problems()
            .find("malformed: a message of this type needs 20 bytes; there are 12") !=
        std::string::npos);
  CHECK(Peeled(ipv4("1200 0000 0001 0002 ffffff00")).value("icmp.address_mask") == "255.255.255.0");
  CHECK(Peeled(ipv4("0500 0000 0a000003" + quoted)).value("icmp.redir_gw") == "10.0.0.3");
  const Peeled asked(ipv4("2a00 0000 0001 05 01 2000 0000 0008 0301 65746830"));
  CHECK(asked.value("icmp.int_ident.name") == "eth0");
  CHECK(asked.value("icmp.ext.echo.req.local") == "1");
  CHECK(Peeled(ipv4("2b00 0000 0001 05 47")).value("icmp.ext.echo.rsp.state") == "2");
}

TEST_CASE("IGMP tells its version by type and length") {
  CHECK(Peeled(ipv4("1100 0efe e0000001", 2)).value("igmp.version") == "1");
  const Peeled two(ipv4("1164 0e9a e0000001 aabb", 2));
  CHECK(two.value("igmp.version") == "2");
  CHECK(two.value("igmp.max_resp") == "100");
  CHECK(two.value("igmp.checksum.status") == "1");
  const Peeled three(ipv4("11a5 0000 e0000005 0a7d 0002 0a000001 0a000002", 2));
  CHECK(three.value("igmp.version") == "3");
  CHECK(three.value("igmp.max_resp") == "672");
  CHECK(three.value("igmp.max_resp.exp") == "2");
  CHECK(three.value("igmp.qrv") == "2");
  CHECK(three.value("igmp.saddr") == "10.0.0.1 10.0.0.2");
}

TEST_CASE("IGMPv3 reports hold records; counts that lie are named") {
  const std::string records = "0100 0001 e0000005 0a000001  0601 0000 e0000006 01020304";
  const Peeled p(ipv4("2200 0000 0000 0002" + records, 2));
  CHECK(p.value("igmp.maddr") == "224.0.0.5 224.0.0.6");
  CHECK(p.value("igmp.saddr") == "10.0.0.1");
  CHECK(p.value("igmp.aux_data") == "01020304");
  CHECK(p.sentence("igmp") == "tells what it listens to: 2 groups, the first 224.0.0.5");
  const Peeled lie(ipv4("2200 0000 0000 ffff" + records, 2));
  CHECK(lie.problems().find(
            "malformed igmp.num_grp_recs: igmp.num_grp_recs says 65535; there is room for 2") !=
        std::string::npos);
  const Peeled cut(ipv4("2200 0000 0000 0003" + records, 2, 8), 1, {}, 200);
  CHECK(cut.problems().find("truncated igmp.num_grp_recs") != std::string::npos);
  CHECK(cut.value("igmp.checksum.status") == "2");
}
