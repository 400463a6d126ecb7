#include "proto/link/cooked.hpp"

namespace netpeel::proto {
namespace {

constexpr u32 gre_device = 778;
constexpr u32 least_type = 1536;
constexpr u32 address_room = 8;

}  // namespace

const Field* cooked_protocol_row(u32 hardware_type, u32 protocol) {
  if (hardware_type == gre_device) return &row<"sll.gretype">(cooked_rows);
  return protocol < least_type ? &row<"sll.ltype">(cooked_rows) : nullptr;
}

Next cooked_next(u32 hardware_type, u32 protocol, Layer& out) {
  if (hardware_type == gre_device) return {Space::ethertype, protocol};
  if (protocol >= least_type) {
    out.flags |= Layer::by_ethertype;
    return {Space::ethertype, protocol};
  }
  switch (protocol) {
    case 3: return {Space::link, 1};
    case 4: return {Space::ieee802_3, 0};
    case 7: return {Space::link, 9};
    default: return {};
  }
}

void expand_cooked_address(Expansion& x, u32 at, u32 length) {
  length = std::min(length, address_room);
  if (length == 6) {
    x.field(row<"sll.src.eth">(cooked_rows), at, 6);
  } else if (length == 4) {
    x.field(row<"sll.src.ipv4">(cooked_rows), at, 4);
  } else if (length > 0) {
    x.field(row<"sll.src.other">(cooked_rows), at, length);
  }
  if (length < address_room)
    x.field(row<"sll.unused">(cooked_rows), at + length, address_room - length);
}

void cooked_sentence(u32 packet_type, const u8* address, u32 length, Text& out) {
  constexpr std::string_view words[]{"to us", "to everybody", "to a group", "to somebody else",
                                     "sent by us"};
  out.add(packet_type < 5 ? words[packet_type] : std::string_view("direction unknown"));
  if (length == 6) out.add(", from ").mac(address);
}

}  // namespace netpeel::proto
