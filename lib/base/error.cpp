#include "base/error.hpp"

#include <cstring>

namespace netpeel::base {

Error::Error(const std::string& tried, int code, std::string advice)
    : std::runtime_error("could not " + tried +
                         (code != 0 ? std::string(": ") + std::strerror(code) : "")),
      advice_(std::move(advice)) {}

Error::Error(Whole, const std::string& what, std::string advice)
    : std::runtime_error(what), advice_(std::move(advice)) {}

Error Error::sentence(const std::string& what, std::string advice) {
  return {Whole{}, what, std::move(advice)};
}

}  // namespace netpeel::base
