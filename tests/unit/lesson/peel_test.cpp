#include "lesson/peel.hpp"

#include <unistd.h>

#include "base/sha256.hpp"
#include "lesson/grade.hpp"
#include "lesson/report.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::lesson;

namespace {

Peel some() {
  Peel out;
  out.lesson = "L01";
  out.student = "Ada Ω";
  out.token = "rifen";
  out.netpeel = "0.1.0";
  out.edition = std::string(64, '0');
  out.format = 1;
  out.began = 7;
  HandedStep& step = out.steps.emplace_back();
  step.id = "word";
  step.packets = "\x0a\x0d\x0d\x0ano more";
  step.state.status = Status::done;
  step.state.hints = 2;
  step.state.answers["q1"] = {"b", "a", 2, true};
  Link link{"word", digest_of("word", step_json(step.state), step.packets), {}};
  link.hash = link_hash("", out.student, out.lesson, link);
  out.chain.push_back(link);
  return out;
}

std::string refused(const std::string& file) {
  const auto peel = read_peel(base::as_bytes(file));
  return peel ? "" : peel.complaint().what;
}

}  // namespace

TEST_CASE("a hand-in reads as it was written") {
  const std::string file = write_peel(some());
  const auto peel = read_peel(base::as_bytes(file));
  REQUIRE(peel.ok());
  CHECK(peel->sealed);
  CHECK(peel->student == "Ada Ω");
  CHECK(peel->level == 'A');
  REQUIRE(peel->steps.size() == 1);
  CHECK(peel->steps[0].packets == some().steps[0].packets);
  CHECK(peel->steps[0].state.answers.at("q1").first == "a");
  CHECK(broken_link(peel->chain, peel->student, peel->lesson) == 0);
  CHECK(write_peel(*peel) == file);
}

TEST_CASE("a hand-in that breaks a rule is refused with a sentence") {
  const std::string file = write_peel(some());
  for (std::size_t cut = 0; cut < file.size(); ++cut) CHECK(!refused(file.substr(0, cut)).empty());
  for (std::size_t i = 10; i < file.size(); ++i) {
    std::string bent = file;
    bent[i] = char(bent[i] ^ 0x10);
    // gzip has a checksum of its own; the bits behind its last block say nothing.
    const auto peel = read_peel(base::as_bytes(bent));
    CHECK((!peel || write_peel(*peel) == file));
  }
  Peel bad = some();
  bad.lesson = "../../x";
  CHECK(refused(write_peel(bad)) == "its lesson's name is none");
  bad = some();
  bad.student = "a\x1b[2J";
  CHECK(refused(write_peel(bad)) == "its student's name is none");
  bad = some();
  bad.steps[0].id = "../word";
  CHECK(refused(write_peel(bad)) == "one of its steps cannot be read");
  bad = some();
  bad.steps.push_back(bad.steps[0]);
  CHECK(refused(write_peel(bad)) == "a step stands in it twice");
  bad = some();
  bad.steps[0].packets = "\x1f\x8b";
  CHECK(refused(write_peel(bad)) == "its packets are no pcapng file");
  bad = some();
  for (int i = 0; i < 64; ++i) {
    bad.steps.push_back(bad.steps[0]);
    bad.steps.back().id = "s" + std::to_string(i);
  }
  CHECK(refused(write_peel(bad)) == "it has more steps than any lesson");
  bad = some();
  bad.steps[0].packets.append(Peel::most_packets, '\0');
  CHECK(refused(write_peel(bad)) == "an entry is larger than a hand-in may have");
}

TEST_CASE("a chain shows what was changed") {
  std::vector<Link> chain;
  std::string before;
  for (const char* step : {"one", "two", "one"}) {
    Link link{step, base::sha256_hex(base::as_bytes(std::string_view(step))), {}};
    link.hash = link_hash(before, "Ada", "L01", link);
    before = link.hash;
    chain.push_back(link);
  }
  CHECK(broken_link(chain, "Ada", "L01") == 0);
  CHECK(broken_link(chain, "Eve", "L01") == 1);
  CHECK(broken_link(chain, "Ada", "L02") == 1);
  chain[1].digest[0] ^= 1;
  CHECK(broken_link(chain, "Ada", "L01") == 2);
  chain[1].digest[0] ^= 1;
  chain.erase(chain.begin() + 1);
  CHECK(broken_link(chain, "Ada", "L01") == 2);
  // Parts cannot be moved from one to the next.
  CHECK(digest_of("a", "bc", "") != digest_of("ab", "c", ""));
}

TEST_CASE("a chain's file is added to, and lines that are none are left out") {
  char path[] = "/tmp/netpeel-chain-XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  REQUIRE(write(fd, "not a link\n", 11) == 11);
  close(fd);
  add_link(path, "Ada", "L01", "word", digest_of("word", "{}", ""));
  add_link(path, "Ada", "L01", "two", digest_of("two", "{}", "x"));
  const std::vector<Link> chain = read_chain(path);
  unlink(path);
  REQUIRE(chain.size() == 2);
  CHECK(chain[1].step == "two");
  CHECK(broken_link(chain, "Ada", "L01") == 0);
}

TEST_CASE("names of files, dates and cells") {
  CHECK(peel_name("Ada Lovelace", "L06") == "Ada-Lovelace-L06.peel");
  CHECK(peel_name("../../etc/passwd", "L06") == "etc-passwd-L06.peel");
  CHECK(peel_name(" \t", "L06") == "nobody-L06.peel");
  CHECK(peel_name("Élodie", "L06") == "Élodie-L06.peel");
  CHECK(read_date("2026-11-21").has_value());
  CHECK(*read_date("2026-11-21 08:15") - *read_date("2026-11-21") ==
        i64(8 * 3600 + 900) * 1'000'000'000);
  CHECK(!read_date("yesterday"));
  CHECK(!read_date("2026-11-21 08:15 or so"));
  Marks one{.file = "a\"b.peel", .student = "=1+1"};
  one.refused = "no, \"thanks\"";
  const std::string csv = marks_csv({one});
  CHECK(csv.find("\"a\"\"b.peel\",\"'=1+1\"") != std::string::npos);
  CHECK(csv.find("\"no, \"\"thanks\"\"\"") != std::string::npos);
  CHECK(marks_xapi({one}) == "[]\n");
}
