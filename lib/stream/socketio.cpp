#include "stream/socketio.hpp"

#include <algorithm>

#include "stream/all.hpp"
#include "stream/json_pieces.hpp"
#include "stream/sio_msgpack.hpp"
#include "stream/socketio_parts.hpp"

namespace netpeel::stream {

// ---- Codec ----

namespace {

// Reads digits at `at`; false if there is none, or too many.
bool read_number(std::string_view text, std::size_t& at, u64& out) {
  const std::size_t start = at;
  out = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (at - start >= 18) return false;
    out = out * 10 + u64(text[at++] - '0');
  }
  return at > start;
}

}  // namespace

std::string_view decode_sio(std::string_view text, SioPacket& out) {
  out = {};
  if (text.empty() || text[0] < '0' || text[0] > '6')
    return "a Socket.IO packet begins with a digit from 0 to 6; this one does not";
  out.type = SioType(text[0] - '0');
  std::size_t at = 1;
  if (out.binary()) {
    u64 n = 0;
    const bool number = read_number(text, at, n);
    if (!number || n > 0xffffffff || at >= text.size() || text[at] != '-') {
      return "a binary packet tells the number of its attachments and a hyphen; this one does not";
    }
    ++at;
    out.attachments = u32(n);
  }
  if (at < text.size() && text[at] == '/') {
    const std::size_t end = std::min(text.find(',', at), text.size());
    out.nsp = text.substr(at, end - at);
    at = std::min(end + 1, text.size());
  }
  if (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (!read_number(text, at, out.id)) return "the acknowledgment's number is too long";
    out.has_id = true;
  }
  out.json = text.substr(at);
  return {};
}

void encode_sio(const SioPacket& packet, std::string& out) {
  out += char('0' + u8(packet.type));
  if (packet.binary()) out += std::to_string(packet.attachments) + '-';
  if (packet.nsp != "/") {
    out += packet.nsp;
    out += ',';
  }
  if (packet.has_id) out += std::to_string(packet.id);
  out += packet.json;
}

void write_placeholder(std::size_t number, std::string& out) {
  out += R"({"_placeholder":true,"num":)";
  out += std::to_string(number);
  out += '}';
}

std::string_view sio_text(Bytes message, const SioFacts* facts) {
  std::size_t behind = 0;
  if (facts != nullptr) {
    for (Bytes a : facts->attachments) behind += a.size();
  }
  return base::as_text(
      message.first(behind <= message.size() ? message.size() - behind : message.size()));
}

std::string_view sio_packet(Bytes message, const SioFacts* facts, SioPacket& out) {
  if (facts == nullptr || !facts->msgpack()) return decode_sio(sio_text(message, facts), out);
  if (facts->packed != nullptr) out = *facts->packed;
  return facts->fault;
}

// ---- Sessions ----

using namespace sio_parts;  // NOLINT: shared with the rows
using field::Kind;

void SocketIo::connect(const SioPacket& p, bool server, SioFacts& f) {
  constexpr std::size_t most = 64;
  const std::string_view nsp = p.nsp.substr(0, 200);
  JsonPieces pieces(p.json);
  std::string_view key, value, pid;
  while (pieces.next(key, value)) {
    if (key == "\"pid\"") pid = value.substr(0, 200);
  }
  const auto it = std::find_if(returning_.begin(), returning_.end(),
                               [&](const auto& one) { return one.first == nsp; });
  if (!server) {
    if (it != returning_.end()) returning_.erase(it);
    if (pid.empty() || returning_.size() >= most) return;
    returning_.emplace_back(nsp, pid);
    f.comes_back = SioFacts::Return::asked;
    return;
  }
  if (it != returning_.end()) {
    const bool granted = it->second == pid;
    f.comes_back = granted ? SioFacts::Return::granted : SioFacts::Return::refused;
    if (!granted && f.trouble.empty()) {
      f.trouble = "the client asked to go on with the connection that it had lost, and got a new "
                  "one: events sent to it in between are lost";
      f.kind = Kind::unusual;
    }
    returning_.erase(it);
  }
  if (!pid.empty() && !f.recovery && recoverable_.size() < most) recoverable_.emplace_back(nsp);
}

// Who leaves a namespace waits no longer for answers there, nor does the other side.
void SocketIo::disconnect(Context& context, const SioPacket& p, SioFacts& f) {
  const auto here = [&](const Asked& a) { return a.nsp == p.nsp; };
  const auto n = std::size_t(std::count_if(asked_.begin(), asked_.end(), here));
  if (n == 0) return;
  auto* const names = static_cast<std::string_view*>(
      static_cast<void*>(context.arena.room(n * sizeof(std::string_view))));
  std::size_t i = 0;
  for (const Asked& a : asked_) {
    if (here(a)) new (names + i++) std::string_view(context.arena.copy(std::string_view(a.event)));
  }
  f.unanswered = {names, n};
  std::erase_if(asked_, here);
}

void SocketIo::ask(const Context& context, Side by, const SioPacket& p) {
  if (asked_.size() >= 4096) asked_.pop_front();
  const std::string_view name = read_list(p.json, true).name;
  asked_.push_back({by, p.id, std::string(p.nsp.substr(0, 200)),
                    std::string(name.size() <= 200 ? name : std::string_view()), context.now.frame,
                    context.now.time});
}

void SocketIo::answer(Context& context, Side by, const SioPacket& p, SioFacts& f) {
  const auto it = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) {
    return a.by != by && a.id == p.id && a.nsp == p.nsp;
  });
  if (it != asked_.end()) {
    f.answers = context.arena.copy(std::string_view(it->event));
    f.event_in = it->frame;
    f.waited = context.now.time - it->time;
    asked_.erase(it);
  } else if (f.trouble.empty()) {
    f.trouble = "the event that this acknowledges was not seen, or has been acknowledged before";
  }
}

void SocketIo::tell(Context& context, const Message& message, SioFacts* f, Out& out) {
  SioPacket p;
  f->server = message.side == Side::server;
  if (sio_packet(message.bytes, f, p).empty()) {
    const bool known =
        std::find(recoverable_.begin(), recoverable_.end(), p.nsp) != recoverable_.end();
    f->recovery = known && f->server;
    if (p.type == SioType::connect) connect(p, f->server, *f);
    if (p.type == SioType::disconnect) disconnect(context, p, *f);
    if (is_event(p.type) && p.has_id) ask(context, message.side, p);
    if (is_ack(p.type)) answer(context, message.side, p, *f);
  }
  out.message(message);
}

// What was gathered, whether all attachments came or not.
void SocketIo::finish(Context& context, const EioOuter& outer, std::string_view trouble, Out& out) {
  Way w = std::move(ways_[u8(outer.side)]);
  ways_[u8(outer.side)] = {};
  SioFacts* const f = context.arena.make<SioFacts>();
  f->trouble = trouble;
  const std::size_t size = w.text.size() + w.held;
  u8* const p = context.arena.room(size);
  std::memcpy(p, w.text.data(), w.text.size());
  Bytes* const list =
      static_cast<Bytes*>(static_cast<void*>(context.arena.room(w.parts.size() * sizeof(Bytes))));
  std::size_t at = w.text.size();
  for (std::size_t i = 0; i < w.parts.size(); ++i) {
    if (!w.parts[i].empty()) std::memcpy(p + at, w.parts[i].data(), w.parts[i].size());
    new (list + i) Bytes(p + at, w.parts[i].size());
    at += w.parts[i].size();
  }
  f->attachments = {list, w.parts.size()};
  tell(context,
       {
           .protocol = socketio.protocol,
           .side = outer.side,
           .from = outer.polling ? outer.from : std::min(w.from, outer.from),
           .to = outer.to,
           .bytes = {p, size},
           .header = u32(w.text.size()),
           .facts = f,
           .in = "eio"
  },
       f, out);
}

void SocketIo::text(Context& context, const EioOuter& outer, Bytes packet, Out& out) {
  if (awaits_binary(outer.side))
    finish(context, outer, "another packet came before all attachments of this one had come", out);
  SioPacket p;
  const bool good = decode_sio(base::as_text(packet), p).empty();
  SioFacts* const f = context.arena.make<SioFacts>();
  f->third = outer.third;
  if (good && p.attachments > 0 && p.attachments <= most_attachments) {
    Way& w = ways_[u8(outer.side)];
    w.text = base::as_text(packet);
    w.needs = p.attachments;
    w.from = outer.from;
    return;  // told when the last has come
  }
  if (good && p.attachments > most_attachments)
    f->trouble = "it announces more attachments than anybody takes";
  tell(context,
       {.protocol = socketio.protocol,
        .side = outer.side,
        .from = outer.from,
        .to = outer.to,
        .bytes = packet,
        .header = u32(packet.size()),
        .facts = f},
       f, out);
}

void SocketIo::binary(Context& context, const EioOuter& outer, Bytes data, Out& out) {
  Way& w = ways_[u8(outer.side)];
  if (w.needs == 0) return;  // Engine.IO has said so
  if (data.size() > context.limits.message -
                        std::min<std::size_t>(w.text.size() + w.held, context.limits.message)) {
    return finish(context, outer, "its attachments are longer than what is kept of one message",
                  out);
  }
  w.parts.emplace_back(base::as_text(data));
  w.held += data.size();
  if (w.parts.size() == w.needs) finish(context, outer, {}, out);
}

void SocketIo::packed(Context& context, const EioOuter& outer, Bytes map, Out& out) {
  SioFacts* const f = context.arena.make<SioFacts>();
  f->third = outer.third;
  SioUnpacked read;
  f->fault = read_sio_msgpack(base::as_text(map), read);
  if (f->fault.empty()) {
    SioPacket* const p = context.arena.make<SioPacket>(read.packet);
    p->json = context.arena.copy(std::string_view(read.json));
    f->packed = p;
    const std::size_t n = read.attachments.size();
    Bytes* const list =
        static_cast<Bytes*>(static_cast<void*>(context.arena.room(n * sizeof(Bytes))));
    for (std::size_t i = 0; i < n; ++i) new (list + i) Bytes(base::as_bytes(read.attachments[i]));
    f->attachments = {list, n};
    if (n > most_attachments) f->trouble = "it holds more attachments than anybody takes";
  }
  tell(context,
       {.protocol = socketio.protocol,
        .side = outer.side,
        .from = outer.from,
        .to = outer.to,
        .bytes = map,
        .header = u32(map.size()),
        .facts = f,
        .in = lies_in(map, outer.bytes) ? std::string_view{} : "eio"},
       f, out);
}

const Streamed socketio{.name = "sio", .protocol = &sio_parts::protocol};

}  // namespace netpeel::stream
