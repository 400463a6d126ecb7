// A failure of the environment (open, permission, bind), as sentences for a person. Thrown where it
// happens, caught once, in cli::main, which prints it and exits with `exit_code` (3 unless said
// otherwise). Packets never cause one.
#pragma once
#include <cerrno>
#include <stdexcept>
#include <string>

namespace netpeel::base {

class Error : public std::runtime_error {
 public:
  // tried: "open capture.pcap"; code: errno, or 0; advice: what to do next, a sentence, may be
  // empty.
  Error(const std::string& tried, int code, std::string advice = {});
  // what: a whole sentence of its own, where no errno tells the cause.
  static Error sentence(const std::string& what, std::string advice = {});

  const std::string& advice() const { return advice_; }
  int exit_code() const { return exit_code_; }
  Error&& with_exit(int code) && {
    exit_code_ = code;
    return std::move(*this);
  }

 private:
  struct Whole {};
  Error(Whole, const std::string& what, std::string advice);
  std::string advice_;
  int exit_code_ = 3;
};

}  // namespace netpeel::base
