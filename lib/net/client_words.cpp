#include "net/client_words.hpp"

#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/sio_json.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {

namespace {

using base::Complaint;
using base::Result;

std::string read_file(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) throw base::Error("read " + path, errno);
  std::string out;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    out.append(buffer, n);
  const int trouble = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (trouble != 0) throw base::Error("read " + path, trouble);
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> from_hex(std::string_view digits) {
  std::string out;
  if (digits.size() % 2 != 0) return Complaint{"hex: wants two digits for each byte"};
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0)
      return Complaint{"\"" + std::string(digits.substr(i, 2)) + "\" is no byte in hexadecimal"};
    out += char(high * 16 + low);
  }
  return out;
}

// The end of a JSON object or list that begins here, by its brackets; npos: it has none.
std::size_t bracket_end(std::string_view line, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t string_end(std::string_view line, std::size_t at) {
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

void unbinary(Json& value) {
  if (value.is_binary()) {
    base::Text hex;
    hex.hex_bytes({value.get_binary().data(), value.get_binary().size()});
    value = Json{
        {"_hex", std::string(hex.view())}
    };
  } else if (value.is_structured()) {
    for (auto& child : value) unbinary(child);
  }
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> out;
  std::size_t at = 0;
  const auto open = [&](const char* what) {
    return Complaint{std::string("the ") + what + " has no end", at, line.size() - at};
  };
  while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
    std::size_t end = 0;
    if (line[at] == '\'') {
      end = line.find('\'', at + 1);
      if (end == std::string_view::npos) return open("quotation");
      out.emplace_back(line.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    if (line[at] == '{' || line[at] == '[') {
      end = bracket_end(line, at);
      if (end == std::string_view::npos) return open("bracket");
    } else if (line[at] == '"') {
      end = string_end(line, at);
      if (end == std::string_view::npos) return open("quotation");
    } else {
      end = std::min(line.find_first_of(" \t\r", at), line.size());
    }
    out.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

Result<Json> read_value(const std::string& word) {
  if (word.starts_with("hex:") || word.starts_with('@')) {
    Result<std::string> bytes = read_bytes(word);
    if (!bytes) return bytes.complaint();
    return Json::binary({bytes->begin(), bytes->end()});
  }
  const bool is_json =
      stream::json_end(word, stream::json_blanks(word, 0)) == word.size() && !word.empty();
  if (is_json) return Json::parse(word, nullptr, false);
  if (!word.empty() && std::string_view("{[\"").find(word[0]) != std::string_view::npos)
    return Complaint{"this is no JSON: " + word};
  return Json(word);
}

Result<std::string> read_bytes(const std::string& word) {
  if (word.starts_with("hex:")) return from_hex(std::string_view(word).substr(4));
  if (word.starts_with('@')) return read_file(word.substr(1));
  return word;
}

std::string show_value(const Json& value) {
  Json shown = value;
  unbinary(shown);
  return shown.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string show_args(const Args& args) {
  if (args.attachments().empty()) return "[" + args.text() + "]";
  std::string out = "[";
  for (std::size_t i = 0; i < args.size(); ++i) out += (i > 0 ? "," : "") + show_value(args[i]);
  return out + "]";
}

}  // namespace netpeel::net
