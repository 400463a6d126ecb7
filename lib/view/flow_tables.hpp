// What the tool flows prints for people. Each function appends to `out` and calls `poll` after
// every row, so that long tables can be written out on the way.
#pragma once
#include <functional>

#include "flow/hierarchy.hpp"
#include "flow/intervals.hpp"
#include "flow/order.hpp"
#include "flow/problems.hpp"

namespace netpeel::view {

struct FlowLook {
  base::Text& out;
  u32 width = 80;  // of the terminal
  bool color = false;
  std::function<void()> poll = [] {};
};

void talks_table(const flow::Tally& tally, flow::Level level, const flow::Wanted& wanted,
                 const FlowLook& look);
void endpoints_table(const flow::Tally& tally, flow::Level level, const flow::Wanted& wanted,
                     const FlowLook& look);
void hierarchy_table(const flow::Hierarchy& hierarchy, const field::Registry& registry,
                     const flow::Traffic& all, const FlowLook& look);
void findings_table(const std::vector<flow::Finding>& findings, const field::Registry& registry,
                    const FlowLook& look);
void intervals_table(const flow::Intervals::Result& result, const FlowLook& look);

}  // namespace netpeel::view
