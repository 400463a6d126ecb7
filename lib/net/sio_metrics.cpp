#include "net/sio_metrics.hpp"

namespace netpeel::net {
namespace {

using C = SocketIoCounters;

struct Row {
  const char *name, *help;
  u64 C::*value;
};

constexpr Row now[]{
    {"socketio_clients", "Socket.IO connections that are open.", &C::clients},
    {"socketio_sockets", "Sockets, over all namespaces.", &C::sockets},
    {"socketio_namespaces", "Namespaces.", &C::namespaces},
    {"socketio_rooms", "Rooms, over all namespaces.", &C::rooms},
    {"socketio_kept_packets", "Packets kept for recovery.", &C::kept_packets},
    {"socketio_kept_bytes", "Their bytes.", &C::kept_bytes},
    {"socketio_kept_sessions", "Lost connections that may be taken up again.", &C::kept_sessions},
};

constexpr Row totals[]{
    {"socketio_received_packets_total", "Packets that came.", &C::packets_in},
    {"socketio_sent_packets_total", "Packets sent, one for each receiver.", &C::packets_out},
    {"socketio_closed_broken_total", "Connections closed for a broken packet.", &C::closed_broken},
    {"socketio_closed_unjoined_total", "Connections that joined no namespace in time.",
     &C::closed_unjoined},
    {"socketio_failed_handlers_total", "Events with values that no handler expects.",
     &C::failed_handlers},
    {"socketio_recovered_total", "Connections taken up again.", &C::recovered},
    {"socketio_not_recovered_total", "Connections that asked for it in vain.", &C::not_recovered},
    {"socketio_forgotten_packets_total", "Kept packets that had to make room.",
     &C::forgotten_packets},
    {"socketio_forgotten_sessions_total", "Kept sessions that had to make room.",
     &C::forgotten_sessions},
    {"socketio_refused_rooms_total", "Rooms not joined, the socket being in too many.",
     &C::refused_rooms},
    {"socketio_refused_namespaces_total", "Namespaces not joined, there being too many.",
     &C::refused_namespaces},
    {"socketio_refused_asks_total", "Questions not asked, too many being open.", &C::refused_asks},
};

}  // namespace

void add_gauges(const SocketIoCounters& counters, std::vector<Gauge>& to) {
  for (const Row& row : now) to.push_back({row.name, row.help, "", counters.*row.value});
  for (const Row& row : totals) to.push_back({row.name, row.help, "", counters.*row.value, true});
}

}  // namespace netpeel::net
