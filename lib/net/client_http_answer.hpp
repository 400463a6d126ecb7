// Reads HTTP/1.x answers as a client gets them (RFC 9112), from bytes in any split and without
// sockets. What it is about is told piece by piece, so that an answer without end can be read.
#pragma once
#include "net/http.hpp"

namespace netpeel::net {

struct HttpGot {
  u32 status = 0;
  std::string head;  // as it came, with its empty line
  std::vector<HttpHeader> headers;
  std::string body;  // as far as it was asked for

  const std::string* header(std::string_view lower) const;  // the first of that name
};

class HttpAnswerReader {
 public:
  enum class State : u8 {
    head,
    body,
    done,      // this answer is whole; next() begins another
    upgraded,  // 101: what follows is another protocol
    broken,    // why() says
  };
  static constexpr std::size_t most_head = 64 * 1024;

  // What comes of the next answer: `bodiless` for one to HEAD.
  void next(bool bodiless);
  // Returns how many bytes it took. Pieces of the body are given to `piece`.
  std::size_t read(std::string_view bytes, const std::function<void(std::string_view)>& piece);
  // The connection ended: an answer without a length is whole by that.
  void end();

  State state() const { return state_; }
  const HttpGot& answer() const { return got_; }  // head and headers; the body is the caller's
  bool keeps_open() const { return keeps_open_; }
  bool begun() const { return begun_; }
  const std::string& why() const { return why_; }

 private:
  enum class Frame : u8 { none, length, chunks, until_end };
  enum class Chunk : u8 { size, data, data_end, trailer };

  std::size_t read_head(std::string_view bytes);
  void understand_head();
  std::size_t read_chunked(std::string_view bytes,
                           const std::function<void(std::string_view)>& piece);
  bool take_line(std::string_view bytes, std::size_t& at);
  void chunk_line();
  void broken(std::string why);

  State state_ = State::head;
  HttpGot got_;
  std::string line_;  // of a chunk's size, or a trailer
  std::string why_;
  u64 left_ = 0;
  Frame frame_ = Frame::none;
  Chunk chunk_ = Chunk::size;
  bool bodiless_ = false, keeps_open_ = true, begun_ = false;
};

}  // namespace netpeel::net
