#include "base/error.hpp"

#include <cstring>

namespace netpeel::base {

Error::Error(std::string tried, int code, std::string advice)
    : std::runtime_error("could not " + tried + (code != 0 ? std::string(": ") + std::strerror(code) : "")),
      advice_(std::move(advice)) {}

Error::Error(Whole, std::string what, std::string advice)
    : std::runtime_error(std::move(what)), advice_(std::move(advice)) {}

Error Error::sentence(std::string what, std::string advice) {
  return {Whole{}, std::move(what), std::move(advice)};
}

}  // namespace netpeel::base
