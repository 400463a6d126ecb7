// Line, tree, hex, diagram and columns of the same packet.
#include "base/random.hpp"
#include "print.hpp"
#include "support/catch.hpp"
#include "view/columns.hpp"
#include "view/diagram.hpp"
#include "view/hexdump.hpp"
#include "view/line.hpp"
#include "view/tree.hpp"
#include "view/value.hpp"

using namespace netpeel;
using namespace netpeel::test;

TEST_CASE("a line says who, to whom, what") {
  view::Lines lines(look(), view::Clockwork::relative);
  CHECK(printed(lines, Peeled(hey)) ==
        "    1    0.000000  10.0.0.1:12345 → 10.0.0.2:7007  UDP   4 bytes\n");
}

TEST_CASE("times count from what was asked, also backwards") {
  Peeled p(hey);
  p.packet.frame.time = 1'500'000'000;
  p.packet.first_time = 1'000'000'000;
  p.packet.previous_shown_time = 2'000'001'000;
  view::Lines relative(look(), view::Clockwork::relative), delta(look(), view::Clockwork::delta),
      epoch(look(), view::Clockwork::epoch);
  CHECK(holds(printed(relative, p), "    0.500000  "));
  CHECK(holds(printed(delta, p), "   -0.500001  "));
  CHECK(holds(printed(epoch, p), "    1.500000  "));
}

TEST_CASE("IPv6 addresses stand in brackets before a port") {
  view::Lines lines(look(), view::Clockwork::relative);
  const Peeled p("010203040506 060504030201 86dd 6000000000081140 20010db8000000000000000000000001 "
                 "20010db8000000000000000000000002 3039 1b5f 0008 0000");
  CHECK(holds(printed(lines, p), "[2001:db8::1]:12345 → [2001:db8::2]:7007"));
}

TEST_CASE("a problem is marked in words") {
  view::Lines lines(look(), view::Clockwork::relative);
  CHECK(holds(printed(lines, Peeled("010203040506 060504030201 0800 4500001f0001400040110000 "
                                    "7f000001 7f000001 3039 1b5f 00ff 0000 686579")),
              "[malformed: udp.length says 255; IP leaves 11]"));
}

TEST_CASE("a line tells what was carried, not the carrier that goes on behind it") {
  // A WebSocket message with an event in it, and a ping behind.
  Peeled p("010203040506 060504030201 0800 4500003600014000400600000a0000010a000002"
           "3039 1b5f 00000001 00000002 5018 01f6 0000 0000 810a34325b226869222c315d 8900");
  const auto add = [&](std::string_view name, u32 at, u16 header, u32 body) {
    p.packet.layers[p.packet.depth++] = {
        .proto = registry().protocol(name), .header = header, .at = at, .body = body};
  };
  p.packet.depth = 3;
  add("websocket", 54, 2, 10);
  add("eio", 56, 1, 9);
  add("sio", 57, 9, 0);
  add("websocket", 66, 2, 0);
  view::Lines lines(look(), view::Clockwork::relative);
  CHECK(holds(printed(lines, p), "Socket.IO  event \"hi\" with 1 argument\n"));
}

TEST_CASE("the tree names layers by the chosen model, draws bits and brackets what is computed") {
  view::Tree osi(look());
  const std::string text = printed(osi, Peeled(hey));
  CHECK(holds(text, "Layer 3 Network       Internet Protocol Version 4"));
  CHECK(holds(text, "    Protocol: UDP (17)"));
  CHECK(holds(text, "    0100 .... = Version: 4"));
  CHECK(holds(text, ".1.. .... = Don't fragment: set"));
  CHECK(holds(text, "[Checksum status: "));
  view::Look internet = look();
  internet.tcpip = true;
  view::Tree tcpip(internet);
  CHECK(holds(printed(tcpip, Peeled(hey)), "Layer 2 Internet      Internet Protocol Version 4"));
}

TEST_CASE("what the tree remembers of other packets changes nothing") {
  const std::vector<u8> tcp =
      unhex("010203040506 060504030201 0800 4500002c000140004006 0000 0a000001 0a000002"
            "3039 1b5f 00000001 00000002 5018 01f6 0000 0000 6865790a");
  base::Random random(19);
  view::Tree experienced(look());
  std::vector<u8> bytes = tcp;
  for (int round = 0; round < 2000; ++round) {
    if (round % 8 == 0) bytes = tcp;
    bytes[random.below(tcp.size())] ^= u8(1u << random.below(8));
    const std::size_t size = random.chance(0.2) ? random.below(tcp.size()) : tcp.size();
    const Peeled p(std::vector<u8>(bytes.begin(), bytes.begin() + std::ptrdiff_t(size)));
    view::Tree fresh(look());
    INFO("round " << round);
    REQUIRE(printed(experienced, p) == printed(fresh, p));
  }
}

TEST_CASE("every byte of the dump is marked with its field") {
  view::HexDump hex(look());
  const std::string text = printed(hex, Peeled(hey));
  CHECK(text == "Frame 1: 46 bytes\n"
                "0000  01 02 03 04 05 06 06 05  04 03 02 01 08 00 45 00  ..............E.\n"
                "      a~~~~~~~~~~~~~~~~ b~~~~~~~~~~~~~~~~~ c~~~~ d~ e~\n"
                "      a eth.dst  b eth.src  c eth.type  d ip.version ip.hdr_len  e ip.dsfield\n"
                "0010  00 20 00 01 40 00 40 11  00 00 0a 00 00 01 0a 00  . ..@.@.........\n"
                "      f~~~~ g~~~~ h~~~~ i~ j~  k~~~~ l~~~~~~~~~~ m~~~~\n"
                "      f ip.len  g ip.id  h ip.flags ip.frag_offset  i ip.ttl  j ip.proto\n"
                "      k ip.checksum  l ip.src  m ip.dst\n"
                "0020  00 02 30 39 1b 5f 00 0c  00 00 68 65 79 0a        ..09._....hey.\n"
                "      m~~~~ n~~~~ o~~~~ p~~~~  q~~~~ r~~~~~~~~~~\n"
                "      m ip.dst  n udp.srcport  o udp.dstport  p udp.length  q udp.checksum\n"
                "      r data.data\n"
                "\n");
}

TEST_CASE("the diagram of a header is the RFC's, with this packet's values") {
  view::Look transport = look();
  transport.only = 4;
  view::Diagram diagram(transport);
  CHECK(printed(diagram, Peeled(hey)) ==
        "Frame 1\n"
        "Layer 4 Transport: User Datagram Protocol, bytes 34-41\n"
        "       0                   1                   2                   3\n"
        "       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
        "      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n"
        "    0 |          Source port          |       Destination port        |\n"
        "      |             12345             |             7007              |\n"
        "      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n"
        "    4 |            Length             |           Checksum            |\n"
        "      |              12               |            0x0000             |\n"
        "      +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n"
        "\n");
}

TEST_CASE("no line of a diagram or a dump is wider than 80 columns") {
  const std::vector<u8> whole = unhex(hey);
  view::Diagram diagram(look());
  view::HexDump hex(look());
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const Peeled p(std::vector<u8>(whole.begin(), whole.begin() + std::ptrdiff_t(n)));
    std::string text = printed(diagram, p) + printed(hex, p);
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
      INFO(rest.substr(0, end));
      CHECK((view::columns(rest.substr(0, end)) <= 80 || rest.starts_with("! ")));
      rest.remove_prefix(end + 1);
    }
  }
}

TEST_CASE("long bytes keep their first and last rows in a diagram") {
  view::Look application = look();
  application.only = 7;
  view::Diagram diagram(application);
  std::string datagram = "010203040506 060504030201 0800 45000058 00014000 40110000 0a000001 "
                         "0a000002 3039 1b5f 0044 0000";
  for (int i = 0; i < 60; ++i) datagram += "61";
  const std::string text = printed(diagram, Peeled(datagram));
  CHECK(holds(text, "… 52 more bytes …"));
  CHECK(holds(text, "   56 |"));
}

TEST_CASE("text and payload bytes reach no terminal unescaped") {
  const Peeled p("010203040506 060504030201 0800 45000020 00014000 40110000 0a000001 0a000002 3039 "
                 "1b5f 000c 0000 1b5d300a");
  view::Look all = look();
  all.payload = true;
  view::Lines lines(all, view::Clockwork::relative);
  view::Tree tree(all);
  view::HexDump hex(all);
  view::Diagram diagram(all);
  for (view::Printer* printer :
       std::initializer_list<view::Printer*>{&lines, &tree, &hex, &diagram}) {
    CHECK_FALSE(holds(printed(*printer, p), "\x1b"));
  }
}

TEST_CASE("columns print chosen fields as tshark does") {
  view::Columns columns(
      look(), {"frame.number", "ip.src", "ip.addr", "udp.port", "eth.type", "arp.opcode", "udp"},
      {});
  CHECK(printed(columns, Peeled(hey)) ==
        "1\t10.0.0.1\t10.0.0.1,10.0.0.2\t12345,7007\t0x0800\t\tUser Datagram Protocol\n");
  CHECK(view::Columns::unknown(registry(), {"ip.src", "ip.scr"}) == "ip.scr");
}

TEST_CASE("columns follow -E") {
  const auto style = view::column_style("header=y,separator=,,occurrence=l,quote=d", {});
  REQUIRE(style);
  view::Columns columns(look(), {"ip.addr", "udp.dstport"}, *style);
  base::Text out;
  columns.begin(out);
  CHECK(out.view() == "ip.addr,udp.dstport\n");
  CHECK(printed(columns, Peeled(hey)) == "\"10.0.0.2\",\"7007\"\n");
  const auto first = view::column_style("occurrence=f", {});
  REQUIRE(first);
  view::Columns firsts(look(), {"ip.addr", "eth.addr"}, *first);
  CHECK(printed(firsts, Peeled(hey)) == "10.0.0.1\t01:02:03:04:05:06\n");
  CHECK_FALSE(view::column_style("header=maybe", {}));
  CHECK_FALSE(view::column_style("colour=y", {}));
  CHECK_FALSE(view::column_style("separator", {}));
}
