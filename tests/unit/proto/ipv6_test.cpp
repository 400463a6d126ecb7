#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::test::Peeled;

namespace {
constexpr netpeel::u16 raw_ipv6 = 229;
constexpr netpeel::field::Settings verified{.checksums = true};
const std::string one = "20010db8000000000000000000000001",
                  two = "20010db8000000000000000000000002",
                  nine = "20010db8000000000000000000000009",
                  home = "20010db8000000000000000000000077";
const std::string udp = "13881770000b1234686579";

std::string header(std::string_view length, std::string_view next, const std::string& source = one,
                   const std::string& destination = two) {
  return "60000000" + std::string(length) + std::string(next) + "40" + source + destination;
}
}  // namespace

TEST_CASE("an IPv6 header's fields, and the addresses inside its addresses") {
  const Peeled p("6b912345000b1140"
                 "fe800000000000000202b3fffe1e8329"
                 "20010000c63364018000"
                 "63bf3ffffdd2" +
                     udp,
                 raw_ipv6);
  CHECK(p.value("ipv6.tclass") == "0xb9");
  CHECK(p.value("ipv6.tclass.dscp") == "46");
  CHECK(p.value("ipv6.flow") == "0x12345");
  CHECK(p.value("ipv6.src_slaac_mac") == "00:02:b3:1e:83:29");
  CHECK(p.value("ipv6.dst_ts_ipv4") == "198.51.100.1");
  CHECK(p.value("ipv6.dst_tc_port") == "40000");
  CHECK(p.value("ipv6.dst_tc_ipv4") == "192.0.2.45");
  CHECK(p.chain() == "ipv6:udp:data");
  CHECK(p.sentence("ipv6") == "carries UDP (17), 11 bytes, hop limit 64");
}

TEST_CASE("extension headers follow one another, each under its own name") {
  const Peeled p(header("0033", "00") +
                     "3c00050200000100"
                     "2b00040103010100"
                     "2c00fd0000000000"
                     "1100000000000007" +
                     udp,
                 raw_ipv6);
  CHECK(p.chain() == "ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:ipv6.fraghdr:udp:data");
  CHECK(p.value("ipv6.opt.type") == "0x05 0x01 0x04 0x01");
  CHECK(p.value("ipv6.opt.router_alert") == "0");
  CHECK(p.value("ipv6.opt.tel") == "3");
  CHECK(p.value("ipv6.hopopts.len_oct") == "8");
  CHECK(p.value("ipv6.fraghdr.ident") == "0x00000007");
  CHECK(p.sentence("ipv6.hopopts") == "router alert");
}

TEST_CASE("a fragment ends the walk, a lone one does not") {
  CHECK(Peeled(header("0013", "2c") + "1100000000000007" + udp, raw_ipv6).chain() ==
        "ipv6:ipv6.fraghdr:udp:data");
  const Peeled first(header("0013", "2c") + "1100000100000007" + udp, raw_ipv6);
  CHECK(first.chain() == "ipv6:ipv6.fraghdr:data");
  CHECK(first.problems() == "malformed ipv6.fraghdr.more: more fragments follow, but this one's 11 "
                            "bytes are no multiple of 8");
  const Peeled last(header("0013", "2c") + "1100000800000007" + udp, raw_ipv6);
  CHECK(last.chain() == "ipv6:ipv6.fraghdr:data");
  CHECK(last.value("ipv6.fraghdr.offset") == "1");
  CHECK(last.sentence("ipv6.fraghdr") == "last piece of packet 0x00000007, bytes 8 to 18");
}

TEST_CASE("transport checksums count the last stop and the home address") {
  const std::string sum = "13881770000b97fe686579";  // from one to nine
  const Peeled source(header("0023", "2b") + "1102000100000000" + nine + sum, raw_ipv6, verified);
  CHECK(source.value("udp.checksum.status") == "1");
  CHECK(source.problems().find("unusual ipv6.routing.type") == 0);
  const Peeled segments(header("0033", "2b") + "1104040101000000" + nine + two + sum, raw_ipv6,
                        verified);
  CHECK(segments.value("udp.checksum.status") == "1");
  CHECK(segments.value("ipv6.routing.srh.addr") == "2001:db8::9 2001:db8::2");
  const Peeled there(header("0023", "2b") + "1102000000000000" + nine + sum, raw_ipv6, verified);
  CHECK(there.value("udp.checksum.status") ==
        "0");  // no segments left: the header's own destination counts
  const Peeled mobile(header("0023", "3c") + "1102c910" + home +
                          "01020000"
                          "13881770000b978f686579",
                      raw_ipv6, verified);
  CHECK(mobile.value("ipv6.opt.mipv6.home_address") == "2001:db8::77");
  CHECK(mobile.value("udp.checksum.status") == "1");
}

TEST_CASE("compressed routes are shown whole") {
  const Peeled p(header("0023", "2b") +
                     "11020302ec600000"
                     "000a000b"
                     "00000000000c"
                     "000000000000" +
                     udp,
                 raw_ipv6);
  CHECK(p.value("ipv6.routing.rpl.addr_count") == "4");
  const Peeled q(header("001b", "2b") +
                     "11010301ee400000"
                     "000a000b"
                     "00000000" +
                     udp,
                 raw_ipv6);
  CHECK(q.value("ipv6.routing.rpl.full_address") == "2001:db8::a 2001:db8::b");
}

TEST_CASE("a jumbogram's length stands in its option") {
  std::vector<netpeel::u8> bytes = netpeel::test::unhex(header("0000", "00") + "1100c20400010170"
                                                                               "1388177000001234");
  bytes.resize(40 + 0x10170 + 5);
  const Peeled p(bytes, raw_ipv6);
  CHECK(p.chain() == "ipv6:ipv6.hopopts:udp:data");
  CHECK(p.packet.layers[0].body == 0x10170);
  CHECK(p.value("ipv6.opt.jumbo") == "65904");
  CHECK(p.problems().empty());
}

TEST_CASE("what IPv6 claims and what is there") {
  CHECK(Peeled(header("00c8", "11") + udp, raw_ipv6)
            .problems()
            .find("malformed ipv6.plen: ipv6.plen says 200; 11 bytes are there") == 0);
  CHECK(Peeled(header("00c8", "11") + udp, raw_ipv6, {}, 240)
            .problems()
            .find("truncated ipv6.plen: ipv6.plen says 200; the capture kept 11") == 0);
  CHECK(Peeled(header("0000", "3b"), raw_ipv6).problems().empty());
  CHECK(Peeled(header("0000", "3b"), raw_ipv6).sentence("ipv6") ==
        "a packet that carries nothing, hop limit 64");
  CHECK(Peeled(header("000c", "00") + "11ff05020000010000000000", raw_ipv6).problems() ==
        "malformed ipv6.hopopts.len: ipv6.hopopts.len says 2048 bytes; there are 12");
  CHECK(Peeled(header("0013", "00") + "110005ff00000100" + udp, raw_ipv6)
            .problems()
            .find("malformed ipv6.opt.length: ipv6.opt.length says 255; the header has 4 left") ==
        0);
  CHECK(Peeled(header("001b", "2b") + "11010405000000000000000000000000" + udp, raw_ipv6)
            .problems() ==
        "malformed ipv6.routing.segleft: ipv6.routing.segleft says 5; the header lists 0 stops");
}
