// A tool's options: what it takes, how that reads in --help, and how wrong use is answered. The
// only door to CLI11.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::cli {

// Thrown by parse() after it printed --help or --version; cli::main gives this exit code.
struct Quit {
  int code;
};

class Options {
 public:
  Options(const std::string& tool, const std::string& about);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  // names: "-c,--count". The variable keeps its value where the option is not given.
  void flag(const std::string& names, bool& to, const std::string& about);
  void text(const std::string& names, std::string& to, const std::string& placeholder,
            const std::string& about);
  void texts(const std::string& names, std::vector<std::string>& to, const std::string& placeholder,
             const std::string& about);  // may be given several times
  void number(const std::string& names, u64& to, const std::string& placeholder,
              const std::string& about);
  void choice(const std::string& names, std::string& to, const std::vector<std::string>& of,
              const std::string& about);
  // Words without an option in front.
  void words(const std::string& placeholder, std::vector<std::string>& to,
             const std::string& about);
  // Shown at the end of --help, in this order; every tool gives three.
  void example(const std::string& command, const std::string& what);

  void parse(int argc, char** argv);  // throws base::Error with exit 2, or Quit
  bool given(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::cli
