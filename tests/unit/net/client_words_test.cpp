#include "net/client_words.hpp"

#include "net/client_target.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using Words = std::vector<std::string>;

TEST_CASE("blanks part words, and JSON's quotes and brackets hold together") {
  CHECK(*net::split_words("  emit echo 1\t\"two words\" ") ==
        Words{"emit", "echo", "1", "\"two words\""});
  CHECK(*net::split_words(R"(emit e {"a b": [1, "]}"]} [1, 2] 'as it is')") ==
        Words{"emit", "e", R"({"a b": [1, "]}"]})", "[1, 2]", "as it is"});
  CHECK(*net::split_words(R"("quote \" inside" x)") == Words{R"("quote \" inside")", "x"});
  CHECK(net::split_words("")->empty());
  for (const char* const open : {"a \"b", "a [1, 2", "a 'b", "{\"x\": \"}\""}) {
    INFO(open);
    CHECK_FALSE(net::split_words(open).ok());
  }
}

TEST_CASE("a word is JSON, bytes, or a string") {
  CHECK(*net::read_value("12") == 12);
  CHECK(*net::read_value("{\"a\":null}") == net::Json{
                                                {"a", nullptr}
  });
  CHECK(*net::read_value("\"12\"") == "12");
  CHECK(*net::read_value("hello") == "hello");
  CHECK(*net::read_value("true") == true);
  CHECK(*net::read_value("hex:00ff") == net::Json::binary({0, 255}));
  CHECK_FALSE(net::read_value("hex:0").ok());
  CHECK_FALSE(net::read_value("hex:zz").ok());
  CHECK_FALSE(net::read_value("{not json}").ok());
  CHECK(net::show_value(net::Json{
            {"b", net::Json::binary({1, 2})}
  }) == R"({"b":{"_hex":"0102"}})");
}

TEST_CASE("a target is what people write for a server") {
  const net::Target other{.host = "127.0.0.1", .port = 3000, .path = "/ws/echo"};
  const auto said = [&](const char* text) {
    const auto t = net::read_target(text, other);
    return t ? t->authority() + " " + t->path : "no";
  };
  CHECK(said("localhost:80") == "localhost:80 /ws/echo");
  CHECK(said("localhost") == "localhost:3000 /ws/echo");
  CHECK(said(":81") == "127.0.0.1:81 /ws/echo");
  CHECK(said("82") == "127.0.0.1:82 /ws/echo");
  CHECK(said("ws://h:1/p?q=1") == "h:1 /p?q=1");
  CHECK(said("http://h?x") == "h:3000 /?x");
  CHECK(said("[::1]:83/x") == "[::1]:83 /x");
  CHECK(said("::1") == "[::1]:3000 /ws/echo");
  CHECK(said("/other") == "127.0.0.1:3000 /other");
  for (const char* const wrong :
       {"h:0", "h:65536", "h:x", "h:", "[::1", "https://h", "wss://h/x"}) {
    INFO(wrong);
    CHECK(said(wrong) == "no");
  }
}
