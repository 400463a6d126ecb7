// An HTTP/1.1 client: one connection to one server, kept open between requests, opened again where
// it was closed. Requests are sent one behind the other's answer. Lives on its loop.
#pragma once
#include <deque>

#include "net/client_http_answer.hpp"
#include "net/client_tap.hpp"
#include "net/client_tcp.hpp"

namespace netpeel::net {

struct HttpAsk {
  std::string method = "GET", target = "/";
  std::vector<HttpHeader> headers;  // Host and Content-Length are added unless they are here
  std::string body;
  std::string version = "HTTP/1.1";
  bool host = true;  // false: no Host, to see what the server says
};
// As it goes out. authority: "localhost:3000".
std::string http_head_of(const HttpAsk& ask, const std::string& authority);

class HttpClient final : private TcpClient::Hears {
 public:
  struct Handler {
    // problem: empty, or why there is no (whole) answer; `failure` has more where the connection
    // could not be opened. The last call.
    std::function<void(HttpGot got, const std::string& problem, const DialFailure& failure)> done;
    std::function<void(const HttpGot& head)> head{};
    // Where it is set the body is given here and not kept.
    std::function<void(std::string_view)> piece{};
  };
  struct Settings {
    std::string host = "127.0.0.1";
    u16 port = 80;
    i64 timeout = 30'000'000'000;  // for one answer; 0: none
    std::size_t most_body = 256 * 1024 * 1024;
    Tap* tap = nullptr;
  };

  HttpClient(Loop& loop, Settings settings);
  ~HttpClient() = default;

  void ask(HttpAsk ask, Handler handler);
  bool busy() const { return !asks_.empty(); }
  // Breaks off: no handler is called any more. reset: as a lost connection looks (RST), and not in
  // order (FIN).
  void abort(bool reset);

 private:
  struct Asked {
    HttpAsk ask;
    Handler handler;
  };
  void opened() override;
  std::size_t data(std::span<u8> bytes) override;
  void half_closed() override;
  void ended(int code) override;
  void failed(const DialFailure& why) override;
  void begin();
  void send();
  void take(std::string_view piece);
  void finish(const std::string& problem, const DialFailure& failure = {});

  Settings settings_;
  std::deque<Asked> asks_;
  HttpAnswerReader reader_;
  std::string body_;
  Timer timer_;
  TcpClient tcp_;
  bool head_told_ = false, fresh_ = true, sent_ = false, too_long_ = false;
};

}  // namespace netpeel::net
