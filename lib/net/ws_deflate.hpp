// permessage-deflate — RFC 7692: what is offered, what is agreed on, and the two directions of it.
// zlib's memory (some 260 kB to send, 42 kB to receive, with the largest windows) is taken with the
// first message, and given back behind each one where no context is kept.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::stream {
class Inflater;
}

namespace netpeel::net {

// One element of Sec-WebSocket-Extensions (RFC 6455 §9.1).
struct WsExtension {
  struct Parameter {
    std::string name;
    std::optional<std::string> value;
  };
  std::string name;
  std::vector<Parameter> parameters;
};
// nullopt: the text is none that the RFC allows. Several headers: joined by commas.
std::optional<std::vector<WsExtension>> ws_extensions(std::string_view header);

struct WsDeflateTerms {
  bool server_no_context_takeover = false, client_no_context_takeover = false;
  u8 server_max_window_bits = 15, client_max_window_bits = 15;

  // As an answer: "permessage-deflate; server_max_window_bits=10". A client's offer adds that it
  // knows client_max_window_bits.
  std::string answer() const;
  std::string offer() const;
  bool operator==(const WsDeflateTerms&) const = default;
};

// As a server: the first offer that can be met, with what we want besides; nullopt: none can.
std::optional<WsDeflateTerms> ws_deflate_accept(const std::vector<WsExtension>& offers,
                                                const WsDeflateTerms& wanted = {});
// As a client: what the server made of our offer; nullopt: nothing that it may (fail the
// connection). Not for an answer without extensions.
std::optional<WsDeflateTerms> ws_deflate_agreed(std::string_view answer,
                                                const WsDeflateTerms& offered);

// Messages of one direction, out.
class WsDeflate {
 public:
  // 9 to 15: zlib has no smaller window.
  WsDeflate(u8 window_bits, bool context_takeover);
  ~WsDeflate();
  WsDeflate(const WsDeflate&) = delete;
  WsDeflate& operator=(const WsDeflate&) = delete;

  std::string message(std::string_view payload);  // what the frame carries
  // The last message did not reach the peer: the next one must not lean on it.
  void forget();

 private:
  struct Zlib;
  std::unique_ptr<Zlib> zlib_;
  u8 window_bits_;
  bool takeover_;
};

// Messages of one direction, in.
class WsInflate {
 public:
  enum class Verdict : u8 { good, broken, too_long };
  // The largest window whatever was agreed on: zlib would take what leans on more than a smaller
  // one, or not, depending on how the bytes were cut.
  explicit WsInflate(bool context_takeover);
  ~WsInflate();
  WsInflate(const WsInflate&) = delete;
  WsInflate& operator=(const WsInflate&) = delete;

  // Appends to `out`, which is never let grow beyond `most`. end: the message ends here.
  Verdict add(Bytes part, bool end, std::vector<u8>& out, std::size_t most);

 private:
  std::unique_ptr<stream::Inflater> inflater_;
  bool takeover_;
};

}  // namespace netpeel::net
