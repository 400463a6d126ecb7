#include "lesson/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "lesson/values.hpp"

namespace netpeel::lesson {
namespace {

std::string read_whole(const std::string& path, std::size_t most) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string out(most + 1, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t n = read(fd, out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += std::size_t(n);
  }
  close(fd);
  out.resize(size > most ? 0 : size);
  return out;
}

}  // namespace

std::string read_packets(const std::string& path) { return read_whole(path, Peel::most_packets); }

std::string peel_name(std::string_view student, std::string_view lesson) {
  std::string out;
  for (const char c : student) {
    if (out.size() >= 60 && (u8(c) & 0xc0) != 0x80) break;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) out += c;
    if (!plain && u8(c) < 0x80 && !out.empty() && out.back() != '-') out += '-';
    if (u8(c) >= 0x80) out += c;  // letters of other alphabets
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return (out.empty() ? "nobody" : out) + "-" + std::string(lesson) + ".peel";
}

Peel make_peel(const Lesson& lesson, const Store& store, const Progress& progress,
               const std::string& netpeel) {
  const auto known = progress.lessons.find(lesson.id);
  const std::string folder = store.folder() + "/" + lesson.id;
  Peel out;
  out.lesson = lesson.id;
  out.format = lesson.format;
  out.edition = base::sha256_hex(base::as_bytes(lesson.source));
  out.student = progress.student;
  out.token = values_of(progress.student, lesson.id).at("token");
  out.netpeel = netpeel;
  if (known != progress.lessons.end()) {
    out.level = known->second.level.empty() ? 'A' : known->second.level[0];
    out.began = known->second.began;
  }
  out.chain = read_chain(folder + "/chain");
  for (const Step& step : lesson.steps) {
    const std::string path = folder + "/steps/" + step.id;
    const std::string json = read_whole(path + ".json", Peel::most_json);
    if (json.empty()) continue;
    const auto state = read_step(json);
    if (!state) {
      throw base::Error::sentence(path + ".json, what this step left, is damaged",
                                  "Do the step again: netpeel lesson start " + lesson.id +
                                      " --step " + step.id);
    }
    out.steps.push_back({step.id, *state, read_packets(path + ".pcapng")});
  }
  if (out.steps.empty()) {
    throw base::Error::sentence("no step of " + lesson.id +
                                    " has ended yet, so that there is "
                                    "nothing to hand in",
                                "netpeel lesson start " + lesson.id + " begins it.");
  }
  return out;
}

}  // namespace netpeel::lesson
