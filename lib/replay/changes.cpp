#include "replay/changes.hpp"

#include "base/error.hpp"
#include "field/build.hpp"

namespace netpeel::replay {

base::Result<Changes> Changes::parse(const field::Registry& registry, const std::string& text) {
  Changes out(registry);
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string one = text.substr(at, end - at);
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == one.size()) {
      return base::Complaint{.what = "a change is a field, an equals sign and a value",
                             .at = at,
                             .length = one.size(),
                             .hint = "for example ip.dst=10.0.0.2,tcp.dstport=8080"};
    }
    const std::string name = one.substr(0, equals);
    // An empty frame has no fields: what is complained of is the name.
    if (const auto known = field::rewrite(registry, {}, 1, name, "0"); !known) {
      base::Complaint wrong = known.complaint();
      wrong.at = at;
      wrong.length = equals;
      return wrong;
    }
    out.all_.push_back({name, one.substr(equals + 1)});
    at = end + 1;
  }
  return out;
}

void Changes::apply(std::span<u8> frame, u16 link_type, u32 wire_size) {
  bool changed = false;
  for (Change& change : all_) {
    const auto places = field::rewrite(*registry_, frame, link_type, change.name, change.value);
    if (!places) {
      throw base::Error::sentence("--rewrite " + change.name + "=" + change.value + ": " +
                                      places.complaint().what,
                                  places.complaint().hint)
          .with_exit(2);
    }
    change.places += *places;
    changed = changed || *places > 0;
  }
  if (changed) field::mend(*registry_, frame, link_type, field::Mend::checksums, wire_size);
}

std::vector<std::string> Changes::unused() const {
  std::vector<std::string> out;
  for (const Change& change : all_) {
    if (change.places == 0) out.push_back(change.name);
  }
  return out;
}

}  // namespace netpeel::replay
