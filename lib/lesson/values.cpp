#include "lesson/values.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace netpeel::lesson {
namespace {

std::string normal(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Takes numbers out of a hash, each independent of the others.
class Draw {
 public:
  explicit Draw(u64 seed) : state_(seed) {}
  u32 below(u32 n) {
    state_ += 0x9e3779b97f4a7c15;  // splitmix64
    u64 z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return u32((z ^ (z >> 31)) % n);
  }

 private:
  u64 state_;
};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool needs_quotes(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](char c) { return !(c >= '0' && c <= '9') && c != '.' && c != ':'; });
}

std::string replace(std::string_view text, const Values& values, bool filter,
                    std::vector<std::string>* unknown) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += text[++i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < text.size() && letter(text[end])) ++end;
    const std::string_view name = text.substr(i + 1, end - i - 1);
    const auto found = values.find(name);
    if (found == values.end()) {
      if (unknown != nullptr) unknown->emplace_back(name);
      out += text[i];
      continue;
    }
    const bool quotes = filter && !quoted && needs_quotes(found->second);
    out.append(quotes ? "\"" : "").append(found->second).append(quotes ? "\"" : "");
    i = end - 1;
  }
  return out;
}

}  // namespace

Values values_of(std::string_view student, std::string_view lesson) {
  constexpr std::string_view consonants = "bdfhjklmnprtvz", vowels = "aeiou";
  Draw draw(base::fnv64(base::as_bytes(normal(student) + "\n" + std::string(lesson))));
  std::string token;
  for (u32 i = 0; i < 5; ++i) {
    const std::string_view from = i % 2 == 0 ? consonants : vowels;
    token += from[draw.below(u32(from.size()))];
  }
  Values out;
  out["token"] = token;
  out["port"] = std::to_string(20'000 + draw.below(10'000));
  out["capture"] = "capture.pcapng";  // until there is a stage
  out["k"] = std::to_string(2 + draw.below(5));
  return out;
}

void add_hosts(const lab::Topology& topology, Values& to) {
  for (const lab::Host& host : topology.hosts) {
    if (!host.ports.empty()) to[host.name] = lab::text_of(topology.ports[host.ports[0]].ipv4);
  }
}

void add_loopback(const lab::Topology& topology, Values& to) {
  for (const lab::Host& host : topology.hosts) to[host.name] = "127.0.0.1";
}

std::string substitute(std::string_view text, const Values& values,
                       std::vector<std::string>* unknown) {
  return replace(text, values, false, unknown);
}

std::string substitute_filter(std::string_view text, const Values& values,
                              std::vector<std::string>* unknown) {
  return replace(text, values, true, unknown);
}

}  // namespace netpeel::lesson
