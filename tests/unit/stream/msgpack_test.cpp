#include "stream/msgpack.hpp"

#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::stream;
using namespace std::string_literals;

namespace {

// As JSON; binary beside it as {text}.
std::string json_of(std::string_view bytes) {
  if (!msgpack_is_whole(bytes, 8)) return "nothing";
  std::string out;
  std::size_t at = 0;
  std::vector<std::string_view> attachments;
  msgpack_to_json(bytes, at, out, &attachments);
  CHECK(at == bytes.size());
  for (const std::string_view a : attachments) out += '{' + std::string(a) + '}';
  return out;
}

std::string packed(std::string_view json, const std::vector<std::string_view>& attachments = {}) {
  std::string out;
  json_to_msgpack(json, attachments, out);
  return out;
}

std::string there_and_back(std::string_view json) { return json_of(packed(json)); }

}  // namespace

TEST_CASE("msgpack: every kind becomes JSON") {
  CHECK(json_of("\x93\xc0\xc2\xc3") == "[null,false,true]");
  CHECK(json_of("\x95\x00\x7f\xff\xe0\xcc\xff"s) == "[0,127,-1,-32,255]");
  CHECK(json_of("\xd3\x80\0\0\0\0\0\0\0"s) == "-9223372036854775808");
  CHECK(json_of("\xcf\xff\xff\xff\xff\xff\xff\xff\xff") == "18446744073709551615");
  CHECK(json_of("\xd1\xff\x7f") == "-129");
  CHECK(json_of("\xca\x3f\xc0\0\0"s) == "1.5");
  CHECK(json_of("\xcb\x40\x08\0\0\0\0\0\0"s) == "3");
  CHECK(json_of("\xcb\x7f\xf8\0\0\0\0\0\0"s) == "null");
  CHECK(json_of("\xa4\"\\\n\x01") == R"("\"\\\n\u0001")");
  CHECK(json_of("\xa2\xc3\x28") == "\"\xef\xbf\xbd(\"");
  CHECK(json_of("\x82\xa1"
                "a\x91\x80\xa1"
                "b\x90") == R"({"a":[{}],"b":[]})");
  CHECK(json_of("\x92\xc4\2ab\xc7\1\0c"s) ==
        R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]{ab}{c})");
  CHECK(json_of("\xd4\0\0"s) == "null");  // undefined
  CHECK(json_of("\xd7\0\0\0\1\x8b\xcf\xe5\x68\x7b"s) == R"("2023-11-14T22:13:20.123Z")");
  CHECK(json_of("\xd6\xff\0\0\0\1"s) == R"("1970-01-01T00:00:01.000Z")");
  CHECK(json_of("\xc7\x0c\xff\0\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"s) ==
        "null");  // no such year
  CHECK(json_of("\xd5\5ab") == "null");
}

TEST_CASE("msgpack: what is none, is cut short, claims too much or is too deep") {
  for (const std::string& bad :
       {""s, "\xc1"s, "\x91"s,
        "\x81\xa1"s
        "a",
        "\xa2"s
        "a",
        "\xc4\2a"s, "\xdd\xff\xff\xff\xff"s, "\xdf\x80\0\0\0"s, "\xc6\xff\xff\xff\xff"s, "\xd4\0"s,
        "\x90\x90"s, "\x81\x01\x02"s, std::string(9, '\x91') + "\xc0"})
    CHECK(json_of(bad) == "nothing");
  CHECK(json_of(std::string(8, '\x91') + "\xc0") == "[[[[[[[[null]]]]]]]]");
  CHECK_FALSE(msgpack_is_whole(std::string(1'000'000, '\x91'), 1024));
}

TEST_CASE("msgpack: JSON there and back") {
  for (const char* const same : {"null",
                                 "[]",
                                 "{}",
                                 "[[],{},[{}]]",
                                 R"({"a":[1,2,{"b":null}],"":""})",
                                 "0",
                                 "-1",
                                 "-33",
                                 "-129",
                                 "-32769",
                                 "-2147483649",
                                 "127",
                                 "128",
                                 "256",
                                 "65536",
                                 "4294967296",
                                 "0.1",
                                 "-1.5e-07",
                                 "-0",
                                 R"("ü😀")",
                                 R"("\"\\\n\u0000")",
                                 R"([{"_placeholder":true,"num":0}])",
                                 R"([{"num":0,"_placeholder":false}])"})
    CHECK(there_and_back(same) == same);
  CHECK(there_and_back(" [ 1 , { \"a\" : [ ] } ] ") == R"([1,{"a":[]}])");
  CHECK(there_and_back("[1.0,1e2]") == "[1,100]");
  for (const int n : {15, 16, 65535, 65536}) {
    std::string list = "[", text = "\"" + std::string(std::size_t(n), 'x') + '"';
    for (int i = 0; i < n; ++i) list += i > 0 ? ",7" : "7";
    CHECK(there_and_back(list + ']') == list + ']');
    CHECK(there_and_back(text) == text);
  }
  CHECK(packed(R"([{"_placeholder":true,"num":1},{"num":0,"_placeholder":true}])", {"a", "bc"}) ==
        "\x92\xc4\2bc\xc4\1a");
}
