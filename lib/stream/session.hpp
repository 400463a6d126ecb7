// A conversation's application protocol, read from its two streams of bytes. Sans-I/O: bytes come
// in, messages go out; any split of the input gives the same messages. A session holds what spans
// messages (which request an answer belongs to, a decompressor's window); the bytes of an
// unfinished message are kept by the Pump that drives it.
#pragma once
#include <memory>

#include "base/arena.hpp"
#include "field/registry.hpp"

namespace netpeel::stream {

// Who opened the conversation, and who answered.
enum class Side : u8 { client, server };
constexpr Side other(Side side) { return side == Side::client ? Side::server : Side::client; }

// The frame whose bytes are being read: messages end in it.
struct Moment {
  u64 frame = 0;  // its number
  i64 time = 0;   // nanoseconds since 1970
};

// One message, whole. Its fields are read later and only if somebody asks, by the protocol's
// expand() over `bytes`.
struct Message {
  const field::Protocol* protocol;
  Side side;
  u64 from, to;  // in that side's stream, counted from the first byte known of it; for messages
                 // inside others: the outermost's
  Bytes bytes;   // contiguous; valid until the next bytes are fed
  u32 header;  // of them; the rest is what the protocol carries. A layer holds 65,535 at most: more
               // counts as its body
  const field::Facts* facts =
      nullptr;  // what expand() cannot see in the bytes; made in Context::arena
  // The message whose payload these bytes are, when they do not stand in it as such (unmasked,
  // inflated, put together): that protocol's name. Empty: they lie in the stream, or in the bytes
  // of the message told before.
  std::string_view in{};
  bool whole = true;  // false: it ends where the capture has a gap
};

class Session;

// Who listens to a session.
class Out {
 public:
  virtual void message(const Message& message) = 0;
  // From here on, both sides speak something else: bytes not taken so far are given to that
  // session.
  virtual void become(std::unique_ptr<Session> next) = 0;
  // The bytes are not this protocol. Nothing more is asked of the session.
  virtual void reject() = 0;

 protected:
  ~Out() = default;
};

// Bounds of what a session may keep; beyond them it goes on without the bytes, and says so.
struct Limits {
  u32 message = 16 * 1024 * 1024;  // bytes of one unfinished message
  u32 body = 8 * 1024 * 1024;      // of one inflated or gathered body (--max-body)
};

// What several conversations share: an Engine.IO session goes from polling to WebSocket over
// several connections.
class Common {
 public:
  virtual ~Common() = default;
};

// What all sessions of a flow table have at hand. Outlives them.
struct Context {
  const field::Registry& registry;
  Limits limits{};
  base::Arena arena{};  // emptied before each frame
  Moment now{};
  bool midway =
      false;  // while a session is opened: the capture does not hold the connection's beginning
  std::unique_ptr<Common> engineio{};  // made and used by the Engine.IO session alone
};

class Session {
 public:
  virtual ~Session() = default;
  // `have` is what that side has sent from stream position `at` on and no message has taken yet.
  // Tells out the messages that are whole and returns how many bytes they took, at most all. What
  // is left comes again with more behind it, or with `ended` set when nothing more will come. A
  // session that waits for the other side takes nothing: it is asked again after that side was
  // heard. It may be asked several times with the same bytes.
  virtual std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) = 0;
  // How long `have` must be before asking that side again is worth it; 0: ask with any news.
  virtual std::size_t wants(Side) const { return 0; }
  // The next n bytes of that side, behind `have` (an unfinished message, which is given up), were
  // not captured; n = 0: the message is longer than Limits::message. What parse() gets next begins
  // behind them.
  virtual void gap(Side side, Bytes have, u64 at, u64 n, Out& out) = 0;
  // About how many bytes it keeps, for the flow table's bound. Most keep a few words: more than
  // enough is counted for them.
  virtual std::size_t memory() const { return 1024; }
};

// What a stream protocol's .cpp defines, besides its field::Protocol. Listed in streams.def.
struct Streamed {
  // The protocol whose bindings (Space::tcp_port) or whose signature begins such a conversation.
  std::string_view name;
  // Null where lib/proto has it already (dns).
  const field::Protocol* protocol = nullptr;
  // Null where it is only reached through another (websocket).
  std::unique_ptr<Session> (*open)(Context& context) = nullptr;
  // Whether the first bytes of one side look like this protocol; asked where no port is bound.
  // `have` is never empty. Null: never guess.
  bool (*signature)(Side side, Bytes have) = nullptr;
  // Whether only a server begins like that. Null: not to be told.
  bool (*answer)(Bytes have) = nullptr;
  // Whether such bytes are believed wherever a segment begins of a conversation that nobody reads:
  // it may change to this protocol in the middle (STARTTLS), or begin in a way nobody knows. Null:
  // never.
  bool (*anywhere)(Bytes have) = nullptr;
  // With `anywhere`: the only bytes that it may say yes to as the first. So that of most segments
  // nobody need ask.
  std::string_view anywhere_first{};
  bool sized = false;  // each message begins with its own length: tcp.pdu.size
};

}  // namespace netpeel::stream
