// DNS over TCP — RFC 1035 §4.2.2, RFC 7766: each message behind its length, two bytes. What the
// message says is decoded by the protocol dns.
#include "stream/all.hpp"

namespace netpeel::stream {
namespace {

class DnsTcp final : public Session {
 public:
  explicit DnsTcp(Context& context) : dns_(context.registry[context.registry.protocol("dns")]) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override {
    std::size_t taken = 0;
    while (have.size() - taken >= 2) {
      const Bytes rest = have.subspan(taken);
      const std::size_t size = 2 + std::size_t(base::be16(rest.data()));
      if (rest.size() < size && !ended) {
        wants_[u8(side)] = size;
        return taken;
      }
      const std::size_t there = std::min(size, rest.size());
      out.message({.protocol = &dns_,
                   .side = side,
                   .from = at + taken,
                   .to = at + taken + there,
                   .bytes = rest.first(there),
                   .header = u32(there)});
      taken += there;
    }
    wants_[u8(side)] = 2;
    return taken;
  }
  std::size_t wants(Side side) const override { return wants_[u8(side)]; }
  // Nothing tells where a message begins: whoever looks for the next one in the middle finds
  // nonsense.
  void gap(Side, Bytes, u64, u64, Out& out) override { out.reject(); }

 private:
  const field::Protocol& dns_;
  std::size_t wants_[2]{2, 2};
};

}  // namespace

const Streamed dns_tcp{
    .name = "dns",
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return std::make_unique<DnsTcp>(context);
    },
    .sized = true,
};

}  // namespace netpeel::stream
