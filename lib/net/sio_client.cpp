#include "net/sio_client.hpp"

#include <algorithm>
#include <map>

#include "net/http_words.hpp"
#include "net/sio_json.hpp"
#include "net/sio_namespace.hpp"
#include "net/sio_socket.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {

using stream::SioType;

SioClient::SioClient(SioCore& core, EngineSocket& engine) : core_(core), engine_(&engine) {
  engine.context = this;
  deadline_ = std::make_unique<Timer>(core.loop);
  deadline_->after(core.settings.connect_timeout, [this] {
    ++core_.totals.closed_unjoined;
    close();
  });
}

void SioClient::join_unasked() {
  SioRead read{.type = SioType::connect, .nsp = "/"};
  connect(read);
}

void SioClient::text(std::string_view message) {
  const auto alive = shared_from_this();
  SioRead read;
  if (core_.settings.parser == SioParser::msgpack) return broken();
  take(decoder_.text(message, core_.settings.most_attachments, read), read);
}

void SioClient::binary(Bytes message) {
  const auto alive = shared_from_this();
  SioRead read;
  const bool whole = core_.settings.parser == SioParser::msgpack;
  take(whole ? SioDecoder::msgpack(message, read) : decoder_.binary(message, read), read);
}

void SioClient::take(SioDecoder::Found found, SioRead& read) {
  if (found == SioDecoder::Found::broken) return broken();
  if (found == SioDecoder::Found::packet) packet(read);
}

std::shared_ptr<SioSocket> SioClient::find(std::string_view nsp) const {
  for (const auto& socket : joined_) {
    if (socket->nsp().name() == nsp) return socket;
  }
  return nullptr;
}

void SioClient::packet(SioRead& read) {
  ++core_.totals.packets_in;
  if (third()) query_of(read);
  const bool connects = read.type == SioType::connect;
  const std::shared_ptr<SioSocket> socket = find(read.nsp);
  if (socket == nullptr && connects) return connect(read);
  if (socket != nullptr && !connects && read.type != SioType::connect_error)
    return socket->received(read);
  // A second CONNECT, a namespace not joined (or not yet), CONNECT_ERROR.
  ++core_.totals.closed_broken;
  close();
}

// There a namespace may have a query behind it, which stands for what is the payload today.
void SioClient::query_of(SioRead& read) const {
  const std::size_t end = std::min(read.nsp.find_first_of("?#"), read.nsp.size());
  std::string_view query = read.nsp.substr(end);
  read.nsp = read.nsp.substr(0, end);
  if (read.type != SioType::connect) return;
  query = query.substr(0, query.find('#'));
  std::map<std::string, std::string> values;  // the last of a name counts
  if (!query.empty()) query.remove_prefix(1);
  for (auto& [name, value] : form_fields(query)) values[name] = std::move(value);
  std::string& json = read.auth;
  json = "{";
  for (const auto& [name, value] : values) {
    if (json.size() > 1) json += ',';
    write_json(name, json);
    json += ':';
    write_json(value, json);
  }
  json += '}';
  read.payload = json;
}

void SioClient::connect(const SioRead& read) {
  const std::string name(read.nsp);
  if (joined_.size() + entering_ >= core_.settings.most_joined) {
    ++core_.totals.refused_namespaces;
    return refuse(name, "Too many namespaces");
  }
  if (read.payload.size() > core_.settings.most_auth) return refuse(name, "Too much auth");
  const std::shared_ptr<SioNamespace> nsp = core_.find_or_make(name);
  if (nsp == nullptr) return refuse(name, "Invalid namespace");
  ++entering_;
  // Connecting is asynchronous in the original: what comes in the same breath comes too early.
  core_.later([client = weak_from_this(), nsp, auth = std::string(read.payload)] {
    if (const auto c = client.lock(); c != nullptr && c->open()) nsp->connect(c, auth);
  });
}

void SioClient::refuse(const std::string& nsp, std::string_view why) {
  std::string payload = R"({"message":)";
  write_json(why, payload);
  payload += '}';
  write(core_.pack(SioType::connect_error, nsp, payload));
}

bool SioClient::joined(const std::shared_ptr<SioSocket>& socket) {
  --entering_;
  if (find(socket->nsp().name()) != nullptr) return false;
  deadline_.reset();
  joined_.push_back(socket);
  return true;
}

void SioClient::left(const SioNamespace& nsp) {
  std::erase_if(joined_, [&](const auto& socket) { return &socket->nsp() == &nsp; });
}

bool SioClient::room_for(const SioPacked& packet) const {
  return packet.attachments.empty() ||
         engine_->queued() + packet.size() <= core_.settings.queue.bytes;
}

bool SioClient::write(const SioPacked& packet, bool is_volatile) {
  if (engine_ == nullptr) return false;
  if ((is_volatile && !engine_->writable()) ||
      (core_.settings.queue.slow == Slow::drop && !room_for(packet))) {
    ++core_.counters.dropped;
    return false;
  }
  if (!engine_->send(packet.first)) return false;
  for (const EnginePacketPtr& a : packet.attachments) {
    if (engine_ == nullptr) return false;
    if (engine_->send(a)) continue;
    if (engine_ != nullptr) engine_->close();  // half a packet would spoil all that follow
    return false;
  }
  ++core_.totals.packets_out;
  return true;
}

void SioClient::broken() {
  ++core_.totals.closed_broken;
  const auto all = joined_;
  for (const auto& socket : all) socket->error({"parse error"});
  end("forced close", true);
}

void SioClient::close() { end("forced server close", true); }

void SioClient::disconnect() {
  const auto all = joined_;
  for (const auto& socket : all) socket->disconnect();
  close();
}

void SioClient::ended(EngineEnd why) { end(std::string(engine_end_name(why)), false); }

void SioClient::end(const std::string& reason, bool close_engine) {
  if (engine_ == nullptr) return;
  EngineSocket* const engine = std::exchange(engine_, nullptr);
  engine->context = nullptr;  // from here on its events are nobody's
  deadline_.reset();
  const auto alive = shared_from_this();
  core_.forget(*this);
  if (close_engine) engine->close();
  const auto all = std::exchange(joined_, {});
  for (const auto& socket : all) socket->end(reason);
}

void SioClient::abandon() {
  if (engine_ != nullptr) engine_->context = nullptr;
  engine_ = nullptr;
  deadline_.reset();
  for (const auto& socket : std::exchange(joined_, {})) socket->abandon();
}

}  // namespace netpeel::net
