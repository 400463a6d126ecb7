#include "view/jsonl.hpp"

#include "print.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::test;

namespace {

// What every line must be: one object, no repeated keys, no raw control characters. A small reader
// of our own, as the project's own writer cannot judge itself.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool line() {
    const bool good = value() && at_ + 1 == text_.size() && text_[at_] == '\n';
    return good;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool eat(char c) { return peek() == c ? (++at_, true) : false; }
  bool string(std::string* to = nullptr) {
    if (!eat('"')) return false;
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (u8(text_[at_]) < 0x20) return false;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (to != nullptr) *to = text_.substr(from, at_ - from);
    return eat('"');
  }
  bool value() {
    if (peek() == '"') return string();
    if (eat('[')) {
      if (eat(']')) return true;
      do {
        if (!value()) return false;
      } while (eat(','));
      return eat(']');
    }
    if (eat('{')) {
      std::vector<std::string> keys;
      if (eat('}')) return true;
      do {
        std::string key;
        if (!string(&key) || std::find(keys.begin(), keys.end(), key) != keys.end() || !eat(':') ||
            !value())
          return false;
        keys.push_back(key);
      } while (eat(','));
      return eat('}');
    }
    const std::size_t from = at_;
    while (at_ < text_.size() &&
           (isalnum(u8(text_[at_])) != 0 || text_[at_] == '-' || text_[at_] == '.'))
      ++at_;
    return at_ > from;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("JSON has frame.* on top and layers in wire order") {
  view::JsonLines json(look());
  const std::string line = printed(json, Peeled(hey));
  CHECK(Reader(line).line());
  CHECK(holds(line, "\"frame.number\":1,"));
  CHECK(holds(line, "\"frame.protocols\":\"eth:ethertype:ip:udp:data\",\"layers\":[{\"proto\":"
                    "\"eth\",\"offset\":0,\"len\":14,"));
  CHECK(holds(line, "\"ip.hdr_len\":20"));
  CHECK(holds(line, "\"ip.flags.df\":true"));
  CHECK(
      holds(line, "{\"proto\":\"data\",\"offset\":42,\"len\":4,\"fields\":{\"data.len\":4}}]}\n"));
}

TEST_CASE("a repeated name is an array") {
  view::JsonLines json(look());
  const std::string line = printed(json, Peeled(hey));
  CHECK(holds(line, "\"eth.addr\":[\"01:02:03:04:05:06\",\"06:05:04:03:02:01\"]}"));
}

TEST_CASE("payload comes when asked for, and one layer alone when asked for") {
  view::Look with = look();
  with.payload = true;
  view::JsonLines json(with);
  CHECK(holds(printed(json, Peeled(hey)), "\"udp.payload\":\"6865790a\""));
  view::Look four = look();
  four.only = 4;
  view::JsonLines transport(four);
  const std::string line = printed(transport, Peeled(hey));
  CHECK(Reader(line).line());
  CHECK(holds(line, "\"layers\":[{\"proto\":\"udp\""));
  CHECK_FALSE(holds(line, "\"proto\":\"ip\""));
}

TEST_CASE("problems stand on their layer") {
  view::JsonLines json(look());
  Peeled lie("010203040506 060504030201 0800  4500001f0001400040110000 7f000001 7f000001 3039 1b5f "
             "00ff 0000 686579");
  const std::string line = printed(json, lie);
  CHECK(Reader(line).line());
  CHECK(holds(line, "\"problems\":[{\"kind\":\"malformed\",\"severity\":\"error\",\"field\":\"udp."
                    "length\",\"says\":\"udp.length says 255; IP leaves 11\"}]"));
}

TEST_CASE("every cut of a packet still gives one valid object") {
  view::Look with = look();
  with.payload = true;
  view::JsonLines json(with);
  const std::vector<u8> whole = unhex(hey);
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    INFO(n);
    CHECK(Reader(printed(json,
                         Peeled(std::vector<u8>(whole.begin(), whole.begin() + std::ptrdiff_t(n)),
                                1, {}, u32(whole.size()))))
              .line());
    CHECK(Reader(printed(json,
                         Peeled(std::vector<u8>(whole.begin(), whole.begin() + std::ptrdiff_t(n)))))
              .line());
  }
}

namespace {
// A layer with thousands of equal and of different names.
constexpr u32 kinds = 700;
struct Many {
  std::vector<std::string> names;
  std::vector<field::Field> rows;
  Many() {
    for (u32 i = 0; i < kinds; ++i) names.push_back("many.f" + std::to_string(i));
    for (u32 i = 0; i < kinds; ++i) {
      rows.push_back({.name = names[i],
                      .title = "F",
                      .width = 32,
                      .show = field::Show::dec,
                      .about = "",
                      .key = base::fnv32(names[i])});
    }
  }
};
const Many& many() {
  static const Many all;
  return all;
}
field::Next dissect_many(const u8*, u32 len, field::Layer& out) {
  return field::accept(len, 0, out);
}
void expand_many(field::Expansion& x) {
  for (u32 round = 0; round < 3; ++round) {
    for (u32 i = 0; i < kinds; ++i) x.computed(many().rows[i], u64(round * kinds + i));
  }
}
}  // namespace

TEST_CASE("names beyond the table's first size are found again") {
  const field::Protocol protocol{.name = "many",
                                 .title = "Many",
                                 .label = "many",
                                 .osi = field::Osi::link,
                                 .ref = "",
                                 .about = "",
                                 .tables = {},
                                 .binds = {},
                                 .dissect = dissect_many,
                                 .expand = expand_many};
  const field::Protocol frame{.name = "frame",
                              .title = "F",
                              .label = "f",
                              .osi = field::Osi::link,
                              .ref = "",
                              .about = "",
                              .tables = {},
                              .binds = {}};
  const field::Protocol* list[]{&protocol, &frame};
  const field::Registry small(list);
  view::JsonLines json({.registry = small});
  field::Packet packet;
  const u8 byte = 0;
  packet.frame = {.data = &byte, .size = 1, .wire_size = 1, .number = 1};
  field::walk(small, packet);
  for (int again = 0; again < 3; ++again) {
    base::Text out;
    json.packet(packet, out);
    const std::string line(out.view());
    CHECK(Reader(line).line());
    CHECK(holds(line, "\"many.f0\":[0,700,1400],\"many.f1\":[1,701,1401]"));
    CHECK(holds(line, "\"many.f699\":[699,1399,2099]"));
  }
}
