#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::u32;
using netpeel::test::Peeled;

namespace {

std::string hex4(u32 value) {
  std::string out;
  for (int i = 3; i >= 0; --i) out += "0123456789abcdef"[value >> i * 4 & 15];
  return out;
}

const std::string node_a = "20010db8000000000000000000000001",
                  node_b = "20010db8000000000000000000000002";

std::string ipv6(const std::string& content, u32 missing = 0) {
  return "333300000001 020000000001 86dd 60000000" +
         hex4(u32(netpeel::test::unhex(content).size()) + missing) + "3aff" +
         "fe80000000000000000000000000000a ff020000000000000000000000000001" + content;
}

}  // namespace

TEST_CASE("a neighbor is asked for, and answers; the checksum covers the addresses") {
  const Peeled asks(ipv6("8700 404c 00000000" + node_a + "0101 020304050607"));
  CHECK(asks.chain() == "eth:ethertype:ipv6:icmpv6");
  CHECK(asks.value("icmpv6.nd.ns.target_address") == "2001:db8::1");
  CHECK(asks.value("icmpv6.opt.linkaddr") == "02:03:04:05:06:07");
  CHECK(asks.value("icmpv6.checksum.status") == "1");
  CHECK(asks.sentence("icmpv6") == "who has 2001:db8::1?");
  const Peeled answers(ipv6("8800 0000 60000000" + node_a + "0201 020304050607"));
  CHECK(answers.value("icmpv6.checksum.status") == "0");
  CHECK(answers.value("icmpv6.nd.na.flag.s") == "1");
  CHECK(answers.sentence("icmpv6") == "2001:db8::1 is at 02:03:04:05:06:07");
}

TEST_CASE("a router advertisement with prefix, MTU, DNS servers and names, and a route") {
  const Peeled p(ipv6("8600 0000 40c8 0708 00000000 00000000"
                      "0501 0000 000005dc"
                      "0304 40c0 00000e10 00000708 00000000" +
                      node_a + "1903 0000 00000e10" + node_b +
                      "1f03 0000 00000e10 076578616d706c6503636f6d00 000000"
                      "1802 4018 00000708 20010db800000000"));
  CHECK(p.value("icmpv6.nd.ra.flag.m") == "1");
  CHECK(p.value("icmpv6.nd.ra.flag.prf") == "1");
  CHECK(p.value("icmpv6.opt.type") == "5 3 25 31 24");
  CHECK(p.value("icmpv6.opt.mtu") == "1500");
  CHECK(p.value("icmpv6.opt.prefix") == "2001:db8::1 2001:db8::");
  CHECK(p.value("icmpv6.opt.prefix.flag.a") == "1");
  CHECK(p.value("icmpv6.opt.rdnss") == "2001:db8::2");
  CHECK(p.value("icmpv6.opt.dnssl") == "example.com");
  CHECK(p.value("icmpv6.opt.route_info.flag.route_preference") == "3");
  CHECK(p.sentence("icmpv6") == "I am a router, good for 1800 seconds");
}

TEST_CASE("options that lie about their length end the message, not the program") {
  const Peeled none(ipv6("8500 0000 00000000 0100 020304050607"));
  CHECK(none.problems().find("malformed icmpv6.opt.length: icmpv6.opt.length is 0") !=
        std::string::npos);
  const Peeled over(ipv6("8500 0000 00000000 0105 020304050607"));
  CHECK(over.problems().find("malformed icmpv6.opt.length: icmpv6.opt.length claims 40 bytes; the "
                             "message has 8 left") != std::string::npos);
  const Peeled cut(ipv6("8500 0000 00000000 0105 020304050607", 32), 1, {}, 102);
  CHECK(cut.problems().find("truncated icmpv6.opt.length") != std::string::npos);
  const Peeled small(ipv6("8500 0000 00000000 0301 40c000000e10"));
  CHECK(
      small.problems().find("malformed icmpv6.opt.length: the option is too short for its type") !=
      std::string::npos);
}

TEST_CASE("a redirect quotes the packet within an option, and options may follow it") {
  const std::string packet =
      "60000000 000c 1140" + node_a + node_b + "3039 1b5f 000c 0000 68657921";
  const Peeled p(ipv6("8900 0000 00000000" + node_a + node_b + "0408 0000 00000000" + packet +
                      "00000000" + "0201 020304050607"));
  CHECK(p.chain() == "eth:ethertype:ipv6:icmpv6:ipv6:udp:data");
  CHECK(p.value("icmpv6.rd.na.destination_address") == "2001:db8::2");
  CHECK(p.value("icmpv6.opt.type") == "4 2");
  CHECK(p.value("icmpv6.opt.linkaddr") == "02:03:04:05:06:07");
  CHECK(p.value("udp.dstport") == "7007");
}

TEST_CASE("errors quote, and count in 64-bit words where extensions follow") {
  const std::string packet =
      "60000000 0014 1140" + node_a + node_b + "3039 1b5f 0014 0000" + std::string(160, '0');
  const Peeled p(ipv6("0300 0000 10000000" + packet + "2000 0000 0008 0101 0003e1ff"));
  CHECK(p.value("icmpv6.length") == "16");
  CHECK(p.value("icmp.mpls.label") == "62");
  CHECK(p.value("udp.length") == "20");
  CHECK(Peeled(ipv6("0200 0000 00000500" + packet)).value("icmpv6.mtu") == "1280");
  CHECK(Peeled(ipv6("0402 0000 00000028" + packet)).value("icmpv6.pointer") == "40");
}

TEST_CASE("MLD: the length tells the version; times above 32767 are coded; records are bounded") {
  CHECK(Peeled(ipv6("8200 0000 2710 0000" + node_a)).value("icmpv6.mld.maximum_response_delay") ==
        "10000");
  const Peeled two(ipv6("8200 0000 8710 0000" + node_a + "0aff 0001" + node_b));
  CHECK(two.value("icmpv6.mld.maximum_response_code") == "47232");
  CHECK(two.value("icmpv6.mld.qqi") == "31744");
  CHECK(two.value("icmpv6.mld.flag.s") == "1");
  CHECK(two.value("icmpv6.mld.source_address") == "2001:db8::2");
  const std::string record = "0101 0001" + node_a + node_b + "01020304";
  const Peeled report(ipv6("8f00 0000 0000 0001" + record));
  CHECK(report.value("icmpv6.mldr.mar.auxiliary_data") == "01020304");
  const Peeled lie(ipv6("8f00 0000 0000 ffff" + record));
  CHECK(lie.problems().find("malformed icmpv6.mldr.nb_mcast_records: icmpv6.mldr.nb_mcast_records "
                            "says 65535; there is room for 1") != std::string::npos);
}

TEST_CASE("node information, renumbering, home agents") {
  const Peeled reply(ipv6("8c00 0000 0003 0001 0102030405060708 00000e10" + node_a));
  CHECK(reply.value("icmpv6.ni.nonce") == "0x0102030405060708");
  CHECK(reply.value("icmpv6.ni.reply.node_address") == "2001:db8::1");
  CHECK(Peeled(ipv6("8b01 0000 0002 0000 0102030405060708 076578616d706c650000"))
            .value("icmpv6.ni.query.subject_fqdn") == "example");
  const Peeled rr(ipv6("8a00 0000 00000001 02f8 0003 00000000 0107 0540 0080 0000" + node_a +
                       "4010 c040 00000708 00000709 80000000" + node_b));
  CHECK(rr.value("icmpv6.rr.pco.up.useprefix") == "2001:db8::2");
  CHECK(Peeled(ipv6("9100 0000 0001 0000" + node_a)).value("icmpv6.mip6.home_agent_address") ==
        "2001:db8::1");
}
