#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::u32;
using netpeel::u8;
using netpeel::test::Peeled;
using netpeel::test::unhex;

namespace {

constexpr u32 raw_ip = 101;

std::vector<u8> datagram(unsigned port, const std::vector<u8>& message) {
  std::vector<u8> out =
      unhex("4500 0000 0001 4000 40 11 0000 0a000001 0a000002 0000 0000 0000 0000");
  out.insert(out.end(), message.begin(), message.end());
  const auto put = [&](u32 at, u32 v) { out[at] = u8(v >> 8), out[at + 1] = u8(v); };
  put(2, u32(out.size()));
  put(20, port);
  put(22, port);
  put(24, u32(out.size()) - 20);
  return out;
}

// A message from 02:00:00:00:00:aa with these options behind the magic cookie.
std::vector<u8> bootp(std::string_view options, std::string_view server = "",
                      std::string_view file = "") {
  std::vector<u8> out = unhex("01 01 06 00 12345678 0001 8000 00000000 0a000005 00000000 00000000 "
                              "0200000000aa 00000000000000000000");
  out.resize(236);
  const std::vector<u8> s = unhex(server), f = unhex(file),
                        o = unhex("63825363" + std::string(options));
  std::copy(s.begin(), s.end(), out.begin() + 44);
  std::copy(f.begin(), f.end(), out.begin() + 108);
  out.insert(out.end(), o.begin(), o.end());
  return out;
}

struct Message : Peeled {
  explicit Message(std::string_view options, std::string_view server = "",
                   std::string_view file = "")
      : Peeled(datagram(67, bootp(options, server, file)), raw_ip) {}
};

}  // namespace

TEST_CASE("a DHCP offer tells address, lease, router and resolver") {
  const Message p("350102 3604c0a80001 3304 00015180 0104ffffff00 0304c0a80001 0608 08080808 "
                  "01010101 0f03 6c616e ff 0000");
  CHECK(p.chain() == "raw:ip:udp:dhcp");
  CHECK(p.value("dhcp.id") == "0x12345678");
  CHECK(p.value("dhcp.flags.bc") == "1");
  CHECK(p.value("dhcp.ip.your") == "10.0.0.5");
  CHECK(p.value("dhcp.hw.mac_addr") == "02:00:00:00:00:aa");
  CHECK(p.value("dhcp.cookie") == "99.130.83.99");
  CHECK(p.value("dhcp.option.type") == "53 54 51 1 3 6 15");
  CHECK(p.value("dhcp.option.length") == "1 4 4 4 4 8 3");
  CHECK(p.value("dhcp.option.dhcp") == "2");
  CHECK(p.value("dhcp.option.ip_address_lease_time") == "86400");
  CHECK(p.value("dhcp.option.domain_name_server") == "8.8.8.8 1.1.1.1");
  CHECK(p.value("dhcp.option.domain_name") == "lan");
  CHECK(p.value("dhcp.option.end") == "255");
  CHECK(p.value("dhcp.option.padding") == "0000");
  CHECK(p.problems().empty());
  CHECK(p.sentence("dhcp") == "Offer, 10.0.0.5 is free");
}

TEST_CASE("DHCP options of several parts: identifiers, search list, routes, relay agent") {
  const Message p(
      "350101 3d07 01 020000000001 0c0468 6f737400"
      "771b 03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004"
      "790e 18 0a0b0c 0a000001 08 0a 0a000002"
      "520e 0104 00010203 0206 aabbccddeeff 5111 05 00 00 04686f7374 076578616d706c65 00"
      "3711 0103060f1a1c333a3b79f92b2c2e2f772a ff");
  CHECK(p.value("dhcp.hw.mac_addr") == "02:00:00:00:00:aa 02:00:00:00:00:01");
  CHECK(p.value("dhcp.option.hostname") == "host");
  CHECK(p.value("dhcp.option.dhcp_dns_domain_search_list_fqdn") ==
        "eng.apple.com marketing.apple.com");
  CHECK(p.value("dhcp.option.classless_static_route") == "180a0b0c0a000001 080a0a000002");
  CHECK(p.value("dhcp.option.agent_information_option.agent_remote_id") == "aabbccddeeff");
  CHECK(p.value("dhcp.fqdn.name") == "host.example");
  CHECK(p.value("dhcp.fqdn.s") == "1");
  CHECK(p.sentence("dhcp") == "Discover, looks for a server that gives out addresses");
  CHECK(p.problems().empty());
}

TEST_CASE("overloaded fields hold options; names in them are not mistaken for text") {
  const Message p("350101 340103 ff", "0c03 737276 ff", "4203 626f6f ff");
  CHECK(p.value("dhcp.option.hostname") == "srv");
  CHECK(p.value("dhcp.option.tftp_server_name") == "boo");
  CHECK_FALSE(p.has("dhcp.server"));
  CHECK_FALSE(p.has("dhcp.file"));
}

TEST_CASE("DHCP lies and oddities are told where they stand, and the rest is shown") {
  CHECK(Message("350101 0103ffff00 0c01 61 ff").problems() ==
        "malformed dhcp.option.length: dhcp.option.length says 3; this option has 4 bytes");
  const Message over("350101 0c20 6162");
  CHECK(over.value("dhcp.option.dhcp") == "1");
  CHECK(
      over.problems() ==
      "malformed dhcp.option.length: the option Host name says its value has 32 bytes; 2 are left");
  CHECK(Message("350101").problems() ==
        "unusual dhcp.option.end: the options end without the option that says so");
  CHECK(Message("350101 7704 016 1 c002 ff").value("dhcp.option.value") ==
        "0161c002");  // a pointer to itself
  // Cut by the capture: nobody's lie.
  std::vector<u8> cut = datagram(67, bootp("350101 0c04 61626364 ff"));
  const u32 whole = u32(cut.size());
  cut.resize(whole - 3);
  const Peeled p(cut, raw_ip, {}, whole);
  CHECK(p.value("dhcp.option.type") == "53 12");
  CHECK(p.problems().find("malformed") == std::string::npos);
}

TEST_CASE("padding behind the end option is nobody's mistake") {
  const Message m("350101 0c0161 ff 000000000000000000000000000000000000");
  CHECK(m.problems() == "");
  CHECK(m.value("dhcp.option.dhcp") == "1");
  CHECK(m.value("dhcp.option.hostname") == "a");
}

TEST_CASE("NTP: a server's answer, with its times") {
  const std::string answer = "24 02 06 e9 00000bd9 00000630 55c7d663 e09ab55c12dcc914 "
                             "e09ab5540c60c23b 0000000000000000 e09ab59607050baa";
  const Peeled p(datagram(123, unhex(answer + "00000001" + std::string(32, 'a'))), raw_ip);
  CHECK(p.chain() == "raw:ip:udp:ntp");
  CHECK(p.value("ntp.flags") == "0x24");
  CHECK(p.value("ntp.flags.vn") == "4");
  CHECK(p.value("ntp.flags.mode") == "4");
  CHECK(p.value("ntp.precision") == "233");
  CHECK(p.value("ntp.reftime") == "2019-05-30T20:02:36.073681418Z");
  CHECK(p.value("ntp.rec") == "NULL");
  CHECK(p.value("ntp.xmt") == "2019-05-30T20:03:34.027420739Z");
  CHECK(p.value("ntp.keyid") == "00000001");
  CHECK(p.value("ntp.mac") == std::string(32, 'a'));
  CHECK(p.sentence("ntp") == "says it is 2019-05-30T20:03:34.027420739Z, stratum 2");
  CHECK(p.problems().empty());

  const Peeled extended(datagram(123, unhex(answer + "0104 0010" + std::string(24, 'b') +
                                            "00000001" + std::string(32, 'a'))),
                        raw_ip);
  CHECK(extended.value("ntp.ext.type") == "0x0104");
  CHECK(extended.value("ntp.ext.length") == "16");
  CHECK(extended.value("ntp.mac") == std::string(32, 'a'));

  const Peeled kiss(
      datagram(123, unhex("e4000600 00000000 00000000 52415445" + std::string(64, '0'))), raw_ip);
  CHECK(kiss.sentence("ntp") == "does not say the time, but RATE");
}

TEST_CASE("NTP control and private messages") {
  const Peeled p(
      datagram(123, unhex("1682 0001 0618 0000 0000 0010 76657273696f6e3d22342e322e38222c")),
      raw_ip);
  CHECK(p.value("ntp.ctrl.flags2.opcode") == "2");
  CHECK(p.value("ntp.ctrl.sys_status.clksrc") == "6");
  CHECK(p.has("ntp.ctrl.data"));
  const Peeled list(datagram(123, unhex("1700032a 00000000")), raw_ip);
  CHECK(list.value("ntp.priv.reqcode") == "42");
  CHECK(list.sentence("ntp") == "an operator asks, by ntpd's private way");
}
