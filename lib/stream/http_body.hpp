// What HTTP/1.x wraps a body in: chunks (RFC 9112 §7.1) and content codings (RFC 9110 §8.4.1).
#pragma once
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::stream {

// Goes from chunk to chunk through a body of which more may come; a step that says `more` is asked
// again with more bytes.
class ChunkWalk {
 public:
  enum class Step : u8 { more, chunk, last, broken };
  // Positions count from the body's start.
  struct Chunk {
    std::size_t at = 0;  // of the line with the size
    std::size_t data_at = 0;
    u64 size = 0;  // of the data; behind it stands a line end, behind the last chunk the trailers
    std::size_t trailers = 0;  // of the last chunk: bytes of trailer lines, without the empty one
    std::size_t end = 0;
  };
  // `chunk` holds the size already when `more` is said of data that are not there yet.
  Step step(Bytes body, Chunk& chunk);
  std::size_t at() const { return at_; }
  u64 data() const { return data_; }  // bytes of data in the chunks passed
  // Bytes of body below which the next step says `more` again.
  std::size_t need() const { return need_; }

 private:
  std::size_t at_ = 0, need_ = 1;
  u64 data_ = 0;
};

// A body as the application sees it.
struct HttpBody {
  std::vector<u8> own;         // what had to be joined or inflated
  Bytes bytes{};               // that, or the message's own bytes
  std::string_view trouble{};  // a sentence; empty: none
  bool unwrapped = false;      // bytes are not the message's own
};

// One word of Content-Encoding.
enum class HttpCoding : u8 { none, gzip, deflate, unknown };
HttpCoding http_coding(std::string_view word);

// codings: the value of Content-Encoding. At most `limit` bytes come out.
HttpBody http_body(Bytes body, bool chunked, std::string_view codings, std::size_t limit);

}  // namespace netpeel::stream
