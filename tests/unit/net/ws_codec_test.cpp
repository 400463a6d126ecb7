// RFC 6455, clause by clause; every case is read whole, byte by byte and in pieces of 2 to 7.
#include "net/ws_codec.hpp"

#include "base/random.hpp"
#include "net/ws_deflate.hpp"
#include "support/catch.hpp"
#include "support/ws_log.hpp"

using namespace netpeel;
using namespace std::string_literals;
using net::WsHead;
using net::WsOpcode;
using net::WsRole;

namespace {

constexpr net::WsMask mask{0x12, 0x00, 0xff, 0x80};
constexpr std::size_t limit = 1000;

std::string from_client(WsOpcode opcode, std::string_view payload, bool fin = true,
                        u8 reserved = 0) {
  return ws_frame(WsHead{opcode, fin, reserved, mask}, payload);
}
std::string from_server(WsOpcode opcode, std::string_view payload, bool fin = true) {
  return ws_frame(WsHead{opcode, fin, 0, {}}, payload);
}
std::string text(std::string_view payload, bool fin = true) {
  return from_client(WsOpcode::text, payload, fin);
}
std::string more(std::string_view payload, bool fin = true) {
  return from_client(WsOpcode::more, payload, fin);
}
// The same frame with other first bytes.
std::string with_first(std::string frame, u8 first) { return frame[0] = char(first), frame; }

net::WsDecoder decoder(WsRole role, bool deflate = false) {
  net::WsDecoder out(role, limit);
  if (deflate) out.inflate_with(std::make_unique<net::WsInflate>(true));
  return out;
}

WsLines read(std::string_view bytes, WsRole role = WsRole::server, bool deflate = false) {
  const WsLines whole = ws_read(decoder(role, deflate), bytes, [](std::size_t n) { return n; });
  for (std::size_t size = 1; size < 8; ++size) {
    INFO("in pieces of " << size);
    CHECK(ws_read(decoder(role, deflate), bytes, [&](std::size_t) { return size; }) == whole);
  }
  return whole;
}
// The one thing that was said.
std::string says(std::string_view bytes, WsRole role = WsRole::server, bool deflate = false) {
  const WsLines lines = read(bytes, role, deflate);
  REQUIRE(lines.size() == 1);
  return lines[0];
}
bool breaks(std::string_view bytes, u16 code, WsRole role = WsRole::server) {
  const std::string line = says(bytes, role);
  return line.starts_with("broken " + std::to_string(code) + " ") && line.size() > 20;
}

}  // namespace

TEST_CASE("a message in one frame is given on where it lies (RFC 6455 §5.6)") {
  std::string bytes = text("hello");
  u8* const begin = static_cast<u8*>(static_cast<void*>(bytes.data()));
  struct Where final : net::WsReceiver {
    const u8* at = nullptr;
    void message(bool, std::span<u8> payload) override { at = payload.data(); }
    void ping(Bytes) override {}
    void pong(Bytes) override {}
    void said_close(u16, std::string_view) override {}
    void broken(u16, std::string_view) override {}
  } where;
  net::WsDecoder(WsRole::server, limit).read({begin, bytes.size()}, where);
  CHECK(where.at == begin + 6);
  CHECK(bytes.substr(6) == "hello");
}

TEST_CASE("text, binary, empty, one behind the other") {
  CHECK(read(text("a") + from_client(WsOpcode::binary, "\x00\xff"s) + text("")) ==
        WsLines{"text a", "binary \x00\xff"s, "text "});
  CHECK(read(from_server(WsOpcode::text, "a") + from_server(WsOpcode::binary, ""),
             WsRole::client) == WsLines{"text a", "binary "});
}

TEST_CASE("lengths of all three forms (§5.2)") {
  net::WsDecoder large(WsRole::server, 100'000);
  for (const std::size_t n : {0, 1, 125, 126, 127, 65'535, 65'536, 70'000}) {
    const std::string payload(n, 'x');
    const std::string frame = text(payload);
    CHECK(frame.size() == n + 6 + (n < 126 ? 0 : n < 65'536 ? 2 : 8));
    CHECK(ws_read(net::WsDecoder(WsRole::server, 100'000), frame,
                  [](std::size_t) { return 999; }) == WsLines{"text " + payload});
  }
}

TEST_CASE("a length in more bytes than it needs, or with its highest bit set (§5.2)") {
  const std::string key(4, '\0');
  CHECK(breaks("\x81\xfe\x00\x7d"s + key + std::string(125, 'x'), 1002));
  CHECK(breaks("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"s + key, 1002));
  CHECK(breaks("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"s + key, 1002));
  CHECK(breaks("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"s + key, 1002));
  CHECK(breaks("\x81\x7e\x00\x05"s
               "hello",
               1002, WsRole::client));
}

TEST_CASE("a client masks, a server does not (§5.1)") {
  CHECK(breaks(from_server(WsOpcode::text, "hello"), 1002));
  CHECK(breaks(from_server(WsOpcode::ping, ""), 1002));
  CHECK(breaks(text("hello"), 1002, WsRole::client));
  CHECK(says(from_server(WsOpcode::text, "hello"), WsRole::client) == "text hello");
}

TEST_CASE("reserved bits and opcodes (§5.2)") {
  for (const u8 bit : {1, 2, 4}) CHECK(breaks(from_client(WsOpcode::text, "x", true, bit), 1002));
  for (const u8 opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CHECK(breaks(with_first(text("x"), u8(0x80 | opcode)), 1002));
    CHECK(breaks(with_first(text("x"), opcode), 1002));
  }
}

TEST_CASE("control frames: whole, short, between the parts of a message (§5.4, §5.5)") {
  const std::string full(125, 'p');
  CHECK(read(from_client(WsOpcode::ping, full) + from_client(WsOpcode::pong, "")) ==
        WsLines{"ping " + full, "pong "});
  for (const WsOpcode opcode : {WsOpcode::ping, WsOpcode::pong, WsOpcode::close}) {
    CHECK(breaks(from_client(opcode, "", false), 1002));
    CHECK(breaks(from_client(opcode, std::string(126, 'x')), 1002));
    CHECK(breaks(from_client(opcode, "", true, 4), 1002));
  }
  CHECK(read(text("one ", false) + from_client(WsOpcode::ping, "?") + more("two ", false) +
             from_client(WsOpcode::pong, "!") + more("three") + text("next")) ==
        WsLines{"ping ?", "pong !", "text one two three", "text next"});
}

TEST_CASE("fragments (§5.4)") {
  CHECK(read(text("", false) + more("", false) + more("") + text("", false) + more("a")) ==
        WsLines{"text ", "text a"});
  CHECK(read(from_client(WsOpcode::binary, "\xff", false) + more("\xfe")) ==
        WsLines{"binary \xff\xfe"});
  CHECK(breaks(more("x"), 1002));
  CHECK(breaks(more("x", false), 1002));
  CHECK(breaks(text("a", false) + text("b"), 1002));
  CHECK(breaks(text("a", false) + from_client(WsOpcode::binary, "b", false), 1002));
  CHECK(read(text("a", false) + more("b") + more("c")).back().starts_with("broken 1002"));
}

TEST_CASE("text is UTF-8, wherever it is cut (§8.1)") {
  const std::string word = "\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80z";
  CHECK(says(text(word)) == "text " + word);
  for (std::size_t cut = 0; cut <= word.size(); ++cut)
    CHECK(says(text(word.substr(0, cut), false) + more(word.substr(cut))) == "text " + word);
  // Nothing, a byte of no sequence, too long, a surrogate, beyond the end, one cut short.
  for (const std::string& bad : {"\xff"s, "\x80"s, "\xc0\xaf"s, "\xe0\x80\xaf"s, "\xed\xa0\x80"s,
                                 "\xf4\x90\x80\x80"s, "\xf8\x88\x80\x80\x80"s, "\xe2\x82"s}) {
    CHECK(breaks(text(bad), 1007));
    CHECK(breaks(text("good " + bad), 1007));
    CHECK(breaks(text("good ", false) + more(bad), 1007));
    CHECK(says(from_client(WsOpcode::binary, bad)) == "binary " + bad);
  }
  // A message begun behind one that ended amid nothing starts afresh.
  CHECK(read(text("\xce\xba") + text("\xce\xba")).size() == 2);
}

TEST_CASE("text that can never become UTF-8 is refused at its first such byte") {
  const auto first_said = [](std::string_view bytes) {
    net::WsDecoder d = decoder(WsRole::server);
    WsLog log;
    std::size_t at = 0;
    for (; at < bytes.size() && log.lines.empty(); ++at) {
      u8 byte = u8(bytes[at]);
      d.read({&byte, 1}, log);
    }
    return at;
  };
  const std::string frame = text("ab\xed\xa0\x80" + std::string(50, 'x'));
  CHECK(first_said(frame) == 6 + 4);  // ed alone might become a character, ed a0 cannot
  CHECK(first_said(text("\xf4\x90", false)) == 6 + 2);
}

TEST_CASE("close frames (§5.5.1, §7.4)") {
  const auto close = [](std::string_view payload) { return from_client(WsOpcode::close, payload); };
  const auto coded = [&](u16 code, std::string_view reason = {}) {
    return close(net::ws_close_payload(code, reason));
  };
  CHECK(says(close("")) == "close 1005 ");
  CHECK(says(coded(1000)) == "close 1000 ");
  CHECK(says(coded(4999, "gr\xc3\xbc\xc3\x9f")) == "close 4999 gr\xc3\xbc\xc3\x9f");
  CHECK(breaks(close("\x03"), 1002));
  CHECK(breaks(close("\x0f"), 1002));  // with any byte behind it this would be a code
  for (const u16 code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999})
    CHECK(says(coded(code)) == "close " + std::to_string(code) + " ");
  const auto raw = [&](u16 code) { return close(std::string{char(code >> 8), char(code & 0xff)}); };
  for (const u16 code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    CHECK(breaks(raw(code), 1002));
  CHECK(breaks(coded(1000, "\xff"), 1007));
  CHECK(breaks(coded(1000, "\xe2\x82"), 1007));
  CHECK(says(coded(1000, std::string(123, 'x'))).size() == 11 + 123);
}

TEST_CASE(
    "behind a close frame, and behind a broken rule, everything is ignored (§5.5.1, §7.1.7)") {
  CHECK(read(from_client(WsOpcode::close, "") + text("x") + with_first(text("x"), 0x8f)) ==
        WsLines{"close 1005 "});
  CHECK(read(more("x") + text("x") + more("x")).size() == 1);
}

TEST_CASE("a message beyond the limit is refused when its length is claimed (1009)") {
  CHECK(says(text(std::string(limit, 'x'))).size() == 5 + limit);
  const std::string head = text(std::string(limit + 1, 'x')).substr(0, 8);
  CHECK(breaks(head, 1009));
  CHECK(breaks("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + std::string(4, '\0'), 1009));
  CHECK(
      breaks(text(std::string(600, 'x'), false) + more(std::string(401, 'x')).substr(0, 8), 1009));
  CHECK(says(text(std::string(600, 'x'), false) + more(std::string(400, 'x'))).size() == 5 + limit);
}

TEST_CASE("compressed messages (RFC 7692 §6)") {
  net::WsDeflate out(15, true);
  const auto packed = [&](std::string_view payload) { return out.message(payload); };
  const std::string one = packed("hello hello hello"), two = packed("hello hello hello");
  CHECK(two.size() < one.size());  // the second leans on the first
  const auto frame = [](std::string_view payload, WsOpcode opcode = WsOpcode::text,
                        bool fin = true) { return from_client(opcode, payload, fin, 4); };
  CHECK(read(frame(one) + text("plain") + frame(two, WsOpcode::binary), WsRole::server, true) ==
        WsLines{"text hello hello hello", "text plain", "binary hello hello hello"});
  CHECK(says(frame(one.substr(0, 3), WsOpcode::text, false) + more(one.substr(3)), WsRole::server,
             true) == "text hello hello hello");
  CHECK(
      says(frame(one.substr(0, one.size() - 2)), WsRole::server, true).starts_with("broken 1007"));
  CHECK(says(frame("\xff\xff\xff"), WsRole::server, true).starts_with("broken 1007"));
  CHECK(says(frame(net::WsDeflate(15, true).message("\xed\xa0\x80")), WsRole::server, true)
            .starts_with("broken 1007"));
  CHECK(says(frame(net::WsDeflate(15, true).message("")), WsRole::server, true) == "text ");
  CHECK(says(text("a", false) + from_client(WsOpcode::more, one, true, 4), WsRole::server, true)
            .starts_with("broken 1002"));
  CHECK(says(frame(one)).starts_with("broken 1002"));  // not agreed
}

TEST_CASE("a small message that inflates to a large one stops at the limit (1009)") {
  const auto zeros = [](std::size_t n) {
    net::WsDeflate out(15, true);
    return from_client(WsOpcode::binary, out.message(std::string(n, '\0')), true, 4);
  };
  CHECK(says(zeros(limit), WsRole::server, true) == "binary " + std::string(limit, '\0'));
  CHECK(says(zeros(limit + 1), WsRole::server, true).starts_with("broken 1009"));
  CHECK(says(zeros(50'000'000), WsRole::server, true).starts_with("broken 1009"));
}

TEST_CASE("a reason is cut to what fits, between two characters") {
  const std::string reason = std::string(122, 'x') + "\xc3\xbc";
  CHECK(net::ws_close_payload(1000, reason) == "\x03\xe8" + std::string(122, 'x'));
  CHECK(net::ws_close_payload(1005, "nothing").empty());
}

TEST_CASE("masks: byte by byte and eight at a time agree") {
  base::Random random(7);
  for (std::size_t n = 0; n < 40; ++n) {
    for (std::size_t at = 0; at < 5; ++at) {
      std::vector<u8> bytes(n);
      for (u8& b : bytes) b = u8(random.next());
      std::vector<u8> wanted = bytes;
      for (std::size_t i = 0; i < n; ++i) wanted[i] = u8(wanted[i] ^ mask[(at + i) % 4]);
      net::ws_mask(bytes, mask, at);
      CHECK(bytes == wanted);
    }
  }
  CHECK(net::ws_random_mask() != net::ws_random_mask());
}

TEST_CASE("any cut of any frames gives the same calls") {
  base::Random random(20261121);
  net::WsDeflate packer(12, true);
  const WsOpcode kinds[] = {WsOpcode::text, WsOpcode::binary, WsOpcode::more,
                            WsOpcode::ping, WsOpcode::pong,   WsOpcode::close};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (u64 n = 1 + random.below(6); n > 0; --n) {
      // Mostly what may be: closing, and rules broken, are rare.
      const WsOpcode opcode = kinds[random.below(random.chance(0.05) ? 6 : 5)];
      std::string payload;
      const std::size_t size = random.chance(0.1) ? random.below(400) : random.below(12);
      while (payload.size() < size) payload += random.chance(0.2) ? "\xe2\x82\xac" : "ab";
      if (random.chance(0.03)) payload += char(random.next());
      const bool compressed =
          random.chance(0.3) && opcode <= WsOpcode::binary && opcode != WsOpcode::more;
      if (compressed) payload = packer.message(payload);
      bytes += from_client(opcode, payload, random.chance(0.7), compressed ? 4 : 0);
      if (random.chance(0.02)) bytes[random.below(bytes.size())] = char(random.next());
    }
    const WsLines whole =
        ws_read(decoder(WsRole::server, true), bytes, [](std::size_t n) { return n; });
    INFO("round " << round);
    CHECK(ws_read(decoder(WsRole::server, true), bytes, [](std::size_t) { return 1; }) == whole);
    CHECK(ws_read(decoder(WsRole::server, true), bytes,
                  [&](std::size_t n) { return 1 + random.below(n); }) == whole);
  }
}
