// Frames between two hosts of a lab, for tests of its wires.
#pragma once
#include "field/build.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel::test {

inline std::vector<u8> finished(const field::Builder& builder) {
  const auto frame = builder.finish();
  REQUIRE(frame.ok());
  return *frame;
}

inline field::Builder from_a_to_b() {
  field::Builder b(registry());
  b.layer("eth").set("eth.src", "02:00:00:00:01:01").set("eth.dst", "02:00:00:00:01:02");
  b.layer("ip").set("ip.src", "10.0.1.1").set("ip.dst", "10.0.1.2");
  return b;
}

inline std::vector<u8> segment(u32 sequence, std::string_view data, u32 flags = 0x10) {
  field::Builder b = from_a_to_b();
  b.layer("tcp")
      .set("tcp.srcport", 40000)
      .set("tcp.dstport", 7007)
      .set("tcp.seq_raw", sequence)
      .set("tcp.flags", flags);
  return finished(b.payload(base::as_bytes(data)));
}

inline std::vector<u8> datagram(std::string_view data) {
  field::Builder b = from_a_to_b();
  b.layer("udp").set("udp.srcport", 40000).set("udp.dstport", 7007);
  return finished(b.payload(base::as_bytes(data)));
}

}  // namespace netpeel::test
