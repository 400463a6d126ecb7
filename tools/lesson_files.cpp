#include "lesson_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/main.hpp"

namespace netpeel::lesson_tool {
namespace {

namespace fs = std::filesystem;

std::string existing(std::initializer_list<std::string> folders) {
  std::error_code problem;
  for (const std::string& folder : folders) {
    if (!folder.empty() && fs::is_directory(folder, problem)) return folder;
  }
  return ".";
}
std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string lessons_folder() {
  return existing({from_environment("NETPEEL_LESSONS"),
                   cli::program_folder() + "/../share/netpeel/lessons", NETPEEL_SOURCE "/lessons"});
}
std::string captures_folder() {
  return existing({from_environment("NETPEEL_CAPTURES"),
                   cli::program_folder() + "/../share/netpeel/captures",
                   NETPEEL_SOURCE "/captures"});
}

bool is_path(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".md");
}
std::string captures_of(const std::string& word) {
  std::error_code problem;
  const fs::path folder = fs::path(word).has_parent_path() ? fs::path(word).parent_path() : ".";
  if (!is_path(word) || fs::equivalent(folder, lessons_folder(), problem)) return captures_folder();
  return folder;
}

std::vector<std::string> lesson_files() {
  std::vector<std::string> out;
  std::error_code problem;
  for (const auto& file : fs::directory_iterator(lessons_folder(), problem)) {
    const std::string name = file.path().filename();
    if (name.size() == 6 && name[0] == 'L' && name.ends_with(".md")) out.push_back(file.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Complains of a lesson file with mistakes, each with its line and a caret.
lesson::Lesson good_lesson(const std::string& word) {
  const std::string path = is_path(word) ? word : lessons_folder() + "/" + word + ".md";
  std::error_code problem;
  if (!is_path(word) && !fs::exists(path, problem)) {
    std::string all;
    for (const std::string& file : lesson_files())
      all.append(all.empty() ? "" : ", ").append(fs::path(file).stem());
    cli::usage_error("there is no lesson \"" + word + "\"",
                     all.empty() ? "No lessons are installed in " + lessons_folder() + "."
                                 : "There are " + all + ".");
  }
  lesson::Loaded loaded = lesson::load_lesson(path);
  if (loaded.mistakes.empty()) return std::move(loaded.lesson);
  for (const lesson::Mistake& mistake : loaded.mistakes)
    cli::complain(lesson::print(loaded.lesson, mistake));
  throw base::Error::sentence("the lesson " + path + " cannot be played", "See above.")
      .with_exit(cli::damaged_input);
}

}  // namespace netpeel::lesson_tool
