#include "net/engine_session.hpp"

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "net/engine_answers.hpp"
#include "net/engine_payload.hpp"
#include "stream/engineio3.hpp"

namespace netpeel::net {

namespace {

// Later than this the loop was busy, and the client gets its whole time from now on.
constexpr i64 late = 5'000'000;
constexpr i64 millisecond = 1'000'000;
constexpr std::size_t packet_cost = 96;  // what one that waits costs beside its bytes, about
constexpr std::string_view too_slow = "more is waiting for you than this server keeps";

// What is not UTF-8 becomes U+FFFD, as it does where text is read in Node.
std::string mended(std::string body) {
  if (base::is_utf8(body)) return body;
  std::string out;
  for (std::string_view rest = body; !rest.empty();) {
    const u32 good = base::utf8_length(rest);
    const u32 n = good > 0 ? good : base::utf8_broken(rest);
    out += good > 0 ? rest.substr(0, n) : "\xef\xbf\xbd";
    rest.remove_prefix(n);
  }
  return out;
}

const EnginePacketPtr& ping_packet() {
  thread_local const EnginePacketPtr packet = EnginePacket::of_type('2');
  return packet;
}

EnginePacketPtr noop() { return EnginePacket::of_type('6'); }
EnginePacketPtr goodbye(std::string_view word = {}) { return EnginePacket::of_type('1', word); }

}  // namespace

EngineSession::EngineSession(EngineHost& host, std::string id, PackedRequest handshake)
    : host_(host), id_(std::move(id)), handshake_(std::move(handshake)) {}

EngineSession::~EngineSession() = default;

void EngineSession::begin(HttpReplyPtr reply, EngineDialect dialect) {
  revision_ = dialect.revision;
  polling_ = std::make_unique<Polling>();
  polling_->dialect = std::move(dialect);
  polling_->poll = std::move(reply);
  watch(polling_->poll);
  open();
}

void EngineSession::begin(WebSocket& socket, const EngineDialect& dialect) {
  socket_ = &socket;
  over_websocket_ = true;
  revision_ = dialect.revision;
  base64_ = dialect.base64;
  open();
}

void EngineSession::open() {
  const EngineSettings& s = host_.settings;
  base::Text text;
  base::Json json(text);
  json.open('{').member("sid", id_).key("upgrades").open('[');
  if (polling_ && s.upgrades && s.websocket) json.text("websocket");
  json.close(']');
  json.member("pingInterval", u64(s.ping_interval / millisecond));
  json.member("pingTimeout", u64(s.ping_timeout / millisecond));
  json.member("maxPayload", s.max_payload).close('}');
  beat_at_ = host_.now() + s.ping_interval;
  if (revision_ == 3) pinged();  // as if: the client's first one is awaited from now on
  push(EnginePacket::of_type('0', text.view()));
  changed();
  host_.events.opened(*this);
}

// ---- Packets ----

// Text of either transport: 'b' means base64 in both.
EngineSession::Packet EngineSession::read(std::string_view record, std::string& bytes) const {
  stream::EioPacket p;
  if (!(revision_ == 3 ? decode_eio3(record, p) : decode_eio_polling(record, p))) return {};
  if (!p.binary) return {.type = Type(p.type), .data = p.data};
  stream::from_loose_base64(p.data, bytes);
  return {.type = Type(p.type), .binary = true, .data = bytes};
}

// Revision 3: it is the client that asks.
void EngineSession::pinged() {
  heart_ = Heart::awaits_ping;
  beat_at_ = host_.now() + host_.settings.ping_interval + host_.settings.ping_timeout;
}

void EngineSession::packet(const Packet& packet) {
  if (state_ != State::open) return;
  if (heart_ == Heart::awaits_pong && packet.type != Type::pong) {
    heart_ = Heart::awaits_pong_put_off;
    beat_at_ = host_.now() + host_.settings.ping_timeout;
    changed();
  }
  switch (packet.type) {
    case Type::ping:
      if (revision_ == 4) return end(EngineEnd::transport_error);  // it is the server that asks
      pinged();
      pong();
      return changed();
    case Type::pong:
      if (revision_ == 3) return end(EngineEnd::transport_error);
      heart_ = Heart::quiet;
      beat_at_ = host_.now() + host_.settings.ping_interval;
      return changed();
    case Type::none: return end(EngineEnd::parse_error);
    case Type::message:
      if (packet.binary) return host_.events.binary(*this, base::as_bytes(packet.data));
      return host_.events.text(*this, packet.data);
    case Type::open:
    case Type::close:
    case Type::upgrade:
    case Type::noop: return;
  }
}

void EngineSession::pong() {
  thread_local const EnginePacketPtr packet = EnginePacket::of_type('3');
  // Who asks and never polls for the answers gets one.
  if (polling_ && !polling_->queue.empty() && polling_->queue.back() == packet) return;
  if (!polling_ || !full(packet->polling_size() + 1)) push(packet);
}

// As a connection's queue (net/connection.hpp): what finds it empty is taken.
bool EngineSession::full(std::size_t more) {
  const std::size_t cost = (polling_->queue.size() + 1) * packet_cost + polling_->bytes + more;
  if (polling_->bytes == 0 || cost <= host_.queue.bytes) return false;
  ++host_.counters.dropped;
  if (host_.queue.slow == Slow::drop || slow_) return true;
  ++host_.counters.closed_slow;
  slow_ = true;
  changed();
  return true;
}

bool EngineSession::send(EnginePacketPtr packet) {
  if (state_ != State::open) return false;
  if (socket_ != nullptr) return put(*socket_, *packet);  // its connection has the limit
  if (full(packet->polling_size() + 1)) return false;
  ++host_.counters.messages_out;
  push(std::move(packet));
  return true;
}

void EngineSession::push(EnginePacketPtr packet) {
  if (socket_ != nullptr) {
    put(*socket_, *packet);
    return;
  }
  polling_->bytes += packet->polling_size() + 1;
  polling_->queue.push_back(std::move(packet));
  host_.counters.queue_high = std::max<u64>(host_.counters.queue_high, polling_->bytes);
  flush();
}

bool EngineSession::put(WebSocket& socket, EnginePacket& packet) const {
  const bool third = revision_ == 3;
  if (base64_ && packet.is_binary())
    return socket.send(WsOpcode::text, third ? packet.polling3() : packet.polling());
  return socket.send(third ? packet.websocket3() : packet.websocket());
}

bool EngineSession::writable() const {
  if (state_ != State::open) return false;
  return socket_ != nullptr ? socket_->writable() : polling_->poll != nullptr;
}

std::size_t EngineSession::queued() const {
  if (socket_ != nullptr) return socket_->queued();
  return polling_ ? polling_->bytes : 0;
}

// ---- Polling ----

void EngineSession::watch(const HttpReplyPtr& reply) {
  reply->on_gone([weak = weak_from_this(), which = reply.get()] {
    if (const auto self = weak.lock()) self->lost(which);
  });
}

// A client that breaks a request off may have lost what was on its way: it has to begin anew.
void EngineSession::lost(const HttpReply* reply) {
  if (!polling_) return;
  if (polling_->poll.get() == reply) {
    polling_->poll = nullptr;
  } else if (polling_->post.get() == reply) {
    polling_->post = nullptr;
  } else {
    return;
  }
  end(EngineEnd::transport_error);
}

void EngineSession::overlap(const HttpReplyPtr& second) {
  end(EngineEnd::transport_error);
  second->send(bare_answer(host_.settings, 400));
}

void EngineSession::refuse_octets(const HttpReplyPtr& reply) {
  end(EngineEnd::transport_error);
  reply->send(bare_answer(host_.settings, 400));
}

HttpAnswer EngineSession::polled(std::span<const EnginePacketPtr> packets,
                                 const EngineDialect& dialect) const {
  EnginePayload payload = engine_payload(packets, dialect);
  return poll_answer(host_.settings, std::move(payload.body), payload.octets);
}

HttpAnswer EngineSession::farewell(const Polling& polling) const {
  const EnginePacketPtr last = goodbye(polling.last_word);
  return polled({&last, 1}, polling.dialect);
}

void EngineSession::answer_poll(std::vector<EnginePacketPtr> packets) {
  const HttpReplyPtr reply = std::move(polling_->poll);
  polling_->poll = nullptr;
  const bool last = polling_->close_at != never;
  if (last) packets.push_back(goodbye(polling_->last_word));
  reply->send(polled(packets, polling_->dialect));
  if (last) end(why_);
}

void EngineSession::flush() {
  if (!polling_ || polling_->poll == nullptr || polling_->queue.empty()) return;
  polling_->bytes = 0;
  answer_poll(std::exchange(polling_->queue, {}));
  if (!close_when_flushed_ || state_ != State::closing) return;
  close_when_flushed_ = false;
  close_transport();
}

void EngineSession::poll(HttpReplyPtr reply) {
  if (over() || !polling_) return reply->send(bare_answer(host_.settings, 400));
  if (polling_->poll != nullptr) return overlap(reply);
  polling_->poll = std::move(reply);
  watch(polling_->poll);
  flush();
  if (polling_ && polling_->poll != nullptr && polling_->close_at != never) answer_poll({noop()});
}

bool EngineSession::post_under_way() const {
  return polling_->post != nullptr && !polling_->post->gone();
}

void EngineSession::post_began(bool octets, HttpReplyPtr reply) {
  if (over() || !polling_) return;
  if (post_under_way()) return overlap(reply);
  if (octets && !octets_allowed()) return refuse_octets(reply);
  polling_->post = std::move(reply);
  watch(polling_->post);
}

void EngineSession::post(bool octets, std::string body, HttpReplyPtr reply) {
  if (over() || !polling_) return reply->send(bare_answer(host_.settings, 400));
  if (polling_->post != reply) {
    if (post_under_way()) return overlap(reply);
    if (octets && !octets_allowed()) return refuse_octets(reply);
  }
  polling_->post = nullptr;
  if (!octets) body = mended(std::move(body));  // may have grown: the original counts then
  if (body.size() > host_.settings.max_payload)
    return reply->send(bare_answer(host_.settings, 413));
  revision_ == 3 ? records3(body, octets) : records(body);
  reply->send(post_answer(host_.settings));
}

// One of a POST; false: nothing behind it counts.
bool EngineSession::record(const Packet& p) {
  if (p.type == Type::close) {
    client_closed();
    return false;
  }
  if (p.type == Type::message) ++host_.counters.messages_in;
  packet(p);
  return p.type != Type::none && !over();
}

void EngineSession::records(std::string_view body) {
  for (std::size_t at = 0; at <= body.size();) {
    const std::size_t end = std::min(body.find(stream::eio_separator, at), body.size());
    std::string bytes;
    if (!record(read(body.substr(at, end - at), bytes))) return;
    at = end + 1;
  }
}

void EngineSession::records3(std::string_view text, bool octets) {
  using Found = stream::Eio3Payload::Found;
  std::string form;
  if (polling_->dialect.jsonp) {
    auto given = jsonp_payload(text);
    if (!given) return;
    form = mended(std::move(*given));
    text = form;
  }
  stream::Eio3Payload payload(text, octets);
  for (;;) {
    stream::EioPacket p;
    std::string_view whole;
    const Found found = payload.next(p, whole);
    if (found == Found::end) return;
    std::string bytes;
    Packet one;
    if (found == Found::packet) one = {Type(p.type), p.binary, p.data};
    if (p.binary && whole.starts_with('b')) {  // base64; what came as bytes begins with its type
      stream::from_loose_base64(p.data, bytes);
      one.data = bytes;
    }
    if (!record(one)) return;
  }
}

void EngineSession::client_closed() {
  if (polling_->poll != nullptr) answer_poll({noop()});
  end(EngineEnd::transport_close);
}

// ---- WebSocket ----

void EngineSession::candidate(WebSocket& socket, bool base64) {
  if (over() || upgrade_ || upgraded_) return socket.close(1005, {});
  upgrade_ = std::make_unique<Upgrade>();
  upgrade_->socket = &socket;
  upgrade_->base64 = base64;
  upgrade_->until = host_.now() + host_.settings.upgrade_timeout;
  changed();
}

void EngineSession::message(WebSocket& socket, bool binary, Bytes payload) {
  const bool trying = upgrade_ && upgrade_->socket == &socket;
  if (&socket != socket_ && !trying) return;
  std::string bytes;
  const std::string_view text = base::as_text(payload);
  Packet p{.type = Type::message, .binary = true, .data = text};
  if (!binary) {
    p = read(text, bytes);
  } else if (revision_ == 3) {
    const stream::EioPacket third = stream::decode_eio3_bytes(text);
    p = {Type(third.type), true, third.data};
  }
  trying ? trial(p) : packet(p);
}

void EngineSession::trial(const Packet& packet) {
  if (packet.type == Type::ping && !packet.binary && packet.data == "probe") {
    upgrade_->socket->send(EnginePacket::of_type('3', "probe")->websocket());
    upgrade_->release_at = host_.now() + release_every;
    return changed();
  }
  if (packet.type == Type::upgrade) return take_over();
  drop_upgrade();
}

void EngineSession::drop_upgrade() {
  if (!upgrade_) return;
  const auto tried = std::move(upgrade_);
  tried->socket->close(1005, {});
  changed();
}

void EngineSession::take_over() {
  WebSocket* const before = socket_;
  const auto polled = std::move(polling_);
  socket_ = upgrade_->socket;
  base64_ = upgrade_->base64;
  upgrade_ = nullptr;
  upgraded_ = over_websocket_ = true;
  if (before != nullptr) before->close(1005, {});
  if (polled) {
    if (polled->post != nullptr) polled->post->abort();
    if (polled->poll != nullptr) polled->poll->send(farewell(*polled));
    for (const EnginePacketPtr& packet : polled->queue) put(*socket_, *packet);
  }
  // A ping may have waited for a poll until now: the client gets its whole time to answer it.
  if (revision_ == 3) {
    pinged();
  } else if (heart_ != Heart::quiet) {
    heart_ = Heart::awaits_pong;
    beat_at_ = host_.now() + host_.settings.ping_timeout;
  }
  if (state_ == State::closing) return end(why_);
  changed();
}

void EngineSession::broke(WebSocket& socket) {
  if (&socket == socket_) {
    socket_ = nullptr;
    end(EngineEnd::transport_error);
  } else if (upgrade_ && upgrade_->socket == &socket) {
    upgrade_ = nullptr;
    changed();
  }
}

void EngineSession::gone(WebSocket& socket) {
  if (&socket == socket_) {
    socket_ = nullptr;
    end(EngineEnd::transport_close);
  } else if (upgrade_ && upgrade_->socket == &socket) {
    upgrade_ = nullptr;
    changed();
  }
}

// ---- The end ----

void EngineSession::close(EngineEnd why) {
  if (state_ != State::open) return;
  state_ = State::closing;
  why_ = why;
  if (polling_ && !polling_->queue.empty()) {
    close_when_flushed_ = true;
    return;
  }
  close_transport();
}

void EngineSession::close_transport() {
  if (!polling_) return end(why_);
  if (polling_->post != nullptr) {
    const HttpReplyPtr post = std::move(polling_->post);
    polling_->post = nullptr;
    post->abort();
  }
  if (polling_->poll != nullptr) return end(why_);
  polling_->close_at = host_.now() + close_within;
  changed();
}

void EngineSession::end(EngineEnd why) {
  if (over()) return;
  state_ = State::closed;
  drop_upgrade();
  if (socket_ != nullptr) {
    WebSocket* const socket = socket_;
    socket_ = nullptr;
    if (why == EngineEnd::server_shutting_down) {
      socket->close(1001, engine_end_name(why));
    } else {
      socket->close(1005, {});
    }
  }
  if (const auto polled = std::move(polling_)) {
    if (polled->post != nullptr) polled->post->abort();
    if (polled->poll != nullptr) polled->poll->send(farewell(*polled));
  }
  host_.ended(*this);
  host_.events.closed(*this, why);
}

void EngineSession::end_slow() {
  slow_ = false;
  if (!polling_) return;  // took over a WebSocket meanwhile, with room for what waited
  polling_->queue = {};
  polling_->bytes = 0;
  polling_->last_word = too_slow;
  state_ = State::closing;
  why_ = EngineEnd::forced_close;
  close_transport();
}

void EngineSession::shut_down() { end(EngineEnd::server_shutting_down); }

void EngineSession::abandon() {
  state_ = State::closed;
  socket_ = nullptr;
  upgrade_ = nullptr;
  polling_ = nullptr;
}

// ---- Time ----

i64 EngineSession::due() const {
  if (over()) return never;
  if (slow_) return INT64_MIN;
  i64 at = beat_at_;
  if (polling_) at = std::min(at, polling_->close_at);
  if (upgrade_) at = std::min({at, upgrade_->until, upgrade_->release_at});
  return at;
}

void EngineSession::beat(i64 now) {
  if (heart_ != Heart::quiet) return end(EngineEnd::ping_timeout);
  heart_ = Heart::awaits_pong;
  beat_at_ = (now - beat_at_ < late ? beat_at_ : now) + host_.settings.ping_timeout;
  if (state_ == State::open) push(ping_packet());
}

void EngineSession::tick() {
  if (over()) return;
  const i64 now = host_.now();
  if (slow_) end_slow();
  if (!over() && beat_at_ <= now) beat(now);
  if (polling_ && polling_->close_at <= now) end(why_);
  if (upgrade_ && upgrade_->until <= now) drop_upgrade();
  if (upgrade_ && upgrade_->release_at <= now) {
    upgrade_->release_at = now + release_every;
    if (polling_ && polling_->poll != nullptr) answer_poll({noop()});
  }
  if (!over()) changed();
}

}  // namespace netpeel::net
