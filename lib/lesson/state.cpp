#include "lesson/state.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "lesson/condition.hpp"
#include "lesson/stage.hpp"

namespace netpeel::lesson {
namespace {

using Json = nlohmann::json;

std::optional<std::string> read_text(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  std::string out(1 << 20, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), file));
  std::fclose(file);
  return out;
}

std::optional<std::string> member(const std::string& text, std::string_view path) {
  Json at = Json::parse(text, nullptr, false);
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('.')));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const bool number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    if (at.is_object() && at.contains(name)) {
      at = Json(at[name]);
    } else if (at.is_array() && number && name.size() < 6 && std::stoul(name) < at.size()) {
      at = Json(at[std::stoul(name)]);
    } else if (at.is_array() && name == "length") {
      at = at.size();
    } else {
      return {};
    }
  }
  if (at.is_discarded()) return {};
  return at.is_string() ? at.get<std::string>() : at.is_boolean() ? (at ? "1" : "0") : at.dump();
}

std::optional<std::string> of_output(const std::string& text, const std::string& path) {
  if (path == "text") {
    const std::size_t end = text.find_last_not_of(" \n");
    return end == std::string::npos ? "" : text.substr(0, end + 1);
  }
  std::size_t lines = 0;
  std::string last;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    lines += !line.empty();
    if (line.starts_with('{')) last = line;
    at = end + 1;
  }
  if (path == "lines") return std::to_string(lines);
  return member(last, path);
}

void paths(const Expr& expr, std::vector<std::string>& out) {
  if (expr.kind == Expr::Kind::call && expr.function == Function::state) out.push_back(expr.text);
  for (const Expr& child : expr.children) paths(child, out);
}

}  // namespace

std::optional<std::string> state_of(const std::string& folder, const Stage& stage,
                                    const std::string& path) {
  const std::string source = path.substr(0, path.find('.'));
  const std::string rest = source.size() < path.size() ? path.substr(source.size() + 1) : "";
  if (source == "lab") return member(stage.status(), rest);
  std::string file = folder + "/out/" + source;
  if (source == "server") file = folder + "/out/server-0";
  if (source.size() == 7 && source.starts_with("server"))
    file = folder + "/out/server-" + std::to_string(source[6] - '0');
  if (rest == "code" || rest == "ms")
    return member(read_text(file + ".outcome").value_or(""), rest);
  const auto text = read_text(file + ".txt");
  return text ? of_output(*text, rest) : std::nullopt;
}

void keep_outcome(const std::string& folder, const std::string& id, int code, i64 nanoseconds) {
  std::FILE* const file = std::fopen((folder + "/out/" + id + ".outcome").c_str(), "wb");
  if (file == nullptr) return;
  const std::string text = Json{
      {"code", code                   },
      {"ms",   nanoseconds /
                 1'000'000}
  }.dump();
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

std::vector<std::string> state_paths(const Step& step) {
  std::vector<std::string> out;
  std::vector<Mistake> mistakes;
  Lets lets;
  for (const Check& check : step.checks) {
    for (const Condition& condition : parse_conditions(check.lines, lets, mistakes)) {
      paths(condition.left, out);
      paths(condition.right, out);
    }
  }
  for (const Question& question : step.questions) {
    const bool expression =
        question.kind == Question::Kind::ask || question.kind == Question::Kind::predict;
    if (expression) paths(parse_expected(question.expected, lets, mistakes), out);
  }
  return out;
}

std::string states_json(const States& states) { return Json(states).dump(); }

void read_states(const std::string& json, States& to) {
  const Json read = Json::parse(json, nullptr, false);
  if (!read.is_object()) return;
  for (const auto& [path, value] : read.items()) {
    if (value.is_string()) to[path] = value.get<std::string>();
  }
}

}  // namespace netpeel::lesson
