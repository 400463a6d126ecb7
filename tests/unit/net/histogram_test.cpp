#include "net/histogram.hpp"

#include <memory>

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("percentiles are right to a bucket's width, at every size") {
  for (const u64 scale : {u64(1), u64(1000), u64(1'000'000'000), u64(1) << 50}) {
    const auto h = std::make_unique<net::Histogram>();
    for (u64 i = 1; i <= 1000; ++i) h->add(i * scale);
    for (const double p : {1.0, 50.0, 90.0, 99.0, 99.9}) {
      const double exact = p * 10 * double(scale);
      INFO(scale << " " << p << " " << h->percentile(p));
      CHECK(double(h->percentile(p)) >= exact * 0.999);
      CHECK(double(h->percentile(p)) <= exact * 1.016 + 1);
    }
    CHECK(h->percentile(100) == 1000 * scale);
    CHECK(h->max() == 1000 * scale);
    CHECK(h->min() == scale);
    CHECK(h->count() == 1000);
  }
  const auto edge = std::make_unique<net::Histogram>();
  edge->add(0);
  edge->add(u64(-1));
  CHECK(edge->percentile(50) == 0);
  CHECK(edge->percentile(100) == u64(-1));
  CHECK(std::make_unique<net::Histogram>()->percentile(50) == 0);
}
