#include "stream/socketio.hpp"

#include <algorithm>

#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/json_pieces.hpp"

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

namespace {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Text;

constexpr auto types = values({
    {0, "CONNECT"}, {1, "DISCONNECT"}, {2, "EVENT"}, {3, "ACK"}, {4, "CONNECT_ERROR"}, {5, "BINARY_EVENT"}, {6, "BINARY_ACK"},
});
constexpr auto rows = loose({
    {"sio.type", "Type", 8, dec, "What the packet is for; one digit.", {.values = types}},
    {"sio.attachments", "Attachments", 0, dec, "How many binary messages belong to this packet."},
    {"sio.nsp", "Namespace", 0, text,
     "Which of the conversations on this connection is meant; / if none is named."},
    {"sio.ack_id", "Acknowledgment id", 0, dec,
     "In an event: the sender wants an answer with this number; in an acknowledgment: the event "
     "answered."},
    {"sio.data", "Payload", 0, text,
     "JSON: a list that begins with the event's name, or an object."},
    {"sio.event", "Event", 0, text, "The name the program gave to what happened."},
    {"sio.args", "Arguments", 0, text, "What the event or the answer brings along, as JSON."},
    {"sio.arg_count", "Number of arguments", 32, dec, "How many those are.", {.computed = true}},
    {"sio.offset", "Offset", 0, text,
     "Where in the stream of events this one stands; the client names the last it had when it "
     "comes back."},
    {"sio.sid", "Socket id", 0, text,
     "The id of this client in this namespace; a new one at each connection."},
    {"sio.pid", "Private id", 0, text,
     "With this the client can have a lost connection restored, its missed events included."},
    {"sio.auth", "Credentials", 0, text, "What the client says of itself to be let in, as JSON."},
    {"sio.message", "Message", 0, text, "Why the server refused."},
    {"sio.attachment", "Attachment", 0, bytes, "Binary data that stands in one of the arguments."},
    {"sio.answers", "Answers", 0, text, "The name of the event that is acknowledged.",
     {.computed = true}},
    {"sio.event_in", "Event in frame", 64, dec, "The captured frame in which that event ended.",
     {.computed = true}},
    {"sio.ack_time", "Time since the event", 64, seconds, "How long the answer took.",
     {.computed = true}},
    {"sio.recovered", "Restored", 1, flag,
     "Whether the client got back the connection that it had lost, with the events it missed.",
     {.computed = true}},
    {"sio.unanswered", "Never acknowledged", 0, text,
     "An event for which no acknowledgment had come when its namespace was left.",
     {.computed = true}},
});
constexpr Table tables[]{rows};

constexpr u32 most_attachments = 1024;
constexpr std::string_view reserved[]{"\"connect\"",     "\"connect_error\"",
                                      "\"disconnect\"",  "\"disconnecting\"",
                                      "\"newListener\"", "\"removeListener\""};

// An event's or an acknowledgment's list.
struct List {
  std::string_view name{};  // as JSON; empty in acknowledgments
  std::string_view args{};  // all others, commas between
  std::string_view last{};  // of those
  u32 count = 0;
  bool whole = false;
};

List read_list(std::string_view json, bool named) {
  List l;
  JsonPieces pieces(json);
  if (!pieces.is_array()) return l;
  std::string_view key, value;
  while (pieces.next(key, value)) {
    if (named && l.name.empty()) {
      l.name = value;
      continue;
    }
    if (l.count++ == 0) l.args = value;
    l.args =
        std::string_view(l.args.data(), std::size_t(value.data() + value.size() - l.args.data()));
    l.last = value;
  }
  l.whole = pieces.whole() && (!named || !l.name.empty());
  return l;
}

bool is_event(SioType t) { return t == SioType::event || t == SioType::binary_event; }
bool is_ack(SioType t) { return t == SioType::ack || t == SioType::binary_ack; }

std::size_t attached(const SioFacts* f) {
  std::size_t n = 0;
  if (f != nullptr) {
    for (Bytes a : f->attachments) n += a.size();
  }
  return n;
}

std::string_view text_of(const u8* p, std::size_t there, const SioFacts* f) {
  const std::size_t behind = attached(f);
  return base::as_text(Bytes(p, behind <= there ? there - behind : there));
}

void returns_and_losses(Expansion& x, const SioFacts& f) {
  using enum SioFacts::Return;
  if (f.comes_back == granted || f.comes_back == refused)
    x.computed(row<"sio.recovered">(rows), u64(f.comes_back == granted));
  for (std::string_view event : f.unanswered) {
    std::string plain;
    if (!json_string(event, plain)) plain = event;
    x.computed(row<"sio.unanswered">(rows), plain);
  }
}

void expand(Expansion& x) {
  const SioFacts* f = x.known<SioFacts>();
  const std::string_view all = text_of(x.header(), std::size_t(x.layer.header) + x.layer.body, f);
  const auto at = [&](std::string_view part) { return u32(part.data() - all.data()); };
  const auto size = [](std::string_view part) { return u32(part.size()); };
  const Field& data = row<"sio.data">(rows);
  SioPacket p;
  const std::string_view fault = decode_sio(all, p);
  if (!all.empty() && all[0] >= '0' && all[0] <= '6')
    x.number(row<"sio.type">(rows), 0, 1, u64(p.type));
  if (!fault.empty()) return x.problem(Kind::malformed, &row<"sio.type">(rows), fault);
  if (p.binary()) x.number(row<"sio.attachments">(rows), 1, u32(all.find('-') - 1), p.attachments);
  const bool own = std::less_equal<>()(all.data(), p.nsp.data()) &&
                   std::less<>()(p.nsp.data(), all.data() + all.size());
  if (own) {
    x.text(row<"sio.nsp">(rows), at(p.nsp), size(p.nsp), p.nsp);
  } else {
    x.computed(row<"sio.nsp">(rows), p.nsp);
  }
  if (p.has_id) {
    std::size_t start = at(p.json);
    while (start > 1 && all[start - 1] >= '0' && all[start - 1] <= '9') --start;
    x.number(row<"sio.ack_id">(rows), u32(start), at(p.json) - u32(start), p.id);
  }
  if (f != nullptr && f->event_in != 0) {
    std::string plain;
    if (!json_string(f->answers, plain)) plain = f->answers;
    x.computed(row<"sio.answers">(rows), plain);
    x.computed(row<"sio.event_in">(rows), f->event_in);
    x.computed(row<"sio.ack_time">(rows), u64(f->waited));
  }
  if (f != nullptr) returns_and_losses(x, *f);
  if (!p.json.empty()) {
    x.text(data, at(p.json), size(p.json), p.json);
    const auto in = x.inside();
    std::string plain;
    if (is_event(p.type) || is_ack(p.type)) {
      const List l = read_list(p.json, is_event(p.type));
      if (!l.name.empty()) {
        if (!json_string(l.name, plain)) plain = l.name;
        x.text(row<"sio.event">(rows), at(l.name), size(l.name), plain);
        if (std::find(std::begin(reserved), std::end(reserved), l.name) != std::end(reserved)) {
          x.problem(Kind::malformed, &row<"sio.event">(rows),
                    "this name is the library's own; as an event of a program it is refused");
        }
        if (l.name[0] != '"' && l.name[0] != '-' && (l.name[0] < '0' || l.name[0] > '9')) {
          x.problem(Kind::malformed, &row<"sio.event">(rows),
                    "an event's name is a string or a number");
        }
      }
      if (!l.args.empty()) x.text(row<"sio.args">(rows), at(l.args), size(l.args), l.args);
      x.computed(row<"sio.arg_count">(rows), l.count);
      plain.clear();
      if (f != nullptr && f->recovery && !p.has_id && is_event(p.type) &&
          json_string(l.last, plain)) {
        x.text(row<"sio.offset">(rows), at(l.last), size(l.last), plain);
      }
      if (!l.whole)
        x.problem(Kind::malformed, &data,
                  is_event(p.type)
                      ? "an event is a JSON list that begins with its name; this is not"
                      : "an answer is a JSON list; this is not");
    } else {
      JsonPieces pieces(p.json);
      std::string_view key, value;
      bool credentials = p.type == SioType::connect && !(f != nullptr && f->server);
      const bool anything = f != nullptr && f->third && p.type == SioType::connect_error;
      const bool object = pieces.is_object();
      while (pieces.next(key, value)) {
        plain.clear();
        if (!json_string(value, plain)) continue;
        const u32 v = at(value), n = size(value);
        if (p.type == SioType::connect_error) {
          if (key == "\"message\"") x.text(row<"sio.message">(rows), v, n, plain);
          continue;
        }
        if (key == "\"sid\"") x.text(row<"sio.sid">(rows), v, n, plain), credentials = false;
        if (key == "\"pid\"") x.text(row<"sio.pid">(rows), v, n, plain), credentials = false;
        if (key == "\"offset\"") x.text(row<"sio.offset">(rows), v, n, plain);
      }
      if (object && !pieces.whole())
        x.problem(Kind::malformed, &data, "the payload is not whole JSON");
      if (credentials) x.text(row<"sio.auth">(rows), at(p.json), size(p.json), p.json);
      if (anything && json_string(p.json, plain))
        x.text(row<"sio.message">(rows), at(p.json), size(p.json), plain);
      if (!object && !anything)
        x.problem(Kind::malformed, &data, "the payload should be a JSON object");
    }
  } else if (is_event(p.type) || is_ack(p.type)) {
    x.problem(Kind::malformed, &data, "an event or an answer needs a list; there is none");
  }
  if (f == nullptr) return;
  u32 where = size(all);
  for (Bytes a : f->attachments) {
    x.field(row<"sio.attachment">(rows), where, u32(a.size()));
    where += u32(a.size());
  }
}

std::string_view return_words(SioFacts::Return r) {
  switch (r) {
    case SioFacts::Return::asked: return ", wants its lost connection back";
    case SioFacts::Return::granted: return " back: the lost connection goes on";
    case SioFacts::Return::refused: return ", but as a new client";
    case SioFacts::Return::none: break;
  }
  return {};
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const SioFacts* f = static_cast<const SioFacts*>(packet.known(layer));
  const std::string_view all =
      text_of(packet.bytes(layer), std::size_t(layer.header) + layer.body, f);
  SioPacket p;
  if (!decode_sio(all, p).empty()) {
    out.add("no Socket.IO packet");
    return;
  }
  const auto nsp = [&] {
    if (p.nsp != "/") out.add(", namespace ").escaped(p.nsp, 60);
  };
  const auto arguments = [&](u32 n) { out.dec(n).add(n == 1 ? " argument" : " arguments"); };
  switch (p.type) {
    case SioType::connect:
      out.add(f != nullptr && f->server ? "connect, welcome" : "connect, asks to join");
      nsp();
      if (f != nullptr) out.add(return_words(f->comes_back));
      return;
    case SioType::disconnect:
      out.add(f != nullptr && f->server ? "disconnect, puts the client out" : "disconnect, leaves");
      nsp();
      for (std::size_t i = 0; f != nullptr && i < f->unanswered.size() && i < 3; ++i)
        out.add(i == 0 ? "; never acknowledged: " : ", ").escaped(f->unanswered[i], 40);
      if (f != nullptr && f->unanswered.size() > 3) out.add(", …");
      return;
    case SioType::connect_error:
      out.add("connect error, refused: ").escaped(p.json, 80);
      nsp();
      return;
    default: break;
  }
  const List l = read_list(p.json, is_event(p.type));
  if (is_event(p.type)) {
    out.add("event ").escaped(l.name, 60).add(" with ");
    arguments(l.count);
  } else {
    out.add("acknowledgment ").dec(p.id);
    if (f != nullptr && f->event_in != 0)
      out.add(", answers event ").escaped(f->answers, 60).add(" of frame ").dec(f->event_in);
    out.add(", ");
    arguments(l.count);
  }
  if (p.binary())
    out.add(", ").dec(p.attachments).add(p.attachments == 1 ? " attachment" : " attachments");
  if (is_event(p.type) && p.has_id) out.add(", wants acknowledgment ").dec(p.id);
  nsp();
}

const Protocol protocol{
    .name = "sio",
    .title = "Socket.IO",
    .label = "Socket.IO",
    .osi = Osi::application,
    .ref = "Socket.IO protocol 5",
    .about = "Named events with arguments in both directions, which can be acknowledged; several "
             "namespaces share one connection.",
    .tables = tables,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace

// ---- Sessions ----

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

void SocketIo::tell(Context& context, const Message& message, std::string_view text, SioFacts* f,
                    Out& out) {
  SioPacket p;
  f->server = message.side == Side::server;
  if (decode_sio(text, p).empty()) {
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
       w.text, f, out);
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
       base::as_text(packet), f, out);
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

const Streamed socketio{.name = "sio", .protocol = &protocol};

}  // namespace netpeel::stream
