// rival_libtins FILE: parses every packet of a capture file with libtins, as bench_walk does with
// ours.
#include <tins/tins.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "rival_libtins FILE\n"), 2;
  Tins::FileSniffer sniffer(argv[1]);
  unsigned long long packets = 0, layers = 0;
  sniffer.sniff_loop([&](const Tins::PDU& first) {
    for (const Tins::PDU* pdu = &first; pdu != nullptr; pdu = pdu->inner_pdu()) ++layers;
    ++packets;
    return true;
  });
  std::printf("%llu packets, %llu layers\n", packets, layers);
}
