#include "stream/engineio3.hpp"

#include "support/catch.hpp"

using namespace netpeel::stream;
using Found = Eio3Payload::Found;

namespace {

// The packets, one behind the other, and how it ended.
std::string read(std::string_view payload, bool in_bytes) {
  Eio3Payload reader(payload, in_bytes);
  std::string out;
  for (;;) {
    EioPacket p;
    std::string_view record;
    const Found found = reader.next(p, record);
    if (found != Found::packet) return out + (found == Found::end ? "." : "!");
    out += std::to_string(int(p.type)) + (p.binary ? "b" : "") + std::string(p.data) + ' ';
  }
}

std::string record(bool text, std::string_view packet) {
  std::string out;
  put_eio3_bytes(text, packet, out);
  return out;
}

}  // namespace

TEST_CASE("Engine.IO 3: payloads in text, lengths in UTF-16 units") {
  CHECK(read("6:4hello1:2", false) == "4hello 2 .");
  CHECK(read("4:4ü😀3:4:x", false) == "4ü😀 4:x .");
  CHECK(read("7:b4AQID=0:1:6", false) == "4bAQID= 6 .");
  CHECK(read("0:", false) == ".");
  CHECK(read("03:4ab", false) == "4ab .");
  std::string out;
  put_eio3("4ü😀", out);
  put_eio3("6", out);
  CHECK(out == "4:4ü😀1:6");
}

TEST_CASE("Engine.IO 3: what is wrong ends a payload there") {
  CHECK(read("", false) == "!");
  for (const char* const bad :
       {"4x", ":4x", "9:4x", "2", "x:4x", "-1:4", "1:9", "1:x", "2:😀", "99999999999999999999:4"})
    CHECK(read(bad, false) == "!");
  CHECK(read("2:4a9:4b", false) == "4a !");
  CHECK(read("2:4a5", false) == "4a !");
  CHECK(read("2:4😀", false) == "!");  // half a character
}

TEST_CASE("Engine.IO 3: payloads in bytes, looked at whole first") {
  using namespace std::string_literals;
  CHECK(record(true, "4hello") == "\0\6\xff"s
                                  "4hello");
  CHECK(record(false, std::string(10, '\4')) == "\1\1\0\xff"s + std::string(10, '\4'));
  CHECK(read(record(true, "4ü😀") + record(false, "\4xy") + record(true, "b4AQ=="), true) ==
        "4ü😀 4bxy 4bAQ== .");
  CHECK(read(record(false, "\x09x") + record(false, "") + record(false, "\2"), true) ==
        "6b 6b 2b .");
  CHECK(read("", true) == ".");
  CHECK(read("\0\2\xff"s
             "4",
             true) == "4 .");  // cut short: taken as far as it goes
  for (const std::string& bad :
       {"\0"s, "\0\2"s, "\0\xff"s, "\0\x0a\xff"s, record(true, "4a") + "\1"})
    CHECK(read(bad, true) == "!");
  CHECK(read(record(true, "4a") + record(true, "4\xff"), true) == "4a !");
  CHECK(read(record(true, "9"), true) == "!");
}
