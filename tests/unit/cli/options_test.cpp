#include "cli/options.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace netpeel;

namespace {

struct Given {
  std::vector<std::string> words, headers;
  std::string auth;
};

Given parse(std::vector<std::string> arguments) {
  Given out;
  cli::Options options("test", "A test.");
  options.words("WORD", out.words, "Words");
  options.text("--auth", out.auth, "JSON", "One text");
  options.texts("--header", out.headers, "TEXT", "Several texts");
  arguments.insert(arguments.begin(), "netpeel-test");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  options.parse(int(argv.size()), argv.data());
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("JSON arrays among the words and as values stay whole") {
  const Given got =
      parse({"emit", "join", "[\"a\",\"b\"]", "--auth", "[1,2]", "--header", "[x]", "[]"});
  CHECK(got.words == Words{"emit", "join", "[\"a\",\"b\"]", "[]"});
  CHECK(got.auth == "[1,2]");
  CHECK(got.headers == Words{"[x]"});
}

TEST_CASE("options stand among the words, and the last one of a name counts") {
  const Given got =
      parse({"a", "--auth", "1", "b", "--auth=2", "--header", "x", "--header", "y", "c"});
  CHECK(got.words == Words{"a", "b", "c"});
  CHECK(got.auth == "2");
  CHECK(got.headers == Words{"x", "y"});
}

TEST_CASE("a number below zero is wrong use, not a very large one") {
  u64 count = 0;
  const auto parse_count = [&](std::string given) {
    cli::Options options("test", "A test.");
    options.number("-c,--count", count, "N", "A number");
    std::string tool = "netpeel-test", name = "-c";
    char* argv[]{tool.data(), name.data(), given.data()};
    options.parse(3, argv);
  };
  CHECK_THROWS_AS(parse_count("-1"), base::Error);
  CHECK_THROWS_AS(parse_count("x"), base::Error);
  parse_count("18446744073709551615");
  CHECK(count == u64(-1));
}
