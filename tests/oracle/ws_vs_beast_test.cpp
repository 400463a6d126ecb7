// Boost.Beast's WebSocket and ours, on the same bytes: what the one refuses, the other refuses;
// what the one writes, the other reads. Beast is somebody else's reading of RFC 6455 and RFC 7692.
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "base/random.hpp"
#include "net/websocket.hpp"
#include "support/catch.hpp"
#include "support/ws_log.hpp"

using namespace netpeel;
using net::WsHead;
using net::WsOpcode;

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Stream = websocket::stream<beast::test::stream>;

constexpr std::size_t limit = 4000;
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr net::WsMask mask{9, 8, 7, 6};

void settle(Stream& stream, bool deflate) {
  websocket::permessage_deflate settings;
  settings.server_enable = settings.client_enable = deflate;
  stream.set_option(settings);
  stream.read_message_max(limit);
}

// What Beast, on one end, says about what it was sent. Reads until there is no more.
WsLines hear(Stream& stream) {
  WsLines lines;
  stream.control_callback([&](websocket::frame_type type, beast::string_view payload) {
    if (type == websocket::frame_type::close) return;
    lines.push_back((type == websocket::frame_type::ping ? "ping " : "pong ") +
                    std::string(payload));
  });
  for (;;) {
    beast::flat_buffer buffer;
    beast::error_code error;
    stream.read(buffer, error);
    if (!error) {
      lines.push_back((stream.got_text() ? "text " : "binary ") +
                      beast::buffers_to_string(buffer.data()));
      continue;
    }
    if (error == websocket::error::closed) {
      const auto reason = stream.reason();
      const u16 code = reason.code == websocket::close_code::none ? 1005 : u16(reason.code);
      lines.push_back("close " + std::to_string(code) + " " + reason.reason.c_str());
    } else if (error == websocket::condition::protocol_violation ||
               error == websocket::error::bad_frame_payload) {
      lines.push_back("broken");
    } else if (error == websocket::error::message_too_big ||
               error == websocket::error::buffer_overflow) {
      lines.push_back("too big");
    } else if (error.category() == beast::error_code(beast::zlib::error::stream_error).category()) {
      lines.push_back("broken");
    }
    return lines;
  }
}

struct BeastServer {
  explicit BeastServer(bool deflate) : stream(context), client(context) {
    settle(stream, deflate);
    client.connect(stream.next_layer());
    std::string request =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
        std::string(key) + "\r\n";
    if (deflate)
      request += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    stream.next_layer().append(request + "\r\n");
    stream.accept();
    answer = client.str();
    client.clear();
  }
  WsLines hear(std::string_view bytes) {
    stream.next_layer().append(bytes);
    client.close();
    return ::hear(stream);
  }
  boost::asio::io_context context;
  Stream stream;
  beast::test::stream client;
  std::string answer;
};

// A client of Beast's whose handshake ours has answered.
struct BeastClient {
  explicit BeastClient(bool deflate) : stream(context), server(context) {
    settle(stream, deflate);
    server.connect(stream.next_layer());
    beast::error_code problem;
    stream.async_handshake("a", "/",
                           [&](beast::error_code error) { problem = error, done = true; });
    context.poll();
    const std::string request(server.str());
    const auto header = [&](std::string_view name) {
      const std::size_t at = request.find(name);
      if (at == request.npos) return std::string();
      const std::size_t begin = at + name.size() + 2;
      return request.substr(begin, request.find("\r\n", begin) - begin);
    };
    std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                      "Upgrade\r\nSec-WebSocket-Accept: " +
                      net::ws_accept(header("Sec-WebSocket-Key")) + "\r\n";
    const auto offers = net::ws_extensions(header("Sec-WebSocket-Extensions"));
    REQUIRE(offers);
    if (deflate) {
      terms = net::ws_deflate_accept(*offers);
      REQUIRE(terms);
      out += "Sec-WebSocket-Extensions: " + terms->answer() + "\r\n";
    }
    out += "\r\n";
    server.write_some(boost::asio::buffer(out));
    context.restart();
    context.poll();
    REQUIRE(done);
    REQUIRE(!problem);
  }
  WsLines hear(std::string_view bytes) {
    stream.next_layer().append(bytes);
    server.close();
    return ::hear(stream);
  }
  boost::asio::io_context context;
  Stream stream;
  beast::test::stream server;
  std::optional<net::WsDeflateTerms> terms;
  bool done = false;
};

WsLines ours(net::WsRole role, bool deflate, std::string_view bytes) {
  net::WsDecoder decoder(role, limit);
  if (deflate) decoder.inflate_with(std::make_unique<net::WsInflate>(true));
  WsLines lines = ws_read(std::move(decoder), bytes, [](std::size_t n) { return n; });
  for (std::string& line : lines) {
    if (line.starts_with("broken 1009")) line = "too big";
    if (line.starts_with("broken")) line = "broken";
  }
  return lines;
}

// Frames as a peer may send them, and some that it may not.
std::string frames(base::Random& random, bool masked, net::WsDeflate* packer) {
  std::string out;
  bool open = false;
  for (u64 n = 1 + random.below(6); n > 0; --n) {
    WsHead head{.mask = masked ? std::optional(mask) : std::nullopt};
    const bool wild = random.chance(0.04);
    if (random.chance(0.3)) {
      head.opcode = random.chance(0.2)   ? WsOpcode::close
                    : random.chance(0.5) ? WsOpcode::ping
                                         : WsOpcode::pong;
    } else {
      head.opcode = open != wild         ? WsOpcode::more
                    : random.chance(0.5) ? WsOpcode::text
                                         : WsOpcode::binary;
      head.fin = random.chance(0.6);
      open = !head.fin;
    }
    std::string payload;
    const std::size_t size = random.chance(0.1) ? random.below(5000) : random.below(20);
    while (payload.size() < size) payload += random.chance(0.2) ? "\xe2\x82\xac" : "ab";
    if (random.chance(0.03)) payload += char(random.next());
    const bool control = u8(head.opcode) >= 8;
    if (head.opcode == WsOpcode::close && random.chance(0.8))
      payload = net::ws_close_payload(u16(990 + random.below(50)), payload);
    if (control && !wild) payload.resize(std::min<std::size_t>(payload.size(), 60));
    if (packer != nullptr && !control && head.opcode != WsOpcode::more && head.fin &&
        random.chance(0.7)) {
      payload = packer->message(payload);
      head.reserved = 4;
    }
    if (random.chance(0.02)) head.reserved = u8(random.below(8));
    if (random.chance(0.01)) head.opcode = WsOpcode(random.below(16));
    if (random.chance(0.01)) head.mask = masked ? std::nullopt : std::optional(mask);
    out += ws_frame(head, payload);
  }
  // Not in compressed data: Beast refuses a last block (BFINAL), which RFC 7692 §7.2.3.4 allows.
  if (packer == nullptr && random.chance(0.05)) out[random.below(out.size())] = char(random.next());
  return out;
}

// Where we know better: Beast takes close codes from 5000 on, and does not know 1014.
bool same_but_codes(const WsLines& beast, const WsLines& our) {
  if (beast == our) return true;
  if (beast.empty() || beast.size() != our.size() ||
      !std::equal(our.begin(), our.end() - 1, beast.begin()))
    return false;
  if (our.back() == "broken" && beast.back().starts_with("close "))
    return std::stoi(beast.back().substr(6)) >= 5000;
  return beast.back() == "broken" && our.back().starts_with("close 1014 ");
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[u8(c) >> 4];
    out += "0123456789abcdef"[u8(c) & 15];
  }
  return out;
}

}  // namespace

// Beast looks at a head when all of it is there, ours at each part as it comes: where the bytes end
// amid a broken head, a few more let Beast see it, too.
const std::string rest_of_head(14, '\0');

struct Count {
  std::size_t refused = 0, messages = 0;
  void add(const WsLines& lines) {
    for (const std::string& line : lines) ++(line == "broken" ? refused : messages);
  }
};

TEST_CASE("a server of Beast's hears what ours hears, and refuses what ours refuses") {
  base::Random random(517);
  Count count;
  for (int round = 0; round < 4000; ++round) {
    const bool deflate = round % 3 == 0;
    net::WsDeflate packer(15, true);
    std::string bytes = frames(random, true, deflate ? &packer : nullptr);
    const auto agree = [&] {
      BeastServer beast(deflate);
      const WsLines theirs = beast.hear(bytes), our = ours(net::WsRole::server, deflate, bytes);
      if (!same_but_codes(theirs, our)) return false;
      count.add(our);
      // What it answered (pongs, a close frame) is clean to a strict client.
      const WsLines back = ours(net::WsRole::client, false, beast.client.str());
      const bool odd_code = theirs != our;
      return odd_code || std::count(back.begin(), back.end(), "broken") == 0;
    };
    INFO("round " << round << ", " << hex(bytes));
    const bool agreed = agree() || (bytes += rest_of_head, agree());
    CHECK(agreed);
  }
  CHECK(count.refused > 200);
  CHECK(count.messages > 3000);
}

TEST_CASE("a client of Beast's takes our handshake, and hears what ours hears") {
  base::Random random(518);
  Count count;
  for (int round = 0; round < 3000; ++round) {
    const bool deflate = round % 3 == 0;
    net::WsDeflate packer(15, true);
    std::string bytes = frames(random, false, deflate ? &packer : nullptr);
    const auto agree = [&] {
      BeastClient beast(deflate);
      const WsLines theirs = beast.hear(bytes), our = ours(net::WsRole::client, deflate, bytes);
      count.add(our);
      return same_but_codes(theirs, our);
    };
    INFO("round " << round << ", " << hex(bytes));
    const bool agreed = agree() || (bytes += rest_of_head, agree());
    CHECK(agreed);
  }
  CHECK(count.refused > 200);
  CHECK(count.messages > 3000);
}

TEST_CASE("what Beast writes, compressed or not, in whatever frames, ours reads") {
  base::Random random(519);
  for (const bool deflate : {false, true}) {
    BeastServer beast(deflate);
    CHECK(beast.answer.find("Sec-WebSocket-Accept: " + net::ws_accept(key)) != std::string::npos);
    beast.stream.write_buffer_bytes(64);
    WsLines wanted;
    for (int i = 0; i < 300; ++i) {
      std::string payload;
      const std::size_t size = random.below(i % 10 == 0 ? 3000 : 100);
      while (payload.size() < size) payload += random.chance(0.2) ? "\xe2\x82\xac" : "ab";
      const bool text = random.chance(0.5);
      beast.stream.text(text);
      beast.stream.write(boost::asio::buffer(payload));
      wanted.push_back((text ? "text " : "binary ") + payload);
    }
    CHECK(ours(net::WsRole::client, deflate, beast.client.str()) == wanted);
  }
}
