// A hand-in from a stranger (lesson/peel.hpp). The first byte says how the rest is read: as the
// file, or as what the file unpacks to (it is packed first, or no fuzzer would get past gzip). What
// is taken keeps to the limits, and packed again it reads as the same.
#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "lesson/peel.hpp"

using namespace netpeel;

namespace {

void need(bool good) {
  if (!good) std::abort();
}

std::string zipped(Bytes plain) {
  z_stream z{};
  need(deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, plain.size()), '\0');
  z.next_in = const_cast<u8*>(plain.data());
  z.avail_in = uInt(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  need(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

void look(Bytes file) {
  using lesson::Peel;
  const auto peel = lesson::read_peel(file);
  if (!peel) return need(!peel.complaint().what.empty());
  need(peel->steps.size() <= Peel::most_steps && peel->chain.size() <= lesson::most_links);
  need(!peel->student.empty() && peel->student.size() <= Peel::most_name);
  need(peel->student.find('\x1b') == std::string::npos && peel->lesson.size() == 3);
  for (const lesson::HandedStep& step : peel->steps) {
    need(step.id.find('/') == std::string::npos && step.id.size() <= 32);
    need(step.packets.size() <= Peel::most_packets);
  }
  const std::string again = lesson::write_peel(*peel);
  const auto second = lesson::read_peel(base::as_bytes(again));
  need(second.ok() && second->sealed && second->steps.size() == peel->steps.size());
  need(lesson::write_peel(*second) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, size - 1);
  if (data[0] == 'g') {
    look(rest);
  } else {
    look(base::as_bytes(zipped(rest)));
  }
  return 0;
}
