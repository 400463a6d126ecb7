// Packets from memory to layers, and to fields.
#include <benchmark/benchmark.h>

#include "bench/traffic.hpp"
#include "field/expand.hpp"
#include "field/walk.hpp"
#include "proto/all.hpp"

namespace {

using namespace netpeel;

struct Counter final : field::Sink {
  u64 nodes = 0;
  void node(const field::Node&) override { ++nodes; }
};

void count(benchmark::State& state, const bench::Packets& packets) {
  state.SetItemsProcessed(i64(state.iterations() * packets.all().size()));
  state.SetBytesProcessed(i64(state.iterations() * packets.bytes()));
}

void walk(benchmark::State& state, bench::Mix mix) {
  const bench::Packets packets(mix, 4096);
  const field::Registry registry = proto::registry();
  field::Packet packet;
  for (auto _ : state) {
    for (const base::Frame& frame : packets.all()) {
      packet.frame = frame;
      field::walk(registry, packet);
      benchmark::DoNotOptimize(packet.depth);
    }
  }
  count(state, packets);
}

void walk_expand(benchmark::State& state, bench::Mix mix) {
  const bench::Packets packets(mix, 4096);
  const field::Registry registry = proto::registry();
  field::Packet packet;
  Counter sink;
  for (auto _ : state) {
    for (const base::Frame& frame : packets.all()) {
      packet.frame = frame;
      field::walk(registry, packet);
      for (const field::Layer& layer : packet.all()) field::expand(registry, packet, layer, sink);
    }
    benchmark::DoNotOptimize(sink.nodes);
  }
  count(state, packets);
}

BENCHMARK_CAPTURE(walk, small, bench::Mix::small);
BENCHMARK_CAPTURE(walk, imix, bench::Mix::imix);
BENCHMARK_CAPTURE(walk_expand, small, bench::Mix::small);
BENCHMARK_CAPTURE(walk_expand, imix, bench::Mix::imix);

}  // namespace

BENCHMARK_MAIN();
