// Frames as they come off the wire, for both roles, with and without compression, cut anywhere: the
// calls are the same as for the whole, nothing reads too far, and what is broken stays broken. The
// first byte says who reads and how the bytes are cut.
#include "base/random.hpp"
#include "net/ws_deflate.hpp"
#include "support/ws_log.hpp"

using namespace netpeel;

namespace {

constexpr std::size_t limit = 5000;

net::WsDecoder decoder(u8 how) {
  net::WsDecoder out((how & 1) != 0 ? net::WsRole::client : net::WsRole::server, limit);
  if ((how & 2) != 0) {
    const bool takeover = (how & 4) != 0;
    out.inflate_with(std::make_unique<net::WsInflate>(takeover));
  }
  return out;
}

// Only what may be said is said, and nothing behind the end.
void check(const WsLines& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const bool last = line.starts_with("close ") || line.starts_with("broken ");
    if (last && i + 1 < lines.size()) __builtin_trap();
    if (line.starts_with("text ") && !base::is_utf8(line)) __builtin_trap();
    if (line.size() > limit + 100) __builtin_trap();
  }
}

// The text of Sec-WebSocket-Extensions: read it, answer it.
void negotiate(std::string_view text) {
  const auto offers = net::ws_extensions(text);
  if (!offers) return;
  const auto terms = net::ws_deflate_accept(*offers);
  // What a server answers, a client that offered nothing special takes, or its window is too small.
  if (!terms) return;
  const auto agreed = net::ws_deflate_agreed(terms->answer(), {});
  if (!agreed && terms->client_max_window_bits > 8) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 20'000) return 0;
  const u8 how = data[0];
  const std::string_view bytes = base::as_text({data + 1, size - 1});
  if (how == 0xff) return negotiate(bytes), 0;
  const WsLines whole = ws_read(decoder(how), bytes, [](std::size_t n) { return n; });
  check(whole);
  base::Random random(how);
  const auto any = [&](std::size_t n) { return 1 + random.below(std::min<std::size_t>(n, 40)); };
  if (ws_read(decoder(how), bytes, any) != whole) __builtin_trap();
  if (ws_read(decoder(how), bytes, [](std::size_t) { return 1; }) != whole) __builtin_trap();
  return 0;
}
