#include "flow/need.hpp"

#include <algorithm>

#include "proto/all.hpp"
#include "proto/transport/tcp_conversation.hpp"
#include "stream/all.hpp"

namespace netpeel::flow {
namespace {

namespace id = proto::id;

bool stands_in(field::Table table, const field::Field& f) {
  return std::any_of(table.begin(), table.end(),
                     [&](const field::Field& each) { return &each == &f; });
}

// Layers that come and go with the streams: those that sessions read, and the one that stands for
// bytes nobody reads.
bool streamed(const field::Registry& registry, u8 protocol) {
  if (protocol == id::data) return true;
  const std::string_view name = registry[protocol].name;
  const auto all = stream::all();
  return std::any_of(all.begin(), all.end(),
                     [&](const stream::Streamed* s) { return s->name == name; });
}

}  // namespace

Need need_of(const field::Registry& registry, u8 protocol) {
  return streamed(registry, protocol) ? Need::streams : Need::fragments;
}

Need need_of(const field::Registry& registry, const field::Registry::Owned& row) {
  const auto& [f, protocol] = row;
  if (streamed(registry, protocol)) return Need::streams;
  if (protocol == id::frame) return f->name == "frame.protocols" ? Need::streams : Need::fragments;
  // In a header's fixed part a row says what its bits say.
  const bool fixed = f->placed() && stands_in(registry[protocol].fixed(), *f);
  if (fixed || !has_facts(protocol)) return Need::fragments;
  if (protocol != id::tcp || stands_in(proto::tcp_conversation_rows, *f))
    return Need::conversations;
  return stands_in(proto::tcp_analysis_rows, *f) ? Need::analysis : Need::streams;
}

Need need_of(const field::Registry& registry, std::span<const std::string> names) {
  Need most = Need::fragments;
  for (const std::string& name : names) {
    const auto rows = registry.rows(name);
    for (const field::Registry::Owned& row : rows) most = std::max(most, need_of(registry, row));
    const u8 protocol = registry.protocol(name);
    if (registry[protocol].name == name) {
      most = std::max(most, need_of(registry, protocol));
    } else if (rows.empty()) {
      most = Need::streams;
    }
  }
  return most;
}

}  // namespace netpeel::flow
