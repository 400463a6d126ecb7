#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::test::Peeled;

namespace {
constexpr netpeel::u16 raw_ipv4 = 228;
const std::string inner = "4500001f1234400040110d8d0a0102030a040506"
                          "13881770000bd86c686579";
const std::string ethernet = "0102030405060a0b0c0d0e0f0800";

// An IPv4 header for a payload of hex digits.
std::string ip(std::string_view proto, const std::string& payload) {
  const std::size_t total = 20 + payload.size() / 2;
  const char* digits = "0123456789abcdef";
  std::string length;
  for (int shift = 12; shift >= 0; shift -= 4) length += digits[total >> shift & 15];
  return "4500" + length + "1234400040" + std::string(proto) + "00000a0102030a040506" + payload;
}
}  // namespace

TEST_CASE("tunnels without a header of their own: IP in IP both ways") {
  CHECK(Peeled(ip("04", inner), raw_ipv4).chain() == "ip:ip:udp:data");
  const std::string six = "60000000000b1140"
                          "20010db8000000000000000000000001"
                          "20010db8000000000000000000000002"
                          "13881770000b0000686579";
  CHECK(Peeled(ip("29", six), raw_ipv4).chain() == "ip:ipv6:udp:data");
}

TEST_CASE("GRE says which of its fields are there, and its checksum is verified") {
  const Peeled bare(ip("2f", "00000800" + inner), raw_ipv4);
  CHECK(bare.chain() == "ip:gre:ip:udp:data");
  CHECK_FALSE(bare.has("gre.key"));
  const Peeled p(ip("2f", "80000800"
                          "93290000" +
                              inner),
                 raw_ipv4);
  CHECK(p.value("gre.checksum") == "0x9329");
  CHECK(p.value("gre.checksum.status") == "1");
  CHECK(Peeled(ip("2f", "80000800"
                        "93280000" +
                            inner),
               raw_ipv4)
            .problems() ==
        "malformed gre.checksum: the GRE checksum does not fit the bytes it covers");
  const Peeled all(ip("2f", "b0006558"
                            "00000000"
                            "00000007"
                            "00000009" +
                                ethernet + inner),
                   raw_ipv4);
  CHECK(all.chain() == "ip:gre:eth:ethertype:ip:udp:data");
  CHECK(all.value("gre.key") == "0x00000007");
  CHECK(all.value("gre.sequence_number") == "9");
  CHECK(all.sentence("gre") == "a tunnel that carries Ethernet, key 7");
  CHECK(Peeled(ip("2f", "00000000"), raw_ipv4).sentence("gre") ==
        "keepalive, asks whether the tunnel's other end is there");
  CHECK(Peeled(ip("2f", "2000"), raw_ipv4).problems().find("malformed") == 0);
  CHECK(Peeled(ip("2f", "30000800"
                        "00000007"),
               raw_ipv4)
            .value("gre.key") == "0x00000007");
}

TEST_CASE("PPTP's GRE, WCCP's and ERSPAN's") {
  const Peeled pptp(ip("2f", "3081880b"
                             "00020007"
                             "00000001"
                             "00000002"
                             "ff03"),
                    raw_ipv4);
  CHECK(pptp.value("gre.key.payload_length") == "2");
  CHECK(pptp.value("gre.key.call_id") == "7");
  CHECK(pptp.value("gre.ack_number") == "2");
  CHECK(Peeled(ip("2f", "0000883e" + inner), raw_ipv4).chain() == "ip:gre:ip:udp:data");
  const Peeled redirected(ip("2f", "0000883e"
                                   "05590048" +
                                       inner),
                          raw_ipv4);
  CHECK(redirected.chain() == "ip:gre:ip:udp:data");
  CHECK(redirected.value("gre.wccp.service_id") == "89");
  const Peeled mirror(ip("2f", "100088be"
                               "00000001"
                               "100110650000abc5" +
                                   ethernet + inner),
                      raw_ipv4);
  CHECK(mirror.chain() == "ip:gre:erspan:eth:ethertype:ip:udp:data");
  CHECK(mirror.value("erspan.spanid") == "101");
  CHECK(Peeled(ip("2f", "000088be" + ethernet + inner), raw_ipv4).chain() ==
        "ip:gre:eth:ethertype:ip:udp:data");
}

TEST_CASE("VXLAN carries Ethernet of a numbered network") {
  const Peeled p(ip("11", "15b312b5004d0000"
                          "0800000000000700" +
                              ethernet + inner),
                 raw_ipv4);
  CHECK(p.chain() == "ip:udp:vxlan:eth:ethertype:ip:udp:data");
  CHECK(p.value("vxlan.vni") == "7");
  CHECK(p.value("vxlan.flag_i") == "1");
  CHECK(p.value("vxlan.flags_reserved") == "0x0000");
  CHECK(p.sentence("vxlan") == "an Ethernet frame of virtual network 7");
}

TEST_CASE("Geneve's options are counted in words and told apart") {
  const Peeled p(ip("11", "15b317c100550000"
                          "0240655800000a00"
                          "000080010000000c" +
                              ethernet + inner),
                 raw_ipv4);
  CHECK(p.chain() == "ip:udp:geneve:eth:ethertype:ip:udp:data");
  CHECK(p.value("geneve.option.length") == "8 8");
  CHECK(p.value("geneve.option.unknown.data") == "0000000c");
  CHECK(Peeled(ip("11", "15b317c100180000"
                        "0140655800000a00"
                        "00008001"
                        "00000000"),
               raw_ipv4)
            .problems()
            .find("malformed geneve.option.length: geneve.option.length says 8; the options have 4 "
                  "left") == 0);
}

TEST_CASE("IPsec: what is signed goes on, what is encrypted ends here") {
  const Peeled ah(ip("33", "11040000"
                           "604816f6"
                           "00000001"
                           "e732abace1c60046eec641ed"
                           "13881770000bd86c686579"),
                  raw_ipv4);
  CHECK(ah.chain() == "ip:ah:udp:data");
  CHECK(ah.value("ah.icv") == "e732abace1c60046eec641ed");
  const Peeled esp(ip("32", "0000000a00000001"
                            "00112233445566778899"),
                   raw_ipv4);
  CHECK(esp.chain() == "ip:esp");
  CHECK(esp.sentence("esp") == "encrypted, key 0x0000000a, packet 1 of it, 10 bytes");
  CHECK(Peeled(ip("33", "11000000"
                        "604816f6"
                        "00000001"
                        "0000000000000000"),
               raw_ipv4)
            .problems()
            .find("malformed ah.length: ah.length says 8 bytes; the header has at least 12") == 0);
}
