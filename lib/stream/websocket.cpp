#include "stream/websocket.hpp"

#include <vector>

#include "base/utf8.hpp"
#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/engineio.hpp"
#include "stream/inflate.hpp"

namespace netpeel::stream {
namespace {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Text;
using Facts = WebSocketFacts;

constexpr auto opcodes = values({
    {0, "Continuation"}, {1, "Text"}, {2, "Binary"}, {3, "Reserved for data", 7},
    {8, "Connection Close"}, {9, "Ping"},
    {10, "Pong"}, {11, "Reserved for control", 15},
});
constexpr auto close_codes = values({
    {1000, "Normal closure"}, {1001, "Going away"}, {1002, "Protocol error"},
    {1003, "Unsupported data"},
    {1004, "Reserved"}, {1005, "No status received"}, {1006, "Abnormal closure"},
    {1007, "Invalid payload data"},
    {1008, "Policy violation"}, {1009, "Message too big"}, {1010, "Mandatory extension"},
    {1011, "Internal error"},
    {1012, "Service restart"}, {1013, "Try again later"}, {1014, "Bad gateway"},
    {1015, "TLS handshake failed"},
    {3000, "Unauthorized"}, {3003, "Forbidden"}, {3008, "Timeout"},
    {4000, "Application's own", 4999},
});

struct WebSocketHead {
  static constexpr auto fields = wire({
      {"websocket.fin", "Fin", 1, flag, "This frame is the last of its message."},
      {"websocket.rsv", "Reserved", 3, hex,
       "Zero, unless an extension was agreed on that uses them.", {.ref = "§5.2"}},
      {"websocket.opcode", "Opcode", 4, dec, "What the frame carries.", {.values = opcodes}},
      {"websocket.mask", "Mask", 1, flag,
       "The payload is mixed with the masking key: always so from client to server, so that no "
       "proxy takes it for something else.", {.ref = "§5.3"}},
      {"websocket.payload_length", "Payload length", 7, dec,
       "In bytes; 126 and 127 say that a longer length follows."},
  });
};
constexpr auto rows = loose({
    {"websocket.pmc", "Compressed", 1, flag, "The message is compressed: permessage-deflate.",
     {.ref = "RFC 7692 §6"}},
    {"websocket.payload_length_ext_16", "Extended length", 16, dec,
     "The payload's length in two bytes."},
    {"websocket.payload_length_ext_64", "Extended length", 64, dec,
     "The payload's length in eight bytes."},
    {"websocket.masking_key", "Masking key", 32, bytes,
     "Every payload byte is xored with one of these four, in turn."},
    {"websocket.masked_payload", "Masked payload", 0, mark,
     "The payload as it was sent, mixed with the key."},
    {"websocket.payload", "Payload", 0, mark, "What the frame carries, the mask taken off."},
    {"websocket.payload.continue", "Continuation", 0, bytes,
     "More of a message that began in an earlier frame."},
    {"websocket.payload.text", "Text", 0, text, "The message, in UTF-8."},
    {"websocket.payload.close", "Close", 0, mark, "Why the connection is closed."},
    {"websocket.payload.close.status_code", "Status code", 16, dec, "The reason as a number.",
     {.values = close_codes, .ref = "§7.4"}},
    {"websocket.payload.close.reason", "Reason", 0, text, "The reason in words."},
    {"websocket.payload.ping", "Ping", 0, bytes, "Comes back unchanged in the pong."},
    {"websocket.payload.pong", "Pong", 0, bytes, "What the ping had brought."},
    {"websocket.payload.unknown", "Unknown", 0, bytes,
     "The payload of a frame whose opcode has no meaning."},
    {"websocket.fragments", "Fragments", 0, mark, "The frames this message was put together from.",
     {.computed = true}},
    {"websocket.fragment", "Fragment", 32, dec, "The captured frame one of them ended in.",
     {.computed = true}},
    {"websocket.fragment.count", "Fragment count", 32, dec, "How many frames the message came in.",
     {.computed = true}},
    {"websocket.reassembled.length", "Message length", 32, dec, "Of the whole message, in bytes.",
     {.computed = true}},
});
constexpr Table tables[]{WebSocketHead::fields, rows};

// ---- A frame's head ----

struct Head {
  u8 opcode = 0, rsv = 0;
  bool fin = false, masked = false;
  u32 size = 2;     // of the head itself
  u64 payload = 0;  // bytes
  const u8* key = nullptr;
  bool control() const { return opcode >= 8; }
};

// How long the head is; needs two bytes.
u32 head_size(const u8* p) {
  const u32 length = p[1] & 0x7f;
  return 2 + (length == 126 ? 2u : length == 127 ? 8u : 0u) + ((p[1] & 0x80) != 0 ? 4u : 0u);
}

Head read_head(const u8* p) {
  Head h;
  h.fin = (p[0] & 0x80) != 0;
  h.rsv = p[0] >> 4 & 7;
  h.opcode = p[0] & 15;
  h.masked = (p[1] & 0x80) != 0;
  h.size = head_size(p);
  const u32 length = p[1] & 0x7f;
  h.payload = length == 126 ? base::be16(p + 2) : length == 127 ? base::be64(p + 2) : length;
  if (h.masked) h.key = p + h.size - 4;
  return h;
}

// Whether a frame may well begin here: for finding the thread again behind a hole.
bool plausible(const u8* p, Side side, bool deflate) {
  const Head h = read_head(p);
  const bool known = h.opcode == 1 || h.opcode == 2 || (h.opcode >= 8 && h.opcode <= 10);
  if (!h.fin || !known || h.masked != (side == Side::client)) return false;
  if (h.rsv != 0 && !(deflate && h.rsv == 4 && !h.control())) return false;
  if (h.control() && h.payload > 125) return false;
  const u32 length = p[1] & 0x7f;
  if ((length == 126 && h.payload < 126) || (length == 127 && h.payload < 65536)) return false;
  return h.payload <= 16 * 1024 * 1024;
}

bool allowed_close(u32 code) {
  return (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)) ||
         (code >= 3000 && code <= 4999);
}

bool has_word(std::string_view list, std::string_view word) {
  return list.find(word) != std::string_view::npos;
}

// Text that is fit to be read: what a guess may rest on.
bool readable(std::string_view text) {
  for (char c : text) {
    if (u8(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') return false;
  }
  return base::is_utf8(text);
}

// An Engine.IO message with a Socket.IO packet in it: 40, 42["…, 451-[…
bool like_socketio(std::string_view text) {
  if (text.size() < 2 || text[0] != '4' || text[1] < '0' || text[1] > '6') return false;
  const std::size_t after = std::min(text.find_first_not_of("0123456789-", 2), text.size());
  return text.size() == 2 ||
         (after < text.size() && (text[after] == '[' || text[after] == '{' || text[after] == '/'));
}

// Where the upgrade was not captured: whole text frames, one after the other, and nothing else.
bool signature(Side side, Bytes have) {
  constexpr u64 least = 4;  // shorter texts are met by chance
  u64 seen = 0;
  while (have.size() >= 2 && have.size() >= head_size(have.data()) &&
         plausible(have.data(), side, false)) {
    const Head h = read_head(have.data());
    if (h.opcode != 1 || have.size() - h.size < h.payload) return false;
    std::string text(base::as_text(have.subspan(h.size, std::size_t(h.payload))));
    for (std::size_t i = 0; h.masked && i < text.size(); ++i)
      text[i] = char(u8(text[i]) ^ h.key[i & 3]);
    if (!readable(text)) return false;
    seen += h.payload;
    have = have.subspan(h.size + std::size_t(h.payload));
  }
  return have.empty() && seen >= least;
}

// ---- The session ----

class WebSocket final : public Session {
 public:
  WebSocket(Context& context, const WebSocketStart& start)
      : context_(context), deflate_(has_word(start.extensions, "permessage-deflate")),
        unseen_(start.unseen), engineio_(engineio_over_websocket(context, start.path)) {
    way(Side::client).unseen = way(Side::server).unseen = start.unseen;
    way(Side::client).fresh_window = has_word(start.extensions, "client_no_context_takeover");
    way(Side::server).fresh_window = has_word(start.extensions, "server_no_context_takeover");
  }

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override {
    Way& w = way(side);
    std::size_t taken = 0;
    for (;;) {
      const Bytes rest = have.subspan(taken);
      w.wants = 2;
      if (w.skip > 0) {
        const std::size_t n = std::size_t(std::min<u64>(w.skip, rest.size()));
        w.skip -= n;
        taken += n;
        if (w.skip > 0) return w.wants = 0, taken;
        continue;
      }
      if (rest.size() < 2 || rest.size() < head_size(rest.data())) {
        if (!rest.empty() && ended) {
          tell_cut(side, rest, at + taken, Facts::Lost::end, 0, out);
          taken += rest.size();
        } else if (rest.size() >= 2) {
          w.wants = head_size(rest.data());
        }
        return taken;
      }
      if (w.searching && !plausible(rest.data(), side, deflate_)) {
        ++taken;
        continue;
      }
      const Head h = read_head(rest.data());
      const u64 total = h.size + h.payload;
      if (h.payload > context_.limits.message || total > context_.limits.message) {
        tell_cut(side, rest.first(h.size), at + taken, Facts::Lost::limit, h.payload, out);
        w.skip = h.payload;
        taken += h.size;
        continue;
      }
      if (rest.size() < total) {
        if (ended) {
          tell_cut(side, rest, at + taken, Facts::Lost::end, total - rest.size(), out);
          return have.size();
        }
        w.wants = std::size_t(total);
        return taken;
      }
      frame(side, h, rest.first(std::size_t(total)), at + taken, out);
      taken += std::size_t(total);
    }
  }
  std::size_t wants(Side side) const override { return ways_[u8(side)].wants; }

  void gap(Side side, Bytes have, u64 at, u64 n, Out& out) override {
    Way& w = way(side);
    w.wants = 0;
    if (w.skip > 0) {  // inside a frame that is passed over anyway
      const u64 over = n > w.skip ? n - w.skip : 0;
      w.skip -= std::min(w.skip, n);
      if (over > 0) lose(w);
      return;
    }
    if (have.size() >= 2 && have.size() >= head_size(have.data())) {
      const Head h = read_head(have.data());
      const u64 total = h.size + h.payload;
      if (total > have.size() && h.payload < u64(1) << 62) {
        const u64 left = total - have.size();
        tell_cut(side, have, at, Facts::Lost::gap, left, out);
        if (n <= left) {
          w.skip = left - n;
          return;
        }
      }
    }
    lose(w);
  }

  std::size_t memory() const override {
    std::size_t bytes = sizeof *this;
    for (const Way& w : ways_) {
      bytes += w.parts.capacity() + w.pieces.capacity() * sizeof(u64) + w.inflated.capacity() +
               w.inflater.memory();
    }
    return bytes;
  }

 private:
  struct Way {
    std::vector<u8> parts;    // of an unfinished message, unmasked
    std::vector<u64> pieces;  // network frames they ended in
    std::vector<u8> inflated;
    Inflater inflater;
    u64 skip = 0;  // payload bytes still to pass over
    std::size_t wants = 2;
    u32 count = 0;  // frames of the unfinished message
    u8 kind = 0;    // its opcode; 0: none is unfinished
    bool compressed = false;
    bool incomplete = false;  // part of it is lost
    bool fresh_window = false;
    bool window_lost = false;
    bool searching = false;
    bool unseen = false;  // how this began was not captured, and that is not told yet
    bool closed = false;
  };
  Way& way(Side side) { return ways_[u8(side)]; }

  void lose(Way& w) {
    w.searching = true;
    w.window_lost = !w.fresh_window;
    forget(w);
  }
  static void forget(Way& w) {
    w.parts.clear();
    w.pieces.clear();
    w.count = 0;
    w.kind = 0;
    w.compressed = w.incomplete = false;
  }

  Bytes unmasked(const Head& h, Bytes payload) {
    if (!h.masked || payload.empty()) return payload;
    u8* const p = context_.arena.room(payload.size());
    for (std::size_t i = 0; i < payload.size(); ++i) p[i] = payload[i] ^ h.key[i & 3];
    return {p, payload.size()};
  }

  Facts* facts_for(Way& w, Side side, const Head& h) {
    Facts* f = context_.arena.make<Facts>();
    f->deflate = deflate_;
    f->wrong_mask = h.masked != (side == Side::client);
    f->after_close = w.closed;
    f->opcode = h.opcode;
    if (w.unseen) {
      f->trouble =
          "the capture began after this connection; what its upgrade agreed on is not known";
      f->kind = Kind::truncated;
      w.unseen = false;
    }
    if (w.searching) {
      f->trouble = "bytes before this one are missing; a frame seems to begin again here";
      f->kind = Kind::truncated;
      w.searching = false;
    }
    return f;
  }

  void tell(Side side, const Head& h, Bytes bytes, u64 at, const Facts* f, Out& out) {
    out.message({.protocol = websocket.protocol,
                 .side = side,
                 .from = at,
                 .to = at + bytes.size(),
                 .bytes = bytes,
                 .header = std::min(h.size, u32(bytes.size())),
                 .facts = f});
  }

  // A frame of which not all is there.
  void tell_cut(Side side, Bytes bytes, u64 at, Facts::Lost why, u64 missing, Out& out) {
    Way& w = way(side);
    Head h;
    h.size = u32(bytes.size());
    if (bytes.size() >= 2 && bytes.size() >= head_size(bytes.data())) {
      h = read_head(bytes.data());
    } else if (bytes.size() >= 1) {
      h.opcode = bytes[0] & 15;
      h.masked = side == Side::client;
    }
    Facts* f = facts_for(w, side, h);
    f->payload = h.size < bytes.size() ? unmasked(h, bytes.subspan(h.size)) : Bytes{};
    f->lost = why;
    f->missing = missing;
    if (!h.control()) {
      if (h.opcode != 0) begin(w, h);
      w.incomplete = true;
      if (h.fin || why == Facts::Lost::end) {
        w.window_lost |= w.compressed && !w.fresh_window;
        forget(w);
      }
    }
    tell(side, h, bytes, at, f, out);
  }

  void begin(Way& w, const Head& h) {
    forget(w);
    w.kind = h.opcode;
    w.compressed = deflate_ && (h.rsv & 4) != 0;
  }

  void frame(Side side, const Head& h, Bytes bytes, u64 at, Out& out) {
    Way& w = way(side);
    Facts* f = facts_for(w, side, h);
    f->payload = unmasked(h, bytes.subspan(h.size));
    if (h.control()) {
      f->message = f->payload;
      f->last = true;
      if (h.opcode == 8) w.closed = true;
      tell(side, h, bytes, at, f, out);
      return;
    }
    if (h.opcode != 0) {
      f->unfinished_before = w.kind != 0;
      begin(w, h);
    } else if (w.kind == 0) {
      f->no_start = true;
      tell(side, h, bytes, at, f, out);
      return;
    }
    f->opcode = w.kind;
    f->compressed = w.compressed;
    f->count = ++w.count;
    if (w.pieces.size() < 4096) w.pieces.push_back(context_.now.frame);
    const bool alone = h.fin && w.count == 1;
    if (!alone) {
      if (f->payload.size() > context_.limits.message - w.parts.size()) {
        w.incomplete = true;
        w.parts.clear();
      } else if (!w.incomplete) {
        w.parts.insert(w.parts.end(), f->payload.begin(), f->payload.end());
      }
    }
    if (h.fin) finish(w, *f, alone);
    tell(side, h, bytes, at, f, out);
    if (!h.fin) return;
    if (unseen_ && engineio_ == nullptr && f->last && f->opcode == 1 &&
        like_socketio(base::as_text(f->message))) {
      engineio_ = engineio_over_websocket(context_, "/socket.io/?EIO=4");
    }
    if (f->last && engineio_ != nullptr && (f->opcode == 1 || f->opcode == 2)) {
      engineio_->message({side, at, at + bytes.size(), bytes, "websocket"}, f->opcode == 2,
                         f->message, out);
    }
    forget(w);
  }

  void finish(Way& w, Facts& f, bool alone) {
    if (!alone) {
      u64* const pieces =
          static_cast<u64*>(static_cast<void*>(context_.arena.room(w.pieces.size() * sizeof(u64))));
      std::copy(w.pieces.begin(), w.pieces.end(), pieces);
      f.pieces = {pieces, w.pieces.size()};
    }
    if (w.incomplete) {
      f.lost = Facts::Lost::gap;
      w.window_lost |= w.compressed && !w.fresh_window;
      return;
    }
    const Bytes sent = alone ? f.payload : Bytes(w.parts);
    if (w.compressed) {
      if (w.window_lost) {
        f.lost = Facts::Lost::window;
        return;
      }
      constexpr u8 tail[]{0, 0, 0xff, 0xff};  // RFC 7692 §7.2.2
      w.inflated.clear();
      Inflater::Verdict v = w.inflater.add(sent, w.inflated, context_.limits.body);
      if (!Inflater::failed(v)) v = w.inflater.add(tail, w.inflated, context_.limits.body);
      if (Inflater::failed(v)) {
        f.lost = v == Inflater::Verdict::broken ? Facts::Lost::inflate : Facts::Lost::too_long;
        w.window_lost = !w.fresh_window;
      }
      if (w.fresh_window || Inflater::failed(v)) w.inflater.reset();
      f.message = context_.arena.copy(Bytes(w.inflated));
      if (w.inflated.capacity() > 1024 * 1024) w.inflated = {};
    } else {
      f.message = alone ? f.payload : context_.arena.copy(sent);
    }
    f.last = f.lost == Facts::Lost::no;
    f.not_utf8 = f.last && f.opcode == 1 && !base::is_utf8(base::as_text(f.message));
  }

  Context& context_;
  const bool deflate_;
  const bool unseen_;
  std::unique_ptr<EngineIo> engineio_;
  Way ways_[2];
};

// ---- Fields ----

void close_rows(Expansion& x, Bytes said, u32 at) {
  // Unmasked bytes stand at the same places as the masked ones.
  const u32 size = u32(said.size());
  x.mark(row<"websocket.payload.close">(rows), at, size);
  const auto in = x.inside();
  const Field& code_row = row<"websocket.payload.close.status_code">(rows);
  if (size == 0) return;
  if (size == 1)
    return x.problem(
        Kind::malformed, &code_row,
        "a close frame holds no payload, or at least a code of two bytes; here is one byte");
  const u32 code = base::be16(said.data());
  x.number(code_row, at, 2, code);
  if (!allowed_close(code))
    x.problem(Kind::malformed, &code_row,
              "this code must not be sent; it is reserved, or nobody has defined it");
  if (size == 2) return;
  const Field& reason = row<"websocket.payload.close.reason">(rows);
  x.value(reason, at + 2, size - 2, said.subspan(2));
  if (!base::is_utf8(base::as_text(said.subspan(2))))
    x.problem(Kind::malformed, &reason, "the reason is not UTF-8");
}

void lost_problem(Expansion& x, const Facts& f) {
  Text says;
  const Field& payload = row<"websocket.payload">(rows);
  switch (f.lost) {
    case Facts::Lost::no: return;
    case Facts::Lost::limit:
      says.add("the payload of ")
          .dec(f.missing)
          .add(" bytes is longer than what is kept of one message; it was passed over");
      return x.problem(Kind::unusual, &payload, says.view());
    case Facts::Lost::gap:
      if (f.missing == 0)
        return x.problem(Kind::truncated, &payload,
                         "part of this message is missing, so it could not be put together");
      says.dec(f.missing).add(" bytes of the payload are missing or came too late");
      return x.problem(Kind::truncated, &payload, says.view());
    case Facts::Lost::end:
      return x.problem(Kind::truncated, &payload, "the stream ended in the middle of this frame");
    case Facts::Lost::inflate:
      return x.problem(Kind::malformed, &payload,
                       "this was said to be compressed, but it cannot be inflated");
    case Facts::Lost::window:
      return x.problem(
          Kind::truncated, &payload,
          "it cannot be inflated: it refers to earlier messages, of which some are missing");
    case Facts::Lost::too_long:
      return x.problem(Kind::unusual, &payload,
                       "it inflates to more than is kept of one message (see --max-body)");
  }
}

void expand(Expansion& x) {
  const u8* p = x.header();
  const u32 there = u32(x.layer.header) + x.layer.body;
  const Facts* f = x.known<Facts>();
  if (there < 2) {
    if (f != nullptr) lost_problem(x, *f);
    return;
  }
  const Field& rsv = row<"websocket.rsv">(WebSocketHead::fields);
  const Field& opcode = row<"websocket.opcode">(WebSocketHead::fields);
  const Field& length_row = row<"websocket.payload_length">(WebSocketHead::fields);
  x.rows(WebSocketHead::fields);
  const bool deflate = f != nullptr && f->deflate;
  if (deflate && (p[0] & 8) == 0) x.number(row<"websocket.pmc">(rows), 0, 1, p[0] >> 6 & 1);
  if (there < head_size(p)) {
    if (f != nullptr) lost_problem(x, *f);
    return;
  }
  const Head h = read_head(p);
  const u32 length = p[1] & 0x7f;
  if (length == 126) x.field(row<"websocket.payload_length_ext_16">(rows), 2, 2);
  if (length == 127) x.field(row<"websocket.payload_length_ext_64">(rows), 2, 8);
  if (h.masked) x.field(row<"websocket.masking_key">(rows), h.size - 4, 4);
  const u32 size = u32(std::min<u64>(h.payload, there - h.size));
  const Bytes plain = f != nullptr ? f->payload : h.masked ? Bytes{} : Bytes(p + h.size, size);
  if (h.masked && size > 0) x.mark(row<"websocket.masked_payload">(rows), h.size, size);
  if (f != nullptr && f->pieces.size() > 0) {
    x.mark(row<"websocket.fragments">(rows), h.size, size);
    const auto in = x.inside();
    for (u64 frame : f->pieces) x.computed(row<"websocket.fragment">(rows), frame);
    x.computed(row<"websocket.fragment.count">(rows), f->count);
    if (f->last) x.computed(row<"websocket.reassembled.length">(rows), f->message.size());
  }
  if (size > 0) {
    x.mark(row<"websocket.payload">(rows), h.size, size);
    const auto in = x.inside();
    const bool last = f != nullptr ? f->last : h.fin;
    const Bytes message = f != nullptr ? f->message : plain;
    const u8 kind = f != nullptr ? f->opcode : h.opcode;
    if (h.opcode == 8) {
      close_rows(x, plain, h.size);
    } else if (h.opcode == 9) {
      x.value(row<"websocket.payload.ping">(rows), h.size, size, plain);
    } else if (h.opcode == 10) {
      x.value(row<"websocket.payload.pong">(rows), h.size, size, plain);
    } else if (h.opcode > 2) {
      x.value(row<"websocket.payload.unknown">(rows), h.size, size, plain);
    } else if (last && kind == 1) {
      x.value(row<"websocket.payload.text">(rows), h.size, size, message);
    } else if (h.opcode == 0 && !last) {
      x.value(row<"websocket.payload.continue">(rows), h.size, size, plain);
    }
  }
  // What the standard forbids.
  if ((h.rsv & (deflate ? 3 : 7)) != 0)
    x.problem(Kind::malformed, &rsv,
              "a reserved bit is set, but no extension that uses it was agreed on");
  if (deflate && (h.rsv & 4) != 0 && (h.control() || h.opcode == 0)) {
    x.problem(Kind::malformed, &rsv,
              "the bit for compression stands only in the first frame of a message, and never in "
              "control frames");
  }
  if ((h.opcode > 2 && h.opcode < 8) || h.opcode > 10)
    x.problem(Kind::malformed, &opcode, "this opcode is reserved: it has no meaning yet");
  if (h.control() && h.payload > 125)
    x.problem(Kind::malformed, &length_row, "a control frame carries at most 125 bytes");
  if (h.control() && !h.fin) {
    x.problem(Kind::malformed, &row<"websocket.fin">(WebSocketHead::fields),
              "a control frame must not be split over several frames");
  }
  if ((length == 126 && h.payload < 126) || (length == 127 && h.payload < 65536)) {
    x.problem(Kind::malformed, &length_row,
              "the length takes more bytes than it needs; the shortest form is required");
  }
  if (length == 127 && (p[2] & 0x80) != 0)
    x.problem(Kind::malformed, &length_row,
              "the highest bit of a length of eight bytes must be zero");
  if (f == nullptr) return;
  if (f->wrong_mask) {
    x.problem(Kind::malformed, &row<"websocket.mask">(WebSocketHead::fields),
              h.masked ? "a server must not mask what it sends"
                       : "a client must mask what it sends");
  }
  if (f->no_start)
    x.problem(Kind::unusual, &opcode, "this continues a message whose beginning was not seen");
  if (f->unfinished_before)
    x.problem(Kind::malformed, &opcode,
              "a new message begins before the one before it was finished");
  if (f->after_close)
    x.problem(Kind::malformed, nullptr, "its sender had already said close; nothing may follow");
  if (f->not_utf8)
    x.problem(Kind::malformed, &row<"websocket.payload.text">(rows),
              "a text message must be UTF-8; this one is not");
  lost_problem(x, *f);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const u8* p = packet.bytes(layer);
  const u32 there = u32(layer.header) + layer.body;
  if (there < 2 || there < head_size(p)) {
    out.add("part of a frame's head");
    return;
  }
  const Head h = read_head(p);
  const Facts* f = static_cast<const Facts*>(packet.known(layer));
  const auto bytes = [&](u64 n) { out.dec(n).add(n == 1 ? " byte" : " bytes"); };
  switch (h.opcode) {
    case 8: {
      out.add("close");
      if (f == nullptr || f->payload.size() < 2) return;
      const u32 code = base::be16(f->payload.data());
      out.add(", code ").dec(code);
      const std::string_view words =
          meaning(row<"websocket.payload.close.status_code">(rows), code);
      if (!words.empty()) out.add(" (").add(words).add(')');
      if (f->payload.size() > 2)
        out.add(": \"").escaped(base::as_text(f->payload.subspan(2)), 60).add('"');
      return;
    }
    case 9: out.add("ping, asks whether the other side is still there"); return;
    case 10: out.add("pong, still there"); return;
    default: break;
  }
  if (h.opcode > 2) {
    out.add("frame with the reserved opcode ").dec(h.opcode);
    return;
  }
  const u8 kind = f != nullptr ? f->opcode : h.opcode;
  const std::string_view what = kind == 1 ? "text" : kind == 2 ? "binary" : "data";
  if (f == nullptr || !f->last) {
    if (h.opcode == 0) {
      out.add("more of a ").add(what).add(" message, ");
    } else {
      out.add(h.fin ? "" : "begins a ").add(what).add(h.fin ? ", " : " message, ");
    }
    bytes(h.payload);
    return;
  }
  out.add(what).add(", ");
  bytes(f->message.size());
  if (f->count > 1) out.add(" in ").dec(f->count).add(" frames");
  if (f->compressed) out.add(", was compressed");
  if (kind == 1) out.add(": \"").escaped(base::as_text(f->message), 60).add('"');
}

const Protocol protocol{
    .name = "websocket",
    .title = "WebSocket",
    .label = "WebSocket",
    .osi = Osi::application,
    .ref = "RFC 6455",
    .about = "Messages in both directions over one TCP connection that began as HTTP: either side "
             "may speak at any time.",
    .tables = tables,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace

std::unique_ptr<Session> make_websocket(Context& context, const WebSocketStart& start) {
  return std::make_unique<WebSocket>(context, start);
}

const Streamed websocket{
    .name = "websocket",
    .protocol = &protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return make_websocket(
          context, {.path = {}, .key = {}, .accept = {}, .extensions = {}, .unseen = true});
    },
    .signature = signature,
    .sized = true,
};

}  // namespace netpeel::stream
