#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::test::Peeled;

namespace {
constexpr netpeel::u16 raw_ipv4 = 228;
constexpr netpeel::field::Settings verified{.checksums = true};
const std::string udp_to_4_5_6 =
    "13881770000bd86c686579";  // from 10.1.2.3 to 10.4.5.6, checksum right
const std::string plain = "4500001f1234400040110d8d0a0102030a040506" + udp_to_4_5_6;

std::string changed(std::string hex, std::size_t byte, std::string_view with) {
  return hex.replace(byte * 2, with.size(), with);
}
}  // namespace

TEST_CASE("every field of an IPv4 header has its value and its place") {
  const Peeled p("46b9002312346001400100000a0102030a040506"
                 "94040000" +
                     udp_to_4_5_6,
                 raw_ipv4);
  const std::vector<std::string> lines = p.lines();
  CHECK(lines[0] == "ip.version @0+4 = 4");
  CHECK(lines[1] == "ip.hdr_len @4+4 = 24");
  CHECK(lines[2] == "ip.dsfield @8+8 = 0xb9");
  CHECK(lines[3] == "  ip.dsfield.dscp @8+6 = 46");
  CHECK(lines[4] == "  ip.dsfield.ecn @14+2 = 1");
  CHECK(p.value("ip.flags") == "0x3");
  CHECK(p.value("ip.flags.df") == "1");
  CHECK(p.value("ip.flags.mf") == "1");
  CHECK(p.value("ip.frag_offset") == "1");  // units of 8 bytes, as on the wire
  CHECK(p.value("ip.opt.ra") == "0");
  CHECK(p.value("ip.options.routeralert") == "94040000");
  CHECK(p.value("ip.checksum.status") == "2");
  CHECK(p.chain() == "ip:data");  // a fragment has no next protocol
  CHECK(p.sentence("ip") ==
        "a piece of packet 0x1234, bytes 8 to 18, carries ICMP (1), 11 bytes, time to live 64");
}

TEST_CASE("the IPv4 header checksum is verified when asked, and offload is told from damage") {
  CHECK(Peeled(plain, raw_ipv4).value("ip.checksum.status") == "2");
  const Peeled good(plain, raw_ipv4, verified);
  CHECK(good.value("ip.checksum.status") == "1");
  CHECK(good.problems().empty());
  const Peeled offload(changed(plain, 10, "0000"), raw_ipv4, verified);
  CHECK(offload.value("ip.checksum.status") == "0");
  CHECK(
      offload.problems().find(
          "unusual ip.checksum: the header checksum is 0: probably seen on the sending machine") ==
      0);
  const Peeled bent(changed(plain, 10, "0d8c"), raw_ipv4, verified);
  CHECK(bent.problems() ==
        "malformed ip.checksum: the header checksum is 0x0d8c; this header needs 0x0d8d");
}

TEST_CASE("an IPv4 header that lies is answered by what is there, and blamed by name") {
  CHECK(Peeled(changed(plain, 2, "01f4"), raw_ipv4)
            .problems()
            .find("malformed ip.len: ip.len says 500; the frame leaves 31") == 0);
  CHECK(Peeled(changed(plain, 2, "0010"), raw_ipv4).problems() ==
        "malformed ip.len: ip.len says 16; the header alone has 20");
  CHECK(Peeled(changed(plain, 0, "44"), raw_ipv4).problems() ==
        "malformed ip.hdr_len: ip.hdr_len says 16 bytes; an IPv4 header has at least 20");
  CHECK(Peeled(changed(plain, 0, "4f"), raw_ipv4).problems().find("malformed") == 0);
  CHECK(Peeled(changed(plain, 0, "65"), raw_ipv4).problems() ==
        "malformed ip.version: ip.version says 6; an IPv4 header begins with 4");
  const Peeled cut(plain.substr(0, 50), raw_ipv4, {}, 31);
  CHECK(cut.problems().find("truncated ip.len: ip.len says 31; the capture kept 25") == 0);
  const Peeled offload(changed(plain, 2, "0000"), raw_ipv4);
  CHECK(offload.chain() == "ip:udp:data");
  CHECK(offload.problems().find("unusual ip.len: ip.len is 0") == 0);
  const Peeled death(changed(plain, 6, "1fff"), raw_ipv4);
  CHECK(death.problems() == "malformed ip.frag_offset: this fragment would end at byte 65559; a "
                            "packet has at most 65535");
}

TEST_CASE("bytes behind ip.len are not the packet's") {
  const Peeled p(plain + "0000", raw_ipv4);
  CHECK(p.packet.layers[0].body == 11);
  CHECK(p.problems().empty());
}

TEST_CASE("a source route's last stop is what the transport's checksum counts") {
  const Peeled p("4800002b1234400040116f650a0102030a040506"
                 "830b0401020304050607080013881770000bdb68686579",
                 raw_ipv4, verified);
  CHECK(p.value("ip.dst") == "10.4.5.6");
  CHECK(p.value("ip.opt.ptr") == "4");
  CHECK(p.value("ip.src_rt") == "1.2.3.4 5.6.7.8");
  CHECK(p.value("udp.checksum.status") == "1");
  CHECK(p.value("ip.options.eol") == "00");
}

TEST_CASE("timestamps come with the addresses that wrote them") {
  const Peeled p("4a000033123440004011a72a0a0102030a040506"
                 "44140d210102030400000005050607080000000013881770000bd86c686579",
                 raw_ipv4);
  CHECK(p.value("ip.opt.overflow") == "2");
  CHECK(p.value("ip.opt.flag") == "0x1");
  CHECK(p.value("ip.opt.time_stamp_addr") == "1.2.3.4 5.6.7.8");
  CHECK(p.value("ip.opt.time_stamp") == "5 0");
}

TEST_CASE("options that contradict themselves are told and never read past") {
  const std::string head = "470000221234400040110000"
                           "0a0102030a040506";
  CHECK(Peeled(head + "0728040000000000" + udp_to_4_5_6, raw_ipv4)
            .problems()
            .find("malformed ip.opt.len: ip.opt.len says 40; the header has 8 left") == 0);
  CHECK(Peeled(head + "0701040000000000" + udp_to_4_5_6, raw_ipv4)
            .problems()
            .find("malformed ip.opt.len: ip.opt.len says 1; an option has at least 2 bytes") == 0);
  CHECK(Peeled(head + "0707050000000000" + udp_to_4_5_6, raw_ipv4)
            .problems()
            .find("malformed ip.opt.ptr: ip.opt.ptr says 5") == 0);
  CHECK(Peeled(head + "4404050100000000" + udp_to_4_5_6, raw_ipv4).value("ip.opt.ptr") == "5");
  CHECK(Peeled(head + "4403050000000000" + udp_to_4_5_6, raw_ipv4)
            .problems()
            .find("malformed ip.opt.len: ip.opt.len says 3; this option needs more") == 0);
  const Peeled labels("4a00002d1234400040110000"
                      "0a0102030a040506"
                      "86140000000301040007"
                      "05080002000a0005"
                      "0000" +
                          udp_to_4_5_6,
                      raw_ipv4);
  CHECK(labels.value("ip.cipso.categories") == "10-5");
  CHECK(labels.value("ip.cipso.tag_type") == "1 5 0 0");
}
