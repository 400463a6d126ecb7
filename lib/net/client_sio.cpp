#include "net/client_sio.hpp"

#include <algorithm>

#include "net/sio_json.hpp"
#include "net/sio_msgpack.hpp"
#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

namespace {

// The pieces of an event or an acknowledgment.
struct List {
  std::string event;
  std::string_view args;
  std::size_t count = 0;
  bool good = false;
};

List read_list(std::string_view json, bool named) {
  List out;
  stream::JsonPieces pieces(json);
  if (!pieces.is_array()) return out;
  std::string_view key, value, first;
  if (named) {
    if (!pieces.next(key, first)) return out;
    if (!stream::json_string(first, out.event)) out.event = first;  // numbers may be names
  }
  while (pieces.next(key, value)) {
    if (out.count++ == 0) out.args = value;
    out.args = {out.args.data(), std::size_t(value.data() + value.size() - out.args.data())};
  }
  out.good = pieces.whole();
  return out;
}

}  // namespace

SocketIoClient::SocketIoClient(Loop& loop, SocketIoClientSettings settings)
    : loop_(loop), settings_(std::move(settings)), self_(std::make_shared<SocketIoClient*>(this)),
      random_(settings_.seed), retry_(loop), engine_(loop, settings_.engine, *this) {}

SocketIoClient::~SocketIoClient() { *self_ = nullptr; }

SioChannel& SocketIoClient::of(const std::string& name, Json auth) {
  const std::string nsp = name.starts_with('/') ? name : "/" + name;
  auto& channel = channels_[nsp];
  if (channel) return *channel;
  channel.reset(new SioChannel(*this, nsp));
  channel->auth = std::move(auth);
  if (engine_.is_open()) {
    channel->say_connect();
  } else if (!wanted_) {
    open();
  }
  return *channel;
}

void SocketIoClient::open() {
  if (wanted_) return;
  wanted_ = true;
  failed_ = 0;
  engine_.open();
}

void SocketIoClient::close() {
  wanted_ = false;
  retry_.cancel();
  for (auto& [nsp, channel] : channels_) channel->disconnect();
  if (!engine_.at_rest()) return engine_.close();
  loop_.later([self = self_] {
    if (*self != nullptr && (*self)->closed_) (*self)->closed_();
  });
}

void SocketIoClient::drop() { engine_.drop(); }

void SocketIoClient::opened() {
  failed_ = 0;
  gathering_ = {};
  broken_.clear();
  for (auto& [nsp, channel] : channels_) {
    if (channel->active_) channel->say_connect();
  }
  if (transport_) transport_(transport());
}

void SocketIoClient::upgraded() {
  if (transport_) transport_(transport());
}

i64 SocketIoClient::next_wait() {
  i64 wait = settings_.reconnect_after;
  for (u64 i = 0; i < failed_ && wait < settings_.reconnect_most; ++i) wait *= 2;
  wait = std::min(wait, settings_.reconnect_most);
  const double part = double(random_.below(2001)) / 1000.0 - 1;  // -1 to 1
  ++failed_;
  return i64(double(wait) * (1 + part * settings_.jitter));
}

void SocketIoClient::closed(const std::string& reason, const std::string& why,
                            const DialFailure& failure) {
  gathering_ = {};
  Trouble trouble{broken_.empty() ? reason : "parse error", broken_.empty() ? why : broken_,
                  failure, -1};
  for (auto& [nsp, channel] : channels_) channel->lost(trouble.reason, trouble.why);
  const bool active = std::any_of(channels_.begin(), channels_.end(),
                                  [](const auto& c) { return c.second->active_; });
  if (!wanted_) {
    if (closed_) closed_();
    return;
  }
  if (settings_.reconnect && active && failed_ < settings_.attempts) {
    trouble.next = next_wait();
    retry_.after(trouble.next, [this] { engine_.open(); });
  } else {
    wanted_ = false;
  }
  if (trouble_) trouble_(trouble);
}

void SocketIoClient::broken(const std::string& why) {
  broken_ = why;
  engine_.drop();
}

void SocketIoClient::send(stream::SioPacket packet, const std::vector<Encoded>& attachments) {
  if (settings_.parser == SioParser::msgpack) {
    engine_.send_binary(base::as_bytes(write_sio_msgpack(packet, attachments)));
    return;
  }
  packet.attachments = u32(attachments.size());
  using enum stream::SioType;
  if (!attachments.empty()) packet.type = packet.type == event ? binary_event : binary_ack;
  std::string text;
  stream::encode_sio(packet, text);
  if (!engine_.send_text(text)) return;
  for (const Encoded& bytes : attachments) engine_.send_binary(base::as_bytes(*bytes));
}

void SocketIoClient::text(std::string_view message) {
  if (settings_.parser == SioParser::msgpack) return broken("text came where msgpack was due");
  if (gathering_.needs > 0) return broken("text came where an attachment was due");
  stream::SioPacket packet;
  const std::string_view trouble = stream::decode_sio(message, packet);
  if (!trouble.empty()) return broken(std::string(trouble));
  if (packet.attachments > settings_.most_attachments)
    return broken("a packet with " + std::to_string(packet.attachments) + " attachments");
  if (packet.attachments == 0) return this->packet(packet, {});
  gathering_ = {std::string(message), {}, packet.attachments};
}

void SocketIoClient::binary(Bytes message) {
  if (settings_.parser == SioParser::msgpack) {
    SioUnpacked all;
    if (!read_sio_msgpack(base::as_text(message), all)) return broken("what came is no packet");
    return packet(all.packet, std::move(all.attachments));
  }
  if (gathering_.needs == 0) return broken("bytes came that belong to no packet");
  gathering_.parts.push_back(encoded(std::string(base::as_text(message))));
  if (gathering_.parts.size() < gathering_.needs) return;
  Gathering whole = std::move(gathering_);
  gathering_ = {};
  stream::SioPacket begun;
  stream::decode_sio(whole.text, begun);
  packet(begun, std::move(whole.parts));
}

void SocketIoClient::packet(const stream::SioPacket& packet, std::vector<Encoded> attachments) {
  const auto found = channels_.find(std::string(packet.nsp));
  if (found == channels_.end()) return;  // nobody waits for it
  SioChannel& channel = *found->second;
  using enum stream::SioType;
  const bool is_event = packet.type == event || packet.type == binary_event;
  if (is_event || packet.type == ack || packet.type == binary_ack) {
    List list = read_list(packet.json, is_event);
    if (!list.good) return broken("an event or answer is no JSON list");
    Args args = Args::from_text(std::string(list.args), list.count, std::move(attachments));
    if (!is_event) return channel.answered(packet.id, args);
    return channel.got_event(std::move(list.event), std::move(args),
                             packet.has_id ? std::optional(packet.id) : std::nullopt);
  }
  if (packet.type == disconnect) {
    channel.active_ = false;
    channel.pid_.clear();
    return channel.lost("io server disconnect", "the server ended it");
  }
  const Json said = read_json(packet.json, {});
  if (packet.type == connect) return channel.got_connected(said);
  channel.got_refused(said);
}

}  // namespace netpeel::net
