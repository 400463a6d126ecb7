// A filter or a form that needs less of the flow table must not be able to tell the difference:
// over every capture of this repository, for every field and protocol there is.
#include <filesystem>
#include <map>

#include "capture/source.hpp"
#include "filter/filter.hpp"
#include "flow/need.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"
#include "view/columns.hpp"

using namespace netpeel;
using flow::Need;

namespace {

std::vector<std::string> captures() {
  std::vector<std::string> out{NETPEEL_SOURCE_DIR "/tests/golden/protocols.pcapng"};
  for (const auto& entry : std::filesystem::directory_iterator(NETPEEL_SOURCE_DIR "/captures")) {
    if (entry.path().string().find(".pcap") != std::string::npos)
      out.push_back(entry.path().string());
  }
  return out;
}

// Calls told(packet) for each packet of the capture behind a tracker that works out so much.
template <class Told>
void follow(const std::string& path, Need need, Told told) {
  const auto source = capture::open_file(path);
  flow::Tracker tracker(test::registry(), {.need = need});
  field::Packet packet;
  for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
    for (const base::Frame& frame : batch) {
      packet.frame = frame;
      if (frame.number == 1)
        packet.first_time = packet.previous_time = packet.previous_shown_time = frame.time;
      field::walk(test::registry(), packet);
      tracker.see(packet);
      told(packet);
      packet.previous_time = frame.time;
    }
  }
}

// Every name, by what it is said to need.
std::map<Need, std::vector<std::string>> names_by_need() {
  std::map<Need, std::vector<std::string>> out;
  const auto add = [&](std::string name) {
    out[flow::need_of(test::registry(), std::vector{name})].push_back(name);
  };
  for (std::string_view name : test::registry().names()) add(std::string(name));
  for (u32 id = 0; id < test::registry().size(); ++id)
    add(std::string(test::registry()[u8(id)].name));
  return out;
}

}  // namespace

TEST_CASE("fields read the same with as much of the flow table as they need") {
  const auto names = names_by_need();
  for (const Need need : {Need::fragments, Need::conversations, Need::analysis}) {
    view::Columns columns({.registry = test::registry()}, names.at(need), {});
    for (const std::string& path : captures()) {
      INFO(path);
      std::vector<std::string> all;
      base::Text out;
      const auto print = [&](const field::Packet& packet) {
        out.clear();
        columns.packet(packet, out);
      };
      follow(path, Need::streams,
             [&](const field::Packet& packet) { print(packet), all.emplace_back(out.view()); });
      std::size_t i = 0;
      u32 differ = 0;
      follow(path, need, [&](const field::Packet& packet) {
        print(packet), differ += out.view() != all[i++] ? 1 : 0;
      });
      CHECK(i == all.size());
      CHECK(differ == 0);
    }
  }
}

TEST_CASE("filters match the same with as much of the flow table as they need") {
  const auto names = names_by_need();
  for (const Need need : {Need::fragments, Need::conversations, Need::analysis}) {
    std::vector<filter::Filter> filters;
    for (const std::string& name : names.at(need)) {
      for (const std::string& expression : {name, "count(" + name + ") > 1"}) {
        auto f = filter::compile(expression, test::registry());
        if (f) filters.push_back(std::move(*f));
      }
    }
    for (const std::string& path :
         {captures()[0], std::string(NETPEEL_SOURCE_DIR "/captures/socketio.pcapng"),
          std::string(NETPEEL_SOURCE_DIR "/captures/fragments.pcapng")}) {
      INFO(path);
      std::vector<std::vector<bool>> all;
      const auto ask = [&](const field::Packet& packet) {
        std::vector<bool> answers;
        for (const filter::Filter& f : filters) answers.push_back(f.matches(packet));
        return answers;
      };
      follow(path, Need::streams, [&](const field::Packet& packet) { all.push_back(ask(packet)); });
      std::size_t i = 0;
      u32 differ = 0;
      follow(path, need,
             [&](const field::Packet& packet) { differ += ask(packet) != all[i++] ? 1 : 0; });
      CHECK(i == all.size());
      CHECK(differ == 0);
    }
  }
}

TEST_CASE("what a name needs") {
  const auto need = [](const char* name) {
    return flow::need_of(test::registry(), std::vector{std::string(name)});
  };
  for (const char* name : {"tcp.port", "ip.addr", "udp", "tcp.flags.syn", "frame.number", "eth.src",
                           "ip.checksum.status", "icmp"}) {
    INFO(name);
    CHECK(need(name) == Need::fragments);
  }
  for (const char* name : {"tcp.stream", "tcp.time_delta", "tcp.connection.fin_active",
                           "tcp.completeness", "udp.stream", "udp.time_delta"}) {
    INFO(name);
    CHECK(need(name) == Need::conversations);
  }
  for (const char* name : {"tcp.seq", "tcp.window_size", "tcp.analysis.retransmission"}) {
    INFO(name);
    CHECK(need(name) == Need::analysis);
  }
  // dns is carried by UDP and, in streams, by TCP; data is what nobody reads.
  for (const char* name : {"http", "http.host", "sio.event", "dns.qry.name", "data", "data.len",
                           "frame.protocols", "no.such.name"}) {
    INFO(name);
    CHECK(need(name) == Need::streams);
  }
  CHECK(flow::need_of(test::registry(), std::vector<std::string>{"tcp.port", "http.host", "ip"}) ==
        Need::streams);
}

TEST_CASE(
    "facts hang only where they are said to, and only known layers come and go with streams") {
  for (const std::string& path : captures()) {
    INFO(path);
    // Those of pieces are there in any case.
    std::vector<std::vector<bool>> always;
    follow(path, Need::fragments, [&](const field::Packet& packet) {
      always.emplace_back();
      for (const field::Layer& layer : packet.all())
        always.back().push_back(packet.known(layer) != nullptr);
    });
    std::size_t i = 0;
    follow(path, Need::analysis, [&](const field::Packet& packet) {
      for (const field::Layer& layer : packet.all()) {
        if (packet.known(layer) != nullptr && !always[i][packet.index(layer)])
          CHECK(flow::has_facts(layer.proto));
      }
      ++i;
    });
    follow(path, Need::streams, [&](const field::Packet& packet) {
      for (const field::Packet& part : packet.others()) {
        for (const field::Layer& layer : part.all()) {
          if (!part.in.empty() && part.in != "ip" && part.in != "ipv6")
            CHECK(flow::need_of(test::registry(), layer.proto) == Need::streams);
        }
      }
    });
  }
}
