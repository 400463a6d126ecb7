#include "net/sio_recovery.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace netpeel::net {
namespace {

constexpr std::size_t overhead = 200;  // of one kept packet, about

bool any_of(const Rooms& rooms, const std::unordered_set<std::string_view>& among) {
  return std::any_of(rooms.begin(), rooms.end(),
                     [&](const std::string& room) { return among.contains(room); });
}

std::shared_ptr<const Rooms> shared(const Rooms& rooms) {
  return rooms.empty() ? nullptr : std::make_shared<const Rooms>(rooms);
}

}  // namespace

SioRecovery::~SioRecovery() {
  for (const Packet& p : packets_) kept_.bytes -= p.bytes;
  kept_.packets -= packets_.size();
  kept_.sessions -= sessions_.size();
}

std::string SioRecovery::next_offset() const {
  return run_ + '.' + std::to_string(first_ + packets_.size());
}

std::optional<std::size_t> SioRecovery::behind(std::string_view offset) const {
  if (offset.size() <= run_.size() + 1 || offset.substr(0, run_.size()) != run_ ||
      offset[run_.size()] != '.')
    return std::nullopt;
  u64 n = 0;
  const char* const end = offset.data() + offset.size();
  const auto read = std::from_chars(offset.data() + run_.size() + 1, end, n);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (n + 1 < whole_from_ || n >= first_ + packets_.size()) return std::nullopt;
  return std::size_t(std::max(n + 1, first_) - first_);
}

void SioRecovery::add(i64 now, const Rooms& to, const Rooms& except, SioPacked packet) {
  const std::size_t bytes = packet.size() + overhead;
  packets_.push_back({now, shared(to), shared(except), std::move(packet), bytes});
  kept_.bytes += bytes;
  ++kept_.packets;
  expire(now);
  while (kept_.bytes > kept_.limit && packets_.size() > 1) {
    forget_first();
    whole_from_ = first_;
    ++kept_.forgotten_packets;
  }
}

void SioRecovery::forget_first() {
  kept_.bytes -= packets_.front().bytes;
  --kept_.packets;
  packets_.pop_front();
  ++first_;
}

void SioRecovery::forget_session(std::map<std::string, Session>::iterator it) {
  sessions_.erase(it);
  --kept_.sessions;
}

void SioRecovery::lost(i64 now, Session session) {
  expire(now);
  session.lost_at = now;
  const std::string pid = session.pid;
  const bool fresh = sessions_.insert_or_assign(pid, std::move(session)).second;
  if (fresh) ++kept_.sessions;
  lost_in_order_.emplace_back(now, pid);
  // One that comes and goes leaves an entry each time, so the list has a bound of its own.
  while (sessions_.size() > most_sessions_ || lost_in_order_.size() > 4 * most_sessions_) {
    const auto [at, oldest] = lost_in_order_.front();
    lost_in_order_.pop_front();
    const auto it = sessions_.find(oldest);
    if (it == sessions_.end() || it->second.lost_at != at) continue;
    forget_session(it);
    ++kept_.forgotten_sessions;
  }
}

std::optional<SioRecovery::Session> SioRecovery::take(i64 now, const std::string& pid) {
  expire(now);
  const auto it = sessions_.find(pid);
  if (it == sessions_.end()) return std::nullopt;
  Session out = std::move(it->second);
  forget_session(it);
  return out;
}

void SioRecovery::missed(const Rooms& rooms, std::string_view offset,
                         const std::function<void(const SioPacked&)>& each) const {
  const auto begin = behind(offset);
  if (!begin) return;
  const std::unordered_set<std::string_view> mine(rooms.begin(), rooms.end());
  for (std::size_t i = *begin; i < packets_.size(); ++i) {
    const Packet& p = packets_[i];
    if (p.to != nullptr && !any_of(*p.to, mine)) continue;
    if (p.except != nullptr && any_of(*p.except, mine)) continue;
    each(p.packed);
  }
}

void SioRecovery::expire(i64 now) {
  while (!packets_.empty() && packets_.front().at + keep_ + notice_ < now) forget_first();
  while (!lost_in_order_.empty() && lost_in_order_.front().first + keep_ < now) {
    const auto [at, pid] = std::move(lost_in_order_.front());
    lost_in_order_.pop_front();
    const auto it = sessions_.find(pid);
    if (it != sessions_.end() && it->second.lost_at == at) forget_session(it);
  }
}

i64 SioRecovery::next_expiry() const {
  i64 at = 0;
  if (!packets_.empty()) at = packets_.front().at + keep_ + notice_;
  if (!lost_in_order_.empty()) {
    const i64 session = lost_in_order_.front().first + keep_;
    if (at == 0 || session < at) at = session;
  }
  return at;
}

}  // namespace netpeel::net
