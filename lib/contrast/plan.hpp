// What is run in the lab for each contrast: two programs on host a, one after the other, with the
// same fault. The commands are lines of shell; the tools stand in PATH there.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace netpeel::contrast {

struct Run {
  std::string name;        // "TCP"
  std::string short_name;  // "tcp": of files; contrast-tcp.pcapng is the shipped one
  std::string command;
  std::string says;  // what it does, for people
};
struct Plan {
  std::string id, title;
  Run runs[2];
  std::string recorded;  // with what the shipped captures were made, beside the delay
  bool datagrams[2]{};   // faults that name segments with data mean datagrams there
};

struct PlanSettings {
  u64 events = 5;
  u64 every = 200;  // milliseconds between two messages, or two questions
};

std::vector<std::string> plan_names();
// Null: there is no such contrast.
base::Result<Plan> plan(const std::string& id, const PlanSettings& settings);
// "a>b drop data#3" for UDP: "a>b drop datagram#3"; and the other way round.
std::string translated(const std::string& fault, bool datagrams);

}  // namespace netpeel::contrast
