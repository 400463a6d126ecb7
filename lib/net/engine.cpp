#include <cstdlib>
#include <set>
#include <unordered_map>

#include "net/engine_answers.hpp"
#include "net/engine_cors.hpp"
#include "net/engine_session.hpp"
#include "net/http_words.hpp"
#include "net/secret_id.hpp"

namespace netpeel::net {

namespace {

using SessionPtr = std::shared_ptr<EngineSession>;

// Of the query, what Engine.IO looks at; the last counts where a name is there twice.
struct Query {
  std::string transport, sid;
  EngineDialect dialect{.revision = 3};

  explicit Query(const HttpRequest& request) {
    for (auto& [name, value] : form_fields(request.query)) {
      if (name == "transport") transport = std::move(value);
      if (name == "sid") sid = std::move(value);
      if (name == "EIO") dialect.revision = value == "4" ? 4 : 3;
      if (name == "b64") dialect.base64 = !value.empty();
      if (name != "j") continue;
      dialect.jsonp = true;
      for (const char c : value) {
        if (c >= '0' && c <= '9') dialect.callback += c;
      }
    }
  }
  bool websocket() const { return transport == "websocket"; }
};

bool has_octets(const HttpRequest& request) {
  const std::string* type = request.header("Content-Type");
  return type != nullptr && *type == "application/octet-stream";
}

// What a request says of its body; 0: nothing. HTTP has checked that it is a number.
u64 length_of(const HttpRequest& request) {
  const std::string* length = request.header("Content-Length");
  return length == nullptr ? 0 : std::strtoull(length->c_str(), nullptr, 10);
}

}  // namespace

struct EngineServer::Impl final : EngineHost, std::enable_shared_from_this<EngineServer::Impl> {
  Impl(Loop& l, EngineSettings s, QueueLimit q, EngineEvents& e, Counters& c)
      : EngineHost(std::move(s), q, e, c), loop(l), timer(l) {}

  i64 now() const override { return Loop::now(); }
  void due_changed(EngineSession& session) override;
  void ended(EngineSession& session) override;
  void arm();
  void run_due();

  std::optional<EngineRefusal> refusal(const HttpRequest& request, const Query& query,
                                       bool upgrade) const;
  void refuse(HttpReply& reply, EngineRefusal why) {
    ++counters.refused;
    reply.send(refusal_answer(settings, why));
  }
  void begin(const HttpRequest& request, EngineDialect dialect, HttpReplyPtr reply);
  bool full() const { return sessions.size() >= settings.most_sessions; }
  EngineSession* find(const std::string& sid) const;
  EngineSession& make(PackedRequest handshake);

  Loop& loop;
  std::unordered_map<std::string_view, SessionPtr> sessions;  // the keys are the sessions' own ids
  // When each wants to be called; one timer for all, because a timer costs more than a session.
  std::set<std::pair<i64, EngineSession*>> dues;
  Timer timer;
  i64 armed = EngineSession::never;
};

// ---- Time ----

void EngineServer::Impl::due_changed(EngineSession& session) {
  const i64 due = session.due();
  if (due == session.noted_due) return;
  auto node = dues.extract({session.noted_due, &session});
  session.noted_due = due;
  if (due != EngineSession::never) {
    if (node.empty()) {
      dues.insert({due, &session});
    } else {
      node.value() = {due, &session};
      dues.insert(std::move(node));
    }
  }
  arm();
}

void EngineServer::Impl::arm() {
  const i64 first = dues.empty() ? EngineSession::never : dues.begin()->first;
  if (first >= armed) return;  // one too early finds nothing to do, and arms again
  armed = first;
  timer.at(first, [this] { run_due(); });
}

void EngineServer::Impl::run_due() {
  armed = EngineSession::never;
  const i64 until = now();
  while (!dues.empty() && dues.begin()->first <= until) {
    const SessionPtr session = dues.begin()->second->shared_from_this();
    session->tick();
    due_changed(*session);
    if (session->noted_due <= until && !session->over()) break;  // let others have their turn
  }
  arm();
}

void EngineServer::Impl::ended(EngineSession& session) {
  due_changed(session);
  const auto at = sessions.find(session.id());
  if (at == sessions.end()) return;
  // Whoever called into the session is still in it.
  loop.later([keep = std::move(at->second)] {});
  sessions.erase(at);
}

// ---- Requests ----

EngineSession* EngineServer::Impl::find(const std::string& sid) const {
  const auto at = sessions.find(sid);
  return at == sessions.end() ? nullptr : at->second.get();
}

EngineSession& EngineServer::Impl::make(PackedRequest handshake) {
  auto session = std::make_shared<EngineSession>(*this, secret_id(), std::move(handshake));
  return *sessions.emplace(session->id(), session).first->second;
}

// In the order of the original: transport, session, method, and the version last.
std::optional<EngineRefusal> EngineServer::Impl::refusal(const HttpRequest& request,
                                                         const Query& query, bool upgrade) const {
  const bool websocket = query.websocket();
  if (!(websocket && settings.websocket) && !(query.transport == "polling" && settings.polling))
    return EngineRefusal::transport_unknown;
  if (query.sid.empty()) {
    if (request.method != "GET") return EngineRefusal::bad_method;
    if (websocket && !upgrade) return EngineRefusal::bad_request;
    if (query.dialect.revision == 3 && !settings.allow_eio3) return EngineRefusal::version;
    return std::nullopt;
  }
  const EngineSession* session = find(query.sid);
  if (session == nullptr) return EngineRefusal::session_unknown;
  if (!upgrade && session->transport() != query.transport) return EngineRefusal::bad_request;
  if (query.dialect.revision != session->revision()) return EngineRefusal::bad_request;
  // The original leaves this request without an answer for ever.
  if (!upgrade && websocket) return EngineRefusal::bad_request;
  return std::nullopt;
}

void EngineServer::Impl::begin(const HttpRequest& request, EngineDialect dialect,
                               HttpReplyPtr reply) {
  if (full()) {
    ++counters.refused;
    return reply->send(full_answer(settings));
  }
  make(PackedRequest(request)).shared_from_this()->begin(std::move(reply), std::move(dialect));
}

EngineServer::EngineServer(Loop& loop, EngineSettings settings, QueueLimit queue,
                           EngineEvents& events, Counters& counters)
    : impl_(std::make_shared<Impl>(loop, std::move(settings), queue, events, counters)) {}

EngineServer::~EngineServer() {
  for (const auto& [sid, session] : impl_->sessions) session->abandon();
  impl_->timer.cancel();
}

std::size_t EngineServer::sessions() const { return impl_->sessions.size(); }
const EngineSettings& EngineServer::settings() const { return impl_->settings; }

void EngineServer::shut_down() {
  std::vector<SessionPtr> all;
  all.reserve(impl_->sessions.size());
  for (const auto& [sid, session] : impl_->sessions) all.push_back(session);
  for (const SessionPtr& session : all) session->shut_down();
}

// With a length HTTP may read on: began() says no where it is too long, in words of ours.
std::size_t EngineServer::body_limit(const HttpRequest& head) const {
  const bool judged = head.method == "POST" && length_of(head) > impl_->settings.max_payload;
  return judged ? std::size_t(-1) : impl_->settings.max_payload;
}

void EngineServer::began(const HttpRequest& head, const HttpReplyPtr& reply) {
  if (head.method != "POST") return;
  const Query query(head);
  if (const auto why = impl_->refusal(head, query, false)) return impl_->refuse(*reply, *why);
  const SessionPtr session = impl_->find(query.sid)->shared_from_this();
  session->post_began(has_octets(head), reply);
  if (!reply->gone() && length_of(head) > impl_->settings.max_payload)
    reply->send(bare_answer(impl_->settings, 413));
}

void EngineServer::request(HttpRequest request, HttpReplyPtr reply) {
  if (reply->gone()) return;  // began() answered
  const EngineSettings& s = impl_->settings;
  if (!s.cors.empty() && request.method == "OPTIONS")
    return reply->send(preflight_answer(s, request));
  Query query(request);
  if (const auto why = impl_->refusal(request, query, false)) return impl_->refuse(*reply, *why);
  if (query.sid.empty()) return impl_->begin(request, std::move(query.dialect), std::move(reply));
  const SessionPtr session = impl_->find(query.sid)->shared_from_this();
  if (request.method == "GET") return session->poll(std::move(reply));
  if (request.method == "POST")
    return session->post(has_octets(request), std::move(request.body), std::move(reply));
  ++impl_->counters.refused;
  reply->send(bare_answer(s, 500));
}

// ---- WebSocket ----

namespace {

// Between one WebSocket and its session.
class Link final : public WsEvents {
 public:
  // What the request asked for, until the WebSocket is open.
  struct Wish {
    std::weak_ptr<EngineServer::Impl> server;
    PackedRequest handshake;
    std::string sid;
    bool websocket = true;
    EngineDialect dialect;
  };
  explicit Link(Wish wish) : wish_(std::make_unique<Wish>(std::move(wish))) {}

  void opened(WebSocket& socket) override {
    const auto wish = std::move(wish_);
    const auto server = wish->server.lock();
    // As the original: 101 first, and then the door.
    if (!server || !wish->websocket) return socket.close(1005, {});
    if (wish->sid.empty()) {
      session_ = server->make(std::move(wish->handshake)).shared_from_this();
      return session_->begin(socket, wish->dialect);
    }
    EngineSession* found = server->find(wish->sid);
    if (found == nullptr) return socket.close(1005, {});
    session_ = found->shared_from_this();
    session_->candidate(socket, wish->dialect.base64);
  }
  void message(WebSocket& socket, bool binary, std::span<u8> payload) override {
    if (session_) session_->message(socket, binary, payload);
  }
  void failed(WebSocket& socket, u16, std::string_view) override {
    if (session_) session_->broke(socket);
  }
  void leaving(WebSocket& socket) override {
    if (!session_ || session_->over()) return WsEvents::leaving(socket);
    session_->shut_down();
  }
  void closed(WebSocket& socket, u16, std::string_view) override {
    if (session_) session_->gone(socket);
  }

 private:
  SessionPtr session_;
  std::unique_ptr<Wish> wish_;
};

}  // namespace

void EngineServer::upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection) {
  const EngineSettings& s = impl_->settings;
  const Query query(request);
  auto why = impl_->refusal(request, query, true);
  if (!why && !origin_allowed(s, request)) why = EngineRefusal::forbidden;
  if (why) {
    ++impl_->counters.refused;
    return reply->send(refused_upgrade_answer(*why));
  }
  auto refused = ws_refusal(request);
  if (!refused && query.sid.empty() && impl_->full()) refused = full_answer(s);
  if (refused) {
    ++impl_->counters.refused;
    return reply->send(std::move(*refused));
  }
  Link::Wish wish{.server = impl_,
                  .handshake = {},
                  .sid = query.sid,
                  .websocket = query.websocket(),
                  .dialect = query.dialect};
  if (wish.sid.empty()) wish.handshake = PackedRequest(request);
  accept_websocket(impl_->loop, request, std::move(reply), connection, {.message = s.max_payload},
                   impl_->counters, std::make_unique<Link>(std::move(wish)), cors_headers(s));
}

}  // namespace netpeel::net
