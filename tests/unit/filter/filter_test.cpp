// What filters say about packets: expressions in a table, one packet each, yes or no.
#include "filter/filter.hpp"

#include "base/caret.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using namespace netpeel;

namespace {

// Ethernet, IPv4 (ttl 64, DF), UDP 51000 -> 53, "GET www.Example.org" behind it.
constexpr std::string_view udp_packet = "00055d21994c 000c29aabbcc 0800"
                                        "4500002f 1c46 4000 40 11 0000 0a000001 c0a80102"
                                        "c738 0035 001b beef"
                                        "474554207777772e4578616d706c652e6f7267";

struct Case {
  std::string_view expression;
  bool matches;
};

void judge(const field::Packet& packet, std::span<const Case> cases) {
  for (const Case& c : cases) {
    const base::Result<filter::Filter> f = filter::compile(c.expression, test::registry());
    INFO(c.expression);
    if (!f) INFO(base::pointed(c.expression, f.complaint()));
    REQUIRE(f.ok());
    CHECK(f->matches(packet) == c.matches);
    INFO(f->print());
    const base::Result<filter::Filter> again = filter::compile(f->print(), test::registry());
    REQUIRE(again.ok());
    CHECK(again->matches(packet) == c.matches);
    CHECK(again->print() == f->print());
  }
}

}  // namespace

TEST_CASE("filters on a UDP packet") {
  test::Peeled p(udp_packet);
  p.packet.frame.time = 1'700'000'000'500'000'000;
  p.packet.first_time = 1'700'000'000'000'000'000;
  p.packet.previous_time = 1'700'000'000'480'000'000;
  p.packet.frame.interface_name = "lo";
  constexpr Case cases[]{
      // Presence.
      {"", true}, {"  ", true}, {"udp", true}, {"ip", true}, {"eth", true}, {"frame", true},
      {"udp.srcport", true},
      {"udp.checksum.status", true}, {"ip#1", true}, {"ip#2", false},
      // Numbers.
      {"udp.port == 53", true}, {"udp.port == 51000", true}, {"udp.port == 54", false},
      {"udp.srcport == 53", false},
      {"udp.port != 53", false}, {"udp.port !== 53", true}, {"udp.port === 53", false},
      {"udp.dstport === 53", true},
      {"udp.port ne 54", true}, {"udp.port eq 0x35", true}, {"udp.port == 0b110101", true},
      {"udp.port == 065", true},
      {"udp.port == '5'", true}, {"udp.port < 53", false}, {"udp.port <= 53", true},
      {"udp.port > 51000", false},
      {"udp.port >= 51000", true}, {"all udp.port >= 53", true}, {"all udp.port > 53", false},
      {"any udp.port > 53", true},
      {"ip.hdr_len == 20", true}, {"ip.ttl lt 65", true}, {"ip.ttl gt 64", false},
      {"ip.ttl ge 64", true}, {"ip.ttl le 63", false},
      {"udp.port in {53}", true}, {"udp.port in {80, 443}", false},
      {"udp.port in {80 443 50..60}", true},
      {"udp.port in {1..52, 54..50999, 51001..65535}", false}, {"!(udp.port in {53})", false},
      {"udp.srcport == udp.dstport", false}, {"udp.srcport > udp.dstport", true},
      {"udp.srcport != udp.dstport", true},
      // Names of values.
      {"ip.proto == \"UDP\"", true}, {"ip.proto == udp", true}, {"ip.proto == \"TCP\"", false},
      {"ip.proto in {\"TCP\", \"UDP\"}", true},
      // Flags and masks.
      {"ip.flags.df", true}, {"ip.flags.df == 1", true}, {"ip.flags.df == true", true},
      {"ip.flags.df == False", false},
      {"ip.flags.mf == 0", true}, {"ip.ttl & 0x40", true}, {"ip.ttl & 0x3f", false},
      {"ip.ttl & 0xf0 == 0x40", true},
      {"udp.port & 1 == 0", true}, {"ip.src[0] & 0x0f == 0a", true},
      {"eth.src[0:2] & 00:0f == 00:0c", true},
      // Addresses.
      {"ip.addr == 10.0.0.1", true}, {"ip.src == 10.0.0.1", true}, {"ip.dst == 10.0.0.1", false},
      {"ip.addr == 192.168.0.0/16", true},
      {"ip.addr != 10.0.0.0/8", false}, {"ip.dst != 10.0.0.0/8", true},
      {"ip.src in {10.0.0.0/8, 11.0.0.1}", true},
      {"ip.src in {10.0.0.0 .. 10.0.0.9}", true}, {"ip.src < 10.0.0.2", true},
      {"ip.src == 0.0.0.0/0", true},
      {"ip.src > 10.0.0.0/8", false}, {"ip.addr[0] == 0a", true}, {"ip.addr[0:2] == c0:a8", true}, 
      {"eth.src == 00:0c:29:aa:bb:cc", true}, {"eth.addr == 00-05-5d-21-99-4c", true},
      {"eth.src[0:3] == 00:0c:29", true},
      {"eth.addr[0:3] == 00:05:5d", true}, {"eth.src[-1] == cc", true},
      {"eth.src[-2:] == bb:cc", true}, {"eth.src[3-4] == aa:bb", true},
      {"eth.src[:2] == 00:0c", true}, {"eth.src[0,5] == 00:cc", true}, {"eth.src[6] == 00", false},
      {"eth.src contains 29:aa", true},
      {"ip.src == ip.dst", false}, {"eth.src == eth.dst", false},
      // Bytes and text.
      {"udp.payload contains \"www\"", true}, {"udp.payload contains 47:45:54", true},
      {"udp.payload contains \"www.e\"", false},
      {"udp.payload[0:3] == \"GET\"", true}, {"udp.payload[0:3] == 47.45.54", true},
      {"udp.payload[4:] == \"www.Example.org\"", true},
      {"udp.payload matches \"www\\\\.example\"", true},
      {"udp.payload matches r\"^GET\\s\\w+\"", true}, {"udp.payload ~ \"(?-i)example\"", false},
      {"frame contains \"Example\"", true}, {"udp contains \"Example\"", true},
      {"udp[0:2] == c7:38", true}, {"udp[8:3] == \"GET\"", false}, {"udp[6:] == be:ef", true},
      {"udp == c7:38:00:35:00:1b:be:ef", true}, {"udp[0:1] < 00:01", true},
      {"udp[0:2] > 00:00:00", false}, {"frame.protocols < \"f\"", true},
      {"frame.protocols > \"et\"", true},
      {"ip[9] == 0x11", true}, {"eth[12:2] == 08:00", true}, {"frame[12:2] == 08:00", true},
      {"frame[60] == 67", true}, {"frame[61] == 67", false},
      {"len(udp.payload) == 19", true}, {"len(udp) == 8", true}, {"len(frame) == 61", true},
      {"count(udp.port) == 2", true},
      {"count(udp.payload) > 1", false}, {"len(udp.payload)", true},
      // The frame.
      {"frame.number == 1", true}, {"frame.len == 61", true}, {"frame.cap_len < 61", false},
      {"frame.protocols contains \"ip:udp\"", true},
      {"frame.protocols == \"eth:ethertype:ip:udp\" || frame.protocols contains \":udp:\"", true},
      {"frame.interface_name == \"lo\"", true},
      {"upper(frame.interface_name) == \"LO\"", true},
      {"lower(frame.interface_name) matches \"^l.$\"", true}, {"frame.time_relative == 0.5", true},
      {"frame.time_relative > .25", true}, {"frame.time_delta < 21ms", true},
      {"frame.time_delta in {0.01 .. 0.02}", true},
      {"frame.time >= \"2023-11-14T22:13:20.5Z\"", true},
      {"frame.time > \"2023-11-14 22:13:20.5\"", false},
      {"frame.time < 2023-11-15", true}, {"frame.time == \"2023-11-14T23:13:20.5+01:00\"", true},
      {"frame.time_epoch == 1700000000.5", true},
      {"frame.comment", false}, {"frame.interface_id == 0", true},
      // Together.
      {"udp && ip", true}, {"udp and not ip", false}, {"!udp", false}, {"not not udp", true},
      {"udp || frame.comment || ip", true},
      {"udp.port == 54 || ip.ttl == 64 && udp.port == 53", true},
      {"(udp.port == 53 || ip.ttl == 64) && udp.port == 54", false},
      {"udp xor ip", false}, {"udp ^^ udp.port == 54", true}, {"udp ^^ ip ^^ eth", true},
      {"udp ^^ (ip ^^ eth)", true},
      {"!(udp ^^ ip) && udp.port == 53", true}, {"!udp.port == 53", false},
      {"!(udp.port == 54)", true},
  };
  judge(p.packet, cases);
}
