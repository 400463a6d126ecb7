// Who is in which room of a namespace. Each socket is in a room named after its id, which costs
// nothing: only rooms that others are in have an entry. A seat (room, place) is 16 bytes, and what
// is in rooms is derived from SioSeated.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::net {

class SioSeated;

struct SioRoom {
  std::string name;
  u64 born = 0;  // the how many-eth of its namespace
  std::vector<SioSeated*> members{};
};

class SioSeated {
 public:
  const std::string& id() const { return id_; }
  bool in_own_room() const { return own_room_; }

 protected:
  std::string id_;

 private:
  friend class SioRooms;
  struct Seat {
    SioRoom* room;
    std::size_t at;  // among its members
  };
  std::vector<Seat> seats_;
  u64 stamp_ = 0;  // of the selection that had it last
  std::size_t at_ = 0;
  bool present_ = false;
  bool own_room_ = false;
};

class SioRooms {
 public:
  enum class Change : u8 { created, joined, left, deleted };
  using Watcher = std::function<void(Change, const std::string& room, const std::string& id)>;

  void enter(SioSeated& who);                        // is there from now on, and in its own room
  void exit(SioSeated& who);                         // leaves all rooms; may not have entered
  bool join(SioSeated& who, std::string_view room);  // false: was in it
  void leave(SioSeated& who, std::string_view room);

  SioSeated* find(std::string_view id) const;
  std::vector<std::string> of(const SioSeated& who) const;  // its own first
  static std::size_t count(const SioSeated& who) { return who.seats_.size(); }
  bool in(const SioSeated& who, std::string_view room) const;
  std::vector<const SioRoom*> all() const;  // oldest first; without those named after somebody
  std::size_t size() const { return rooms_.size(); }
  const std::vector<SioSeated*>& present() const { return present_; }

  // Whoever is present and in one of `to` (empty: all) and in none of `except`, once each. The
  // vector given is filled, so that what the caller does to rooms meanwhile changes nothing.
  void select(const std::vector<std::string>& to, const std::vector<std::string>& except,
              std::vector<SioSeated*>& out);
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }

 private:
  template <class F>
  void each(std::string_view room, F f) const;
  void drop(SioSeated& who, std::size_t seat);
  void tell(Change change, const std::string& room, const std::string& id) const {
    if (watcher_) watcher_(change, room, id);
  }

  std::unordered_map<std::string_view, std::unique_ptr<SioRoom>> rooms_;
  std::unordered_map<std::string_view, SioSeated*> by_id_;
  std::vector<SioSeated*> present_;
  Watcher watcher_;
  u64 stamp_ = 0, born_ = 0;
};

}  // namespace netpeel::net
