// What a lab says about itself, for people and for programs.
#pragma once
#include <string>

#include "lab/medium.hpp"

namespace netpeel::lab {

struct Situation {
  const std::string& name;
  const Topology& topology;
  const Medium& medium;
  i64 began, now;
  u64 forwarded, lost;         // lost: by the machine, no fault's doing
  const std::string& trouble;  // why the capture ended; empty: it did not
};

std::string status_text(const Situation& now);
std::string status_json(const Situation& now);

}  // namespace netpeel::lab
