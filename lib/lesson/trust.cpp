#include "lesson/trust.hpp"

#include <algorithm>
#include <vector>

namespace netpeel::lesson {
namespace {

// Words as a shell cuts them, with quotes taken off; false: something that is more than words.
bool cut(std::string_view command, std::vector<std::vector<std::string>>& out) {
  constexpr std::string_view special = ";&<>`$()\\*?[]{}~#!\n\r";
  std::string word;
  bool begun = false;
  char quote = 0;
  out.assign(1, {});
  const auto end = [&] {
    if (begun) out.back().push_back(word);
    word.clear();
    begun = false;
  };
  for (const char c : command) {
    const bool expands = c == '$' || c == '`' || c == '\\';
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else if (quote == '"' && expands && c != '\\') {
        return false;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      begun = true;
    } else if (c == ' ') {
      end();
    } else if (c == '|') {
      end();
      out.emplace_back();
    } else if (special.find(c) != std::string_view::npos) {
      return false;
    } else {
      word += c;
      begun = true;
    }
  }
  end();
  return quote == 0;
}

}  // namespace

std::string refused(std::string_view command) {
  constexpr std::string_view harmless[]{"printf", "echo", "seq", "sleep"};
  constexpr std::string_view tools[]{"demo", "decode", "flows", "follow", "ladder", "explain"};
  constexpr std::string_view writes[]{"-w", "--write", "-o", "--out", "--svg"};
  std::vector<std::vector<std::string>> parts;
  if (!cut(command, parts)) return "it uses more of the shell than words, quotes and |";
  for (const std::vector<std::string>& words : parts) {
    if (words.empty()) return "a part of it is empty";
    const auto is = [&](const auto& list, const std::string& word) {
      return std::find(std::begin(list), std::end(list), word) != std::end(list);
    };
    if (is(harmless, words[0])) continue;
    const bool counts = words[0] == "head" || words[0] == "tail" || words[0] == "wc";
    const bool no_file = std::all_of(words.begin() + 1, words.end(), [](const std::string& word) {
      return word.starts_with('-') || word.find_first_not_of("0123456789") == std::string::npos;
    });
    if (counts && no_file) continue;
    if (words[0] != "netpeel") return "it runs " + words[0];
    if (words.size() < 2 || !is(tools, words[1]))
      return "it runs more than netpeel's clients and views";
    for (const std::string& word : words) {
      const bool writing = std::any_of(std::begin(writes), std::end(writes), [&](auto option) {
        return word == option || word.starts_with(std::string(option) + "=") ||
               (option.size() == 2 && word.starts_with(option) && !word.starts_with("--"));
      });
      if (writing) return "it writes a file";
    }
  }
  return "";
}

}  // namespace netpeel::lesson
