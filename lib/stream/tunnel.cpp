#include "stream/tunnel.hpp"

#include "stream/all.hpp"

namespace netpeel::stream {
namespace {

class Tunnel final : public Session {
 public:
  explicit Tunnel(Context& context) : context_(context) {}

  std::size_t parse(Side side, Bytes have, u64, bool ended, Out& out) override {
    if (have.empty() || (have.size() < enough && !ended)) return 0;
    for (const Streamed* s : all()) {
      if (s->open == nullptr || s->signature == nullptr || !s->signature(side, have)) continue;
      out.become(s->open(context_));
      return 0;
    }
    out.reject();
    return 0;
  }
  std::size_t wants(Side) const override { return enough; }
  void gap(Side, Bytes, u64, u64, Out& out) override { out.reject(); }

 private:
  static constexpr std::size_t enough = 16;  // for every signature, however the bytes were split

  Context& context_;
};

}  // namespace

std::unique_ptr<Session> make_tunnel(Context& context) { return std::make_unique<Tunnel>(context); }

}  // namespace netpeel::stream
