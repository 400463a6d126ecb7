#include "lab/status.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace netpeel::lab {
namespace {

constexpr std::size_t most_lines = 20, most_logged = 200;

void seconds(base::Text& out, i64 nanoseconds) {
  out.dec(u64(nanoseconds) / 1'000'000'000).add('.').dec(u64(nanoseconds) / 1'000'000 % 1000, 3);
}

void column(base::Text& out, std::string_view text, std::size_t width) {
  out.add(text).fill(' ', text.size() < width ? width - text.size() : 1);
}

void hosts(const Situation& now, base::Text& out) {
  for (const Port& port : now.topology.ports) {
    column(out.add("  "), port.name, 10);
    column(out, text_of(port.ipv4), 14);
    if (now.topology.has_ipv6(port)) out.add(text_of(port.ipv6));
    out.add('\n');
  }
}

void faults(const Situation& now, base::Text& out) {
  bool any = false;
  for (const Medium::Line& line : now.medium.lines()) {
    for (const Standing& fault : line.wire.standing()) {
      if (!any) out.add("\nfaults\n");
      any = true;
      column(out.add("  "), line.wire.name(), 12);
      column(out, fault.text, 32);
      out.dec(fault.seen)
          .add(" seen, ")
          .dec(fault.applied)
          .add(" struck")
          .add(fault.over ? ", over\n" : "\n");
    }
  }
  if (!any) out.add("\nno faults\n");
}

void wires(const Situation& now, base::Text& out) {
  out.add("\nwires\n");
  for (const Medium::Line& line : now.medium.lines()) {
    const WireCounts& counts = line.wire.counts();
    if (counts.entered == 0 && now.medium.lines().size() > 6) continue;
    column(out.add("  "), line.wire.name(), 12);
    out.dec(counts.entered).add(" frames past faults, ").dec(counts.lost).add(" lost\n");
  }
  out.add("  ").dec(now.forwarded).add(" frames passed on in all");
  if (now.lost > 0) out.add(", ").dec(now.lost).add(" lost because this machine was too slow");
  out.add('\n');
}

}  // namespace

std::string status_text(const Situation& now) {
  base::Text out;
  out.add("lab ").add(now.name).add(": ").add(now.topology.shape).add(", up for ");
  seconds(out, now.now - now.began);
  out.add(" s\n");
  if (!now.trouble.empty()) out.add("the capture ended: ").add(now.trouble).add('\n');
  hosts(now, out);
  faults(now, out);
  wires(now, out);
  const auto& log = now.medium.log();
  if (!log.empty())
    out.add("\nthe latest of ").dec(now.medium.logged()).add(" times a fault struck\n");
  for (std::size_t i = log.size() - std::min(log.size(), most_lines); i < log.size(); ++i) {
    seconds(out.add("  "), log[i].time - now.began);
    out.add("  ")
        .add(log[i].wire)
        .add(" frame ")
        .dec(log[i].frame)
        .add(": ")
        .add(log[i].says)
        .add('\n');
  }
  return std::string(out.view());
}

std::string status_json(const Situation& now) {
  base::Text out;
  base::Json j(out);
  j.open('{')
      .member("name", now.name)
      .member("shape", now.topology.shape)
      .member("nanoseconds", u64(now.now - now.began));
  if (!now.trouble.empty()) j.member("trouble", now.trouble);
  j.key("ports").open('[');
  for (const Port& port : now.topology.ports) {
    j.open('{').member("name", port.name).member("host", now.topology.hosts[port.host].name);
    j.member("ipv4", text_of(port.ipv4));
    if (now.topology.has_ipv6(port)) j.member("ipv6", text_of(port.ipv6));
    j.close('}');
  }
  j.close(']').key("faults").open('[');
  for (const Medium::Line& line : now.medium.lines()) {
    for (const Standing& fault : line.wire.standing()) {
      j.open('{')
          .member("wire", line.wire.name())
          .member("fault", fault.text)
          .member("seen", fault.seen);
      j.member("struck", fault.applied).key("over").boolean(fault.over).close('}');
    }
  }
  j.close(']')
      .member("forwarded", now.forwarded)
      .member("lost_by_machine", now.lost)
      .member("struck", now.medium.logged());
  j.key("log").open('[');
  const auto& log = now.medium.log();
  for (std::size_t i = log.size() - std::min(log.size(), most_logged); i < log.size(); ++i) {
    j.open('{').member("nanoseconds", u64(log[i].time - now.began)).member("wire", log[i].wire);
    j.member("frame", log[i].frame).member("says", log[i].says).close('}');
  }
  j.close(']').close('}');
  out.add('\n');
  return std::string(out.view());
}

}  // namespace netpeel::lab
