#include "net/client_sio.hpp"
#include "net/sio_json.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

namespace {

std::string string_of(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string list_of(const std::string* event, const Args& args) {
  std::string out = "[";
  if (event != nullptr) {
    write_json(*event, out);
    if (!args.empty()) out += ',';
  }
  return out + args.text() + "]";
}

}  // namespace

// ---- Out. ----

bool SioChannel::emit(const std::string& event, const Args& args) {
  return send({event, args, std::nullopt});
}

bool SioChannel::emit(const std::string& event, const Args& args, i64 milliseconds, Answer answer) {
  if (asked_.size() >= most_kept) return false;
  const u64 id = next_id_++;
  const auto at = asked_.emplace(id, Asked{std::move(answer), Timer(client_.loop_)}).first;
  if (milliseconds >= 0) {
    at->second.timer.after(milliseconds * 1'000'000, [this, id] {
      auto gone = asked_.extract(id);
      std::erase_if(outgoing_, [id](const Kept& k) { return k.id == id; });
      gone.mapped().answer("operation has timed out", {});
    });
  }
  if (send({event, args, id})) return true;
  asked_.erase(id);
  return false;
}

bool SioChannel::emit_volatile(const std::string& event, const Args& args) {
  return connected_ && client_.engine_.writable() && send({event, args, std::nullopt});
}

bool SioChannel::send(Kept what) {
  if (connected_) {
    write(what);
    return true;
  }
  if (outgoing_.size() >= most_kept) return false;
  outgoing_.push_back(std::move(what));
  return true;
}

void SioChannel::write(const Kept& what) {
  const std::string list = list_of(&what.event, what.args);
  const auto& attachments = what.args.attachments();
  using enum stream::SioType;
  client_.send({.type = event,
                .nsp = nsp_,
                .has_id = what.id.has_value(),
                .id = what.id.value_or(0),
                .json = list},
               attachments);
}

void SioChannel::say_connect() {
  Json said = auth.is_object() ? auth : Json::object();
  if (!pid_.empty() && !offset_.empty()) {
    said["pid"] = pid_;
    said["offset"] = offset_;
  }
  std::string json;
  std::vector<Encoded> none;
  if (!said.empty()) write_json(said, json, none);
  client_.send({.type = stream::SioType::connect, .nsp = nsp_, .json = json}, {});
}

void SioChannel::connect() {
  if (connected_ || (active_ && client_.is_open())) return;
  active_ = true;
  if (client_.is_open()) {
    say_connect();
  } else {
    client_.open();
  }
}

void SioChannel::disconnect() {
  active_ = false;
  if (!connected_) return;
  client_.send({.type = stream::SioType::disconnect, .nsp = nsp_}, {});
  pid_.clear();
  lost("io client disconnect", "");
}

// ---- In. ----

void SioChannel::got_connected(const Json& said) {
  const std::string pid = string_of(said, "pid");
  recovered_ = !pid.empty() && pid == pid_;
  pid_ = pid;
  if (!recovered_) offset_.clear();
  id_ = string_of(said, "sid");
  connected_ = true;
  std::deque<Kept> in, out;
  in.swap(incoming_);
  out.swap(outgoing_);
  for (const Kept& e : in) deliver(e.event, e.args, e.id);
  for (const Kept& e : out) write(e);
  if (connect_) connect_();
}

void SioChannel::got_refused(const Json& said) {
  active_ = false;
  const std::string message =
      said.is_string() ? said.get<std::string>() : string_of(said, "message");
  if (refused_)
    refused_(message, said.is_object() && said.contains("data") ? said["data"] : Json());
}

void SioChannel::got_event(std::string event, Args args, std::optional<u64> id) {
  if (connected_) return deliver(event, args, id);
  if (incoming_.size() >= most_kept) return client_.broken("too many events before CONNECT");
  incoming_.push_back({std::move(event), std::move(args), id});
}

void SioChannel::deliver(const std::string& event, const Args& args, std::optional<u64> id) {
  Ack ack;
  if (id) {
    ack = Ack([self = client_.self_, nsp = nsp_, session = client_.engine_.sid(),
               id = *id](const Args& answer) {
      if (*self == nullptr || (*self)->engine_.sid() != session) return;
      const std::string list = list_of(nullptr, answer);
      const auto& attachments = answer.attachments();
      (*self)->send(
          {.type = stream::SioType::ack, .nsp = nsp, .has_id = true, .id = id, .json = list},
          attachments);
    });
  }
  if (!pid_.empty() && !args.empty()) {
    const Json last = args[args.size() - 1];
    if (last.is_string()) offset_ = last.get<std::string>();
  }
  if (any_) any_(event, args, ack);
  const auto found = handlers_.find(event);
  if (found != handlers_.end()) found->second(args, ack);
}

void SioChannel::answered(u64 id, const Args& args) {
  auto asked = asked_.extract(id);
  if (!asked.empty()) asked.mapped().answer({}, args);
}

void SioChannel::lost(const std::string& reason, const std::string& why) {
  incoming_.clear();
  if (!connected_) return;
  connected_ = recovered_ = false;
  id_.clear();
  // What is still kept was not sent: its answer may come yet.
  std::map<u64, Asked> gone, stay;
  gone.swap(asked_);
  for (const Kept& k : outgoing_) {
    if (k.id) stay.insert(gone.extract(*k.id));
  }
  asked_.swap(stay);
  for (auto& [id, asked] : gone) asked.answer("socket has been disconnected", {});
  if (disconnect_) disconnect_(reason, why);
}

}  // namespace netpeel::net
