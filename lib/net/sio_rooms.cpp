#include "net/sio_rooms.hpp"

#include <algorithm>

namespace netpeel::net {

void SioRooms::enter(SioSeated& who) {
  who.at_ = present_.size();
  who.present_ = true;
  present_.push_back(&who);
  by_id_[who.id_] = &who;
  who.own_room_ = true;
  if (!rooms_.contains(who.id_)) tell(Change::created, who.id_, who.id_);
  tell(Change::joined, who.id_, who.id_);
}

void SioRooms::exit(SioSeated& who) {
  while (!who.seats_.empty()) drop(who, who.seats_.size() - 1);
  if (who.own_room_) leave(who, who.id_);
  if (!who.present_) return;
  who.present_ = false;
  present_[who.at_] = present_.back();
  present_[who.at_]->at_ = who.at_;
  present_.pop_back();
  by_id_.erase(who.id_);
}

bool SioRooms::join(SioSeated& who, std::string_view name) {
  if (in(who, name)) return false;
  if (name == who.id_ && who.present_) {
    who.own_room_ = true;
    if (!rooms_.contains(name)) tell(Change::created, who.id_, who.id_);
    tell(Change::joined, who.id_, who.id_);
    return true;
  }
  auto it = rooms_.find(name);
  const bool made = it == rooms_.end();
  if (made) {
    auto room = std::make_unique<SioRoom>(SioRoom{.name = std::string(name), .born = ++born_});
    const std::string_view key = room->name;
    it = rooms_.emplace(key, std::move(room)).first;
  }
  SioRoom& room = *it->second;
  who.seats_.push_back({&room, room.members.size()});
  room.members.push_back(&who);
  if (!watcher_) return true;
  const std::string told(name);  // who watches may do anything to the room
  const SioSeated* const owner = find(told);
  if (made && (owner == nullptr || !owner->own_room_)) tell(Change::created, told, who.id_);
  tell(Change::joined, told, who.id_);
  return true;
}

void SioRooms::leave(SioSeated& who, std::string_view name) {
  if (name == who.id_ && who.own_room_) {
    who.own_room_ = false;
    tell(Change::left, who.id_, who.id_);
    if (!rooms_.contains(name)) tell(Change::deleted, who.id_, who.id_);
    return;
  }
  for (std::size_t i = 0; i < who.seats_.size(); ++i) {
    if (who.seats_[i].room->name == name) return drop(who, i);
  }
}

// The last member takes the empty place.
void SioRooms::drop(SioSeated& who, std::size_t seat) {
  const SioSeated::Seat gone = who.seats_[seat];
  who.seats_.erase(who.seats_.begin() + std::ptrdiff_t(seat));
  SioRoom& room = *gone.room;
  SioSeated& moved = *room.members.back();
  room.members[gone.at] = &moved;
  room.members.pop_back();
  if (&moved != &who) {
    const auto of_room = [&](const SioSeated::Seat& s) { return s.room == &room; };
    std::find_if(moved.seats_.begin(), moved.seats_.end(), of_room)->at = gone.at;
  }
  const bool last = room.members.empty();
  const auto node =
      last ? rooms_.extract(std::string_view(room.name)) : decltype(rooms_)::node_type();
  if (!watcher_) return;
  const std::string told = room.name;
  tell(Change::left, told, who.id_);
  const SioSeated* const owner = find(told);
  if (last && (owner == nullptr || !owner->own_room_)) tell(Change::deleted, told, who.id_);
}

SioSeated* SioRooms::find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

std::vector<std::string> SioRooms::of(const SioSeated& who) const {
  std::vector<std::string> out;
  out.reserve(who.seats_.size() + 1);
  if (who.own_room_) out.push_back(who.id_);
  for (const SioSeated::Seat& s : who.seats_) out.push_back(s.room->name);
  return out;
}

bool SioRooms::in(const SioSeated& who, std::string_view name) const {
  if (who.own_room_ && name == who.id_) return true;
  const auto it = rooms_.find(name);
  if (it == rooms_.end()) return false;
  const SioRoom* const room = it->second.get();
  // By whichever is shorter.
  if (room->members.size() < who.seats_.size())
    return std::find(room->members.begin(), room->members.end(), &who) != room->members.end();
  const auto of_room = [&](const SioSeated::Seat& s) { return s.room == room; };
  return std::any_of(who.seats_.begin(), who.seats_.end(), of_room);
}

std::vector<const SioRoom*> SioRooms::all() const {
  std::vector<const SioRoom*> out;
  for (const auto& [name, room] : rooms_) {
    if (!by_id_.contains(name)) out.push_back(room.get());
  }
  std::sort(out.begin(), out.end(),
            [](const SioRoom* a, const SioRoom* b) { return a->born < b->born; });
  return out;
}

template <class F>
void SioRooms::each(std::string_view name, F f) const {
  if (SioSeated* const owner = find(name); owner != nullptr && owner->own_room_) f(*owner);
  const auto it = rooms_.find(name);
  if (it == rooms_.end()) return;
  for (SioSeated* const member : it->second->members) f(*member);
}

void SioRooms::select(const std::vector<std::string>& to, const std::vector<std::string>& except,
                      std::vector<SioSeated*>& out) {
  const u64 stamp = ++stamp_;
  const auto take = [&](SioSeated& s) {
    if (s.stamp_ == stamp || !s.present_) return;
    s.stamp_ = stamp;
    out.push_back(&s);
  };
  out.clear();
  for (const std::string& room : except) {
    each(room, [&](SioSeated& s) { s.stamp_ = stamp; });
  }
  if (to.empty()) {
    out.reserve(present_.size());
    for (SioSeated* const s : present_) take(*s);
  }
  for (const std::string& room : to) each(room, take);
}

}  // namespace netpeel::net
