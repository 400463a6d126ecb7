// Packets from memory to what people and programs read, and through filters.
#include <benchmark/benchmark.h>

#include "bench/traffic.hpp"
#include "field/walk.hpp"
#include "filter/filter.hpp"
#include "proto/all.hpp"
#include "view/columns.hpp"
#include "view/jsonl.hpp"
#include "view/line.hpp"
#include "view/tree.hpp"

namespace {

using namespace netpeel;

const field::Registry& registry() {
  static const field::Registry all = proto::registry();
  return all;
}

void print(benchmark::State& state, view::Printer& printer) {
  const bench::Packets packets(bench::Mix::imix, 4096);
  field::Packet packet;
  base::Text out;
  u64 written = 0;
  for (auto _ : state) {
    for (const base::Frame& frame : packets.all()) {
      packet.frame = frame;
      field::walk(registry(), packet);
      printer.packet(packet, out);
      if (out.size() > 1 << 16) {
        written += out.size();
        out.clear();
      }
    }
  }
  benchmark::DoNotOptimize(out.view().data());
  state.SetItemsProcessed(i64(state.iterations() * packets.all().size()));
  state.SetBytesProcessed(i64(written + out.size()));
}

void line(benchmark::State& state) {
  view::Lines printer({registry()}, view::Clockwork::relative);
  print(state, printer);
}
void tree(benchmark::State& state) {
  view::Tree printer({registry()});
  print(state, printer);
}
void json(benchmark::State& state) {
  view::JsonLines printer({registry()});
  print(state, printer);
}
void fields(benchmark::State& state) {
  view::Columns printer({registry()},
                        {"frame.number", "ip.src", "ip.dst", "tcp.dstport", "udp.dstport"}, {});
  print(state, printer);
}

void filter(benchmark::State& state, const char* expression) {
  const bench::Packets packets(bench::Mix::imix, 4096);
  const auto compiled = filter::compile(expression, registry());
  if (!compiled) return state.SkipWithError(compiled.complaint().what.c_str());
  field::Packet packet;
  u64 matched = 0;
  for (auto _ : state) {
    for (const base::Frame& frame : packets.all()) {
      packet.frame = frame;
      field::walk(registry(), packet);
      matched += compiled->matches(packet) ? 1 : 0;
    }
  }
  benchmark::DoNotOptimize(matched);
  state.SetItemsProcessed(i64(state.iterations() * packets.all().size()));
}

BENCHMARK(line);
BENCHMARK(tree);
BENCHMARK(json);
BENCHMARK(fields);
BENCHMARK_CAPTURE(filter, one_port, "udp.dstport == 50007");
BENCHMARK_CAPTURE(filter, either_end, "tcp.port in {80, 443, 8000..8010} && ip.ttl < 10");
BENCHMARK_CAPTURE(filter, an_option, "tcp.options.timestamp.tsval > 4000");
BENCHMARK_CAPTURE(filter, bytes, "data contains \"xy\"");

}  // namespace

BENCHMARK_MAIN();
