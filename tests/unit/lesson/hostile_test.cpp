// Lessons and hand-ins of strangers: what they may do to whoever opens them.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "lesson/condition.hpp"
#include "lesson/peel.hpp"
#include "lesson/process.hpp"
#include "lesson/render.hpp"
#include "lesson/stage.hpp"
#include "lesson/trust.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::lesson;

namespace {

std::string zipped(const std::string& plain) {
  z_stream z{};
  deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, plain.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = uInt(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string refusal(const std::string& step) {
  const std::string lesson =
      R"({"lesson":"L01","format":1,"edition":"","student":"a","token":"b","level":"A",)"
      R"("began":1,"netpeel":"0","chain":[]})";
  const auto entry = [](const char* name, const std::string& body) {
    return std::string(name) + " " + std::to_string(body.size()) + "\n" + body + "\n";
  };
  const std::string file =
      zipped("netpeel peel 1\n" + entry("lesson", lesson) + entry("step", step));
  const auto peel = read_peel(base::as_bytes(file));
  return peel ? "" : peel.complaint().what;
}

std::size_t mistakes(const std::vector<std::string>& texts) {
  std::vector<Line> lines;
  for (const std::string& text : texts) {
    lines.push_back({
        {1, 1},
        text
    });
  }
  Lets lets;
  std::vector<Mistake> out;
  parse_conditions(lines, lets, out);
  std::size_t bytes = 0;
  for (const auto& [name, filter] : lets) bytes += filter.size();
  CHECK(bytes < 1'000'000);
  return out.size();
}

}  // namespace

TEST_CASE("a hand-in's JSON may be nested as deep as it likes") {
  constexpr std::size_t deep = 1'500'000;
  const std::string nested = std::string(deep, '[') + std::string(deep, ']');
  CHECK(refusal(R"({"id":"word","state":)" + nested + "}") ==
        "what it says of a lesson or step cannot be read");
}

TEST_CASE("times beyond all calendars are none") {
  CHECK(refusal(R"({"id":"word","state":{"ended":9223372036854775807}})") ==
        "one of its steps cannot be read");
  CHECK(refusal(R"({"id":"word","state":{"ended":1}})") == "it is cut off: its end is missing");
}

TEST_CASE("brackets, sums and names without end are a mistake, not a crash") {
  CHECK(mistakes({std::string(1'000'000, '(')}) == 1);
  CHECK(mistakes({std::string(2'000, '(') + "1" + std::string(2'000, ')') + " == 1"}) == 1);
  CHECK(mistakes({std::string(2'000, '{')}) == 1);
  std::string sum = "1";
  for (int i = 0; i < 300'000; ++i) sum += "+1";
  CHECK(mistakes({sum}) == 1);
  CHECK(mistakes({"((1 + 2)) * 3 == 9"}) == 0);
  std::vector<std::string> doubling{"let a0 = tcp"};
  for (int i = 1; i < 60; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    doubling.push_back("let a" + std::to_string(i) + " = " + before + " || " + before);
  }
  mistakes(doubling);
}

TEST_CASE("quotations in quotations are shown as far as anybody reads") {
  std::string quotes;
  for (int i = 0; i < 20'000; ++i) quotes += "> ";
  CHECK(render(quotes + "deep", {}).size() < 10'000);
  CHECK(render("> > once more", {}).find("once more") != std::string::npos);
}

TEST_CASE("control characters of a lesson never reach a terminal") {
  const auto says = [](const std::string& text) {
    const Loaded loaded = parse_lesson("x.md", text);
    return loaded.mistakes.empty() ? "" : loaded.mistakes[0].what;
  };
  for (const char* const bad : {"\x1b[2J", "\x07", "\x7f", "\xc2\x9b", "\x01"})
    CHECK(says(std::string("+++\nx = 1\n+++\n") + bad) != "");
  const Loaded loaded = parse_lesson("x.md", "+++\n+++\nrun \x1b]52;c;eA==\x07\n");
  bool told = false;
  for (const Mistake& mistake : loaded.mistakes)
    told = told || mistake.what == "a control character stands here";
  CHECK(told);
}

TEST_CASE("what a stranger's lesson may run") {
  for (const char* const good :
       {"netpeel demo udp b:7007 hello", "printf 'a\\nb\\n' | netpeel demo tcp b:7007",
        "netpeel decode -r capture.pcapng -Y 'udp.port == 7007' | head -3", "sleep 1",
        "netpeel decode -Tfields -e ip.src -r x", "netpeel flows -r x -q", "seq 1 5 | wc -l"})
    CHECK(refused(good) == "");
  for (const char* const bad :
       {"rm -rf x", "netpeel decode -r x -w y", "netpeel decode -r x -wy", "netpeel lab up",
        "netpeel decode -qw y -r x", "netpeel decode -xqw y -r x", "netpeel flows --svg=y",
        "netpeel demo sio b:3000 emit x @/etc/passwd", "netpeel demo http b:3000 -d@/etc/passwd",
        "printf '@/etc/passwd' | netpeel demo sio b:3000", "printf '\\033]52;c;eA==\\007'",
        "echo '\\e[2J'", "printf 'a\\'", "netpeel demo udp b:7007 $(id)", "head /etc/passwd",
        "echo a > b", "echo a; id", ""})
    CHECK(refused(bad) != "");
}

TEST_CASE("where loopback cannot be captured, the servers that were begun are ended") {
  char folder[] = "/tmp/netpeel-stage-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::string tools = std::string(folder) + "/it's a folder";
  mkdir(tools.c_str(), 0755);
  mkdir((std::string(folder) + "/out").c_str(), 0755);
  const std::string program = tools + "/netpeel-capture";
  std::FILE* const file = std::fopen(program.c_str(), "w");
  REQUIRE(file != nullptr);
  std::fputs("#!/bin/sh\nexit 1\n", file);
  std::fclose(file);
  chmod(program.c_str(), 0755);
  Lesson lesson;
  lesson.serve = {"b: sleep 1000"};
  const Setting setting{.tools = tools, .folder = folder, .quiet = true};
  CHECK_THROWS_AS(loopback_stage(lesson, setting, {}), base::Error);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
  run_program({
      .words = {"rm", "-r", folder}
  });
}
