#include "field/protocol.hpp"

namespace netpeel::field {

std::string_view osi_name(Osi layer) {
  constexpr std::string_view names[]{"",          "Physical", "Data link",    "Network",
                                     "Transport", "Session",  "Presentation", "Application"};
  return names[u8(layer)];
}

u8 tcpip_number(Osi layer) {
  constexpr u8 numbers[]{0, 1, 1, 2, 3, 4, 4, 4};
  return numbers[u8(layer)];
}

std::string_view tcpip_name(Osi layer) {
  constexpr std::string_view names[]{"", "Link", "Internet", "Transport", "Application"};
  return names[tcpip_number(layer)];
}

}  // namespace netpeel::field
