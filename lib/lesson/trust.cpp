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

// -w, -wFILE, --out=FILE; also behind flags, as in -qw FILE.
bool writes(std::string_view word) {
  constexpr std::string_view options[]{"--write", "--out", "--output", "--svg"};
  if (word.starts_with("--")) {
    const std::string_view name = word.substr(0, word.find('='));
    return std::find(std::begin(options), std::end(options), name) != std::end(options);
  }
  if (!word.starts_with('-')) return false;
  const std::size_t first = std::min(word.find_first_not_of("qxV", 1), word.size());
  return word.substr(first).starts_with('w') || word.substr(first).starts_with('o');
}

// printf and echo turn a backslash and what follows into any byte, and the terminal obeys some.
bool steers(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    for (std::size_t at = word.find('\\'); at != word.npos; at = word.find('\\', at + 2)) {
      if (at + 1 == word.size() || std::string_view("nt\\\"").find(word[at + 1]) == word.npos)
        return true;
    }
    return false;
  });
}

}  // namespace

std::string refused(std::string_view command) {
  constexpr std::string_view harmless[]{"printf", "echo", "seq", "sleep"};
  constexpr std::string_view tools[]{"demo", "decode", "flows", "follow", "ladder", "explain"};
  std::vector<std::vector<std::string>> parts;
  if (!cut(command, parts)) return "it uses more of the shell than words, quotes and |";
  for (const std::vector<std::string>& words : parts) {
    if (words.empty()) return "a part of it is empty";
    const auto is = [&](const auto& list, const std::string& word) {
      return std::find(std::begin(list), std::end(list), word) != std::end(list);
    };
    // Clients send @FILE's content, and take it from a pipe as well.
    if (std::any_of(words.begin(), words.end(),
                    [](const auto& w) { return w.find('@') != w.npos; }))
      return "it has an @, which may stand for a file's content";
    if (is(harmless, words[0])) {
      if (steers(words)) return "it prints more than text and line ends";
      continue;
    }
    const bool counts = words[0] == "head" || words[0] == "tail" || words[0] == "wc";
    const bool no_file = std::all_of(words.begin() + 1, words.end(), [](const std::string& word) {
      return word.starts_with('-') || word.find_first_not_of("0123456789") == std::string::npos;
    });
    if (counts && no_file) continue;
    if (words[0] != "netpeel") return "it runs " + words[0];
    if (words.size() < 2 || !is(tools, words[1]))
      return "it runs more than netpeel's clients and views";
    if (std::any_of(words.begin(), words.end(), writes)) return "it writes a file";
  }
  return "";
}

}  // namespace netpeel::lesson
