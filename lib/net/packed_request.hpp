// What is kept of a request for as long as its session lives: one string, because there are many
// sessions and few ask.
#pragma once
#include "net/http.hpp"

namespace netpeel::net {

class PackedRequest {
 public:
  PackedRequest() = default;
  explicit PackedRequest(const HttpRequest& request);
  HttpRequest unpack() const;  // body empty

 private:
  std::string bytes_;
};

}  // namespace netpeel::net
