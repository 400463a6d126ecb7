// What a grader hands on: a table, statements for a learning record store, and words.
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "lesson/grade.hpp"
#include "lesson/player.hpp"

namespace netpeel::lesson {
namespace {

using Json = nlohmann::json;
constexpr i64 second = 1'000'000'000;

std::string iso(i64 time) {
  base::Text out;
  out.iso_time(time);
  return std::string(out.view());
}

// A spreadsheet takes =, +, - and @ in front for a formula.
std::string cell(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    out += '\'';
  for (const char c : text) out.append(c == '"' ? "\"\"" : std::string(1, c));
  return out + "\"";
}

std::string joined(const Marks& one) {
  std::string out = one.refused;
  for (const std::string& flag : one.flags) out.append(out.empty() ? "" : "; ").append(flag);
  return out;
}

// Terms of the ADL vocabulary (xAPI 1.0.3 part 2 §2.4.3 leaves verbs to communities).
Json verb(std::string_view name) {
  return {
      {"id",      "http://adlnet.gov/expapi/verbs/" + std::string(name)},
      {"display", {{"en", name}}                                       }
  };
}
Json statement(const Marks& one, std::string_view said, const std::string& object, i64 time,
               Json result) {
  return {
      {"actor",
       {{"objectType", "Agent"},
        {"account", {{"homePage", "https://netpeel.invalid/students"}, {"name", one.student}}}}      },
      {"verb",      verb(said)                                                                       },
      {"object",    {{"objectType", "Activity"}, {"id", "https://netpeel.invalid/lessons/" + object}}},
      {"timestamp", iso(time)                                                                        },
      {"result",    std::move(result)                                                                }
  };
}

void step_text(base::Text& to, const StepMark& step, bool why) {
  to.add("  ").add(step.id).add(": ");
  if (step.said == Status::open) {
    to.add("not handed in\n");
    return;
  }
  to.add(status_name(step.said)).add(step.said == Status::done && !step.proven ? ", unproven" : "");
  if (step.tries > 0) to.add(", ").dec(step.tries).add(" tries before");
  if (step.hints > 0) to.add(", hints up to rung ").dec(step.hints);
  to.add('\n');
  if (!why) return;
  const Paper paper{.columns = 100, .plain = true};
  const auto lines = [&](const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      to.add("  ").escaped(text.substr(at, end - at)).add('\n');
      at = end + 1;
    }
  };
  for (const Verdict& verdict : step.examined.verdicts) {
    lines(told(verdict, paper));
    if (!verdict.good) continue;
    std::set<std::string> shown;
    for (const std::string& packet : verdict.packets) {
      if (shown.insert(packet).second) lines("           packet    " + packet);
    }
  }
  for (const Answered& one : step.examined.questions) {
    const bool guess = one.question->kind == Question::Kind::predict;
    lines((one.right ? "  ok       "
           : guess   ? "  guessed  "
                     : "  not yet  ") +
          one.question->id + ": " + (one.given ? one.answer : "not answered") +
          (one.right ? "" : ", right is " + one.expected));
  }
}

}  // namespace

std::optional<i64> read_date(const std::string& text) {
  for (const char* const form : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* const end = strptime(text.c_str(), form, &parts);
    if (end == nullptr || *end != 0) continue;
    parts.tm_isdst = -1;
    constexpr std::time_t latest = 9'000'000'000;  // nanoseconds have room for that
    const std::time_t time = std::mktime(&parts);
    if (time < 0 || time > latest) return {};
    return i64(time) * second;
  }
  return {};
}

std::string marks_csv(const std::vector<Marks>& all) {
  std::string out = "file,student,lesson,level,token,verdict,steps,done,unproven,shown,skipped,"
                    "hints,began,ended,notes\r\n";
  for (const Marks& one : all) {
    const std::size_t said = one.count(Status::done);
    const std::string cells[]{cell(one.file),
                              cell(one.student),
                              cell(one.lesson),
                              one.level,
                              cell(one.token),
                              std::string(one.verdict()),
                              std::to_string(one.steps.size()),
                              std::to_string(one.proven()),
                              std::to_string(said - one.proven()),
                              std::to_string(one.count(Status::shown)),
                              std::to_string(one.count(Status::skipped)),
                              std::to_string(one.hints()),
                              one.began == 0 ? "" : iso(one.began),
                              one.ended == 0 ? "" : iso(one.ended),
                              cell(joined(one))};
    for (const std::string& text : cells) out.append(&text == cells ? "" : ",").append(text);
    out += "\r\n";
  }
  return out;
}

std::string marks_xapi(const std::vector<Marks>& all) {
  Json out = Json::array();
  for (const Marks& one : all) {
    if (!one.refused.empty()) continue;
    for (const StepMark& step : one.steps) {
      if (step.said == Status::open) continue;
      const std::string_view said = step.proven                    ? "passed"
                                    : step.said == Status::skipped ? "skipped"
                                    : step.said == Status::shown   ? "experienced"
                                                                   : "failed";
      out.push_back(statement(one, said, one.lesson + "/" + step.id, step.ended,
                              {
                                  {"success", step.proven}
      }));
    }
    const bool passed = one.good() && one.proven() == one.steps.size();
    const double scaled = one.steps.empty() ? 0 : double(one.proven()) / double(one.steps.size());
    out.push_back(statement(
        one, passed ? "passed" : "failed", one.lesson, one.ended,
        {
            {"success",  passed              },
            {"score",    {{"scaled", scaled}}},
            {"response", joined(one)         }
    }));
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string marks_text(const Marks& one, bool why) {
  base::Text out;
  out.escaped(one.file).add(": ").add(one.verdict());
  if (!one.lesson.empty()) {
    out.add(", ").escaped(one.student).add(", ").add(one.lesson).add(" at level ").add(one.level);
    out.add(", ").dec(one.proven()).add(" of ").dec(one.steps.size()).add(" steps proven");
  }
  out.add('\n');
  if (!one.refused.empty()) out.add("  ! ").escaped(one.refused).add('\n');
  for (const std::string& flag : one.flags) out.add("  ! ").escaped(flag).add('\n');
  if (why) {
    for (const StepMark& step : one.steps) step_text(out, step, why);
  }
  return std::string(out.view());
}

}  // namespace netpeel::lesson
