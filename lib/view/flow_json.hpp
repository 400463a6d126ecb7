// What the tool flows prints for programs: one JSON object a row, JSON Lines. Times as in `decode
// --json`: points in time ISO 8601 in UTC, durations strings of seconds with nine decimals. A name
// that does not apply or is not known is left out.
#pragma once
#include "view/flow_tables.hpp"

namespace netpeel::view {

void talks_json(const flow::Tally& tally, flow::Level level, const flow::Wanted& wanted,
                const FlowLook& look);
void endpoints_json(const flow::Tally& tally, flow::Level level, const flow::Wanted& wanted,
                    const FlowLook& look);
void hierarchy_json(const flow::Hierarchy& hierarchy, const field::Registry& registry,
                    const FlowLook& look);
void findings_json(const std::vector<flow::Finding>& findings, const field::Registry& registry,
                   const FlowLook& look);
void intervals_json(const flow::Intervals::Result& result, const FlowLook& look);

}  // namespace netpeel::view
