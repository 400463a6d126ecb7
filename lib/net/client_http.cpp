#include "net/client_http.hpp"

#include <algorithm>
#include <cstring>

#include "net/peer.hpp"
#include "stream/http.hpp"

namespace netpeel::net {

std::string http_head_of(const HttpAsk& ask, const std::string& authority) {
  const auto has = [&](std::string_view lower) {
    return std::any_of(ask.headers.begin(), ask.headers.end(),
                       [&](const HttpHeader& h) { return stream::http_same(h.name, lower); });
  };
  std::string out = ask.method + " " + ask.target + " " + ask.version + "\r\n";
  if (ask.host && !has("host")) out += "Host: " + authority + "\r\n";
  for (const HttpHeader& h : ask.headers) out += h.name + ": " + h.value + "\r\n";
  const bool bodied = !ask.body.empty() || ask.method == "POST" || ask.method == "PUT";
  if (bodied && !has("content-length") && !has("transfer-encoding"))
    out += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return out + "\r\n";
}

HttpClient::HttpClient(Loop& loop, Settings settings)
    : settings_(std::move(settings)), timer_(loop), tcp_(loop, *this) {}

void HttpClient::ask(HttpAsk ask, Handler handler) {
  asks_.push_back({std::move(ask), std::move(handler)});
  if (asks_.size() == 1) begin();
}

void HttpClient::abort(bool reset) {
  asks_.clear();
  timer_.cancel();
  if (reset) tcp_.abort();
  tcp_.let_go();
}

void HttpClient::begin() {
  sent_ = head_told_ = too_long_ = false;
  body_.clear();
  reader_.next(asks_.front().ask.method == "HEAD");
  if (settings_.timeout > 0) {
    timer_.after(settings_.timeout, [this] {
      tcp_.let_go();
      finish("no answer within " + std::to_string(settings_.timeout / 1'000'000) + " ms");
    });
  }
  fresh_ = !tcp_.is_open();
  if (fresh_) return tcp_.open(settings_.host, settings_.port);
  send();
}

void HttpClient::opened() {
  if (!asks_.empty() && !sent_) send();
}

void HttpClient::send() {
  const HttpAsk& ask = asks_.front().ask;
  sent_ = true;
  std::string head = http_head_of(ask, endpoint_text(settings_.host, settings_.port));
  if (settings_.tap != nullptr) settings_.tap->http(Way::out, head, base::as_bytes(ask.body));
  tcp_.send(std::move(head) + ask.body);
}

void HttpClient::take(std::string_view piece) {
  if (asks_.front().handler.piece) return asks_.front().handler.piece(piece);
  if (body_.size() + piece.size() > settings_.most_body) {
    too_long_ = true;
  } else {
    body_.append(piece);
  }
}

std::size_t HttpClient::data(std::span<u8> bytes) {
  if (asks_.empty()) {  // nobody asked
    tcp_.let_go();
    return bytes.size();
  }
  const std::size_t taken = reader_.read(base::as_text(bytes), [&](auto piece) {
    if (!head_told_ && asks_.front().handler.head) asks_.front().handler.head(reader_.answer());
    head_told_ = true;
    take(piece);
  });
  using State = HttpAnswerReader::State;
  if (too_long_) {
    tcp_.let_go();
    finish("the answer is longer than " + std::to_string(settings_.most_body) + " bytes");
  } else if (reader_.state() == State::broken) {
    tcp_.let_go();
    finish(reader_.why());
  } else if (reader_.state() == State::done || reader_.state() == State::upgraded) {
    if (!reader_.keeps_open() || reader_.state() == State::upgraded) tcp_.let_go();
    finish({});
  } else if (!head_told_ && reader_.state() == State::body) {
    head_told_ = true;
    if (asks_.front().handler.head) asks_.front().handler.head(reader_.answer());
  }
  return taken;
}

void HttpClient::finish(const std::string& problem, const DialFailure& failure) {
  timer_.cancel();
  Asked done = std::move(asks_.front());
  asks_.pop_front();
  HttpGot got = reader_.answer();
  got.body = std::move(body_);
  body_ = {};
  if (settings_.tap != nullptr && !got.head.empty())
    settings_.tap->http(Way::in, got.head, base::as_bytes(got.body));
  if (!head_told_ && got.status != 0 && done.handler.head) done.handler.head(got);
  // What is done next may end this object: nothing of it is touched behind the call.
  if (!asks_.empty()) begin();
  if (done.handler.done) done.handler.done(std::move(got), problem, failure);
}

void HttpClient::half_closed() { ended(0); }

void HttpClient::ended(int code) {
  tcp_.let_go();
  if (asks_.empty()) return;
  if (!fresh_ && sent_ && !reader_.begun()) return begin();  // it was closed while it was idle
  reader_.end();
  const bool whole = reader_.state() == HttpAnswerReader::State::done;
  finish(whole       ? ""
         : code == 0 ? reader_.why()
                     : "the connection broke: " + std::string(std::strerror(code)));
}

void HttpClient::failed(const DialFailure& why) {
  tcp_.let_go();
  finish("could not " + why.problem, why);
}

}  // namespace netpeel::net
