// What filters say about expressions that are wrong: the sentence, the place, the advice.
#include "base/caret.hpp"
#include "filter/filter.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using namespace netpeel;

namespace {

struct Case {
  std::string_view expression;  // the place is marked: «…»
  std::string_view what;        // part of it
  std::string_view hint;
};

constexpr Case cases[]{
    // Names.
    {"«udp.prt» == 53", "is not a field or protocol", "did you mean udp.port?"},
    {"udp && «udpp»", "\"udpp\" is not a field or protocol", "did you mean udp?"},
    {"«UDP»", "is not a field", "written small: udp"},
    {"udp.port == «udp.srcprt»", "is not a field", "did you mean udp.srcport?"},
    {"«53» == udp.port", "is a value", "the field comes first"},
    {"len(«nothing.like.it»)", "is not a field", ""},
    {"«length»(udp)", "is not a function", "len, count, lower and upper"},
    {"«lenn»(udp)", "is not a function", "did you mean len()?"},
    {"«true»", "is not a field", "tcp.flags.syn == true"},
    // Operators and structure.
    {"udp.port «=» 53", "a single = means nothing", "did you mean ==?"},
    {"udp «|» ip", "a single |", "did you mean ||?"},
    {"udp «^» ip", "a single ^", "did you mean ^^"},
    {"udp «ip»", "follows without an operator", "&& (and) or || (or)"},
    {"udp «AND» ip", "follows without an operator", "written small: and"},
    {"udp && ", "ends here", ""},
    {"udp.port == ", "ends here", ""},
    {"«(»udp && ip", "never closed", "add a )"},
    {"udp«)»", "no ( before", ""},
    {"(udp.port) «==» 53", "whole tests", "without parentheses"},
    {"10 < udp.port", "is a value", "the field comes first"},
    {"udp.port > 10 «<» 100", "cannot go on", "two tests"},
    {"udp.port == 50 «+» 3", "do not calculate", ""},
    {"«&&» udp", "no test before", ""},
    {"udp.port in «53»", "a set stands in braces", "{80, 443"},
    {"udp.port in {«}»", "this set is empty", ""},
    {"udp.port in «{»53, 54", "never closed", "add a }"},
    {"udp.port in {«60..50»}", "runs backwards", "8000..8010"},
    {"udp.port in {«udp.srcport»}", "a set holds values", "=="},
    {"udp.payload contains «\"abc»", "never closed", "double quote"},
    {"udp.payload contains \"a«\\q»b\"", "nobody knows this escape", "\\x41"},
    {"udp.port == «'ab'»", "one byte", "double quotes"},
    {"«\"udp\"»", "text alone is no test", "which field"},
    {"eth.src«[0:3» == 00:0c:29", "never closed", "ends with ]"},
    {"eth.src«[a]» == 00", "no slice", "[from:length]"},
    {"ip.src«#0» == 10.0.0.1", "which layer", "ip.src#1"},
    {"«any» udp", "before a comparison", "all tcp.port"},
    // Capture filters.
    {"«port» 53", "is not a field", "-f"},
    {"«host» 10.0.0.1", "is not a field", "ip.addr == 10.0.0.1"},
    {"udp «port» 53", "follows without an operator", "udp.port == 80"},
    {"«src» net 10.0.0.0/8", "is not a field", "ip.src"},
    // Numbers.
    {"udp.port == «70000»", "too large: udp.port has 16 bits", "65535"},
    {"ip.hdr_len == «64»", "too large", "60"},
    {"udp.port == «-1»", "never negative", ""},
    {"udp.port == «\"53\"»", "udp.port is a number", "without quotes: 53"},
    {"udp.port == «\"http\"»", "udp.port is a number, and \"http\" is text", "number"},
    {"udp.port == «5x»", "udp.port is a number", "0x50"},
    {"udp.port == «53.5»", "udp.port is a number", "whole number"},
    {"ip.proto == «\"UDPP\"»", "not among the named values", "did you mean \"UDP\"?"},
    {"ip.proto == «udpp»", "neither a number nor a named value", "did you mean \"UDP\"?"},
    {"ip.flags.df == «yes»", "true or false", "true or false"},
    {"udp.port == «udp»", "udp is a protocol", "udp.port && udp"},
    {"udp.port == «10.0.0.1»", "udp.port is a number", ""},
    // Addresses, bytes, text, times.
    {"ip.src == «10.0»", "an IPv4 address", "four numbers"},
    {"ip.src == «10.0.0.0/33»", "0 to 32 bits", ""},
    {"ip.src == «www.example.org»", "an IPv4 address", "not looked up"},
    {"ip.src == «\"10.0.0.1\"»", "an IPv4 address", "without quotes: 10.0.0.1"},
    {"ip.src == «::1»", "an IPv4 address", "IPv6"},
    {"eth.src == «00:0c:29»", "six bytes, this has 3", "eth.src[0:3] == 00:0c:29"},
    {"eth.src == «5»", "a MAC address", "00:05:5d:21:99:4c"},
    {"udp.payload == «0x1234»", "udp.payload is bytes", "12:34"},
    {"udp.payload == «xyz»", "udp.payload is bytes", "text in double quotes"},
    {"frame.protocols == «udp»", "a protocol", ""},
    {"frame.protocols contains «eth0»", "frame.protocols is text", "\"eth0\""},
    {"frame.interface_name == «lo»", "is text", "\"lo\""},
    {"frame.time > «\"yesterday\"»", "frame.time is a time", "2026-11-21 10:00:00"},
    {"frame.time_delta > «fast»", "a duration", "0.5"},
    // What cannot be asked.
    {"«udp.port» contains 50", "cannot look into udp.port: it is a number", "=="},
    {"«ip.src» contains \"10\"", "cannot look into ip.src", "ip.src == 10.0.0.0/8"},
    {"«udp.port» matches \"5\"", "cannot look into", ""},
    {"udp.payload matches «abc»", "regular expression in double quotes", ""},
    {"«udp.port»[0] == 1", "has no parts", "& picks bits"},
    {"lower(«udp.port») == \"a\"", "wants text", ""},
    {"len(«udp.port») == 2", "wants text or bytes", ""},
    {"«ip.src» & 0xff", "picks bits of a number", "10.0.0.0/8"},
    {"ip.src == «udp.srcport»", "ip.src is an IPv4 address, and udp.srcport is a number", ""},
    // Regular expressions; the caret stands inside the text.
    {"udp matches \"a«(»b\"", "this ( is never closed", ""},
    {"udp matches r\"a*«*»\"", "nothing to repeat", ""},
    {"udp matches r\"a«{5000}»\"", "at most 1000 repeats", ""},
    {"udp matches \"«[»a\"", "this [ is never closed", ""},
    {"udp matches r\"(a)«\\1»\"", "back-references", ""},
    {"udp matches \"«(?=»a)\"", "this kind of group", ""},
};

}  // namespace

TEST_CASE("complaints about filters point at the place and say what to write") {
  for (const Case& c : cases) {
    std::string expression(c.expression);
    std::size_t at = std::string::npos;
    constexpr std::string_view open = "«", close = "»";
    if (const std::size_t o = expression.find(open); o != std::string::npos) {
      expression.erase(o, open.size());
      at = o;
      const std::size_t end = expression.find(close);
      expression.erase(end, close.size());
    }
    const base::Result<filter::Filter> f = filter::compile(expression, test::registry());
    INFO(expression);
    REQUIRE_FALSE(f.ok());
    const base::Complaint& complaint = f.complaint();
    INFO(base::pointed(expression, complaint));
    CHECK(complaint.what.find(c.what) != std::string::npos);
    if (at != std::string::npos) {
      CHECK(complaint.at == at);
      CHECK(complaint.length >= 1);
    }
    if (!c.hint.empty()) CHECK(complaint.hint.find(c.hint) != std::string::npos);
  }
}

TEST_CASE("a complaint in a terminal") {
  const std::string_view expression = "udp && ip.prot == 17";
  const auto f = filter::compile(expression, test::registry());
  REQUIRE_FALSE(f.ok());
  CHECK(base::pointed(expression, f.complaint()) == "\"ip.prot\" is not a field or protocol\n"
                                                    "  udp && ip.prot == 17\n"
                                                    "         ^~~~~~~\n"
                                                    "did you mean ip.proto?");
  CHECK(base::pointed("aä\x1b", {"what", 3, 1, ""}) == "what\n  aä \n    ^");
  CHECK(base::pointed("aäb", {"what", 2, 2, ""}) ==
        "what\n  aäb\n   ^~");  // inside a character: under it
  CHECK(base::pointed("", {"what", 0, 0, "hint"}) == "what\n  \n  ^\nhint");
  CHECK(base::pointed("one\ntwo", {"what", 4, 3, ""}) == "what\n  two\n  ^~~");
}

TEST_CASE("filters have limits, and say so") {
  const auto what = [](const std::string& expression) {
    const auto f = filter::compile(expression, test::registry());
    return f.ok() ? std::string() : f.complaint().what;
  };
  const auto repeated = [](std::string_view part, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += part;
    return out;
  };
  CHECK(what(repeated("(", 60'000)).find("too deeply") != std::string::npos);
  CHECK(what(repeated("!", 60'000)).find("too deeply") != std::string::npos);
  CHECK(what(repeated("len(", 15'000)).find("too deeply") != std::string::npos);
  CHECK(what(repeated("(", 150) + "udp" + repeated(")", 150)).empty());
  CHECK(what("udp" + repeated("||udp", 3000)).empty());
  CHECK(what("udp" + repeated("||ip.ttl==1", 5900)).find("too many") == std::string::npos);
  CHECK(what("udp" + repeated("^^udp", 1000)).find("too many ^^") != std::string::npos);
  CHECK(what("udp.port in {" + repeated("1,", 10'000) + "2}").empty());
  CHECK(what(repeated(" ", filter::most_bytes + 1)).find("longer than 64 KiB") !=
        std::string::npos);
  CHECK(what("udp matches \"((((a{9}){9}){99}){99}){999}\"").find("too large") !=
        std::string::npos);
  CHECK(what("eth.src" + repeated("[0:6]", 1000)).find("too many") != std::string::npos);
}
