#include <zlib.h>

#include "support/http_run.hpp"

using namespace netpeel;
using stream::Side;
using test::Said;
using test::same_in_any_split;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Said client(std::string bytes) { return {Side::client, std::move(bytes)}; }
Said server(std::string bytes) { return {Side::server, std::move(bytes)}; }

const std::string get = "GET /a?x=1&y HTTP/1.1\r\nHost: h.test\r\n\r\n";

std::string packed(const std::string& plain, int window) {
  std::string out(plain.size() + 100, 0);
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  z.next_in = const_cast<Bytef*>(base::as_bytes(plain).data());
  z.avail_in = uInt(plain.size());
  z.next_out = const_cast<Bytef*>(base::as_bytes(out).data());
  z.avail_out = uInt(out.size());
  deflate(&z, Z_FINISH);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

std::string answer(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("HTTP: pipelined requests, each answer paired with its own") {
  const std::string said = same_in_any_split(
      {client(get + "HEAD /b HTTP/1.1\r\nHost: h.test\r\n\r\n" +
              "GET /c HTTP/1.1\r\nHost: h.test\r\n\r\n"),
       server(answer("", "hello") + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" +
              "HTTP/1.1 204 No Content\r\n\r\n")});
  CHECK(has(said, "client http 0-39: GET /a?x=1&y HTTP/1.1 to h.test"));
  CHECK(has(said, "http.request.uri.path=/a; http.request.uri.query=x=1&y; "
                  "http.request.uri.query.parameter=x=1; http.request.uri.query.parameter=y;"));
  CHECK(has(said,
            "http.request.full_uri=http://h.test/a?x=1&y; http.request=1; http.request_number=1"));
  CHECK(has(said, "200 OK, 5 bytes"));
  CHECK(has(said, "http.content_length=5"));
  CHECK(has(said, "http.response_number=2; http.response_for.uri=http://h.test/b\n"));
  CHECK(has(said, "http.response_number=3; http.response_for.uri=http://h.test/c\n"));
  CHECK(has(said, "http.file_data=hello"));
  CHECK_FALSE(has(said, "{"));
}

TEST_CASE("HTTP: chunks, trailers, and packed bodies") {
  const std::string plain = "a text that is longer than what is packed, packed, packed, packed";
  const std::string gz = packed(plain, 15 + 16);
  const std::string said =
      same_in_any_split({client(get + get + get),
                         server("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                "chunked\r\n\r\n4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\nT: 1\r\n\r\n"),
                         server(answer("Content-Encoding: gzip\r\n", gz)),
                         server(answer("Content-Encoding: deflate\r\n", packed(plain, -15)))});
  CHECK(has(
      said,
      "http.chunk_size=4; http.chunk_data=77696b69; http.chunk_boundary=0d0a; http.chunk_size=5;"));
  CHECK(has(said,
            "http.chunk_size=0; http.chunked_trailer_part=T: 1\\r\\n; http.file_data=wikipedia\n"));
  const std::size_t first = said.find("http.file_data=" + plain);
  CHECK(first != std::string::npos);
  CHECK(said.find("http.file_data=" + plain, first + 1) != std::string::npos);
  CHECK(has(test::http_lines(
                {client(get), server(answer("Content-Encoding: gzip\r\n", gz.substr(0, 30)))}),
            "{unusual: the body does not unpack"));
}

TEST_CASE("HTTP: answers that end with the connection, and those that never had a body") {
  const std::string said =
      same_in_any_split({client(get + get), server("HTTP/1.1 304 Not Modified\r\nContent-Length: "
                                                   "99\r\n\r\nHTTP/1.0 200 OK\r\n\r\nall\nof it")});
  CHECK(has(said, "server http 0-49: 304 Not Modified"));
  CHECK(has(said, "200 OK, 9 bytes"));
  const std::string more = same_in_any_split(
      {client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
       server("HTTP/1.1 100 Continue\r\n\r\n" + answer("", "yes"))});
  CHECK(has(more, "server http 25-66: 200 OK, 3 bytes"));
  CHECK(has(more, "http.response_for.uri=/"));
}

TEST_CASE("HTTP: an upgrade waits for its answer, CONNECT ends what is HTTP") {
  const std::string ask =
      "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: other\r\nConnection: keep-alive, Upgrade\r\n\r\n";
  const std::string yes = same_in_any_split(
      {client(ask + "not http at all"),
       server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n\1\2\3")});
  CHECK(has(yes, "101 Switching Protocols"));
  CHECK_FALSE(has(yes, "not http"));
  const std::string no =
      same_in_any_split({client(ask + get), server(answer("", "no") + answer("", "a"))});
  CHECK(has(no, "GET /a?x=1&y"));
  const std::string tunnel =
      same_in_any_split({client("CONNECT h:25 HTTP/1.0\r\n\r\n"),
                         server("HTTP/1.0 200 Connection established\r\n\r\n220 ready\r\n")});
  CHECK(has(tunnel, "server http 0-39: 200 Connection established"));
  CHECK_FALSE(has(tunnel, "220"));
}

TEST_CASE("HTTP: what old, odd and hostile senders do is told") {
  const std::string odd =
      same_in_any_split({client("GET / HTTP/1.1\nHost : h\nX: a\n b\nno colon\n\n\r\nPOST / "
                                "HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                                get)});
  CHECK(has(odd, "{malformed: a blank stands before the colon"));
  CHECK(has(odd, "(obs-fold)"));
  CHECK(has(odd, "bare line feed"));
  CHECK(has(odd, "no colon: it is no header"));
  CHECK(has(odd, "http.leading_crlf"));
  CHECK(has(odd, "{malformed: Content-Length and Transfer-Encoding together"));
  CHECK(has(odd, "{malformed: two lengths that differ"));
  CHECK(has(odd, "GET /a?x=1&y"));
  const std::string bad = same_in_any_split(
      {client(get),
       server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + answer("", "x"))});
  CHECK(has(bad, "{malformed: a chunk of the body does not begin with its size"));
  CHECK(bad.find("does not begin with its size") ==
        bad.rfind("does not begin with its size"));  // told once
  CHECK(has(bad, "200 OK, 1 byte"));
  // A chunk longer than its size says, of which nothing more has come yet.
  CHECK(has(
      same_in_any_split(
          {client(get), server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwikiX")}),
      "{malformed: a chunk of"));
  CHECK(has(
      same_in_any_split({client(get), server("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc")}),
      "the length is no number"));
}

TEST_CASE("HTTP: gaps, beginnings in the middle, garbage, early ends") {
  const Said hole{Side::server, {}, 3};
  const std::string inside =
      test::http_lines({client(get + get), server("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nab"),
                        hole, server("fgh" + answer("", "next"))});
  CHECK(has(inside, "{truncated: a part of the body was not captured"));
  CHECK(has(inside, "200 OK, 4 bytes"));
  const std::string lost =
      test::http_lines({client(get), server("HTTP/1.1 200 O"), hole,
                        server("tent-Length: 8\r\n\r\nabcdefgh" + answer("", "next"))});
  CHECK(has(lost, "{truncated: a part of this message was not captured"));
  CHECK(has(lost, "200 OK, 4 bytes"));
  const std::string middle =
      same_in_any_split({server("...the end of a body</html>" + answer("", "next"))});
  CHECK(has(middle, "server http 0-27: 27 bytes inside a message"));
  CHECK(has(middle, "200 OK, 4 bytes"));
  CHECK(has(same_in_any_split({client("GET /a HT")}), "ends inside the first line"));
  CHECK(has(same_in_any_split({client("GET /a HTTP/1.1\r\nHo")}), "ends inside the head"));
  CHECK(has(same_in_any_split({server(answer("", "next").substr(0, 40))}),
            "ends before the body does"));
  const std::string huge = same_in_any_split(
      {client("GET / HTTP/1.1\r\nX: " + std::string(70000, 'x') + "\r\n\r\n" + get)});
  CHECK(has(huge, "the head is longer than 65,535 bytes"));
  CHECK(has(huge, "GET /a?x=1&y"));
}

// Where a message ends decides who is heard next: what two readers take differently is how requests
// are smuggled past one of them.
TEST_CASE("HTTP: one length twice, two that differ, a length beside chunks: each told, and what "
          "follows is found") {
  const std::string head = "POST /p HTTP/1.1\r\nHost: h.test\r\n";
  const auto post = [&](const std::string& headers, const std::string& body) {
    return same_in_any_split({client(head + headers + "\r\n" + body + get)});
  };
  const std::string same = post("Content-Length: 2\r\nContent-Length: 2\r\n", "hi");
  CHECK_FALSE(has(same, "malformed"));
  CHECK(has(same, "http.file_data=hi\n"));
  CHECK(has(same, "GET /a?x=1&y"));
  const std::string two = post("Content-Length: 2\r\nContent-Length: 4\r\n", "hi");
  CHECK(has(two, "{malformed: two lengths that differ"));
  CHECK_FALSE(has(two, "Transfer-Encoding"));
  const std::string both =
      post("Content-Length: 999\r\nTransfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n");
  CHECK(has(both, "{malformed: Content-Length and Transfer-Encoding together"));
  CHECK_FALSE(has(both, "two lengths"));
  CHECK(has(both, "http.file_data=hi\n"));
  CHECK(has(both, "GET /a?x=1&y"));
}

TEST_CASE("HTTP: answers on the way are no answers: the request still waits for its own") {
  const std::string said =
      same_in_any_split({client(get + "GET /c HTTP/1.1\r\n\r\n"),
                         server("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 102 "
                                "Processing\r\nContent-Length: 7\r\n\r\n" +
                                answer("", "first") + answer("", "second!"))});
  CHECK(has(said, "103 Early Hints"));
  CHECK(has(said, "102 Processing"));
  CHECK(has(said, "200 OK, 5 bytes"));
  CHECK(has(said, "http.file_data=first"));
  CHECK(has(said, "http.response_number=2; http.response_for.uri=/c"));
  CHECK_FALSE(has(said, "http.response_number=3"));
}

TEST_CASE("HTTP: an answer to HEAD has no body, whatever its head promises") {
  const std::string head = "HEAD / HTTP/1.1\r\n\r\n";
  const std::string said = same_in_any_split(
      {client(head + head + get), server("HTTP/1.1 200 OK\r\nContent-Length: 7000\r\n\r\n"
                                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                         answer("", "now"))});
  CHECK(has(said, "http.response_number=3; http.response_for.uri=http://h.test/a?x=1&y"));
  CHECK(has(said, "http.file_data=now"));
  CHECK_FALSE(has(said, "{"));
}

TEST_CASE("HTTP: CONNECT refused stays HTTP; granted, what is inside is read by its own protocol") {
  const std::string ask = "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n";
  const std::string refused = same_in_any_split(
      {client(ask + get),
       server("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno" +
              answer("", "a"))});
  CHECK(has(refused, "407 Proxy Authentication Required, 2 bytes"));
  CHECK(has(refused, "GET /a?x=1&y"));
  CHECK(has(refused, "http.response_number=2"));
  // A record that holds the beginning of a ClientHello.
  const std::string hello("\x16\x03\x01\x00\x08\x01\x00\x00\x04\x03\x03\x00\x00", 13);
  const std::string granted =
      same_in_any_split({client(ask), server("HTTP/1.1 200 OK\r\n\r\n"), client(hello)});
  CHECK(has(granted, "client tls 39-52"));
}

TEST_CASE("HTTP: a gap among chunks is told, and the next answer is found") {
  const std::string said = test::http_lines({
      client(get + get),
      server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwi"),
      {Side::server, {}, 100},
      server("dia\r\n0\r\n\r\n" + answer("", "next"))
  });
  CHECK(has(said, "{truncated: a part of the body was not captured"));
  CHECK(has(said, "200 OK, 4 bytes"));
}
