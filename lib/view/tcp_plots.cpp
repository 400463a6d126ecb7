#include "view/tcp_plots.hpp"

#include <algorithm>

#include "flow/spread.hpp"
#include "view/plot.hpp"
#include "view/table.hpp"

namespace netpeel::view {
namespace {

using base::Text;
using flow::Segment;
using flow::Side;

namespace mark = proto::tcp_mark;

constexpr double page_width = 960, plot_width = 928, plot_height = 260, margin = 16, head = 72;

// What the plots are made of, in their measures.
struct Series {
  std::vector<Point> sent, again, disordered, acked;  // sequence numbers
  std::vector<Point> rtt[2];                          // by the side that acknowledged
  std::vector<Point> window, in_flight;               // of the main direction
  flow::Spread times[2];
  u64 bytes[2]{}, segments[2]{}, repeats[2]{};
  double seconds = 0;
  bool scaled = true;
  Side sender = Side::client;  // who sent more: the main direction
};

std::string_view name(Side side) { return side == Side::client ? "client" : "server"; }

void sum(const std::vector<Segment>& segments, Series& out) {
  for (const Segment& s : segments) {
    const u32 side = u32(s.side);
    out.bytes[side] += s.length;
    out.segments[side] += 1;
    if ((s.marks & mark::retransmission) != 0) ++out.repeats[side];
  }
  if (out.bytes[1] > out.bytes[0]) out.sender = Side::server;
}

void sequence(const Segment& s, double at, Series& out) {
  if (s.side == out.sender) {
    const Point end{at, double(s.seq + s.length)};
    if ((s.marks & mark::retransmission) != 0) {
      out.again.push_back(end);
    } else if ((s.marks & mark::out_of_order) != 0) {
      out.disordered.push_back(end);
    } else if (s.length > 0) {
      out.sent.push_back(end);
    }
    if (s.in_flight > 0) out.in_flight.push_back({at, double(s.in_flight)});
    return;
  }
  if (s.has_ack) out.acked.push_back({at, double(s.ack)});
  out.window.push_back({at, double(s.window)});
  out.scaled = out.scaled && s.scaled;
}

Series series(const flow::Trace& trace) {
  Series out;
  const std::vector<Segment>& segments = trace.segments();
  if (segments.empty()) return out;
  sum(segments, out);
  const i64 first = segments.front().time;
  double last = 0;
  for (const Segment& s : segments) {
    last = std::max(last, double(s.time - first) / 1e9);  // never back: a line over time
    sequence(s, last, out);
    if (!s.has_rtt) continue;
    out.rtt[u32(s.side)].push_back({last, double(s.rtt) / 1e9});
    out.times[u32(s.side)].add(s.rtt);
  }
  out.seconds = last;
  return out;
}

double highest(std::initializer_list<std::span<const Point>> all) {
  double out = 0;
  for (const auto& points : all) {
    for (const Point& p : points) out = std::max(out, p.y);
  }
  return out;
}

Axis time_axis(const Series& s) {
  return {"time since the first segment", Quantity::seconds, s.seconds};
}

// "; 40 marks stand for 900 points" where they are not the same number.
void density(const Plot& plot, Text& caption) {
  if (plot.drawn() == plot.points()) return;
  if (!caption.empty()) caption.add(' ');
  grouped(plot.drawn(), caption);
  caption.add(" marks stand for ");
  grouped(plot.points(), caption);
  caption.add(" points: those on the same spot are drawn once.");
}

class Sheet {
 public:
  Sheet(const flow::Trace& trace, const Series& s, Svg& svg) : trace_(trace), s_(s), svg_(svg) {}
  void draw() {
    sequences();
    throughput();
    round_trips();
    windows();
  }
  static constexpr double height = head + 4 * plot_height + margin;

 private:
  Plot begin(std::string_view title, std::string_view about, const Axis& y) {
    const Point corner{margin, head + plot_height * plots_++};
    return Plot(svg_, corner, plot_width, plot_height, time_axis(s_), y, title, about);
  }
  void end(Plot& plot, Text& caption) {
    density(plot, caption);
    const double y = head + plot_height * plots_ - 8;
    if (!caption.empty()) svg_.text({margin + 64, y}, caption.view(), "small dim");
    plot.finish();
  }
  void sequences();
  void throughput();
  void round_trips();
  void windows();

  const flow::Trace& trace_;
  const Series& s_;
  Svg& svg_;
  u32 plots_ = 0;
};

void Sheet::sequences() {
  Text title, about, caption;
  title.add("Sequence numbers: what the ")
      .add(name(s_.sender))
      .add(" sent, and what of it was acknowledged");
  about.add("Sequence numbers over time. The ").add(name(s_.sender)).add(" sent ");
  readable_bytes(s_.bytes[u32(s_.sender)], about);
  about.add("; ")
      .dec(s_.again.size())
      .add(" of its segments were sent again, ")
      .dec(s_.disordered.size())
      .add(" came out of order.");
  Plot plot = begin(title.view(), about.view(),
                    {"place in the stream", Quantity::bytes,
                     highest({s_.sent, s_.again, s_.disordered, s_.acked})});
  plot.steps(s_.acked, "s3", "acknowledged");
  plot.marks(s_.sent, Mark::dot, "s1", "end of a segment");
  plot.marks(s_.disordered, Mark::diamond, "s4", "out of order");
  plot.marks(s_.again, Mark::cross, "alarm", "sent again");
  end(plot, caption);
}

void Sheet::throughput() {
  // As many intervals as can be told apart, of a round width.
  const double width = s_.seconds > 0 ? ticks(Quantity::seconds, s_.seconds, 100).step : 1e-3;
  const std::size_t number = std::min<std::size_t>(std::size_t(s_.seconds / width) + 1, 1000);
  std::vector<Point> rates[2];
  for (u32 side = 0; side < 2; ++side) {
    for (std::size_t i = 0; i <= number; ++i) rates[side].push_back({double(i) * width, 0});
  }
  const i64 first = trace_.segments().front().time;
  double last = 0;
  for (const Segment& s : trace_.segments()) {
    last = std::max(last, double(s.time - first) / 1e9);
    rates[u32(s.side)][std::min(std::size_t(last / width), number - 1)].y += s.length * 8 / width;
  }
  Text about, caption;
  about.add("Throughput over time, headers not counted: the client sent ");
  readable_bytes(s_.bytes[0], about);
  about.add(", the server ");
  readable_bytes(s_.bytes[1], about);
  about.add(", in ");
  readable_time(i64(s_.seconds * 1e9), about);
  about.add('.');
  Plot plot = begin("Throughput: data each way", about.view(),
                    {"throughput", Quantity::bits_per_second, highest({rates[0], rates[1]})});
  plot.steps(rates[0], "s1", "client to server");
  plot.steps(rates[1], "s2", "server to client");
  caption.add("Means over ");
  readable_time(i64(width * 1e9 + 0.5), caption);
  caption.add(" each; what was sent again counts again.");
  end(plot, caption);
}

void Sheet::round_trips() {
  Text about, caption;
  about.add("Round-trip times: how long after a segment its ACK was seen.");
  for (const Side side : {Side::client, Side::server}) {
    const flow::Spread& times = s_.times[u32(side)];
    if (times.count() == 0) continue;
    about.add(" Of the ").add(name(side)).add("'s ACKs: least ");
    readable_time(times.least(), about);
    about.add(", median ");
    readable_time(times.median(), about);
    about.add(", greatest ");
    readable_time(times.greatest(), about);
    about.add('.');
  }
  Plot plot =
      begin("Round-trip time: from a segment to its ACK, where the capture was made", about.view(),
            {"until the ACK", Quantity::seconds, highest({s_.rtt[0], s_.rtt[1]})});
  plot.marks(s_.rtt[1], Mark::dot, "s1", "ACKs of the server");
  plot.marks(s_.rtt[0], Mark::square, "s2", "ACKs of the client");
  if (s_.rtt[0].empty() && s_.rtt[1].empty())
    plot.nothing("no segment was seen together with its ACK");
  end(plot, caption);
}

void Sheet::windows() {
  Text title, about, caption;
  const std::string_view sender = name(s_.sender), receiver = name(stream::other(s_.sender));
  title.add("Window of the ")
      .add(receiver)
      .add(", and bytes of the ")
      .add(sender)
      .add(" in flight");
  const double most = highest({s_.window}), flying = highest({s_.in_flight});
  about.add("The ").add(receiver).add(" announced room for up to ");
  readable_bytes(u64(most), about);
  about.add("; up to ");
  readable_bytes(u64(flying), about);
  about.add(" of the ").add(sender).add(" were under way without an ACK.");
  Plot plot =
      begin(title.view(), about.view(), {"amount", Quantity::bytes, std::max(most, flying)});
  plot.steps(s_.window, "s3", "room announced");
  plot.line(s_.in_flight, "s1", "in flight");
  if (s_.window.empty() && s_.in_flight.empty()) plot.nothing("no window was seen");
  if (!s_.scaled)
    caption.add(
        "The handshake was not seen: windows may be larger, by a factor that it would tell.");
  end(plot, caption);
}

void place(const flow::End& end, Text& out) {
  if (end.v6) out.add('[');
  end.v6 ? out.ipv6(end.address) : out.ipv4(end.address);
  if (end.v6) out.add(']');
  out.add(':').dec(end.port);
}

}  // namespace

void tcp_plots(const flow::Trace& trace, Text& out) {
  const Series s = series(trace);
  Text title, about;
  title.add("TCP conversation ").dec(trace.stream()).add(": ");
  place(trace.conversation().client, title);
  title.add(" → ");
  place(trace.conversation().server, title);
  about.add("Client: ");
  readable_bytes(s.bytes[0], about);
  about.add(" of data in ")
      .dec(s.segments[0])
      .add(" segments, ")
      .dec(s.repeats[0])
      .add(" sent again. Server: ");
  readable_bytes(s.bytes[1], about);
  about.add(" in ")
      .dec(s.segments[1])
      .add(" segments, ")
      .dec(s.repeats[1])
      .add(" sent again. Lasted ");
  readable_time(i64(s.seconds * 1e9), about);
  about.add('.');
  if (trace.left_out() > 0) {
    about.add(" Only the first ");
    grouped(trace.segments().size(), about);
    about.add(" segments are drawn; ");
    grouped(trace.left_out(), about);
    about.add(" are not.");
  }
  Svg svg(out, {.width = page_width,
                .height = Sheet::height,
                .title = title.view(),
                .about = about.view(),
                .id = "tcp",
                .role = SvgHead::Role::list});
  svg.text({margin, 28}, title.view(), "big bold");
  svg.text({margin, 50}, about.view(), "dim");
  if (!trace.segments().empty()) Sheet(trace, s, svg).draw();
  svg.finish();
}

}  // namespace netpeel::view
