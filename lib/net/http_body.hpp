// The body of a request, out of a stream of bytes: of a known length, or in chunks (RFC 9112 §7.1).
// Without sockets; strict.
#pragma once
#include <string>

#include "base/bytes.hpp"

namespace netpeel::net {

class HttpBody {
 public:
  enum class Step : u8 {
    more,  // what is left of the bytes has to come again, with more behind it
    done,
    bad,       // says() why
    too_long,  // for the limit
  };
  static HttpBody of_length(u64 length);
  static HttpBody chunked();

  void limit(std::size_t most) { most_ = most; }
  // Takes from the front of the bytes what it understands.
  Step read(std::string_view& bytes, std::string& body);
  const char* says() const { return says_; }

 private:
  enum class Stage : u8 { data, size_line, chunk_data, chunk_end, trailers };
  explicit HttpBody(Stage stage) : stage_(stage) {}
  bool line(std::string_view& bytes, std::string_view& line);
  Step chunk(std::string_view& bytes, std::string& body);
  Step size_line(std::string_view line, const std::string& body);
  Step trailer(std::string_view line);
  Step bad(const char* says);
  void take(std::string_view& bytes, std::string& body);

  Stage stage_;
  u64 left_ = 0;  // of the data
  std::size_t most_ = std::size_t(-1), trailer_bytes_ = 0;
  const char* says_ = nullptr;
};

}  // namespace netpeel::net
