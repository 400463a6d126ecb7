// Tables, words and drawings of conversations.
#include <cmath>

#include "view/flow_json.hpp"

#include "view/flow_words.hpp"
#include "view/plot.hpp"
#include "view/table.hpp"
#include "view/tcp_plots.hpp"
#include "view/value.hpp"

#include "support/conversation.hpp"

namespace netpeel {
namespace {

using base::Text;
using flow::Level;

constexpr u32 fin = 1, syn = 2, rst = 4, ack = 16;

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A client asks, the server sends 100 bytes twice, the client closes first.
struct Download final : flow::Listener {
  Download() {
    tcp(0, true, syn, 1000u, 0u);
    tcp(40, false, syn | ack, 5000u, 1001u);
    tcp(41, true, ack, 1001u, 5001u);
    tcp(42, true, ack, 1001u, 5001u, 10u);
    tcp(82, false, ack, 5001u, 1011u, 100u);
    tcp(400, false, ack, 5001u, 1011u, 100u);
    tcp(401, true, ack, 1011u, 5101u);
    tcp(402, true, ack | fin, 1011u, 5101u);
    tcp(440, false, ack | fin, 5101u, 1012u);
    talk.tracker.finish();
  }
  template <class... Args>
  void tcp(Args... args) {
    const field::Packet& packet = talk.tcp(args...);
    tally.count(packet);
    trace.count(packet);
  }
  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& p) override {
    tally.packet(c, side, p);
    trace.packet(c, side, p);
  }
  void closed(const flow::Conversation& c) override { tally.closed(c); }

  flow::Tally tally;
  flow::Trace trace{0};
  test::Talking talk{this};
};

std::string printed(void (*print)(const flow::Tally&, Level, const flow::Wanted&,
                                  const view::FlowLook&),
                    const Download& d, const flow::Wanted& wanted, u32 width) {
  Text out;
  print(d.tally, Level::tcp, wanted, {.out = out, .width = width});
  return std::string(out.view());
}

u32 widest_line(std::string_view text) {
  u32 most = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    most = std::max(most, view::columns(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return most;
}

}  // namespace

TEST_CASE("the story of a connection says what its packets did") {
  const Download d;
  const std::string story = printed(view::talks_table, d, {.stream = 0}, 1000);
  INFO(story);
  CHECK(holds(story, "The handshake took 41.0 ms: about one round trip."));
  CHECK(holds(story, "The server's ACKs were seen 40.0 ms after what they acknowledge"));
  CHECK(holds(story, "The server sent 1 segment again: it took them for lost."));
  CHECK(holds(story, "In short: closed by both, the client first."));
  CHECK_FALSE(holds(story, "The client sent 1 segment again"));
}

TEST_CASE("tables fit the terminal") {
  const Download d;
  const std::string narrow = printed(view::talks_table, d, {}, 80),
                    wide = printed(view::talks_table, d, {}, 200);
  INFO(narrow << wide);
  CHECK(widest_line(narrow) <= 80);
  CHECK(holds(wide, "0  10.0.0.1:51000 → 10.0.0.2:7          5"));
  CHECK(holds(narrow, "0  10.0.0.1:51000 → 10.0.0.2:7\n"));
  CHECK(widest_line(printed(view::endpoints_table, d, {}, 80)) <= 80);
}

TEST_CASE("how a connection went, in words") {
  const auto words = [](const flow::Connection& c) {
    Text out;
    view::outcome(c, out);
    return std::string(out.view());
  };
  flow::Connection c;
  c.completeness = 1;
  CHECK(words(c) == "no answer to the SYN");
  c.completeness = 33, c.b.broke_off = true;
  CHECK(words(c) == "refused by the server");
  c.completeness = 47;
  CHECK(words(c) == "broken off by the server");
  c = {};
  c.completeness = 12;
  CHECK(words(c) == "began before the capture, still open at the end");
  c.completeness = 31, c.a.finished = c.b.finished = true;
  CHECK(words(c) == "closed by both, the server first");
}

TEST_CASE("JSON has one object a row, with numbers for programs") {
  const Download d;
  const std::string json = printed(view::talks_json, d, {}, 80);
  INFO(json);
  CHECK(holds(
      json,
      R"({"layer":"tcp","stream":0,"a":"10.0.0.1","a_port":51000,"b":"10.0.0.2","b_port":7,"packets":9,)"));
  CHECK(
      holds(json, R"("duration":"0.440000000","handshake":"0.041000000","retransmissions_a":0,)"));
  CHECK(holds(json, R"("retransmissions_b":1,)"));
  CHECK(holds(json, R"("outcome":"closed by both, the client first"})"));
}

TEST_CASE("numbers that people read") {
  const auto text = [](auto write, auto... values) {
    Text out;
    write(values..., out);
    return std::string(out.view());
  };
  CHECK(text(view::readable_bytes, u64(999)) == "999 B");
  CHECK(text(view::readable_bytes, u64(1000)) == "1.0 kB");
  CHECK(text(view::readable_bytes, u64(999'949)) == "1000 kB");
  CHECK(text(view::readable_bytes, u64(999'950)) == "1.0 MB");
  CHECK(text(view::readable_time, i64(1'960'000)) == "2.0 ms");
  CHECK(text(view::readable_time, i64(203'000'000)) == "203 ms");
  CHECK(text(view::readable_rate, u64(125), i64(1'000'000'000)) == "1.0 kbit/s");
  CHECK(text(view::readable_rate, u64(125), i64(0)).empty());
  CHECK(text(view::grouped, u64(1234567)) == "1,234,567");
  CHECK(text(view::grouped, u64(123)) == "123");
}

TEST_CASE("ticks stand at round places, in a unit that suits them") {
  for (const double to : {1e-7, 0.0037, 0.5, 1.0, 7.3, 286.0, 86400.0}) {
    const view::Ticks t = view::ticks(view::Quantity::seconds, to, 10);
    INFO("up to " << to << ": every " << t.step);
    CHECK(to / t.step <= 10 * (1 + 1e-6));
    CHECK(to / t.step >= 3.9);
    double lead = t.step;
    while (lead < 0.99) lead *= 10;
    while (lead >= 9.99) lead /= 10;
    CHECK((std::abs(lead - 1) < 1e-6 || std::abs(lead - 2) < 1e-6 || std::abs(lead - 5) < 1e-6));
  }
  CHECK(view::ticks(view::Quantity::bytes, 64'000, 5).unit_name == "kB");
  CHECK(view::ticks(view::Quantity::bits_per_second, 3e6, 5).unit_name == "Mbit/s");
}

TEST_CASE("a drawing stays small, and says how many points its marks stand for") {
  Text out;
  view::Svg svg(out, {.width = 400, .height = 200, .title = "t"});
  view::Plot plot(svg, {0, 0}, 400, 200, {"time", view::Quantity::seconds, 1},
                  {"bytes", view::Quantity::bytes, 1000}, "title", "about");
  std::vector<view::Point> points;
  for (u32 i = 0; i < 200'000; ++i) points.push_back({i / 200'000.0, double(i * 7919 % 1000)});
  plot.line(points, "s1", "line");
  CHECK(out.size() < 60'000);
  points.resize(5000, {0.5, 500});
  std::fill(points.begin(), points.end(), view::Point{0.5, 500});
  plot.marks(points, view::Mark::dot, "s1", "dots");
  CHECK(plot.points() == 5000);
  CHECK(plot.drawn() == 1);
  plot.finish();
  svg.finish();
}

TEST_CASE("a connection drawn: what was sent again is marked, and told in words") {
  const Download d;
  Text out;
  view::tcp_plots(d.trace, out);
  const std::string svg(out.view());
  CHECK(holds(svg, "TCP conversation 0: 10.0.0.1:51000 → 10.0.0.2:7"));
  CHECK(holds(svg, ">sent again</text>"));
  CHECK(holds(svg, "The server sent 200 B; 1 of its segments were sent again"));
  CHECK(holds(svg, "Of the server&#39;s ACKs: least 38.0 ms, median"));
  Text empty;
  view::tcp_plots(flow::Trace(3), empty);
  CHECK(holds(empty.view(), "</svg>"));
}

TEST_CASE("sequence numbers are drawn on where 32 bits wrap") {
  struct Watch final : flow::Listener {
    flow::Trace trace{0};
    void packet(const flow::Conversation& c, flow::Side side, const field::Packet& p) override {
      trace.packet(c, side, p);
    }
  } watch;
  test::Talking talk(&watch);
  watch.trace.count(talk.tcp(0, true, ack, 0xfffffff0u, 1, 10));
  talk.tcp(1, true, ack, 0xfffffffau, 1, 10);  // a filter left it out
  watch.trace.count(talk.tcp(2, true, ack, 4, 1, 10));
  REQUIRE(watch.trace.segments().size() == 2);
  CHECK(watch.trace.segments()[0].seq == 1);
  CHECK(watch.trace.segments()[1].seq == 21);
}

}  // namespace netpeel
