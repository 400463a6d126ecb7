// The TOML at the top of a lesson file (toml.io v1.0.0, read by toml++).
#pragma once
#include "lesson/lesson.hpp"

namespace netpeel::lesson {

// toml: what stands between the +++ lines; it begins at line 2 of the file.
void read_front(std::string_view toml, Lesson& to, std::vector<Mistake>& mistakes);

}  // namespace netpeel::lesson
