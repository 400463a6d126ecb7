// Every row of every table: said in full, named once, at a place of its own.
#include <map>
#include <string>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using namespace netpeel;
using field::Field;
using field::Show;

namespace {

// Calls visit(protocol, table, row) for every row that has a name.
template <class Visit>
void for_each_row(Visit visit) {
  const field::Registry& all = test::registry();
  for (u32 id = 0; id < all.size(); ++id) {
    const field::Protocol& p = all[u8(id)];
    for (field::Table table : p.tables) {
      for (const Field& f : table) {
        if (!f.name.empty()) visit(p, table, f);
      }
    }
  }
}

bool is_sentence(std::string_view text) {
  return text.size() > 3 && (text.back() == '.' || text.back() == '?');
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < list.size()) {
    const std::size_t end = std::min(list.find(' ', at), list.size());
    out.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// What kind of constant a person compares the field with.
int kind(Show show) {
  switch (show) {
    case Show::flag:
    case Show::dec:
    case Show::sdec:
    case Show::hex: return 1;
    case Show::time: return 2;
    case Show::seconds: return 3;
    case Show::mac:
    case Show::bytes: return 4;
    default: return 10 + int(show);
  }
}

}  // namespace

TEST_CASE("every protocol and every row is explained") {
  const field::Registry& all = test::registry();
  for (u32 id = 0; id < all.size(); ++id) {
    const field::Protocol& p = all[u8(id)];
    CAPTURE(p.name, p.title);
    CHECK_FALSE(p.name.empty());
    CHECK_FALSE(p.title.empty());
    CHECK_FALSE(p.label.empty());
    CHECK(is_sentence(p.about));
  }
  for_each_row([](const field::Protocol& p, field::Table, const Field& f) {
    CAPTURE(p.name, f.name, f.about);
    CHECK_FALSE(f.title.empty());
    CHECK(is_sentence(f.about));
  });
}

TEST_CASE("rows of one name agree, and names that differ have keys that differ") {
  std::map<u32, std::string_view> by_key;
  std::map<std::string_view, std::pair<int, std::string_view>> kinds;
  for_each_row([&](const field::Protocol& p, field::Table, const Field& f) {
    CAPTURE(p.name, f.name);
    CHECK(f.key == base::fnv32(f.name));
    CHECK(by_key.emplace(f.key, f.name).first->second == f.name);
    if (p.name == "ntp" && f.show == Show::text) return;  // a time that was never set is a word
    const auto first = kinds.emplace(f.name, std::pair{kind(f.show), p.name}).first;
    CAPTURE(first->second.second);
    CHECK(first->second.first == kind(f.show));
  });
  for_each_row([&](const field::Protocol& p, field::Table, const Field& f) {
    for (const std::string& alias : words(f.more.aliases)) {
      CAPTURE(p.name, f.name, alias);
      CHECK_FALSE(alias.empty());
      const auto real = kinds.find(alias);
      if (real != kinds.end()) CHECK(real->second.first == kind(f.show));
    }
  });
}

TEST_CASE("widths fit what is shown, and value tables fit the widths") {
  for_each_row([](const field::Protocol& p, field::Table, const Field& f) {
    CAPTURE(p.name, f.name, f.width);
    const bool number = kind(f.show) <= 3;
    if (f.placed()) {
      CHECK(f.width > 0);
      if (number) CHECK(f.width <= 64);
      if (f.show == Show::mac) CHECK(f.width == 48);
      if (f.show == Show::ipv4) CHECK(f.width == 32);
      if (f.show == Show::ipv6) CHECK(f.width == 128);
      if (!number && f.show != Show::mark) CHECK(f.at % 8 == 0);
    }
    CHECK(f.more.scale > 0);
    u64 last = 0;
    bool first = true;
    for (const field::Value& v : f.more.values) {
      CAPTURE(v.value, v.text);
      CHECK((first || v.value > last));
      CHECK_FALSE(v.text.empty());
      // A DNS header has four bits of a code whose other bits stand in EDNS; one table names them
      // all.
      if (f.width > 0 && f.width < 32 && f.name != "dns.flags.rcode")
        CHECK(v.end() >> f.width == 0);
      last = v.end();
      first = false;
    }
  });
}

TEST_CASE("what is written into a placed row is read from it, and its neighbours stay") {
  base::Random random(20261121);
  for_each_row([&](const field::Protocol& p, field::Table table, const Field& f) {
    if (!f.placed() || f.width > 64) return;
    CAPTURE(p.name, f.name, f.at, f.width);
    std::vector<u8> bytes(field::bytes_of(table));
    REQUIRE(f.end() <= bytes.size() * 8);
    const u64 mask = f.width == 64 ? ~u64(0) : (u64(1) << f.width) - 1;
    for (int round = 0; round < 8; ++round) {
      for (u8& b : bytes) b = u8(random.next());
      const std::vector<u8> before = bytes;
      const u64 value = random.next();
      base::put_bits(bytes.data(), f.at, f.width, value);
      bool same = base::bits(bytes.data(), f.at, f.width) == (value & mask);
      for (u32 bit = 0; bit < bytes.size() * 8; ++bit) {
        if (bit >= f.at && bit < f.end()) continue;
        same = same && base::bits(bytes.data(), bit, 1) == base::bits(before.data(), bit, 1);
      }
      REQUIRE(same);
    }
  });
}
