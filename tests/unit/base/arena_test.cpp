#include "base/arena.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::base;

TEST_CASE("an arena's rooms keep what is in them until all are given back") {
  Arena arena;
  Random random(1);
  const u8* first = nullptr;
  for (u32 round = 0; round < 20; ++round) {
    struct Room {
      u8* at;
      std::size_t size;
      u8 fill;
    };
    std::vector<Room> rooms;
    for (u32 i = 0; i < 200; ++i) {
      // Most are small; some need a chunk of their own.
      const std::size_t n = 1 + random.below(random.below(20) == 0 ? 40'000 : 500);
      Room room{arena.room(n), n, u8(random.next())};
      CHECK(std::uintptr_t(room.at) % alignof(std::max_align_t) == 0);
      std::fill_n(room.at, n, room.fill);
      rooms.push_back(room);
    }
    for (const Room& room : rooms)
      CHECK(std::all_of(room.at, room.at + room.size, [&](u8 b) { return b == room.fill; }));
    if (first == nullptr) first = rooms[0].at;
    arena.reset();
    CHECK(arena.room(1) == first);  // the memory is taken again
    arena.reset();
  }
}
