#include "capture/source.hpp"

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("an input that is no capture gives no frames and says so") {
  const u8 bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto source = capture::open_memory(bytes);
  CHECK(source->next().empty());
  REQUIRE(source->damage());
  CHECK(source->damage()->at == 0);
}
