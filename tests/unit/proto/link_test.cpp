// Link layers: what tshark 4.0 says of the same bytes is what stands here.
#include "support/catch.hpp"
#include "support/peel.hpp"

using netpeel::test::Peeled;

namespace {
const std::string macs = "010203040506 060504030201 ";
const std::string ip =
    "4500001f00014000401100007f0000017f00000130391b5f000b0000686579";  // 31 bytes, UDP to port 7007
const std::string ip6 = "60000000000b11400000000000000000000000000000000100000000000000000000000000"
                        "0000 01 30391b5f000b0000686579";
std::string zeros(int bytes) { return std::string(2 * std::size_t(bytes), '0'); }
}  // namespace

TEST_CASE("Ethernet tells padding, trailer and check sequence apart as tshark does") {
  SECTION("zeros up to 60 bytes are padding") {
    const Peeled p(macs + "0800" + ip + zeros(15));
    CHECK(p.chain() == "eth:ethertype:ip:udp:data");
    CHECK(p.value("eth.padding") == zeros(15));
    CHECK_FALSE(p.has("eth.trailer"));
    CHECK_FALSE(p.has("eth.fcs"));
  }
  SECTION("what is not zero is a trailer") {
    const Peeled p(macs + "0800" + ip + zeros(14) + "01");
    CHECK_FALSE(p.has("eth.padding"));
    CHECK(p.value("eth.trailer") == zeros(14) + "01");
  }
  SECTION("four bytes behind a padded frame are its check sequence") {
    const Peeled p(macs + "0800" + ip + zeros(15) + "12345678");
    CHECK(p.value("eth.padding") == zeros(15));
    CHECK(p.value("eth.fcs") == "0x12345678");
    CHECK(p.value("eth.fcs.status") == "2");
    CHECK_FALSE(p.has("eth.trailer"));
  }
  SECTION("below 60 bytes on the wire nothing was padded") {
    CHECK(Peeled(macs + "0800" + ip + zeros(5)).value("eth.trailer") == zeros(5));
  }
  SECTION("a check sequence that the capture lost is not made up") {
    const Peeled p(macs + "0800" + ip + zeros(20), 1, {}, 74);
    CHECK(p.value("eth.padding") == zeros(15));
    CHECK(p.value("eth.trailer") == zeros(5));
    CHECK_FALSE(p.has("eth.fcs"));
  }
}

TEST_CASE("the number behind the addresses is a type, a length, or neither") {
  const Peeled length(macs + "0027 aaaa03000000 0800" + ip + zeros(5));
  CHECK(length.chain() == "eth:llc:ip:udp:data");
  CHECK(length.value("eth.len") == "39");
  CHECK_FALSE(length.has("eth.type"));
  CHECK(length.value("llc.type") == "0x0800");
  CHECK(length.value("eth.trailer") == zeros(5));
  CHECK(length.problems().empty());

  const Peeled neither(macs + "05dd" + zeros(46));
  CHECK(neither.chain() == "eth:data");
  CHECK(neither.problems() == "malformed eth.invalid_lentype: eth.invalid_lentype is 1501: lengths "
                              "end at 1500, types begin at 1536");

  const Peeled lie(macs + "012c 424203" + zeros(5));
  CHECK(lie.problems() == "malformed eth.len: eth.len says 300; the frame has 8 behind it");

  CHECK(Peeled(macs + "001e ffff001e" + zeros(26)).chain() == "eth:data");  // IPX without LLC
  CHECK(Peeled(macs + "0000" + zeros(46)).value("eth.type") == "0x0000");
}

TEST_CASE("a group that sends is unusual") {
  CHECK(Peeled("010203040506 0100 5e000001 0800" + ip).problems().starts_with("unusual eth.src:"));
  CHECK(Peeled("ffffffffffff 060504030201 0806").sentence("eth") ==
        "06:05:04:03:02:01 to everybody, carries ARP");
}

TEST_CASE("an LLC control field is read by its kind") {
  SECTION("unnumbered, a response with the final bit") {
    const auto p = Peeled(macs + "0008 f0f17f" + zeros(50));
    CHECK(p.value("llc.control") == "0x007f");
    CHECK(p.value("llc.control.u_modifier_resp") == "0x1b");
    CHECK(p.value("llc.control.f") == "1");
    CHECK(p.value("llc.control.ftype") == "0x0003");
    CHECK(p.value("llc.ssap.sap") == "120");
    CHECK(p.value("llc.ssap.cr") == "1");
  }
  SECTION("supervisory") {
    const auto p = Peeled(macs + "0008 f0f10123" + zeros(50));
    CHECK(p.value("llc.control") == "0x2301");
    CHECK(p.value("llc.control.n_r") == "17");
    CHECK(p.value("llc.control.s_ftype") == "0x0");
    CHECK(p.value("llc.control.f") == "1");
    CHECK_FALSE(p.has("llc.control.p"));
  }
  SECTION("information") {
    const auto p = Peeled(macs + "0008 f0f00a11" + zeros(50));
    CHECK(p.value("llc.control") == "0x110a");
    CHECK(p.value("llc.control.n_s") == "5");
    CHECK(p.value("llc.control.n_r") == "8");
    CHECK(p.value("llc.control.p") == "1");
    CHECK(p.value("llc.control.ftype") == "0x0000");
  }
  SECTION("SNAP with an organization's own numbers") {
    const auto p = Peeled(macs + "0032 aaaa0300000c2000" + zeros(50));
    CHECK(p.value("llc.oui") == "0x00000c");
    CHECK(p.value("llc.cisco_pid") == "0x2000");
    CHECK(p.chain() == "eth:llc:data");
  }
  SECTION("a bridged frame stands behind two bytes of padding") {
    CHECK(Peeled(macs + "0037 aaaa030080c20007 0000" + macs + "0800" + ip).chain() ==
          "eth:llc:eth:ethertype:ip:udp:data");
  }
}

TEST_CASE("VLAN tags stack, and the innermost speaks of the padding") {
  const Peeled p(macs + "8100 b005 8100 0006 0800" + ip + zeros(20));
  CHECK(p.chain() == "eth:ethertype:vlan:ethertype:vlan:ethertype:ip:udp:data");
  CHECK(p.value("vlan.priority") == "5 0");
  CHECK(p.value("vlan.dei") == "1 0");
  CHECK(p.value("vlan.id") == "5 6");
  CHECK(p.value("eth.padding") == zeros(7));
  CHECK(p.value("vlan.trailer") == zeros(13));
  CHECK_FALSE(p.has("eth.trailer"));
  CHECK(p.sentence("vlan") == "virtual network 5, priority 5");

  const Peeled length(macs + "8100 0005 0027 aaaa030000000800" + ip + zeros(9));
  CHECK(length.chain() == "eth:ethertype:vlan:llc:ip:udp:data");
  CHECK(length.value("vlan.len") == "39");
  CHECK(length.value("eth.padding") == zeros(3));
  CHECK(length.value("vlan.trailer") == zeros(6));
  CHECK_FALSE(length.has("eth.trailer"));
}

TEST_CASE("provider tags are one layer of one or two") {
  const Peeled one(macs + "88a8 7005 8100 0006 0800" + ip);
  CHECK(one.chain() == "eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:udp:data");
  CHECK(one.value("ieee8021ad.id") == "5");
  CHECK(one.value("ieee8021ad.priority") == "3");
  CHECK(one.value("ieee8021ah.etype") == "0x8100");
  const Peeled two(macs + "88a8 1005 88a8 0006 86dd" + ip6);
  CHECK(two.chain() == "eth:ethertype:ieee8021ad:ethertype:ipv6:udp:data");
  CHECK(two.value("ieee8021ad.svid") == "5");
  CHECK(two.value("ieee8021ad.cvid") == "6");
  CHECK(two.value("ieee8021ad.dei") == "1 0");
  CHECK_FALSE(two.has("ieee8021ad.id"));
}

TEST_CASE("cooked captures keep eight bytes for an address of any length") {
  const Peeled v1("0004 0001 0006 0a0b0c0d0e0f0000 0800" + ip, 113);
  CHECK(v1.chain() == "sll:ethertype:ip:udp:data");
  CHECK(v1.value("sll.src.eth") == "0a:0b:0c:0d:0e:0f");
  CHECK(v1.value("sll.unused") == "0000");
  CHECK(v1.value("sll.etype") == "0x0800");
  CHECK(v1.sentence("sll") == "sent by us, from 0a:0b:0c:0d:0e:0f");

  const Peeled tunnel("0000 030a 0004 0a00000100000000 0800" + ip,
                      113);  // GRE: its type is no EtherType to tshark
  CHECK(tunnel.chain() == "sll:ip:udp:data");
  CHECK(tunnel.value("sll.src.ipv4") == "10.0.0.1");
  CHECK(tunnel.value("sll.gretype") == "0x0800");

  const Peeled llc("0000 0001 0009 0a0b0c0d0e0f6162 0004 aaaa030000000800" + ip, 113);
  CHECK(llc.chain() == "sll:llc:ip:udp:data");
  CHECK(llc.value("sll.src.other") == "0a0b0c0d0e0f6162");
  CHECK_FALSE(llc.has("sll.unused"));
  CHECK(llc.value("sll.ltype") == "0x0004");

  const Peeled v2("86dd 0000 00000003 0304 00 06 0000000000000000" + ip6, 276);
  CHECK(v2.chain() == "sll:ethertype:ipv6:udp:data");
  CHECK(v2.value("sll.ifindex") == "3");
  CHECK(v2.value("sll.hatype") == "772");
}

TEST_CASE("an address family is found in either byte order") {
  CHECK(Peeled("02000000" + ip, 0).value("null.family") == "2");
  CHECK(Peeled("00000002" + ip, 0).value("null.family") == "2");
  CHECK(Peeled("00020000" + ip, 0).value("null.family") == "2");  // IRIX
  CHECK(Peeled("1e000000" + ip6, 0).chain() == "null:ipv6:udp:data");
  CHECK(Peeled("00080000" + ip, 0).value("null.type") == "0x0800");
  CHECK(Peeled("00000800" + ip, 0).chain() == "null:ip:udp:data");
  CHECK(Peeled("ff030021" + ip, 0).chain() == "null:ppp:ip:udp:data");
  CHECK(Peeled("00000002" + ip, 108).chain() == "null:ip:udp:data");
  CHECK(Peeled("02000000" + ip, 108).value("null.family") == "33554432");
}

TEST_CASE("packets without a link header") {
  for (const netpeel::u16 type : {101, 12, 14}) {
    CHECK(Peeled(ip, type).chain() == "raw:ip:udp:data");
    CHECK(Peeled(ip6, type).chain() == "raw:ipv6:udp:data");
  }
  CHECK(Peeled("55", 101).chain() == "raw:data");
  CHECK(Peeled(ip, 228).chain() == "ip:udp:data");
  CHECK(Peeled(ip6, 229).chain() == "ipv6:udp:data");
}

TEST_CASE("PPP with and without its compressions") {
  for (const char* start : {"ff030021", "ff0321", "0021", "21"}) {
    const Peeled p(start + ip, 9);
    CHECK(p.chain() == "ppp:ip:udp:data");
    CHECK(p.value("ppp.protocol") == "0x0021");
    CHECK(p.has("ppp.address") == (start[0] == 'f'));
    CHECK(p.problems().empty());
  }
  CHECK(Peeled("ff03", 9).problems().starts_with(
      "malformed: the Point-to-Point Protocol header needs"));
  CHECK(Peeled("ff030057" + ip6, 50).chain() == "ppp:ipv6:udp:data");
}

TEST_CASE("PPP over Ethernet, both stages") {
  const Peeled session(macs + "8864 11 00 0011 0021 0021" + ip + zeros(7));
  CHECK(session.chain() == "eth:ethertype:pppoes:ppp:ip:udp:data");
  CHECK(session.value("pppoe.session_id") == "0x0011");
  CHECK(session.problems().empty());

  const Peeled offer(macs + "8863 11 07 0000 0028 0102 0004 61632d31 0101 0000 0103 0002 abcd 9999 "
                            "0001 ff 0105 0009 00000de9 0103 616263 0000 0000");
  CHECK(offer.chain() == "eth:ethertype:pppoed");
  CHECK(offer.value("pppoed.tags.ac_name") == "ac-1");
  CHECK_FALSE(offer.has("pppoed.tags.service_name"));  // empty: any
  CHECK(offer.value("pppoed.tags.host_uniq") == "abcd");
  CHECK(offer.value("pppoed.tag") == "0x9999");
  CHECK(offer.value("pppoed.tags.vendor_id") == "3561");
  CHECK(offer.value("pppoed.tags.circuit_id") == "abc");
  CHECK(offer.sentence("pppoed") == "an access concentrator offers itself");

  const Peeled lie(macs + "8863 11 09 0000 0006 0103 ffff abcd");
  CHECK(lie.problems() ==
        "malformed pppoed.tag_length: pppoed.tag_length says 65535; 2 bytes are left");
}

TEST_CASE("MPLS labels stack, and what follows them is guessed from its first bits") {
  const Peeled p(macs + "8847 00064640 000c813f" + ip + zeros(10));
  CHECK(p.chain() == "eth:ethertype:mpls:ip:udp:data");
  CHECK(p.value("mpls.label") == "100 200");
  CHECK(p.value("mpls.exp") == "3 0");
  CHECK(p.value("mpls.bottom") == "0 1");
  CHECK(p.value("mpls.ttl") == "64 63");
  CHECK(p.value("eth.padding").empty() ==
        false);  // the packet behind the labels says where it ends
  CHECK(Peeled(macs + "8848 00064740" + ip6).chain() == "eth:ethertype:mpls:ipv6:udp:data");
  CHECK(Peeled(macs + "8847 00064640").problems() ==
        "malformed mpls.bottom: mpls.bottom says that another label follows; the frame ends here");
}

TEST_CASE("ARP says what it is for") {
  const std::string head = macs + "0806 0001 0800 06 04 ";
  const Peeled ask(head + "0001 0a0b0c0d0e0f 0a000001 000000000000 0a000002" + zeros(18));
  CHECK(ask.chain() == "eth:ethertype:arp");
  CHECK(ask.value("arp.src.hw_mac") == "0a:0b:0c:0d:0e:0f");
  CHECK(ask.value("arp.dst.proto_ipv4") == "10.0.0.2");
  CHECK(ask.sentence("arp") == "who has 10.0.0.2? tell 10.0.0.1");
  CHECK(ask.value("eth.padding") == zeros(18));
  CHECK_FALSE(ask.has("arp.isgratuitous"));

  const Peeled probe(head + "0001 0a0b0c0d0e0f 00000000 000000000000 0a000002");
  CHECK(probe.value("arp.isprobe") == "1");
  CHECK(probe.sentence("arp") == "is 10.0.0.2 free?");
  const Peeled announcement(head + "0001 0a0b0c0d0e0f 0a000001 000000000000 0a000001");
  CHECK(announcement.value("arp.isgratuitous") == "1");
  CHECK(announcement.value("arp.isannouncement") == "1");
  const Peeled unasked(head + "0002 0a0b0c0d0e0f 0a000001 ffffffffffff 0a000001");
  CHECK(unasked.has("arp.isgratuitous"));
  CHECK_FALSE(unasked.has("arp.isannouncement"));
  CHECK(unasked.sentence("arp") == "10.0.0.1 is at 0a:0b:0c:0d:0e:0f, unasked");

  const Peeled arcnet(macs + "0806 0007 0800 01 04 0001 01 0a000001 02 0a000002");
  CHECK(arcnet.value("arp.src.hw") == "01");
  CHECK(arcnet.value("arp.dst.proto_ipv4") == "10.0.0.2");

  const Peeled cut(head + "0001 0a0b0c0d0e0f 0a00");
  CHECK(cut.value("arp.src.hw_mac") == "0a:0b:0c:0d:0e:0f");
  CHECK_FALSE(cut.has("arp.src.proto_ipv4"));
  CHECK(
      cut.problems() ==
      "malformed arp.hw.size: arp.hw.size 6 and arp.proto.size 4 make 28 bytes; the frame has 16");
}

TEST_CASE("the ends of a PPP link agree on options") {
  const Peeled ask("ff03c021 01 07 0018 0104 05dc 0305 c223 05 0506 1234abcd 0702 ee03 aa", 9);
  CHECK(ask.chain() == "ppp:lcp");
  CHECK(ask.value("lcp.opt.type") == "1 3 5 7");
  CHECK(ask.value("lcp.opt.mru") == "1500");
  CHECK(ask.value("lcp.opt.auth_protocol") == "0xc223");
  CHECK(ask.value("lcp.opt.algorithm") == "5");
  CHECK(ask.value("lcp.opt.magic_number_bytes") == "05061234abcd");
  CHECK(ask.problems() == "");
  CHECK(ask.sentence("lcp") == "Configure request, number 7");

  const Peeled echo("c021 09 6a 000c a4cbea34 0ee2f609", 9);
  CHECK(echo.value("lcp.magic_number") == "0xa4cbea34");
  CHECK(echo.value("lcp.data") == "0ee2f609");

  CHECK(Peeled("8021 03 01 000a 0306 0a000001", 9).value("ipcp.opt.ip_address") == "10.0.0.1");
  CHECK(Peeled("8057 01 01 000e 010a 0123456789abcdef", 9).value("ipv6cp.interface_identifier") ==
        "0123456789abcdef");
  CHECK(Peeled("c021 01 01 0008 0109 05dc", 9).problems() ==
        "malformed lcp.opt.length: lcp.opt.length says 9; 4 are left");
  CHECK(Peeled("c021 01 01 0002", 9).problems() ==
        "malformed ppp.length: ppp.length says 2; there are 4");
  CHECK(Peeled("0f00 0800" + ip, 104).chain() == "chdlc:ip:udp:data");
}

TEST_CASE("IP over InfiniBand, with and without the header that routers read") {
  const std::string gid = "fe80 0000 0000 0000 0010 e000 664a b451";
  const Peeled plain(zeros(16) + "2fa3000a 80 000550" + gid + "0800 0000" + ip, 242);
  CHECK(plain.chain() == "ipoib:ip:udp:data");
  CHECK(plain.value("ipoib.daddr") == "present");
  CHECK(plain.value("ipoib.daddr.qpn") == "0x000550");
  CHECK(plain.value("ipoib.dgid") == "fe80::10:e000:664a:b451");
  CHECK_FALSE(plain.has("ipoib.grh"));
  CHECK(plain.sentence("ipoib") == "to fe80::10:e000:664a:b451");

  const Peeled routed("6ab54321 00 697665 20010db8000000000000000000000001" + gid + "86dd 0001",
                      242);
  CHECK(routed.value("ipoib.grh.ipver") == "6");
  CHECK(routed.value("ipoib.grh.tclass") == "171");
  CHECK(routed.value("ipoib.grh.flowlabel") == std::to_string(0x54321));
  CHECK(routed.value("ipoib.grh.sqpn") == "0x697665");
  CHECK(routed.value("ipoib.dgid") == "fe80::10:e000:664a:b451");
  CHECK(routed.value("ipoib.reserved") == "0x0001");
  CHECK_FALSE(routed.has("ipoib.daddr"));
  CHECK(routed.sentence("ipoib") == "from 2001:db8::1 to fe80::10:e000:664a:b451");
  CHECK(Peeled("6ab54321 00 697665", 242).problems() ==
        "malformed: the IP over InfiniBand header needs 44 bytes; there are 8");
}

TEST_CASE("ARCNET: two kinds of captures, whole packets and pieces") {
  const Peeled bsd("be 50 f0" + ip, 7);
  CHECK(bsd.chain() == "arcnet:ip:udp:data");
  CHECK(bsd.sentence("arcnet") == "from 0xbe to 0x50");
  const Peeled linux_form("be 00 ed08 f0" + ip, 129);
  CHECK(linux_form.chain() == "arcnet:ip:udp:data");
  CHECK(linux_form.value("arcnet.offset") == "ed08");
  CHECK(linux_form.sentence("arcnet") == "from 0xbe to everybody");

  const Peeled newer("be 50 d4 00 0102" + ip, 7);
  CHECK(newer.chain() == "arcnet:ip:udp:data");
  CHECK(newer.value("arcnet.sequence") == "258");
  const Peeled filled("be 50 d4 ff ffff d4 00 0102" + ip, 7);
  CHECK(filled.chain() == "arcnet:ip:udp:data");
  CHECK(filled.value("arcnet.protID") == "0xd4 0xd4");
  CHECK(filled.value("arcnet.padding") == "0xffff");
  CHECK(filled.value("arcnet.split_flag") == "0");
  // Linux takes the filling away: 255 says here that it is one of many pieces.
  CHECK(Peeled("be 50 0000 d4 ff 0102" + ip, 129).value("arcnet.split_flag") == "255");

  const Peeled first("be 50 d4 03 0102" + ip, 7), third("be 50 d4 04 0102" + ip, 7);
  CHECK(first.chain() == "arcnet:data");
  CHECK(first.sentence("arcnet") == "from 0xbe to 0x50, the first of 3 pieces");
  CHECK(third.sentence("arcnet") == "from 0xbe to 0x50, piece 3");
  CHECK(Peeled("be 50 d4 00 01", 7).problems() ==
        "malformed: the ARCNET header needs more bytes; there are 5");
}
