#include "view/tables.hpp"

#include <map>
#include <tuple>

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("each table has a number of its own, and keeps it however many come") {
  std::vector<field::Field> rows(400);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].key = u32(i % 5);  // so that homes are taken
  const field::Table all = rows;
  view::Tables tables;
  std::map<std::tuple<std::size_t, std::size_t, u8>, u32> numbers;
  for (u32 round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at + 3 <= rows.size(); ++at) {
      for (std::size_t size : {1, 2, 3}) {
        for (u8 depth : {0, 1}) {
          const u32 number = tables.number(all.subspan(at, size), depth);
          const auto [kept, fresh] = numbers.try_emplace({at, size, depth}, u32(numbers.size()));
          CHECK(fresh == (round == 0));
          CHECK(number == kept->second);
        }
      }
    }
  }
}
