#include "net/sio_packet.hpp"

#include <algorithm>

#include "net/sio_copy.hpp"
#include "net/sio_json.hpp"
#include "net/sio_msgpack.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::net {
namespace {

using stream::JsonPieces;
using stream::SioType;

bool whole_object(std::string_view json) {
  JsonPieces pieces(json);
  std::string_view key, value;
  while (pieces.is_object() && pieces.next(key, value)) {
  }
  return pieces.whole();
}

// An event's name: a string that is not reserved, or a number.
bool read_name(std::string_view json, std::string& out) {
  if (json[0] == '"') {
    if (json.find('\\') == std::string_view::npos) {
      out = json.substr(1, json.size() - 2);
    } else {
      out.clear();
      if (!stream::json_string(json, out)) return false;
    }
    return !sio_reserved(out);
  }
  out = json;
  return json[0] == '-' || (json[0] >= '0' && json[0] <= '9');
}

// Written in another way than JSON.stringify does, as far as that shows at a glance: blanks between
// the values, escapes that need not be. Clients in JavaScript never write so.
bool unusual(std::string_view list, std::size_t values) {
  return list.size() != values || list.find("\\u") != std::string_view::npos ||
         list.find("\\/") != std::string_view::npos;
}

// The list of an event (its name first) or of an acknowledgment.
bool read_list(std::string_view json, bool named, const std::vector<Encoded>& attachments,
               SioRead& out) {
  JsonPieces pieces(json);
  if (!pieces.is_array()) return false;
  std::string_view key, value;
  if (named && (!pieces.next(key, value) || !read_name(value, out.event))) return false;
  const char* begin = nullptr;
  const char* end = nullptr;
  std::size_t count = 0, size = 0;
  while (pieces.next(key, value)) {
    if (count++ == 0) begin = value.data();
    end = value.data() + value.size();
    size += value.size() + (count > 1 ? 1 : 0);
  }
  if (!pieces.whole()) return false;
  const std::string_view list(begin, std::size_t(end - begin));
  if (attachments.empty() && !unusual(list, size)) {
    out.args = Args::from_text(std::string(list), count);
    return true;
  }
  std::string text;
  std::vector<Encoded> used;
  const PlaceholderNumber number = gathering(attachments, used);
  if (!copy_json(list, attachments.empty() ? PlaceholderNumber() : number, text)) return false;
  out.args = Args::from_text(std::move(text), count, std::move(used));
  return true;
}

SioDecoder::Found whole(const stream::SioPacket& read, const std::vector<Encoded>& attachments,
                        SioRead& out) {
  out.type = read.type;
  out.nsp = read.nsp;
  out.has_id = read.has_id;
  out.id = read.id;
  out.has_list = !read.json.empty();
  bool good = true;
  switch (read.type) {
    case SioType::connect:
      out.payload = read.json;
      good = read.json.empty() || whole_object(read.json);
      break;
    case SioType::disconnect: good = read.json.empty(); break;
    case SioType::connect_error: break;  // no client may send it
    case SioType::event:
    case SioType::binary_event:
      out.type = SioType::event;
      good = read.json.empty() || read_list(read.json, true, attachments, out);
      break;
    case SioType::ack:
    case SioType::binary_ack:
      out.type = SioType::ack;
      good = read.json.empty() || read_list(read.json, false, attachments, out);
      break;
  }
  return good ? SioDecoder::Found::packet : SioDecoder::Found::broken;
}

}  // namespace

bool sio_reserved(std::string_view event) {
  for (const std::string_view name : {"connect", "connect_error", "disconnect", "disconnecting",
                                      "newListener", "removeListener"}) {
    if (event == name) return true;
  }
  return false;
}

SioDecoder::Found SioDecoder::text(std::string_view message, std::size_t most_attachments,
                                   SioRead& out) {
  if (waiting_) return Found::broken;
  stream::SioPacket read;
  if (!stream::decode_sio(message, read).empty()) return Found::broken;
  if (!read.binary()) return whole(read, {}, out);
  if (read.attachments == 0 || read.attachments > most_attachments) return Found::broken;
  // Looked at before anything is kept: what is no event ends the connection now, not with the
  // attachments.
  SioRead look;
  if (whole(read, {}, look) == Found::broken) return Found::broken;
  waiting_ = std::make_unique<Waiting>();
  waiting_->text = message;
  waiting_->needs = read.attachments;
  return Found::more;
}

SioDecoder::Found SioDecoder::binary(Bytes message, SioRead& out) {
  if (!waiting_) return Found::broken;
  waiting_->attachments.push_back(encoded(std::string(base::as_text(message))));
  if (waiting_->attachments.size() < waiting_->needs) return Found::more;
  const std::unique_ptr<Waiting> all = std::move(waiting_);
  out.held = std::move(all->text);
  stream::SioPacket read;
  stream::decode_sio(out.held, read);
  return whole(read, all->attachments, out);
}

SioDecoder::Found SioDecoder::msgpack(Bytes message, SioRead& out) {
  SioUnpacked all;
  if (!read_sio_msgpack(base::as_text(message), all)) return Found::broken;
  out.held = std::move(all.json);
  out.nsp_held = std::move(all.nsp);
  all.packet.json = out.held;
  all.packet.nsp = out.nsp_held;
  return whole(all.packet, all.attachments, out);
}

std::size_t SioPacked::size() const {
  std::size_t n = first->websocket()->size();
  for (const EnginePacketPtr& a : attachments) n += a->websocket()->size();
  return n;
}

namespace {

SioPacked packed(const stream::SioPacket& packet, const std::vector<Encoded>& attachments,
                 bool compress) {
  SioPacked out{EnginePacket::binary(write_sio_msgpack(packet, attachments)), {}};
  out.first->compress = compress;
  return out;
}

}  // namespace

SioPacked pack(const SioToPack& what) {
  const Args& args = *what.args;
  std::string json;
  json.reserve(args.text().size() + what.event.size() + what.offset.size() + 12);
  json += '[';
  if (what.type == SioType::event) write_json(what.event, json);
  if (!args.empty()) {
    if (json.size() > 1) json += ',';
    json += args.text();
  }
  if (!what.offset.empty()) {
    json += ',';
    write_json(what.offset, json);
  }
  json += ']';
  stream::SioPacket packet{.type = what.type,
                           .attachments = u32(args.attachments().size()),
                           .nsp = what.nsp,
                           .has_id = what.id.has_value(),
                           .id = what.id.value_or(0),
                           .json = json};
  if (what.parser == SioParser::msgpack) return packed(packet, args.attachments(), what.compress);
  if (packet.attachments > 0)
    packet.type = what.type == SioType::event ? SioType::binary_event : SioType::binary_ack;
  std::string text;
  text.reserve(json.size() + what.nsp.size() + 24);
  stream::encode_sio(packet, text);
  SioPacked out{EnginePacket::text(text), {}};
  out.first->compress = what.compress;
  for (const Encoded& bytes : args.attachments()) {
    out.attachments.push_back(EnginePacket::binary(*bytes));
    out.attachments.back()->compress = what.compress;
  }
  return out;
}

SioPacked pack(SioType type, std::string_view nsp, std::string_view payload, SioParser parser) {
  const stream::SioPacket packet{.type = type, .nsp = nsp, .json = payload};
  if (parser == SioParser::msgpack) return packed(packet, {}, true);
  std::string text;
  stream::encode_sio(packet, text);
  return {EnginePacket::text(text), {}};
}

}  // namespace netpeel::net
