#include "net/http_parser.hpp"

#include "net/http_words.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using net::HttpParser;

namespace {

struct Parsed {
  std::vector<net::HttpRequest> requests;
  net::HttpProblem problem;
  bool bad = false, under_way = false;
};

// In pieces of so many bytes; what is not taken comes again with more behind it.
Parsed parse(std::string_view text, std::size_t piece = std::size_t(-1),
             const net::HttpLimits& limits = {}) {
  Parsed out;
  HttpParser parser(limits);
  std::string kept;
  for (std::size_t at = 0; at < text.size() && !out.bad;) {
    kept += text.substr(at, piece);
    at += std::min(piece, text.size() - at);
    std::string_view left = kept;
    for (bool more = false; !more && !out.bad;) {
      switch (parser.read(left)) {
        case HttpParser::Step::more: more = true; break;
        case HttpParser::Step::head: parser.body_limit(limits.body); break;
        case HttpParser::Step::done: out.requests.push_back(std::move(parser.request())); break;
        case HttpParser::Step::bad:
          out.bad = true;
          out.problem = parser.problem();
          break;
      }
    }
    kept = left;
  }
  out.under_way = parser.under_way();
  return out;
}

u32 status(std::string_view text) {
  const Parsed whole = parse(text), split = parse(text, 1);
  CHECK(whole.problem.status == split.problem.status);
  CHECK(whole.bad == split.bad);
  CHECK(whole.bad == !whole.problem.says.empty());
  INFO(whole.problem.says);
  return whole.bad ? whole.problem.status : 0;
}

constexpr std::string_view host = "Host: a\r\n";
std::string get(const std::string& headers) { return "GET / HTTP/1.1\r\n" + headers + "\r\n"; }

}  // namespace

TEST_CASE("a request in any pieces reads the same") {
  const std::string text =
      "\r\nPOST /a%20b?x=1&y=a+b%21 HTTP/1.1\r\nHost: h:80\r\nX-Two: 1\r\nAccept:\r\n"
      "x-two:\t2 \r\nContent-Length: 5\r\n\r\nhello"
      "PUT http://h/c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
      "GET / HTTP/1.0\r\n\r\n";
  for (const std::size_t piece : {1000u, 1u, 2u, 3u, 7u, 40u}) {
    const Parsed got = parse(text, piece);
    CHECK(got.problem.says == "");
    REQUIRE(got.requests.size() == 3);
    CHECK_FALSE(got.under_way);
    const net::HttpRequest& first = got.requests[0];
    CHECK(first.method == "POST");
    CHECK(first.target == "/a%20b?x=1&y=a+b%21");
    CHECK(first.path == "/a b");
    CHECK(first.query == "x=1&y=a+b%21");
    CHECK(first.parameter("y") == "a b!");
    CHECK_FALSE(first.parameter("z"));
    CHECK(first.version == 11);
    CHECK(first.body == "hello");
    REQUIRE(first.headers.size() == 5);
    CHECK(first.headers[1].name == "X-Two");
    CHECK(first.headers[2].name == "Accept");
    CHECK(first.headers[2].value == "");
    CHECK(first.headers[3].name == "x-two");
    CHECK(first.headers[3].value == "2");
    CHECK(first.count("x-TWO") == 2);
    CHECK(*first.header("HOST") == "h:80");
    CHECK(got.requests[1].path == "/c");
    CHECK(got.requests[1].body == "abc0123456789");
    CHECK(got.requests[2].version == 10);
  }
}

TEST_CASE("what RFC 9112 forbids is refused") {
  CHECK(status(get(std::string(host))) == 0);
  CHECK(status(get("")) == 400);
  CHECK(status(get("Host: a\r\nHost: a\r\n")) == 400);
  CHECK(status(get("Host: a/b\r\n")) == 400);
  CHECK(status(get("Host: \r\n")) == 0);
  CHECK(status(get("Host: a\r\n folded\r\n")) == 400);
  CHECK(status(get("Host : a\r\n")) == 400);
  CHECK(status(get("Host: a\r\nno colon\r\n")) == 400);
  CHECK(status(get("Host: a\r\nX: a\1b\r\n")) == 400);
  CHECK(status(get("Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(status(get("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n")) == 400);
  CHECK(status(get("Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n")) == 400);
  CHECK(status(get("Host: a\r\nContent-Length: 1, 1\r\n")) == 400);
  CHECK(status(get("Host: a\r\nContent-Length: -1\r\n")) == 400);
  CHECK(status(get("Host: a\r\nContent-Length: 99999999999999999999999\r\n")) == 400);
  CHECK(status(get("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n")) == 501);
  CHECK(status(get("Host: a\r\nTransfer-Encoding: chunked, chunked\r\n")) == 400);
  CHECK(status(get("Host: a\r\nTransfer-Encoding: \r\n")) == 400);
  CHECK(status("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(status(get("Host: a\r\nExpect: a miracle\r\n")) == 417);
  CHECK(status("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(status("GET /\r\n") == 400);
  CHECK(status("GET  / HTTP/1.1\r\n") == 400);
  CHECK(status("GET / a HTTP/1.1\r\n") == 400);
  CHECK(status("GET / HTTP/1.x\r\n\r\n") == 400);
  CHECK(status("GET / HTTP/2.0\r\n") == 505);
  CHECK(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
  CHECK(status("GET a HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(status("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
  CHECK(status("nonsense\r\n") == 400);
  CHECK(status("\x16\x03\x01\x02") == 400);
  CHECK(parse("\x16\x03").problem.says.find("TLS") != std::string::npos);
}

TEST_CASE("chunked bodies that are none are refused") {
  const std::string head = get("Host: a\r\nTransfer-Encoding: chunked\r\n");
  CHECK(status(head + "0\r\n\r\n") == 0);
  CHECK(status(head + "x\r\n") == 400);
  CHECK(status(head + "-1\r\n\r\n") == 400);
  CHECK(status(head + "3\r\nabcd\r\n0\r\n\r\n") == 400);
  CHECK(status(head + "11111111111111111\r\n") == 400);
  CHECK(status(head + "1;" + std::string(20'000, 'x')) == 400);
}

TEST_CASE("limits: line, head, headers, body") {
  CHECK(status("GET /" + std::string(17'000, 'a')) == 414);
  CHECK(status(get("Host: a\r\nX: " + std::string(17'000, 'a'))) == 431);
  std::string flood;
  for (int i = 0; i < 101; ++i) flood += "X: 1\r\n";
  CHECK(status(get(flood)) == 431);
  CHECK(status(get("Host: a\r\nContent-Length: 1000001\r\n")) == 413);
  CHECK(status(get("Host: a\r\nContent-Length: 1000000\r\n")) == 0);
  CHECK(status(get("Host: a\r\nTransfer-Encoding: chunked\r\n") + "F4241\r\n") == 413);
}

TEST_CASE("how forms are written") {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  CHECK(net::form_fields("a=1&b=%c3%BC+x&&c&=d&e=%") ==
        Fields{
            {"a", "1"   },
            {"b", "ü x"},
            {"c", ""    },
            {"",  "d"   },
            {"e", "%"   }
  });
  CHECK(net::percent_decoded("%41%4") == std::nullopt);
  CHECK(net::percent_decoded("a+%2B") == "a++");
}
