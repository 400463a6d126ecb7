#include "base/bits.hpp"
#include "base/checksum.hpp"
#include "base/cursor.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::base;

namespace {

std::string written(auto&& write) {
  Text out;
  write(out);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("bits: what is put at any place and width comes back, and neighbours stay") {
  Random random(20261121);
  for (int round = 0; round < 20000; ++round) {
    u8 bytes[24], before[24];
    for (u8& b : bytes) b = u8(random.next());
    std::copy(std::begin(bytes), std::end(bytes), before);
    const u32 width = u32(1 + random.below(64)), at = u32(random.below(24 * 8 - width));
    const u64 value = width == 64 ? random.next() : random.next() & ((u64(1) << width) - 1);
    put_bits(bytes, at, width, value);
    bool neighbours_stayed = true;
    for (u32 bit = 0; bit < 24 * 8; ++bit) {
      if (bit >= at && bit < at + width) continue;
      neighbours_stayed &= bits(bytes, bit, 1) == bits(before, bit, 1);
    }
    if (bits(bytes, at, width) != value || !neighbours_stayed) {
      FAIL("seed 20261121, round " << round << ": at " << at << " width " << width << " value "
                                   << value);
    }
  }
}

TEST_CASE("a cursor's error is sticky and never reads past the end") {
  const u8 bytes[]{1, 2, 3, 4, 5};
  Cursor c(bytes);
  CHECK(c.be16() == 0x0102);
  CHECK(c.be32() == 0);
  CHECK_FALSE(c.ok());
  CHECK(c.u8_() == 0);
  CHECK(c.left() == 0);
  CHECK(c.rest().empty());
  CHECK_FALSE(Cursor(bytes, 6).ok());
  CHECK(Cursor(bytes, 5).ok());
}

TEST_CASE("the Internet checksum: RFC 1071's example, odd lengths, a header that verifies") {
  const u8 example[]{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  CHECK(Checksum().add(example).folded() == 0xddf2);
  const u8 odd[]{0x12, 0x34, 0x56};
  CHECK(Checksum().add(odd).folded() == 0x1234 + 0x5600);
  const u8 header[]{0x45, 0,    0,    0x73, 0, 0, 0x40, 0,    0x40, 0x11,
                    0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,    0xc7};
  CHECK(Checksum().add(header).verifies());
}

TEST_CASE("IPv6 addresses are spelt as RFC 5952 says") {
  const auto spelt = [](std::initializer_list<u16> groups) {
    u8 p[16];
    int i = 0;
    for (u16 g : groups) put_be16(p + 2 * i++, g);
    return written([&](Text& t) { t.ipv6(p); });
  };
  CHECK(spelt({0, 0, 0, 0, 0, 0, 0, 0}) == "::");
  CHECK(spelt({0, 0, 0, 0, 0, 0, 0, 1}) == "::1");
  CHECK(spelt({0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}) == "2001:db8::1:0:0:1");
  CHECK(spelt({0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}) == "2001:db8:0:1:1:1:1:1");
  CHECK(spelt({0xfe80, 0, 0, 0, 0, 0, 0, 0}) == "fe80::");
  CHECK(spelt({1, 0, 0, 2, 0, 0, 0, 3}) == "1:0:0:2::3");
  CHECK(spelt({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201}) == "::ffff:192.0.2.1");
}

TEST_CASE("what reaches a terminal is escaped: controls, line ends, hidden marks, broken UTF-8") {
  const auto shown = [](std::string_view s, std::size_t most = 99) {
    return written([&](Text& t) { t.escaped(s, most); });
  };
  CHECK(shown("plain 100%") == "plain 100%");
  CHECK(shown("a\x1b[31mb\r\n\t\x7f") == "a\\x1b[31mb\\r\\n\\t\\x7f");
  CHECK(shown("back\\slash") == "back\\\\slash");
  CHECK(shown("caf\xc3\xa9") == "caf\xc3\xa9");
  CHECK(shown("x\xe2\x80\xaey") == "x\\u202ey");
  CHECK(shown("\xc2\x9b"
              "1m") == "\\u009b1m");
  CHECK(shown("\xff\xc3") == "\\xff\\xc3");
  CHECK(shown("abcdef", 3) == "abc…");
}

TEST_CASE("a sequence cut short is one replacement, other stray bytes one each") {
  CHECK(utf8_broken("\xff\xff") == 1);
  CHECK(utf8_broken("\x80\x80") == 1);
  CHECK(utf8_broken("\xc3") == 1);
  CHECK(utf8_broken("\xe2\x82") == 2);
  CHECK(utf8_broken("\xe2\x82z") == 2);
  CHECK(utf8_broken("\xe0\x80\x80") == 1);
  CHECK(utf8_broken("\xed\xa0\x80") == 1);
  CHECK(utf8_broken("\xf0\x9f\x98z") == 3);
  CHECK(utf8_broken("\xf0\x9fz") == 2);
  CHECK(utf8_broken("\xf0\x80z") == 1);
  CHECK(utf8_broken("\xf5\x80") == 1);
}

TEST_CASE("UTF-8: shortest forms only, no surrogates, nothing beyond U+10FFFF") {
  CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
  for (const char* bad : {"\xc0\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\x80", "\xe2\x82"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("JSON text is valid whatever the bytes") {
  CHECK(written([](Text& t) { Json(t).text(std::string_view("q\"\\\n\x01\xff\xc3\xa9\0", 9)); }) ==
        "\"q\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\\u0000\"");
  CHECK(written([](Text& t) {
          Json j(t);
          j.open('{').member("a", 1).key("b").open('[');
          j.number(1).number_signed(-2).boolean(true).null().close(']').close('}');
        }) == "{\"a\":1,\"b\":[1,-2,true,null]}");
}

TEST_CASE("JSON text: any byte at any place among plain ones") {
  for (u32 byte = 0; byte < 128; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'a');
      text[at] = char(byte);
      std::string escaped(1, char(byte));
      if (byte == '"' || byte == '\\') escaped = "\\" + escaped;
      if (byte < 0x20 || byte == 0x7f)
        escaped = written([&](Text& t) { t.add("\\u").hex(byte, 4); });
      if (byte == '\n') escaped = "\\n";
      if (byte == '\r') escaped = "\\r";
      if (byte == '\t') escaped = "\\t";
      CHECK(written([&](Text& t) { Json(t).text(text); }) ==
            '"' + std::string(at, 'a') + escaped + std::string(19 - at, 'a') + '"');
    }
  }
}

TEST_CASE("times: the calendar before and after 1970, leap days, extremes") {
  const auto iso = [](i64 ns) { return written([&](Text& t) { t.iso_time(ns); }); };
  CHECK(iso(0) == "1970-01-01T00:00:00.000000000Z");
  CHECK(iso(-1) == "1969-12-31T23:59:59.999999999Z");
  CHECK(iso(1709210096123456789) == "2024-02-29T12:34:56.123456789Z");
  CHECK(iso(INT64_MAX).substr(0, 4) == "2262");
  CHECK(iso(INT64_MIN).substr(0, 4) == "1677");
  CHECK(written([](Text& t) {
          t.seconds(-120000).add(' ').seconds(1500000000).add(' ').seconds(INT64_MIN);
        }) == "-0.000120000 1.500000000 -9223372036.854775808");
}

TEST_CASE("numbers") {
  CHECK(written([](Text& t) {
          t.dec(18446744073709551615u).add(' ').sdec(INT64_MIN).add(' ').dec(7, 3);
          t.add(' ').hex(0).add(' ').hex(0xab, 4).add(' ').bin(5, 4);
        }) == "18446744073709551615 -9223372036854775808 007 0 00ab 0101");
}

TEST_CASE("numbers on both sides of each power") {
  for (u64 power = 1; power <= 10'000'000'000'000'000'000u / 10; power *= 10) {
    for (u64 value : {power - 1, power, power + 1, 10 * power - 1})
      CHECK(written([&](Text& t) { t.dec(value); }) == std::to_string(value));
  }
  for (u32 digits = 1; digits <= 16; ++digits) {
    const u64 most = u64(-1) >> (64 - 4 * digits);
    CHECK(written([&](Text& t) { t.hex(most); }) == std::string(digits, 'f'));
    CHECK(written([&](Text& t) { t.hex(1, digits); }) == std::string(digits - 1, '0') + "1");
  }
}

TEST_CASE("a word of a shell's command") {
  CHECK(shell_quoted("/home/a b/it's") == "'/home/a b/it'\\''s'");
}

TEST_CASE("an error says what was tried, what happened, and what to do") {
  const Error e("open x.pcap", ENOENT, "Check the name.");
  CHECK(std::string(e.what()) == "could not open x.pcap: No such file or directory");
  CHECK(e.advice() == "Check the name.");
  CHECK(e.exit_code() == 3);
}

TEST_CASE("UTF-8 in pieces is judged as it is whole, and refused where nothing could mend it") {
  Random random(6455);
  const std::string_view parts[] = {"a",
                                    "plain text of some length",
                                    "\xc3\xbc",
                                    "\xe2\x82\xac",
                                    "\xf0\x9f\x98\x80",
                                    "\xed\x9f\xbf",
                                    "\xf4\x8f\xbf\xbf"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (u64 n = random.below(6); n > 0; --n) text += parts[random.below(std::size(parts))];
    if (!text.empty() && random.chance(0.5)) text[random.below(text.size())] = char(random.next());
    Utf8Check check;
    bool good = true;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t n = 1 + random.below(text.size() - at);
      good = check.add(as_bytes(std::string_view(text).substr(at, n)));
      at += n;
      // Refused at once where no bytes behind could help, and never before.
      const std::string_view so_far = std::string_view(text).substr(0, at);
      bool mendable = false;
      for (const char* tail : {"", "\x80", "\x80\x80", "\x80\x80\x80", "\x9f\x80\x80", "\x9f\x80",
                               "\xbf\xbf\xbf", "\xbf\xbf"})
        mendable |= is_utf8(std::string(so_far) + tail);
      CHECK(good == mendable);
    }
    CHECK((good && check.whole()) == is_utf8(text));
  }
}
