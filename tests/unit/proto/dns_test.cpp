#include "support/catch.hpp"
#include "support/peel.hpp"

#include "proto/app/dns.hpp"

using netpeel::test::Peeled;
using netpeel::test::unhex;

namespace {

using namespace netpeel;  // NOLINT: a test

// Ethernet, IPv4, UDP from that port, and the message in hex.
std::vector<u8> datagram(std::string_view message, u16 from = 40000, u16 to = 53) {
  const std::vector<u8> dns = unhex(message);
  std::vector<u8> out = unhex("010203040506 060504030201 0800  45000000 0001 0000 4011 0000 "
                              "c0000201 c0000202  00000000 0000 0000");
  base::put_be16(&out[16], 28 + dns.size());
  base::put_be16(&out[34], from);
  base::put_be16(&out[36], to);
  base::put_be16(&out[38], 8 + dns.size());
  out.insert(out.end(), dns.begin(), dns.end());
  return out;
}

// example.com, at byte 12 of a message with one question
constexpr std::string_view name = "076578616d706c6503636f6d00 ";
std::string question(std::string_view type = "0001") {
  return std::string(name) + std::string(type) + " 0001 ";
}
std::string answer(std::string_view records, std::string_view count = "0001",
                   std::string_view type = "0001") {
  return "1234 8180 0001 " + std::string(count) + " 0000 0000 " + question(type) +
         std::string(records);
}
std::string asked(std::string_view qname, std::string_view behind = "") {
  return "1234 0100 0001 0000 0000 0000 " + std::string(qname) + " 0001 0001 " +
         std::string(behind);
}

}  // namespace

TEST_CASE("a DNS question shows its name, type and class, and what it asks in words") {
  const Peeled p(datagram("fba6 0100 0001 0000 0000 0000 " + question()));
  CHECK(p.chain() == "eth:ethertype:ip:udp:dns");
  CHECK(p.value("dns.id") == "0xfba6");
  CHECK(p.value("dns.flags.recdesired") == "1");
  CHECK_FALSE(p.has("dns.flags.rcode"));
  CHECK(p.value("dns.qry.name") == "example.com");
  CHECK(p.value("dns.qry.name.len") == "11");
  CHECK(p.value("dns.count.labels") == "2");
  CHECK(p.value("dns.qry.type") == "1");
  CHECK(p.value("dns.qry.class") == "0x0001");
  CHECK(p.sentence("dns") == "asks for the IPv4 address of example.com");
  CHECK(p.problems().empty());
}

TEST_CASE("an answer's records stand under one line each, in wire order") {
  const Peeled p(datagram(answer(
      "c00c 0005 0001 0000003c 0006 03777777c00c  03777777c00c 0001 0001 0000003c 0004 5db8d822",
      "0002")));
  CHECK(p.value("dns.resp.name") == "example.com www.example.com");
  CHECK(p.value("dns.cname") == "www.example.com");
  CHECK(p.value("dns.a") == "93.184.216.34");
  CHECK(p.value("dns.resp.ttl") == "60 60");
  CHECK(p.value("") == "example.com A example.com CNAME www.example.com A");
  CHECK(p.sentence("dns") == "answers example.com: 93.184.216.34 (and 1 more)");
  CHECK(p.problems().empty());
  const std::vector<std::string> lines = p.lines();
  CHECK(lines.back() ==
        "  dns.a @" + std::to_string((42 + 29 + 18 + 16) * 8) + "+32 = 93.184.216.34");
}

TEST_CASE("what went wrong, and who said so, is told in words") {
  CHECK(Peeled(datagram("1234 8183 0001 0000 0000 0000 " + question())).sentence("dns") ==
        "no such name: example.com");
  CHECK(Peeled(datagram("1234 8182 0001 0000 0000 0000 " + question())).sentence("dns") ==
        "the server failed: example.com");
  CHECK(Peeled(datagram("1234 8180 0001 0000 0000 0000 " + question("001c"))).sentence("dns") ==
        "there is no answer to the IPv6 address of example.com");
  CHECK(Peeled(datagram("1234 8380 0001 0000 0000 0000 " + question("0010"))).sentence("dns") ==
        "there is no answer to the texts of example.com, too long for UDP: to be asked again over "
        "TCP");
  CHECK(Peeled(datagram("1234 8000 0001 0000 0001 0000 " + question() +
                        "c00c 0002 0001 00000e10 0006 026e73c00c 00"))
            .sentence("dns") == "does not know, but names who does: example.com");
  CHECK(Peeled(datagram(asked("023334 03323136 03313834 023933 07696e2d61646472 0461727061 00")))
            .value("dns.qry.name") == "34.216.184.93.in-addr.arpa");
  CHECK(Peeled(datagram("1234 0100 0001 0000 0000 0000 023334 03323136 03313834 023933 "
                        "07696e2d61646472 0461727061 00 000c 0001"))
            .sentence("dns") == "asks for the name of 93.184.216.34");
  CHECK(Peeled(datagram("1234 0100 0001 0000 0000 0000 " + question("0041"))).sentence("dns") ==
        "asks how to reach the web site example.com");
}

TEST_CASE("an update calls the four parts otherwise") {
  const Peeled p(datagram("1234 2800 0001 0000 0001 0000 " + question("0006") +
                          "c00c 0001 00ff 00000000 0000"));
  CHECK(p.value("dns.count.zones") == "1");
  CHECK(p.value("dns.count.updates") == "1");
  CHECK_FALSE(p.has("dns.count.queries"));
  CHECK(p.value("dns.count.add_rr") == "0");
  CHECK_FALSE(p.has("dns.a"));
  CHECK(p.sentence("dns") == "changes records of zone example.com");
  CHECK(p.problems().empty());
}

TEST_CASE("mDNS reads the class's top bit as a flag, LLMNR has flags of its own") {
  const Peeled q(
      datagram("0000 0000 0001 0000 0000 0000 " + std::string(name) + "0001 8001", 5353, 5353));
  CHECK(q.chain() == "eth:ethertype:ip:udp:mdns");
  CHECK(q.value("dns.qry.qu") == "1");
  CHECK(q.value("dns.qry.class") == "0x0001");
  CHECK(q.sentence("mdns") == "asks everyone here for the IPv4 address of example.com");
  const Peeled r(datagram("0000 8400 0000 0001 0000 0000 " + std::string(name) +
                              "0001 8001 00000078 0004 0a000001",
                          5353, 5353));
  CHECK(r.value("dns.resp.cache_flush") == "1");
  CHECK(r.value("dns.resp.class") == "0x0001");
  CHECK(r.sentence("mdns") == "announces example.com: 10.0.0.1");
  const Peeled l(datagram("0000 0500 0001 0000 0000 0000 " + question(), 50000, 5355));
  CHECK(l.chain() == "eth:ethertype:ip:udp:llmnr");
  CHECK(l.value("dns.flags.conflict") == "1");
  CHECK(l.value("dns.flags.tentative") == "1");
  CHECK_FALSE(l.has("dns.flags.recdesired"));
}

TEST_CASE("EDNS: the fixed part means other things, and options are taken apart") {
  const Peeled p(datagram(
      "1234 0100 0001 0000 0000 0001 " + question() +
      "00 0029 04d0 00 00 8000 0017  0008 0007 0001 18 00 c00002  000a 0008 0102030405060708"));
  CHECK(p.value("dns.rr.udp_payload_size") == "1232");
  CHECK(p.value("dns.resp.z.do") == "1");
  CHECK(p.value("dns.opt.code") == "8 10");
  CHECK(p.value("dns.opt.client.addr4") == "192.0.2.0");
  CHECK(p.value("dns.opt.client.netmask") == "24");
  CHECK(p.value("dns.opt.cookie.client") == "0102030405060708");
  CHECK(p.value("dns.opt.cookie.server").empty());
  CHECK(p.value("dns.resp.name") == "<Root>");
  CHECK(p.problems().empty());
}

TEST_CASE("HTTPS records tell how to connect") {
  const Peeled p(datagram(answer("c00c 0041 0001 0000012c 0025  0001 00  0001 0006 02683302 6832  "
                                 "0003 0002 20fb  0004 0004 c0000201 0005 0002 abcd 0000 0000",
                                 "0001", "0041")));
  CHECK(p.value("dns.svcb.targetname") == "<Root>");
  CHECK(p.value("dns.svcb.svcparam.alpn") == "h3 h2");
  CHECK(p.value("dns.svcb.svcparam.port") == "8443");
  CHECK(p.value("dns.svcb.svcparam.ipv4hint.ip") == "192.0.2.1");
  CHECK(p.value("dns.svcb.svcparam.echconfig") == "abcd");
  CHECK(p.problems().empty());
}

TEST_CASE("signatures, hashed names and key tags") {
  const Peeled p(datagram(answer(
      "c00c 0032 0001 00000e10 000f 01 01 000c 01 aa 05 0001020304 00 01 40", "0001", "0032")));
  CHECK(p.value("dns.nsec3.flags.opt_out") == "1");
  CHECK(p.value("dns.nsec3.hash_value") == "000g40o4");
  CHECK(p.value("dns.resp.type") == "50 1");
  const Peeled s(datagram(
      answer("c00c 002e 0001 00000e10 0016 0001 08 02 00000e10 6553f100 5f5e1000 1267 00 0102 03",
             "0001", "0032")));
  CHECK(s.value("dns.rrsig.signature_expiration") == "2023-11-14T22:13:20.000000000Z");
  CHECK(s.value("dns.rrsig.signers_name") == "<Root>");
  CHECK(s.value("dns.rrsig.signature") == "010203");
}

TEST_CASE("an SRV record's name says which service, over what, and whose") {
  const Peeled p(datagram("1234 8400 0000 0001 0000 0000  0a 4d79205072696e746572 04 5f697070 04 "
                          "5f746370 05 6c6f63616c 00 0021 0001 00000078 0008 0000 0000 0277 00 00",
                          5353, 5353));
  CHECK(p.value("dns.srv.service") == "My Printer");
  CHECK(p.value("dns.srv.proto") == "_ipp");
  CHECK(p.value("dns.srv.name") == "_tcp.local");
  CHECK(p.value("dns.srv.port") == "631");
  CHECK(p.problems() == "unusual dns.resp.len: 1 byte is left over in the record");
}

// ---- What other libraries got wrong: circles, pointers out of range, names past the end ----

TEST_CASE("pointers that lead in a circle end, and cost one name") {
  for (const char* loop : {"c00c", "0161c00c", "c00e c00c"}) {
    const Peeled p(datagram(asked(loop)));
    CHECK(p.value("dns.qry.name") == "<Name contains a pointer that loops>");
    CHECK(p.problems().find("malformed dns.qry.name: the name's pointers lead in a circle") !=
          std::string::npos);
  }
  const Peeled p(datagram(answer(
      "c01d 0001 0001 0000003c 0004 0a000001  c00c 0001 0001 0000003c 0004 0a000002", "0002")));
  CHECK(p.value("dns.a") == "10.0.0.1 10.0.0.2");
  CHECK(p.value("dns.resp.name") == "<Name contains a pointer that loops> example.com");
}

TEST_CASE("a pointer out of range costs that name; what stands behind it is still read") {
  const Peeled p(datagram(answer("c3ff 0001 0001 0000003c 0004 0a000001  c00c 0005 0001 0000003c "
                                 "0002 ffff  c00c 0001 0001 0000003c 0004 0a000002",
                                 "0003")));
  CHECK(p.value("dns.a") == "10.0.0.1 10.0.0.2");
  CHECK(p.problems() ==
        "malformed dns.resp.name: the name points to a place where it cannot be read to its end\n"
        "malformed dns.cname: the name points to a place where it cannot be read to its end");
}

TEST_CASE("a name past the end of the message is shown as far as it goes") {
  const Peeled p(datagram("1234 0100 0001 0000 0000 0000 03777777 3f6578616d"));
  CHECK(p.value("dns.qry.name") == "www");
  CHECK(p.problems() == "malformed dns.qry.name: the name goes on past the end of its bytes");
  CHECK(p.sentence("dns") == "a question that cannot be read");
  // The same where the capture cut it: nobody's fault.
  const std::vector<u8> whole =
      datagram("1234 0100 0001 0000 0000 0000 03777777 076578616d706c6503636f6d00 0001 0001");
  const Peeled cut(std::vector<u8>(whole.begin(), whole.end() - 12), 1, {}, u32(whole.size()));
  CHECK(cut.problems().find("truncated: the capture ended before the DNS message did") !=
        std::string::npos);
  CHECK(cut.problems().find("malformed") == std::string::npos);
}

TEST_CASE("a name inside a record may not run into the next record") {
  const Peeled p(datagram(answer(
      "c00c 0005 0001 0000003c 0004 07657861  c00c 0001 0001 0000003c 0004 0a000002", "0002")));
  CHECK(p.value("dns.a") == "10.0.0.2");
  CHECK(p.problems() == "malformed dns.cname: the name goes on past the end of its bytes");
}

TEST_CASE("pointers forward and labels of unknown kinds are malformed") {
  const Peeled forward(datagram(asked("c012", "07666f7277617264 00")));
  CHECK(forward.value("dns.qry.name") == "forward");
  CHECK(forward.problems().find("malformed dns.qry.name: the name points forward") !=
        std::string::npos);
  CHECK(forward.value("dns.extraneous.length") == "9");
  const Peeled kind(datagram(asked("0161 8020")));
  CHECK(kind.value("dns.qry.name") == "a");
  CHECK(kind.problems() ==
        "malformed dns.qry.name: a part of the name is neither text nor a pointer");
}

TEST_CASE("a name has at most 253 characters, also through pointers") {
  const std::string label = "3f" + std::string(126, '6');
  const Peeled fits(datagram(asked(label + label + label + "3d" + std::string(122, '6') + "00")));
  CHECK(fits.value("dns.qry.name.len") == "253");
  CHECK(fits.problems().empty());
  const Peeled over(datagram(asked(label + label + label + "3e" + std::string(124, '6') + "00")));
  CHECK(over.value("dns.qry.name") == "<Name too long>");
  CHECK(over.value("dns.qry.type") == "1");  // how much room it takes is known all the same
  CHECK(over.problems() ==
        "malformed dns.qry.name: the name is longer than the 255 bytes that a name may have");
}

TEST_CASE("control characters in names are shown as escapes, never raw") {
  const Peeled p(datagram(asked("07 1b5b33316d0a00 00")));
  CHECK(p.value("dns.qry.name") == "\\033[31m\\n\\000");
  CHECK(p.value("dns.qry.name.len") == "7");
  CHECK(p.sentence("dns").find('\x1b') == std::string::npos);
}

TEST_CASE("lengths and counts that lie are named") {
  CHECK(Peeled(datagram(answer("c00c 0001 0001 0000003c 0003 0a0000"))).problems() ==
        "malformed dns.resp.len: dns.resp.len says 3, which is too little for this A record");
  CHECK(Peeled(datagram(answer("c00c 0001 0001 0000003c 0009 0a000001"))).problems() ==
        "malformed dns.resp.len: dns.resp.len says 9; the message has 4 left");
  CHECK(Peeled(datagram(answer("", "0003"))).problems() ==
        "malformed dns.count.answers: dns.count.answers says 3; the message ends after 0");
  CHECK(Peeled(datagram("1234 0100 0001 0000 0000 0001 " + question() +
                        "00 0029 04d0 00 00 0000 0006 000a 0009 0102"))
            .problems() == "malformed dns.opt.len: dns.opt.len says 9; the record has 2 left");
  CHECK(Peeled(datagram("1234 0100 00"))
            .problems()
            .find("the Domain Name System header needs 12 bytes; there are 5") !=
        std::string::npos);
}

TEST_CASE("every cut of a message with all kinds of records is survived") {
  const auto record = [](const char* type, std::string_view data) {
    base::Text out;
    out.add("c00c").add(type).add("0001 00000e10").hex(unhex(data).size(), 4).add(data);
    return std::string(out.view());
  };
  const std::string all = answer(
      record("0006", "026e73c00c 0561646d696ec00c 00000001 00000002 00000003 00000004 00000005") +
          record("0023", "0064 000a 0155 03534950 00 c00c") +
          record("0032", "01 01 000c 01 aa 05 0001020304 00 01 40") +
          record("0037", "02 02 0002 abcd 0102 c00cc00c") +
          record("00fa", "00 00006553f100 012c 0002 abcd 1234 0000 0001 ff") +
          record("002a", "0001 18 03 0a0102") +
          record("0041", "0001 00 0001 0003 026832 0004 0004 c0000201") +
          record("0030", "0101 03 08 01020304") + record("0101", "80 05 6973737565 6361") +
          record("0029", "0008 0006 0002 18 00 2001 000b 0000"),
      "000a");
  const std::vector<u8> whole = datagram(all);
  REQUIRE(Peeled(whole).problems().empty());
  for (std::size_t n = 42; n < whole.size(); ++n) {
    for (const bool captured : {false, true}) {
      std::vector<u8> part(whole.begin(), whole.begin() + std::ptrdiff_t(n));
      if (!captured) {
        base::put_be16(&part[16], n - 14);
        base::put_be16(&part[38], n - 34);
      }
      const Peeled p(part, 1, {}, captured ? u32(whole.size()) : 0);
      (void)p.sentence("dns");
      if (captured) {
        INFO(n);
        CHECK(p.problems().find("malformed") == std::string::npos);
      }
    }
  }
}
