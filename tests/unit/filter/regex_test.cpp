#include "filter/regex.hpp"

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("regular expressions") {
  struct Case {
    std::string_view pattern, text;
    bool found;
  };
  using namespace std::string_view_literals;
  constexpr Case cases[]{
      {"", "", true}, {"", "abc", true}, {"b", "abc", true}, {"B", "abc", true},
      {"(?-i)B", "abc", false}, {"(?-i)(?i)B", "abc", true},
      {"d", "abc", false}, {"^a", "abc", true}, {"^b", "abc", false}, {"c$", "abc", true},
      {"c$", "abc\n", true}, {"b$", "abc", false},
      {"^$", "", true}, {"^$", "a", false}, {"a.c", "abc", true}, {"a.c", "a\nc", false}, {"a.c", "a\0c"sv, true}, {"\\x00", "a\0c"sv, true},
      {"ab*c", "ac", true}, {"ab*c", "abbbc", true}, {"ab+c", "ac", false}, {"ab?c", "abc", true},
      {"ab?c", "abbc", false},
      {"ab{2}c", "abbc", true}, {"ab{2}c", "abc", false}, {"ab{2,}c", "abbbbc", true},
      {"ab{1,2}c", "abbbc", false}, {"a{,2}", "a{,2}", true},
      {"a|b", "xb", true}, {"a|b|c", "xc", true}, {"a|b", "x", false}, {"ab|cd", "acd", true},
      {"^(ab|cd)$", "abd", false}, {"(a|b)*c", "ababc", true},
      {"^(a|ab)(c|bcd)(d*)$", "abcd", true}, {"(|a)b", "b", true}, {"a(|x)b", "ab", true},
      {"x(a?|b+)?y", "xbby", true}, {"(?:ab)+$", "abab", true},
      {"(a*)*b", "aab", true}, {"(a*)+$", "", true}, {"((a|b)+|c)?d", "abad", true},
      {"a*?b", "aab", true}, {"a++b", "aab", true},
      {"[abc]", "xxb", true}, {"[^abc]", "abc", false}, {"[^abc]", "ABC", false},
      {"[a-c]x", "Bx", true}, {"[]a]", "]", true}, {"[a-]", "-", true},
      {"[\\d-]+$", "12-3", true}, {"[^\\s]", " \t", false}, {"[[:digit:]a]{3}", "1a2", true},
      {"\\d+", "a12", true}, {"\\D", "12", false},
      {"\\w+@\\w+", "to me@here", true}, {"\\S", " ", false}, {"\\bfoo\\b", "a foo b", true},
      {"\\bfoo\\b", "afoo", false}, {"\\Boo", "foo", true},
      {"\\.", "ab", false}, {"\\.", "a.b", true}, {"\\\\", "a\\", true}, {"\\x41", "a", true}, {"\\r\\n", "x\r\n", true}, {"\xff\\xfe", "\xff\xfe", true},
      {"colou?r", "The Color", true}, {"^GET (/[^ ]*)* HTTP", "GET /a/b HTTP/1.1", true},
      {"a{0}b", "b", true}, {"^a{0}b", "ab", false},
      {"(a|b|cc){2}d", "accd", true}, {"(a|b|cc){3}d", "accd", false},
      {"(x|(y|z){2})+w", "xyzw", true},
  };
  for (const Case& c : cases) {
    INFO(c.pattern << " in " << c.text);
    auto r = filter::Regex::compile(c.pattern);
    REQUIRE(r.ok());
    CHECK(r->found_in(base::as_bytes(c.text)) == c.found);
    CHECK(r->found_in(base::as_bytes(c.text)) == c.found);
  }
}

TEST_CASE("a regular expression that would take others for ever") {
  auto r = filter::Regex::compile("^(a+)+(a*)*(a|aa)+$");
  REQUIRE(r.ok());
  std::string text(60'000, 'a');
  CHECK(r->found_in(base::as_bytes(text)));
  text += 'b';
  CHECK_FALSE(r->found_in(base::as_bytes(text)));
}
