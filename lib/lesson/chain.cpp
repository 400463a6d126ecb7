#include "lesson/chain.hpp"

#include <cstdio>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "lesson/lesson.hpp"

namespace netpeel::lesson {
namespace {

// Parts with their lengths, so that no two rows of parts spell the same.
std::string hash_of(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts)
    all.append(std::to_string(part.size())).append(":").append(part).append("\n");
  return base::sha256_hex(base::as_bytes(all));
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string digest_of(std::string_view step, std::string_view state, std::string_view packets) {
  return hash_of({step, state, packets});
}

std::string link_hash(std::string_view before, std::string_view student, std::string_view lesson,
                      const Link& link) {
  return hash_of({before, student, lesson, link.step, link.digest});
}

std::size_t broken_link(const std::vector<Link>& chain, std::string_view student,
                        std::string_view lesson) {
  std::string_view before;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (chain[i].hash != link_hash(before, student, lesson, chain[i])) return i + 1;
    before = chain[i].hash;
  }
  return 0;
}

std::vector<Link> read_chain(const std::string& path) {
  std::vector<Link> out;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return out;
  char line[256];
  while (out.size() < most_links && std::fgets(line, sizeof line, file) != nullptr) {
    const std::string_view text(line);
    const std::size_t first = text.find(' '), second = text.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    Link link{std::string(text.substr(0, first)),
              std::string(text.substr(first + 1, second - first - 1)),
              std::string(text.substr(second + 1, 64))};
    if (is_id(link.step) && is_hash(link.digest) && is_hash(link.hash))
      out.push_back(std::move(link));
  }
  std::fclose(file);
  return out;
}

void add_link(const std::string& path, std::string_view student, std::string_view lesson,
              std::string_view step, std::string digest) {
  const std::vector<Link> chain = read_chain(path);
  if (chain.size() >= most_links) return;
  Link link{std::string(step), std::move(digest), {}};
  link.hash = link_hash(chain.empty() ? "" : chain.back().hash, student, lesson, link);
  std::FILE* const file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) throw base::Error("write " + path, errno);
  const bool written = std::fprintf(file, "%s %s %s\n", link.step.c_str(), link.digest.c_str(),
                                    link.hash.c_str()) > 0;
  if (std::fclose(file) != 0 || !written) throw base::Error("write " + path, errno);
}

}  // namespace netpeel::lesson
