// Where netpeel lesson finds lessons and their captures, and its words that have options of their
// own.
#pragma once
#include <string>
#include <vector>

#include "lesson/lesson.hpp"

namespace netpeel::lesson_tool {

std::string lessons_folder();
std::string captures_folder();
// A file rather than the name of a lesson.
bool is_path(const std::string& word);
// Where the capture of the lesson that `word` names stands.
std::string captures_of(const std::string& word);
std::vector<std::string> lesson_files();
// Complains of a lesson file with mistakes, each with its line and a caret. Throws base::Error.
lesson::Lesson good_lesson(const std::string& word);

int report_body(int argc, char** argv);
int grade_body(int argc, char** argv);

}  // namespace netpeel::lesson_tool
