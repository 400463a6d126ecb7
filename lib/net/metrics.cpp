#include "net/metrics.hpp"

#include "base/text.hpp"

namespace netpeel::net {

namespace {

struct Row {
  const char *name, *kind, *help;
  u64 Counters::*value;
};

constexpr Row rows[]{
    {"connections_opened_total",      "counter", "TCP connections that were opened.",
     &Counters::connections_opened},
    {"connections_closed_total",      "counter", "TCP connections that have ended.",
     &Counters::connections_closed},
    {"received_bytes_total",          "counter", "Bytes read, over TCP and UDP.",
     &Counters::bytes_in          },
    {"sent_bytes_total",              "counter", "Bytes written, over TCP and UDP.",
     &Counters::bytes_out         },
    {"received_datagrams_total",      "counter", "UDP datagrams that came.",
     &Counters::datagrams_in      },
    {"sent_datagrams_total",          "counter", "UDP datagrams that were sent.",
     &Counters::datagrams_out     },
    {"received_messages_total",       "counter", "Messages of WebSocket and Engine.IO that came.",
     &Counters::messages_in       },
    {"sent_messages_total",           "counter", "Messages of WebSocket and Engine.IO sent.",
     &Counters::messages_out      },
    {"writes_total",                  "counter", "System calls that wrote to TCP connections.",
     &Counters::writes            },
    {"queue_high_water_bytes",        "gauge",   "The most that one client's send queue ever held.",
     &Counters::queue_high        },
    {"dropped_messages_total",        "counter", "What a full or unwritable queue did not take.",
     &Counters::dropped           },
    {"slow_connections_closed_total", "counter", "Connections ended because their queue was full.",
     &Counters::closed_slow       },
    {"refused_total",                 "counter", "Requests and handshakes answered with an error.",
     &Counters::refused           },
    {"refused_connections_total",     "counter", "Connections ended at once, too many being open.",
     &Counters::connections_refused},
    {"shortages_total",               "counter",
     "Times that new connections waited, no file descriptor being left.",
     &Counters::shortages         },
};

void head(base::Text& out, std::string_view name, std::string_view kind, std::string_view help) {
  out.add("# HELP netpeel_").add(name).add(' ').add(help).add('\n');
  out.add("# TYPE netpeel_").add(name).add(' ').add(kind).add('\n');
}

}  // namespace

std::string metrics_text(const Counters& counters, const std::vector<Gauge>& gauges) {
  base::Text out;
  std::string_view last;
  for (const Gauge& gauge : gauges) {
    if (gauge.name != last) head(out, gauge.name, gauge.total ? "counter" : "gauge", gauge.help);
    last = gauge.name;
    out.add("netpeel_").add(gauge.name);
    if (!gauge.label.empty()) out.add('{').add(gauge.label).add('}');
    out.add(' ').dec(gauge.value).add('\n');
  }
  for (const Row& row : rows) {
    head(out, row.name, row.kind, row.help);
    out.add("netpeel_").add(row.name).add(' ').dec(counters.*row.value).add('\n');
  }
  return std::string(out.view());
}

}  // namespace netpeel::net
