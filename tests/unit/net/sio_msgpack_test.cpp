#include "net/sio_msgpack.hpp"

#include "stream/msgpack.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::net;
using namespace std::string_literals;
using netpeel::stream::SioType;

TEST_CASE("a Socket.IO packet as npm's msgpack parser writes it") {
  // notepack.io 2.2: {type: 2, nsp: "/", data: ["a", <Buffer 01>], id: 5}
  const std::string bytes = "\x84\xa4type\2\xa3nsp\xa1/\xa4"
                            "data\x92\xa1"
                            "a\xc4\1\1\xa2id\5";
  SioUnpacked p;
  REQUIRE(read_sio_msgpack(bytes, p));
  CHECK(p.packet.type == SioType::event);
  CHECK(p.packet.nsp == "/");
  CHECK(p.packet.has_id);
  CHECK(p.packet.id == 5);
  CHECK(p.packet.json == R"(["a",{"_placeholder":true,"num":0}])");
  REQUIRE(p.attachments.size() == 1);
  CHECK(*p.attachments[0] == "\1");
  SioUnpacked again;
  REQUIRE(read_sio_msgpack(write_sio_msgpack(p.packet, p.attachments), again));
  CHECK(again.packet.json == p.packet.json);
  CHECK(again.packet.id == 5);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    SioUnpacked cut;
    CHECK_FALSE(read_sio_msgpack(std::string_view(bytes).substr(0, i), cut));
  }
}

TEST_CASE("a Socket.IO packet in msgpack holds no more binary than is taken") {
  const auto with = [](std::size_t n) {
    std::string out = "\x83\xa4type\2\xa3nsp\xa1/\xa4"
                      "data";
    stream::put_msgpack_list(n + 1, out);
    stream::put_msgpack_text("a", out);
    for (std::size_t i = 0; i < n; ++i) out += "\xc4\0"s;
    SioUnpacked p;
    return read_sio_msgpack(out, p);
  };
  CHECK(with(4096));
  CHECK_FALSE(with(4097));
}
