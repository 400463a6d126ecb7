#include "net/client_peel.hpp"

#include "net/client_ws_frames.hpp"
#include "net/ws_codec.hpp"
#include "support/catch.hpp"

using namespace netpeel;

namespace {

std::string peeled(const net::PeelSettings& settings, const std::function<void(net::Tap&)>& what) {
  std::string out;
  net::Peeler peeler(settings, [&](std::string_view text) { out += text; });
  what(peeler);
  return out;
}

}  // namespace

TEST_CASE("a frame is peeled down to the event in it") {
  const net::WsMask mask{1, 2, 3, 4};
  const std::string frame = net::ws_frame({.mask = mask}, "42/chat,7[\"say\",\"hi\"]");
  const std::string out = peeled({.engine = true, .socketio = true}, [&](net::Tap& tap) {
    tap.frame(net::Way::out, base::as_bytes(frame));
  });
  CHECK(out.starts_with("-> sent WebSocket frame, 27 bytes\n"));
  CHECK(out.find("frame      text, FIN, masked with 01020304, 21 bytes of payload\n") !=
        std::string::npos);
  CHECK(out.find("Engine.IO  4 message\n") != std::string::npos);
  CHECK(out.find("Socket.IO  2 EVENT, namespace /chat, asks for acknowledgment 7\n") !=
        std::string::npos);
  CHECK(out.find("event      say\n") != std::string::npos);
  CHECK(out.find("arguments  \"hi\"\n") != std::string::npos);
}

TEST_CASE("nothing from the wire reaches a terminal as it is, and nothing is endless") {
  const std::string bad = "\x1b[2J\xff" + std::string(10'000, 'x');
  const std::string frame = net::ws_frame(net::WsOpcode::text, bad);
  const std::string out = peeled({}, [&](net::Tap& tap) {
    tap.bytes(net::Way::in, base::as_bytes(bad));
    tap.frame(net::Way::in, base::as_bytes(frame));
    tap.http(net::Way::in, "HTTP/1.1 200 OK\r\nX: \x1b\r\n\r\n", base::as_bytes(bad));
  });
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(out.find('\xff') == std::string::npos);
  CHECK(out.find("\\x1b[2J") != std::string::npos);
  CHECK(out.size() < 3'000);
}

TEST_CASE("frames are found in bytes that were cut anywhere") {
  struct Seen : net::Tap {
    std::string said;
    void bytes(net::Way, Bytes) override {}
    void http(net::Way, std::string_view, Bytes) override {}
    void frame(net::Way, Bytes f) override { said += std::to_string(f.size()) + " "; }
    void long_frame(net::Way, Bytes begin, u64 size) override {
      said += std::to_string(begin.size()) + " of " + std::to_string(size) + " ";
    }
  };
  const std::string all = net::ws_frame(net::WsOpcode::text, "") +
                          net::ws_frame(
                              {
                                  .mask = net::WsMask{1, 2, 3, 4}
  },
                              std::string(300, 'a')) +
                          net::ws_frame(net::WsOpcode::binary, std::string(70'000, 'b')) +
                          net::ws_frame(net::WsOpcode::ping, "x");
  for (const std::size_t size : {1ul, 2ul, 3ul, 7ul, 100ul, 65'536ul, all.size()}) {
    Seen seen;
    net::WsFrameCutter cutter(seen, net::Way::in);
    for (std::size_t at = 0; at < all.size(); at += size)
      cutter.read(base::as_bytes(std::string_view(all).substr(at, size)));
    INFO(size);
    CHECK(seen.said == "2 308 65536 of 70010 3 ");
  }
}
