#include "lesson/front.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "field/registry.hpp"

namespace netpeel::lesson {
namespace {

constexpr std::string_view keys[]{"format", "id",  "title",   "minutes", "needs",    "covers",
                                  "trial",  "lab", "clients", "level",   "fallback", "serve"};

Place place(const toml::source_region& where) {
  return {u32(where.begin.line) + 1, u32(where.begin.column)};
}

class Front {
 public:
  Front(const toml::table& table, std::vector<Mistake>& mistakes)
      : table_(table), mistakes_(mistakes) {}

  void only_known_keys() {
    for (const auto& [key, value] : table_) {
      const std::string_view name = key.str();
      if (std::find(std::begin(keys), std::end(keys), name) != std::end(keys)) continue;
      std::string nearest;
      u32 least = 3;
      for (const std::string_view known : keys) {
        if (const u32 d = field::distance(known, name); d < least) least = d, nearest = known;
      }
      wrong(place(key.source()), u32(name.size()),
            "\"" + std::string(name) + "\" is no key of the front matter" +
                (nearest.empty() ? "" : "; did you mean " + nearest + "?"),
            "The keys are format, id, title, minutes, needs, covers, trial, lab, clients, level, "
            "fallback and serve.");
    }
  }
  void text(std::string_view key, std::string& to, bool needed) {
    const toml::node* const node = find(key, needed);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<std::string>()) {
      to = *value;
    } else {
      wrong(*node, std::string(key) + " is text in quotes");
    }
  }
  void number(std::string_view key, u32& to, bool needed, u32 most) {
    const toml::node* const node = find(key, needed);
    if (node == nullptr) return;
    const auto value = node->value_exact<i64>();
    if (value && *value >= 1 && *value <= most) {
      to = u32(*value);
    } else {
      wrong(*node, std::string(key) + " is a whole number from 1 to " + std::to_string(most));
    }
  }
  void texts(std::string_view key, std::vector<std::string>& to, bool needed) {
    const toml::node* const node = find(key, needed);
    if (node == nullptr) return;
    const toml::array* const all = node->as_array();
    if (all == nullptr) {
      wrong(*node, std::string(key) + " is a list: [\"…\", \"…\"]");
      return;
    }
    for (const toml::node& one : *all) {
      if (const auto value = one.value_exact<std::string>()) {
        to.push_back(*value);
      } else {
        wrong(one, std::string(key) + " holds texts in quotes");
      }
    }
  }
  void wrong(const toml::node& node, std::string rule) {
    wrong(place(node.source()), 1, "this value cannot stand here", std::move(rule));
  }
  void wrong(Place at, u32 length, std::string what, std::string rule) {
    mistakes_.push_back({at, length, std::move(what), std::move(rule)});
  }
  const toml::node* find(std::string_view key, bool needed) {
    const toml::node* const node = table_.get(key);
    if (node == nullptr && needed) {
      wrong({1, 1}, 3, "the front matter has no " + std::string(key),
            "format, id, title, minutes, covers, trial, lab, level and fallback are needed.");
    }
    return node;
  }

 private:
  const toml::table& table_;
  std::vector<Mistake>& mistakes_;
};

}  // namespace

void read_front(std::string_view text, Lesson& to, std::vector<Mistake>& mistakes) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    mistakes.push_back({place(error.source()), 1, std::string(error.description()),
                        "The front matter is TOML: key = value, texts in double quotes."});
    return;
  }
  const toml::table& table = parsed.table();
  Front front(table, mistakes);
  front.only_known_keys();
  front.number("format", to.format, true, 1);
  front.text("id", to.id, true);
  front.text("title", to.title, true);
  front.number("minutes", to.minutes, true, 240);
  front.texts("needs", to.needs, false);
  front.texts("covers", to.covers, true);
  front.texts("trial", to.trial, true);
  front.text("lab", to.shape, true);
  front.number("clients", to.clients, false, 60);
  front.text("level", to.level, true);
  front.text("fallback", to.fallback, true);
  front.texts("serve", to.serve, false);
  const auto check = [&](std::string_view key, bool good, const char* rule) {
    if (const toml::node* node = table.get(key); node != nullptr && !good) front.wrong(*node, rule);
  };
  check("level", to.level == "A" || to.level == "B" || to.level == "C",
        "level is \"A\" (needs the lab), \"B\" (loopback will do) or \"C\" (a capture will do)");
  check("lab", to.shape == "pair" || to.shape == "hops" || to.shape == "room",
        "lab is \"pair\", \"hops\" or \"room\"");
  check("id",
        to.id.size() == 3 && to.id[0] == 'L' &&
            to.id.find_first_not_of("0123456789", 1) == std::string::npos,
        "id is L and two digits, as in the file's name");
}

}  // namespace netpeel::lesson
