#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::test::Peeled;

namespace {
const char* const eth_ip =
    "010203040506 060504030201 0800  4500001f0001400040110000 7f000001 7f000001";
}

TEST_CASE("a UDP datagram over IPv4 over Ethernet peels into its layers") {
  const Peeled p(std::string(eth_ip) + "3039 1b5f 000b 0000 686579");
  CHECK(p.chain() == "eth:ethertype:ip:udp:data");
  CHECK(p.value("udp.srcport") == "12345");
  CHECK(p.value("udp.length") == "11");
  CHECK(p.value("udp.checksum.status") == "3");
  CHECK(p.sentence("udp") == "3 bytes");
  CHECK(p.problems().empty());
}

TEST_CASE("a UDP length beyond the IP packet is the sender's lie, and is said to be") {
  const Peeled p(std::string(eth_ip) + "3039 1b5f 00ff 0000 686579");
  CHECK(p.problems() == "malformed udp.length: udp.length says 255; IP leaves 11");
}

TEST_CASE("a capture that kept too little truncates, which is nobody's fault") {
  const Peeled p(std::string(eth_ip) + "3039 1b5f", 1, {}, 45);
  CHECK(p.chain() == "eth:ethertype:ip:udp");
  CHECK(p.value("udp.dstport") == "7007");
  CHECK_FALSE(p.has("udp.length"));
  CHECK(p.problems().find(
            "truncated: the User Datagram Protocol header needs 8 bytes; the capture kept 4") !=
        std::string::npos);
}
