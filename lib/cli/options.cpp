#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "cli/main.hpp"
#include "cli/output.hpp"
#include "field/registry.hpp"
#include "view/ladder_parts.hpp"
#include "view/svg.hpp"

namespace netpeel::cli {

namespace {

// CLI11 takes a word such as ["a","b"] for a list of words, and JSON is no such thing. Behind the
// marker it is left alone; the marker is taken off again where the word is handed on.
constexpr char marker = '\x1f';
bool looks_like_list(std::string_view word) {
  return word.size() > 1 && word.front() == '[' && word.back() == ']';
}
void unmark(std::string& word) {
  if (!word.empty() && word.back() == marker) word.pop_back();
}

constexpr std::size_t column = 30;  // where the words about an option begin

// One line of the help in as many as the width takes: what an option is goes on below where it
// began.
void fit(std::string_view line, std::size_t width, base::Text& out) {
  if (view::characters(line) <= width) return void(out.add(line).add('\n'));
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const bool option =
      first == column || (first == 2 && line.size() > column && line.substr(column - 2, 2) == "  ");
  const std::size_t indent = option ? column : first;
  out.add(line.substr(0, indent));
  bool begun = false;
  for (const std::string& part : view::wrapped(line.substr(indent), width - indent)) {
    if (begun) out.fill(' ', indent);
    out.add(part).add('\n');
    begun = true;
  }
}

// What a tool is about: sentences that go on over several lines of the source become one line
// again, to be broken where it suits the terminal.
std::string joined(std::string_view about) {
  constexpr std::size_t broken = 70;  // a line so long ended for want of room
  std::string out;
  for (std::size_t at = 0; at < about.size();) {
    const std::size_t next = std::min(about.find('\n', at), about.size());
    const std::string_view line = about.substr(at, next - at);
    out += line;
    at = next + 1;
    const bool plain = !line.starts_with(' ') && at < about.size() && about[at] != '\n';
    out += plain && about[at] != ' ' && line.size() >= broken ? ' ' : '\n';
  }
  return out;
}

// All but the examples, which are to be copied as they are.
void fit_help(const std::string& help, std::size_t width, base::Text& out) {
  const std::size_t about = std::min(help.find("\nUsage:"), help.size());
  const std::string rest = joined(std::string_view(help).substr(0, about)) +
                           (about < help.size() ? help.substr(about + 1) : "");
  const std::string_view all = rest;
  const std::size_t end = std::min(all.find("\nExamples:\n"), all.size());
  for (std::size_t at = 0; at < end;) {
    const std::size_t next = std::min(all.find('\n', at), end);
    fit(all.substr(at, next - at), width, out);
    at = next + 1;
  }
  out.add(all.substr(end < all.size() ? end + 1 : end));
}

}  // namespace

struct Options::Impl {
  CLI::App app;
  std::string tool;
  std::vector<std::pair<std::string, std::string>> examples;
  std::vector<std::string*> single{};  // where words go
  std::vector<std::vector<std::string>*> several{};

  void parse(int argc, char** argv) {
    std::vector<std::string> words;
    for (int i = argc - 1; i > 0; --i) {  // CLI11 wants the last one first
      words.emplace_back(argv[i]);
      if (looks_like_list(words.back())) words.back().push_back(marker);
    }
    app.parse(words);
    for (std::string* to : single) unmark(*to);
    for (std::vector<std::string>* list : several) {
      for (std::string& word : *list) unmark(word);
    }
  }

  // The known option nearest to a misspelt one.
  std::string nearest(const std::string& wrong) const {
    std::string best;
    u32 least = 4;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        const u32 d = field::distance("--" + name, wrong.substr(0, wrong.find('=')));
        if (d < least) least = d, best = "--" + name;
      }
    }
    return best;
  }
};

Options::Options(const std::string& tool, const std::string& about)
    : impl_(new Impl{CLI::App(about), tool, {}, {}, {}}) {
  CLI::App& app = impl_->app;
  app.name("netpeel " + tool);
  app.set_help_flag("-h,--help", "This text");
  app.set_version_flag("--version", "netpeel " + tool + " " NETPEEL_VERSION, "Its version");
  app.get_formatter()->column_width(column);
  app.get_formatter()->label("REQUIRED", "");
}
Options::~Options() = default;

void Options::flag(const std::string& names, bool& to, const std::string& about) {
  impl_->app.add_flag(names, to, about);
}

void Options::text(const std::string& names, std::string& to, const std::string& placeholder,
                   const std::string& about) {
  impl_->single.push_back(&to);
  impl_->app.add_option(names, to, about)
      ->type_name(placeholder)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Options::texts(const std::string& names, std::vector<std::string>& to,
                    const std::string& placeholder, const std::string& about) {
  impl_->several.push_back(&to);
  impl_->app.add_option(names, to, about)
      ->type_name(placeholder)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void Options::number(const std::string& names, u64& to, const std::string& placeholder,
                     const std::string& about) {
  impl_->app.add_option(names, to, about)
      ->type_name(placeholder)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      // CLI11 reads -1 as the largest number there is.
      ->check([](const std::string& given) {
        if (given.starts_with('-')) return "\"" + given + "\" is below zero";
        u64 value = 0;
        const bool hex = given.starts_with("0x");
        const char* const end = given.data() + given.size();
        const auto read = std::from_chars(given.data() + (hex ? 2 : 0), end, value, hex ? 16 : 10);
        if (read.ptr == end && read.ec == std::errc()) return std::string{};
        return "\"" + given + "\" is no whole number from 0 on";
      });
}

void Options::choice(const std::string& names, std::string& to, const std::vector<std::string>& of,
                     const std::string& about) {
  std::string shape;
  for (const std::string& word : of) shape += (shape.empty() ? "" : "|") + word;
  impl_->app.add_option(names, to, about)
      ->type_name(shape)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->check([of, shape](const std::string& given) {
        for (const std::string& word : of) {
          if (word == given) return std::string{};
        }
        return "\"" + given + "\" is none of " + shape;
      });
}

void Options::words(const std::string& placeholder, std::vector<std::string>& to,
                    const std::string& about) {
  impl_->several.push_back(&to);
  // A name of CLI11 2.4 has no space, so what follows the first word is only shown.
  const std::size_t space = placeholder.find(' ');
  CLI::Option* const option =
      impl_->app.add_option(placeholder.substr(0, space), to, about)->type_name("");
  if (space != std::string::npos) option->option_text(placeholder.substr(space + 1));
}

void Options::example(const std::string& command, const std::string& what) {
  impl_->examples.emplace_back(command, what);
}

bool Options::given(const std::string& name) const { return impl_->app.count(name) > 0; }

void Options::parse(int argc, char** argv) {
  CLI::App& app = impl_->app;
  std::string footer = "Examples:\n";
  for (const auto& [command, what] : impl_->examples)
    footer += "  " + command + "\n      " + what + "\n";
  app.footer(footer);
  Output out;
  try {
    impl_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    constexpr u32 widest = 110;  // longer lines are hard to read
    fit_help(app.help(), std::min(terminal_columns(1), widest), out.text());
    out.flush();
    throw Quit{done};
  } catch (const CLI::CallForVersion& version) {
    out.text().add(version.what()).add('\n');
    out.flush();
    throw Quit{done};
  } catch (const CLI::ExtrasError& e) {
    std::string hint;
    for (int i = 1; i < argc && hint.empty(); ++i) {
      const std::string word = argv[i];
      if (word.size() > 2 && word[0] == '-') {
        const std::string best = impl_->nearest(word);
        if (!best.empty() && best != word.substr(0, word.find('=')))
          hint = "Did you mean " + best + "? ";
      }
    }
    usage_error(e.what(), hint + "All options: netpeel " + impl_->tool + " --help");
  } catch (const CLI::ArgumentMismatch& e) {
    // "--host: 1 required A missing"
    const std::string says = e.what();
    const std::string name = says.substr(0, says.find(':'));
    const bool missing = says.find("required") != std::string::npos;
    usage_error(missing ? name + " wants a word behind it, and there is none" : says,
                "All options: netpeel " + impl_->tool + " --help");
  } catch (const CLI::ParseError& e) {
    usage_error(e.what(), "All options: netpeel " + impl_->tool + " --help");
  }
}

}  // namespace netpeel::cli
