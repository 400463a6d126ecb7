#include "flow/mark.hpp"

#include <array>

#include "base/bits.hpp"
#include "flow/defrag.hpp"
#include "proto/all.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;

namespace id = proto::id;

namespace {

// What a layer says of the conversations that its frame belongs to.
enum class Says : u8 { nothing, ports, any };

constexpr std::array<Says, 256> says = [] {
  std::array<Says, 256> out{};
  for (const u8 protocol : {id::tcp, id::udp, id::udplite}) out[protocol] = Says::ports;
  // Questions and answers of these are known whoever carries them.
  for (const u8 protocol : {id::icmp, id::icmpv6, id::arp}) out[protocol] = Says::any;
  return out;
}();

// Both directions have the same sum. TCP's header begins with the ports as UDP's does.
Mark of_ports(const u8* p) { return std::max(no_mark, Mark(base::be16(p) + base::be16(p + 2))); }

}  // namespace

Mark mark_of(const Packet& packet) {
  if (may_be_piece(packet)) return any_mark;
  const Layer* found = nullptr;
  for (const Layer& layer : packet.all()) {
    const Says what = says[layer.proto];
    if (what == Says::nothing) continue;
    if (what == Says::any) return any_mark;
    if (found != nullptr || (layer.flags & Layer::cut_header) != 0) return any_mark;
    found = &layer;
  }
  return found != nullptr ? of_ports(packet.bytes(*found)) : no_mark;
}

bool shares_session(const Packet& packet) {
  constexpr std::size_t most = 2048;  // of a request: its first line
  constexpr u32 least = std::string_view("GET /?EIO=4&sid=").size();
  const Layer* tcp = packet.find(id::tcp);
  if (tcp == nullptr || tcp->body < least) return false;
  const std::string_view text = base::as_text({packet.bytes(*tcp) + tcp->header, tcp->body});
  if (text[0] < 'A' || text[0] > 'Z') return false;  // no method of HTTP
  return text.substr(0, most).find("EIO=") != std::string_view::npos;
}

void Marks::add(const Packet& packet) {
  set_[mark_of(packet)] = true;
  const auto add_all = [&](const Packet& some) {
    for (const Layer& layer : some.all()) {
      if (says[layer.proto] == Says::ports && (layer.flags & Layer::cut_header) == 0)
        set_[of_ports(some.bytes(layer))] = true;
    }
  };
  add_all(packet);
  for (const Packet& part : packet.others()) add_all(part);
}

}  // namespace netpeel::flow
