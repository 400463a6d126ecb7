// The rows of Socket.IO's packets, in text and in msgpack, and the sentence about one.
#include <algorithm>

#include "field/expand.hpp"
#include "stream/json_pieces.hpp"
#include "stream/sio_msgpack.hpp"
#include "stream/socketio_parts.hpp"

namespace netpeel::stream::sio_parts {

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

constexpr std::string_view reserved[]{"\"connect\"",     "\"connect_error\"",
                                      "\"disconnect\"",  "\"disconnecting\"",
                                      "\"newListener\"", "\"removeListener\""};

// One packet's rows. What is told of it stands in its text, or was made of its msgpack map: then
// each part's place is looked for there.
class Rows {
 public:
  explicit Rows(Expansion& x)
      : x_(x), f_(x.known<SioFacts>()), msgpack_(f_ != nullptr && f_->msgpack()),
        there_(x.header(), std::size_t(x.layer.header) + x.layer.body),
        all_(msgpack_ ? base::as_text(there_) : sio_text(there_, f_)) {}

  void run() {
    const std::string_view fault =
        msgpack_ ? read_sio_msgpack(all_, packed_) : decode_sio(all_, p_);
    if (msgpack_) p_ = packed_.packet;
    type(fault.empty());
    if (!fault.empty()) return x_.problem(Kind::malformed, &row<"sio.type">(rows), fault);
    head();
    if (f_ != nullptr) known(*f_);
    if (!p_.json.empty()) {
      text(row<"sio.data">(rows), p_.json, p_.json);
      const auto in = x_.inside();
      is_event(p_.type) || is_ack(p_.type) ? list() : door();
    } else if (is_event(p_.type) || is_ack(p_.type)) {
      x_.problem(Kind::malformed, &row<"sio.data">(rows),
                 "an event or an answer needs a list; there is none");
    }
    if (f_ != nullptr) attachments();
  }

 private:
  using Place = SioUnpacked::Place;

  Place place(std::string_view part) const {
    if (msgpack_) return packed_.place(all_, part);
    return {std::size_t(part.data() - all_.data()), part.size()};
  }
  void text(const Field& f, std::string_view part, std::string_view plain) {
    if (!x_.wants_nodes()) return;
    const Place at = place(part);
    x_.text(f, u32(at.at), u32(at.size), plain);
  }
  void number(const Field& f, Place at, u64 value) {
    x_.number(f, u32(at.at), u32(at.size), value);
  }

  void type(bool good) {
    const Field& f = row<"sio.type">(rows);
    if (msgpack_) {
      if (good) number(f, packed_.type, u64(p_.type));
    } else if (!all_.empty() && all_[0] >= '0' && all_[0] <= '6') {
      number(f, {0, 1}, u64(p_.type));
    }
  }

  void head() {
    if (p_.binary()) number(row<"sio.attachments">(rows), {1, all_.find('-') - 1}, p_.attachments);
    if (msgpack_ && p_.attachments > 0) x_.computed(row<"sio.attachments">(rows), p_.attachments);
    const Field& nsp = row<"sio.nsp">(rows);
    const bool own = std::less_equal<>()(all_.data(), p_.nsp.data()) &&
                     std::less<>()(p_.nsp.data(), all_.data() + all_.size());
    if (msgpack_) {
      x_.text(nsp, u32(packed_.nsp.at), u32(packed_.nsp.size), p_.nsp);
    } else if (own) {
      text(nsp, p_.nsp, p_.nsp);
    } else {
      x_.computed(nsp, p_.nsp);
    }
    if (p_.has_id) number(row<"sio.ack_id">(rows), msgpack_ ? packed_.id : digits(), p_.id);
  }
  // Those right before the payload.
  Place digits() const {
    const std::size_t end = std::size_t(p_.json.data() - all_.data());
    std::size_t start = end;
    while (start > 1 && all_[start - 1] >= '0' && all_[start - 1] <= '9') --start;
    return {start, end - start};
  }

  void known(const SioFacts& f) {
    const auto event = [&](const Field& field, std::string_view name) {
      std::string plain;
      if (!json_string(name, plain)) plain = name;
      x_.computed(field, plain);
    };
    if (f.event_in != 0) {
      event(row<"sio.answers">(rows), f.answers);
      x_.computed(row<"sio.event_in">(rows), f.event_in);
      x_.computed(row<"sio.ack_time">(rows), u64(f.waited));
    }
    using enum SioFacts::Return;
    if (f.comes_back == granted || f.comes_back == refused)
      x_.computed(row<"sio.recovered">(rows), u64(f.comes_back == granted));
    for (std::string_view name : f.unanswered) event(row<"sio.unanswered">(rows), name);
  }

  void list() {
    const List l = read_list(p_.json, is_event(p_.type));
    if (!l.name.empty()) name(l.name);
    if (!l.args.empty()) text(row<"sio.args">(rows), l.args, l.args);
    x_.computed(row<"sio.arg_count">(rows), l.count);
    std::string plain;
    if (f_ != nullptr && f_->recovery && !p_.has_id && is_event(p_.type) &&
        json_string(l.last, plain)) {
      text(row<"sio.offset">(rows), l.last, plain);
    }
    if (!l.whole)
      x_.problem(Kind::malformed, &row<"sio.data">(rows),
                 is_event(p_.type)
                     ? "an event is a JSON list that begins with its name; this is not"
                     : "an answer is a JSON list; this is not");
  }
  void name(std::string_view json) {
    const Field& f = row<"sio.event">(rows);
    std::string plain;
    if (!json_string(json, plain)) plain = json;
    text(f, json, plain);
    if (std::find(std::begin(reserved), std::end(reserved), json) != std::end(reserved)) {
      x_.problem(Kind::malformed, &f,
                 "this name is the library's own; as an event of a program it is refused");
    }
    if (json[0] != '"' && json[0] != '-' && (json[0] < '0' || json[0] > '9'))
      x_.problem(Kind::malformed, &f, "an event's name is a string or a number");
  }

  // What opens a namespace: an object.
  void door() {
    const Field& data = row<"sio.data">(rows);
    JsonPieces pieces(p_.json);
    std::string_view key, value;
    bool credentials = p_.type == SioType::connect && !(f_ != nullptr && f_->server);
    const bool refusal = p_.type == SioType::connect_error;
    const bool anything = refusal && f_ != nullptr && (f_->third || msgpack_);
    const bool object = pieces.is_object();
    std::string plain;
    while (pieces.next(key, value)) {
      plain.clear();
      if (!json_string(value, plain)) continue;
      if (refusal) {
        if (key == "\"message\"") text(row<"sio.message">(rows), value, plain);
        continue;
      }
      if (key == "\"sid\"") text(row<"sio.sid">(rows), value, plain), credentials = false;
      if (key == "\"pid\"") text(row<"sio.pid">(rows), value, plain), credentials = false;
      if (key == "\"offset\"") text(row<"sio.offset">(rows), value, plain);
    }
    if (object && !pieces.whole())
      x_.problem(Kind::malformed, &data, "the payload is not whole JSON");
    if (credentials) text(row<"sio.auth">(rows), p_.json, p_.json);
    plain.clear();
    if (anything && json_string(p_.json, plain)) text(row<"sio.message">(rows), p_.json, plain);
    if (!object && !anything)
      x_.problem(Kind::malformed, &data, "the payload should be a JSON object");
  }

  void attachments() {
    const Field& f = row<"sio.attachment">(rows);
    if (msgpack_) {
      for (std::string_view a : packed_.attachments)
        x_.field(f, u32(a.data() - all_.data()), u32(a.size()));
      return;
    }
    u32 where = u32(all_.size());
    for (Bytes a : f_->attachments) {
      x_.field(f, where, u32(a.size()));
      where += u32(a.size());
    }
  }

  Expansion& x_;
  const SioFacts* f_;
  bool msgpack_;
  Bytes there_;
  std::string_view all_;  // its text, or all of the map
  SioUnpacked packed_;
  SioPacket p_;
};

void expand(Expansion& x) { Rows(x).run(); }

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
  const Bytes all(packet.bytes(layer), std::size_t(layer.header) + layer.body);
  SioPacket p;
  if (!sio_packet(all, f, p).empty()) {
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
  if (p.attachments > 0)
    out.add(", ").dec(p.attachments).add(p.attachments == 1 ? " attachment" : " attachments");
  if (is_event(p.type) && p.has_id) out.add(", wants acknowledgment ").dec(p.id);
  nsp();
}

}  // namespace

const field::Protocol protocol{
    .name = "sio",
    .title = "Socket.IO",
    .label = "Socket.IO",
    .osi = field::Osi::application,
    .ref = "Socket.IO protocol 5",
    .about = "Named events with arguments in both directions, which can be acknowledged; several "
             "namespaces share one connection.",
    .tables = tables,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::stream::sio_parts
