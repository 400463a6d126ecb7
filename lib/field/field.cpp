#include "field/field.hpp"

namespace netpeel::field {

std::string_view meaning(const Field& field, u64 value) {
  const std::span<const Value> table = field.more.values;
  auto it = std::upper_bound(table.begin(), table.end(), value,
                             [](u64 v, const Value& row) { return v < row.value; });
  if (it == table.begin()) return {};
  --it;
  return value <= it->end() ? it->text : std::string_view{};
}

}  // namespace netpeel::field
