#include "lesson/progress.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/time.hpp"
#include "lesson/lesson.hpp"

namespace netpeel::lesson {
namespace {

using Json = nlohmann::json;
constexpr std::string_view names[]{"open", "done", "shown", "skipped"};
constexpr std::size_t most_bytes = 8 << 20;  // of a state file

Status status_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == name) return Status(i);
  }
  return Status::open;
}

Json to_json(const StepState& step) {
  Json answers = Json::object();
  for (const auto& [id, given] : step.answers) {
    answers[id] = {
        {"text",  given.text },
        {"first", given.first},
        {"tries", given.tries},
        {"right", given.right}
    };
  }
  Json out{
      {"status",  status_name(step.status)},
      {"tries",   step.tries              },
      {"hints",   step.hints              },
      {"ended",   step.ended              },
      {"answers", answers                 }
  };
  if (step.level != 0) out["level"] = std::string(1, step.level);
  return out;
}

StepState step_of(const Json& json) {
  StepState out;
  out.status = status_of(json.value("status", "open"));
  out.tries = json.value("tries", 0u);
  out.hints = json.value("hints", 0u);
  out.ended = json.value("ended", i64(0));
  const std::string level = json.value("level", "");
  if (level == "A" || level == "B" || level == "C") out.level = level[0];
  if (!json.contains("answers")) return out;
  for (const auto& [id, given] : json.at("answers").items()) {
    out.answers[id] = {given.value("text", ""), given.value("first", ""), given.value("tries", 0u),
                       given.value("right", false)};
  }
  return out;
}

Json to_json(const Progress& progress) {
  Json lessons = Json::object();
  for (const auto& [id, lesson] : progress.lessons) {
    Json marks = Json::array(), steps = Json::object();
    for (const Mark& mark : lesson.marks) marks.push_back({mark.time, mark.step});
    for (const auto& [name, step] : lesson.steps) steps[name] = to_json(step);
    lessons[id] = {
        {"level", lesson.level},
        {"step",  lesson.step },
        {"began", lesson.began},
        {"marks", marks       },
        {"steps", steps       }
    };
  }
  return {
      {"version", Store::version    },
      {"student", progress.student  },
      {"current", progress.current  },
      {"lessons", std::move(lessons)}
  };
}

Progress progress_of(const Json& json) {
  Progress out;
  out.student = json.value("student", "");
  out.current = json.value("current", "");
  for (const auto& [id, lesson] : json.at("lessons").items()) {
    LessonState& to = out.lessons[id];
    to.level = lesson.value("level", "");
    to.step = lesson.value("step", "");
    to.began = lesson.value("began", i64(0));
    for (const Json& mark : lesson.at("marks"))
      to.marks.push_back({mark.at(0).get<i64>(), mark.at(1).get<std::string>()});
    for (const auto& [name, step] : lesson.at("steps").items()) to.steps[name] = step_of(step);
  }
  return out;
}

// What was typed may be no UTF-8; JSON is.
std::string spelt(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::string> read_all(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  std::string out(most_bytes, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), file));
  std::fclose(file);
  return out;
}

void make_folder(const std::string& path) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  if (problem) {
    throw base::Error("make the folder " + path, problem.value(),
                      "Lessons keep their state there; XDG_STATE_HOME names another place.");
  }
}

// Whole and on the disk before it takes the old one's place. Another process may do the same.
void replace_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new-" + std::to_string(getpid());
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0;
  for (std::size_t at = 0; good && at < text.size();) {
    const ssize_t n = write(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    at += good ? std::size_t(n) : 0;
  }
  good = good && fsync(fd) == 0;
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  if (good && std::rename(fresh.c_str(), path.c_str()) == 0) return;
  unlink(fresh.c_str());
  throw base::Error("write " + path, good ? errno : problem);
}

}  // namespace

std::string_view status_name(Status status) { return names[std::size_t(status)]; }
std::string step_json(const StepState& state) { return spelt(to_json(state)); }

std::optional<StepState> read_step(std::string_view json) {
  const Json read = Json::parse(json, nullptr, false);
  if (!read.is_object()) return {};
  try {
    return step_of(read);
  } catch (const Json::exception&) {
    return {};
  }
}

Store::Store(std::string folder) : folder_(std::move(folder)) { make_folder(folder_); }

std::string Store::usual_folder() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/netpeel/lesson";
  return std::string(home == nullptr ? "" : home) + "/.local/state/netpeel/lesson";
}

Progress Store::load(std::string& told) const {
  const std::string path = folder_ + "/state.json";
  const std::optional<std::string> text = read_all(path);
  if (!text) return {};
  const Json json = Json::parse(*text, nullptr, false);
  try {
    if (json.is_object() && json.value("version", 0u) == version) return progress_of(json);
  } catch (const Json::exception&) {
    // Told below.
  }
  const bool newer = json.is_object() && json.contains("version") &&
                     json["version"].is_number_unsigned() && json["version"] > version;
  if (newer) {
    throw base::Error::sentence(path + " was written by a newer netpeel (version " +
                                    json["version"].dump() + ")",
                                "Use that netpeel, or set the file aside yourself to begin anew.");
  }
  const std::string aside =
      path + ".damaged-" + std::to_string(base::system_clock().now() / 1'000'000'000);
  std::rename(path.c_str(), aside.c_str());
  Progress out = rebuild();
  std::size_t steps = 0;
  for (const auto& [id, lesson] : out.lessons) steps += lesson.steps.size();
  told = "The file that remembers how far you are was damaged. It was set aside as " + aside +
         "; from what the lessons left, " + std::to_string(steps) +
         (steps == 1 ? " step was" : " steps were") + " found again.\n";
  return out;
}

void Store::save(const Progress& progress) const {
  replace_file(folder_ + "/state.json", spelt(to_json(progress), 1));
}

std::string Store::lesson_folder(const std::string& lesson) const {
  const std::string out = folder_ + "/" + lesson;
  make_folder(out + "/out");
  make_folder(out + "/steps");
  return out;
}

void Store::save_step(const std::string& lesson, const std::string& step,
                      const StepState& state) const {
  replace_file(lesson_folder(lesson) + "/steps/" + step + ".json", step_json(state));
}

void Store::remove_lesson(const std::string& lesson) const {
  std::error_code problem;
  std::filesystem::remove_all(folder_ + "/" + lesson, problem);
}

// Each step that ended left a file of its own.
Progress Store::rebuild() const {
  Progress out;
  std::error_code problem;
  for (const auto& folder : std::filesystem::directory_iterator(folder_, problem)) {
    const std::string lesson = folder.path().filename();
    if (!folder.is_directory(problem)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "steps", problem)) {
      const std::string step = file.path().stem();
      if (file.path().extension() != ".json" || !is_id(step)) continue;
      const auto text = read_all(file.path());
      if (const auto state = read_step(text.value_or(""))) {
        out.lessons[lesson].steps[step] = *state;
        out.lessons[lesson].level = "A";
      }
    }
  }
  return out;
}

}  // namespace netpeel::lesson
