// What programs say of themselves, for state(path): the last JSON object that a command or a server
// printed, or plain facts about its output.
//
//   got.lines   lines that the command of id=got printed     got.text  all of it
//   got.code    its exit code                                got.ms    how long it took
//   got.a.b     member b of member a of the last line that is a JSON object
//   server.a    the same of the lesson's first server (server1: the second)
//   lab.a       of netpeel lab status --json
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lesson/lesson.hpp"

namespace netpeel::lesson {

class Stage;

// By path; kept with a step's evidence, so that a grader sees the same.
using States = std::map<std::string, std::string>;

std::optional<std::string> state_of(const std::string& folder, const Stage& stage,
                                    const std::string& path);
// What a finished command leaves for state(): its exit code and how long it took.
void keep_outcome(const std::string& folder, const std::string& id, int code, i64 nanoseconds);

// The paths that a step's checks and questions ask for.
std::vector<std::string> state_paths(const Step& step);

std::string states_json(const States& states);
void read_states(const std::string& json, States& to);

}  // namespace netpeel::lesson
