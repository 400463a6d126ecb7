#include "replay/rerun.hpp"

#include <algorithm>

#include "replay/pace.hpp"
#include "stream/socketio.hpp"

namespace netpeel::replay {
namespace {

constexpr i64 ms = 1'000'000;
constexpr i64 linger = 300 * ms;          // for what the server says unasked in the end
constexpr i64 less_patience = 1000 * ms;  // with a server that has kept us waiting
constexpr i64 longest_nap = 200 * ms;     // a signal that came just before is noticed then

void replace_all(std::string& in, const std::string& from, const std::string& to) {
  if (from.empty()) return;
  for (std::size_t at = 0; (at = in.find(from, at)) != std::string::npos; at += to.size())
    in.replace(at, from.size(), to);
}

// One conversation while it is had again.
struct Live {
  const Recorded* recorded;
  std::unique_ptr<Peer> peer{};
  std::vector<bool> said{};
  std::map<std::string, u64> wanted{};  // by key: how many the server should have said
  std::map<std::string, std::vector<const Utterance*>> partners{};  // recorded, by key
  std::map<std::string, u64> met{};                                 // by key: live ones looked at
  std::size_t looked = 0;                                           // of heard()
  std::map<std::pair<std::string, u64>, u64> acks{};                // of the server's questions
  i64 patience = 0;
};

class Run {
 public:
  Run(const Dial& dial, const std::vector<Recorded>& recorded, const RerunPlan& plan)
      : dial_(dial), plan_(plan) {
    for (const Recorded& r : recorded) {
      Live& l = lives_.emplace_back(Live{.recorded = &r, .patience = plan.patience});
      l.said.resize(r.said.size());
      for (const Utterance& u : r.said) {
        if (u.side == Side::server) l.partners[u.key].push_back(&u);
      }
    }
  }

  Rerun go() {
    for (const auto& [live, index] : script()) {
      if (plan_.stopped()) break;
      step(lives_[live], index);
    }
    wait(linger, [] { return false; });
    out_.stopped = plan_.stopped();
    for (Live& l : lives_) {
      Rerun::Actor& actor = out_.actors.emplace_back();
      if (l.peer != nullptr) {
        l.peer->finish();
        actor.heard = l.peer->heard();
        actor.trouble = l.peer->trouble();
      }
      actor.said = std::move(l.said);
    }
    return std::move(out_);
  }

 private:
  // All that is said, in the order of the capture.
  std::vector<std::pair<std::size_t, std::size_t>> script() const {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      for (std::size_t n = 0; n < lives_[i].recorded->said.size(); ++n) out.emplace_back(i, n);
    }
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
      return lives_[a.first].recorded->said[a.second].frame <
             lives_[b.first].recorded->said[b.second].frame;
    });
    return out;
  }

  void step(Live& l, std::size_t index) {
    const Utterance& u = l.recorded->said[index];
    if (l.peer == nullptr) {
      l.peer = make_peer(dial_, *l.recorded, plan_.registry, plan_.limits);
      l.peer->start();
    }
    if (u.side == Side::client) {
      read();
      // A web server may have closed: it is asked again in a new connection.
      if (l.peer->gone() && u.level != Level::http) return;
      l.said[index] = l.peer->say(translated(l, u));
      return;
    }
    const u64 wanted = ++l.wanted[u.key];
    l.peer->expect(u);
    const auto there = [&] { return count(l, u.key) >= wanted || l.peer->gone(); };
    wait(l.patience, there);
    if (count(l, u.key) >= wanted) return;
    l.peer->give_up();
    learn();
    if (!l.peer->gone()) l.patience = std::min(l.patience, less_patience);
  }

  u64 count(const Live& l, const std::string& key) const {
    const auto at = l.met.find(key);
    return at == l.met.end() ? 0 : at->second;
  }

  template <class Done>
  void wait(i64 patience, const Done& done) {
    const i64 until = Waiter::now() + patience;
    read();
    std::vector<pollfd> fds;
    while (!done() && !plan_.stopped()) {
      const i64 left = until - Waiter::now();
      if (left <= 0) return;
      fds.clear();
      for (const Live& l : lives_) {
        if (l.peer != nullptr) l.peer->descriptors(fds);
      }
      if (fds.empty()) return;
      const i64 nap = std::min(left, longest_nap);
      const timespec most{time_t(nap / 1'000'000'000), long(nap % 1'000'000'000)};
      ppoll(fds.data(), fds.size(), &most, nullptr);
      read();
    }
  }

  void read() {
    for (Live& l : lives_) {
      if (l.peer != nullptr) l.peer->read();
    }
    learn();
  }

  // What was heard since: the n-th of a sort answers to the n-th that was recorded.
  void learn() {
    for (Live& l : lives_) {
      if (l.peer == nullptr) continue;
      for (; l.looked < l.peer->heard().size(); ++l.looked) {
        const Utterance& live = l.peer->heard()[l.looked];
        const u64 n = l.met[live.key]++;
        const auto at = l.partners.find(live.key);
        if (at == l.partners.end() || n >= at->second.size()) continue;
        const Utterance& recorded = *at->second[n];
        out_.names.learn(recorded.names, live.names);
        if (recorded.ack && live.ack && !live.answers)
          l.acks[{recorded.nsp, *recorded.ack}] = *live.ack;
      }
    }
  }

  Utterance translated(const Live& l, const Utterance& recorded) const {
    Utterance out = recorded;
    if (out.level == Level::http) {
      // The length of a body stands in the head.
      const std::size_t end = out.wire.find("\r\n\r\n");
      const std::size_t head = end == std::string::npos ? out.wire.size() : end;
      std::string body = out.wire.substr(head), live = out_.names.to_live(body);
      if (live.size() == body.size()) body = std::move(live);
      out.wire = out_.names.to_live(out.wire.substr(0, head)) + body;
    } else if (!out.binary && out.level > Level::http) {
      out.wire = out_.names.to_live(out.wire);
    }
    if (out.level != Level::socketio || !out.answers || !out.ack) return out;
    const auto at = l.acks.find({out.nsp, *out.ack});
    stream::SioPacket p;
    if (at == l.acks.end() || !stream::decode_sio(out.wire, p).empty()) return out;
    p.id = at->second;
    std::string again;
    stream::encode_sio(p, again);
    out.wire = again;
    return out;
  }

  const Dial& dial_;
  const RerunPlan& plan_;
  std::vector<Live> lives_;
  Rerun out_;
};

}  // namespace

void Names::learn(const std::vector<std::string>& recorded, const std::vector<std::string>& live) {
  for (std::size_t i = 0; i < recorded.size() && i < live.size(); ++i) {
    if (!recorded[i].empty() && !live[i].empty()) live_of_.emplace(recorded[i], live[i]);
  }
}

std::string Names::to_live(std::string text) const {
  for (const auto& [recorded, live] : live_of_) replace_all(text, recorded, live);
  return text;
}

std::string Names::to_recorded(std::string text) const {
  for (const auto& [recorded, live] : live_of_) replace_all(text, live, recorded);
  return text;
}

Rerun rerun(const Dial& dial, const std::vector<Recorded>& recorded, const RerunPlan& plan) {
  return Run(dial, recorded, plan).go();
}

}  // namespace netpeel::replay
