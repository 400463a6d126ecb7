#include "net/client_http_answer.hpp"

#include "support/catch.hpp"

using namespace netpeel;
using State = net::HttpAnswerReader::State;

namespace {

struct Read {
  State state;
  u32 status;
  std::string body, rest;
  bool keeps_open;
};

// In pieces of `size` bytes.
Read read(std::string_view text, std::size_t size, bool bodiless = false, bool ends = false) {
  net::HttpAnswerReader reader;
  reader.next(bodiless);
  Read out{};
  std::string left(text);
  while (!left.empty()) {
    const std::string piece = left.substr(0, size);
    const std::size_t taken = reader.read(piece, [&](auto b) { out.body += b; });
    left.erase(0, taken);
    if (taken < piece.size()) break;
  }
  if (ends) reader.end();
  out.state = reader.state();
  out.status = reader.answer().status;
  out.keeps_open = reader.keeps_open();
  out.rest = left;
  return out;
}

Read same_in_any_cut(std::string_view text, bool bodiless = false, bool ends = false) {
  const Read whole = read(text, text.size(), bodiless, ends);
  for (std::size_t size = 1; size < text.size(); ++size) {
    const Read cut = read(text, size, bodiless, ends);
    INFO(size);
    CHECK(cut.state == whole.state);
    CHECK(cut.body == whole.body);
    CHECK(cut.rest == whole.rest);
  }
  return whole;
}

}  // namespace

TEST_CASE("an answer ends where its length, its chunks or its status say") {
  Read r = same_in_any_cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 2");
  CHECK(r.state == State::done);
  CHECK(r.body == "hello");
  CHECK(r.rest == "HTTP/1.1 2");
  CHECK(r.keeps_open);
  r = same_in_any_cut(
      "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nrest");
  CHECK(r.state == State::done);
  CHECK(r.status == 404);
  CHECK(r.body == "abc0123456789");
  CHECK(r.rest == "rest");
  CHECK_FALSE(r.keeps_open);
  CHECK(same_in_any_cut("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nx").rest == "x");
  CHECK(same_in_any_cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", true).rest == "x");
}

TEST_CASE("without a length the connection's end is the answer's end") {
  const Read r = same_in_any_cut("HTTP/1.0 200 OK\r\n\r\nall of it", false, true);
  CHECK(r.state == State::done);
  CHECK(r.body == "all of it");
  CHECK_FALSE(r.keeps_open);
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 99, false, true).state ==
        State::broken);
  CHECK(read("HTTP/1.1 20", 99, false, true).state == State::broken);
}

TEST_CASE("a word in between is passed over, and 101 leaves the rest to another protocol") {
  CHECK(same_in_any_cut("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .status == 200);
  const Read r =
      same_in_any_cut("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x");
  CHECK(r.state == State::upgraded);
  CHECK(r.rest == "\x81\x01x");
}

TEST_CASE("what is no HTTP answer is told, not waited for") {
  CHECK(read("SSH-2.0-OpenSSH\r\n", 99).state == State::broken);
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 99).state ==
        State::broken);
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 99).state ==
        State::broken);
  CHECK(read("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), 4096).state == State::broken);
}
