#include "flow/registry.hpp"

#include "proto/all.hpp"
#include "stream/all.hpp"

namespace netpeel::flow {

field::Registry registry() {
  static const std::vector<const field::Protocol*> all = [] {
    const std::span<const field::Protocol* const> alone = proto::protocols();
    std::vector<const field::Protocol*> list(alone.begin(), alone.end());
    for (const stream::Streamed* streamed : stream::all()) {
      if (streamed->protocol != nullptr) list.push_back(streamed->protocol);
    }
    return list;
  }();
  return field::Registry(all);
}

}  // namespace netpeel::flow
