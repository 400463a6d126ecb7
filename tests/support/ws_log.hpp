// What a WsDecoder says about bytes, as lines of text: "text hello", "ping", "close 1000 bye",
// "broken 1002 The opcode is reserved.". For tests and for fuzzing.
#pragma once
#include <string>
#include <vector>

#include "net/ws_codec.hpp"

namespace netpeel {

using WsLines = std::vector<std::string>;

class WsLog final : public net::WsReceiver {
 public:
  WsLines lines;

  void message(bool binary, std::span<u8> payload) override {
    lines.push_back((binary ? "binary " : "text ") + std::string(base::as_text(payload)));
  }
  void ping(Bytes payload) override {
    lines.push_back("ping " + std::string(base::as_text(payload)));
  }
  void pong(Bytes payload) override {
    lines.push_back("pong " + std::string(base::as_text(payload)));
  }
  void said_close(u16 code, std::string_view reason) override {
    lines.push_back("close " + std::to_string(code) + " " + std::string(reason));
  }
  void broken(u16 code, std::string_view why) override {
    lines.push_back("broken " + std::to_string(code) + " " + std::string(why));
  }
};

// Each piece from memory of its own size, gone afterwards: who reads too far or keeps a view is
// found out by a sanitizer. cut: how long the next piece is, at least 1.
template <class Cut>
WsLines ws_read(net::WsDecoder decoder, std::string_view bytes, Cut cut) {
  WsLog log;
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(cut(bytes.size()), bytes.size());
    std::vector<u8> piece(bytes.begin(), bytes.begin() + i64(n));
    decoder.read(piece, log);
    bytes.remove_prefix(n);
  }
  return log.lines;
}

}  // namespace netpeel
