#include "lesson/lesson.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::lesson;

namespace {

const std::string front = R"(+++
format = 1
id = "L20"
title = "Words"
minutes = 10
covers = ["S21"]
trial = []
lab = "pair"
level = "A"
fallback = "captures/l20.pcapng"
+++
)";

Loaded parse(const std::string& body) { return parse_lesson("L20.md", front + body); }

std::string mistakes(const std::string& body) {
  const Loaded loaded = parse(body);
  std::string out;
  for (const Mistake& mistake : loaded.mistakes) out += print(loaded.lesson, mistake) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a lesson's parts have their places") {
  const Loaded loaded = parse(R"(Opening.

## Step: One word {#word}

Prose with `code`.

```predict n
How many?
= count(udp @a)
```
```run on=b id=got bg
netpeel demo udp b:1
netpeel demo udp b:2
```
```check within=word settle=500ms
count(udp) == 1
  ~ "said apart"
```
```quiz q=1 answer=b
Which?
a) this one
   goes on
   -> M8: because
   see udp
b) that one
```
```hint
1: first
   goes on
2: second
```
```solution on=b
netpeel demo udp b:1
```

## Afterwards
The end.
)");
  INFO((loaded.mistakes.empty() ? "" : print(loaded.lesson, loaded.mistakes[0])));
  REQUIRE(loaded.mistakes.empty());
  const Lesson& lesson = loaded.lesson;
  CHECK(lesson.minutes == 10);
  REQUIRE(lesson.steps.size() == 1);
  const Step& step = lesson.steps[0];
  CHECK(step.id == "word");
  CHECK(step.title == "One word");
  CHECK(step.at.line == 14);
  REQUIRE(step.blocks.size() == 5);
  CHECK(step.blocks[0].kind == Block::Kind::prose);
  CHECK(step.questions[0].expected.text == "count(udp @a)");
  CHECK(step.questions[0].expected.at.line == 20);
  CHECK(step.questions[0].expected.at.column == 3);
  CHECK(step.runs[0].background);
  CHECK(step.runs[0].commands.size() == 2);
  CHECK(step.checks[0].settle == 500'000'000);
  CHECK(step.checks[0].within.empty());  // the step itself
  CHECK(step.checks[0].lines[0].text == "count(udp) == 1 ~ \"said apart\"");
  CHECK(step.questions[1].id == "q1");
  CHECK(step.questions[1].choices[0].text == "this one goes on");
  CHECK(step.questions[1].wrong[0].misconception == "M8");
  CHECK(step.questions[1].wrong[0].see == "udp");
  CHECK(step.hints[0].text.text == "first goes on");
  CHECK(step.solution_on == "b");
  CHECK(lesson.opening.size() == 1);
  REQUIRE(lesson.closing.size() == 1);
  CHECK(lesson.closing[0].text.find("The end.") != std::string::npos);
}

TEST_CASE("a fault in a lesson is told with its line, a caret and the rule") {
  struct Bad {
    const char *body, *says;
  };
  const Bad all[]{
      {"No step.\n",                                                                  "has no step"               },
      {"## Step: Word\nx\n",                                                          "no title or no id"         },
      {"## Step: A {#a}\n```quiz q=1 answer=a\nWhy?\na) x\nb) y -> no\n```\n"
       "## Step: B {#a}\n```quiz q=1 answer=a\nWhy?\na) x\nb) y -> no\n```\n", "there is a step a already" },
      {"## Step: A {#a}\nprose\n",                                                    "nothing in step a can fail"},
      {"## Step: A {#a}\n```chek\ncount(udp) == 1\n```\n",                            "did you mean check?"       },
      {"```check\ncount(udp) == 1\n```\n",                                            "outside of a step"         },
      {"## Step: A {#a}\n```check within=b\ncount(udp) == 1\n```\n",                  "there is no step b"        },
      {"## Step: A {#a}\n```check settle=soon\ncount(udp) == 1\n```\n",               "settle"                    },
      {"## Step: A {#a}\n```check\n```\n",                                            "empty check"               },
      {"## Step: A {#a}\n```quiz q=1 answer=c\nWhy?\na) x -> no\nb) y -> no\n```\n",
       "names no choice"                                                                                          },
      {"## Step: A {#a}\n```quiz q=1 answer=a\nWhy?\na) x\nb) y\n```\n",              "nothing says why"          },
      {"## Step: A {#a}\n```quiz q=1 answer=a\nWhy?\na) x -> no\nb) y -> no\n```\n",
       "needs no explanation"                                                                                     },
      {"## Step: A {#a}\n```ask 9\nWhy?\n= 3\n```\n",                                 "no id"                     },
      {"## Step: A {#a}\n```ask n\nWhy?\nOr not?\n```\n",                  "no right answer"           },
      {"## Step: A {#a}\n```ask n\n= 1\n```\n```ask n\n= 1\n```\n",                   "question n already"        },
      {"## Step: A {#a}\n```hint\n2: second\n```\n```ask n\n= 1\n```\n",              "not in order"              },
      {"## Step: A {#a}\n```run at=b\nls\n```\n```ask n\n= 1\n```\n",                 "does not know \"at\""      },
      {"## Step: A {#a}\n```ask n only=D\n= 1\n```\n",                                "only names levels"         },
  };
  for (const Bad& bad : all) {
    const std::string told = mistakes(bad.body);
    INFO(bad.body << told);
    CHECK(told.find(bad.says) != std::string::npos);
    CHECK(told.find("L20.md:") != std::string::npos);
    CHECK(told.find('^') != std::string::npos);
  }
}

TEST_CASE("front matter is held to its keys and types") {
  const auto told = [](const std::string& from, const std::string& to) {
    std::string text = front + "## Step: A {#a}\n```ask n\n= 1\n```\n";
    text.replace(text.find(from), from.size(), to);
    const Loaded loaded = parse_lesson("L20.md", text);
    std::string out;
    for (const Mistake& mistake : loaded.mistakes) out += print(loaded.lesson, mistake) + "\n";
    return out;
  };
  CHECK(told("title", "title").empty());
  CHECK(told("minutes = 10\n", "").find("no minutes") != std::string::npos);
  CHECK(told("minutes = 10", "minutes = 0").find(":5:") != std::string::npos);
  CHECK(told("covers", "cover").find("did you mean covers?") != std::string::npos);
  CHECK(told("\"pair\"", "\"ring\"").find("\"hops\"") != std::string::npos);
  CHECK(told("\"L20\"", "\"20\"").find("two digits") != std::string::npos);
  CHECK(told("+++\n## Step", "## Step").find("has no end") != std::string::npos);
  CHECK(parse_lesson("x.md", "# A book\n").mistakes.size() == 1);
  CHECK(parse_lesson("x.md", "").mistakes.size() == 1);
}

TEST_CASE("any beginning of a lesson is told apart from a lesson, without a crash") {
  const std::string text =
      front + "## Step: A {#a}\n```run on=b\nls\n```\n```check\ncount(udp @a) == 1 ~ \"x\"\n```\n"
              "```quiz q=1 answer=b\nWhy?\na) x -> M1: no\n  see udp\nb) y\n```\n";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const Loaded loaded = parse_lesson("x.md", text.substr(0, n));
    for (const Mistake& mistake : loaded.mistakes) CHECK(!print(loaded.lesson, mistake).empty());
  }
}
