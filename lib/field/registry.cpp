#include "field/registry.hpp"

#include <cstdlib>
#include <new>

namespace netpeel::field {
namespace {

constexpr std::size_t keys = 65536;

Next not_dissected(const u8*, u32 len, Layer& out) { return accept(0, len, out); }

}  // namespace

Registry::Registry(std::span<const Protocol* const> protocols)
    : protocols_(protocols.begin(), protocols.end()) {
  for (auto& table : tables_) {
    table.reset(
        static_cast<u8*>(std::calloc(keys, 1)));  // calloc: pages of zeros that are not touched yet
    if (table == nullptr) throw std::bad_alloc();
  }
  for (u32 id = 0; id < size(); ++id) {
    const Protocol& p = *protocols_[id];
    dissect_[id] = p.dissect != nullptr ? p.dissect : not_dissected;
    for (Bind b : p.binds) tables_[u32(b.space)][b.key] = u8(id);
  }
}

void Registry::Free::operator()(u8* p) const { std::free(p); }

u8 Registry::protocol(std::string_view name) const {
  for (u32 id = 0; id < size(); ++id) {
    if (protocols_[id]->name == name) return u8(id);
  }
  return 0;
}

void Registry::index() const {
  if (!by_name_.empty()) return;
  const auto add = [&](std::string_view name, Owned row) {
    auto& rows = by_name_[name];
    for (const Owned& o : rows) {
      if (o.field == row.field && o.proto == row.proto) return;
    }
    rows.push_back(row);
  };
  for (u32 id = 0; id < size(); ++id) {
    for (Table table : protocols_[id]->tables) {
      for (const Field& f : table) {
        if (f.name.empty()) continue;
        add(f.name, {&f, u8(id)});
        std::string_view rest = f.more.aliases;
        while (!rest.empty()) {
          const std::size_t n = std::min(rest.find(' '), rest.size());
          add(rest.substr(0, n), {&f, u8(id)});
          rest.remove_prefix(std::min(n + 1, rest.size()));
        }
      }
    }
  }
}

std::span<const Registry::Owned> Registry::rows(std::string_view name) const {
  index();
  const auto it = by_name_.find(name);
  if (it == by_name_.end()) return {};
  return it->second;
}

std::vector<std::string_view> Registry::names() const {
  index();
  std::vector<std::string_view> out;
  for (const auto& [name, rows] : by_name_) out.push_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

std::string_view Registry::nearest(std::string_view name) const {
  std::string_view best;
  u32 least = u32(name.size()) / 3 + 2;
  // Of equally near ones the first in the alphabet, but a protocol before a field.
  const auto consider = [&](std::string_view candidate, bool first_wins) {
    const std::size_t apart =
        std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size());
    if (apart > least) return;
    const u32 d = distance(name, candidate);
    if (d < least || (d == least && !first_wins && !best.empty() && candidate < best))
      least = d, best = candidate;
  };
  for (const Protocol* p : protocols_) consider(p->name, true);
  const std::string_view protocol = best;
  index();
  best = {};
  for (const auto& [candidate, rows] : by_name_) consider(candidate, false);
  return best.empty() ? protocol : best;
}

u32 distance(std::string_view a, std::string_view b) {
  std::vector<u32> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (u32 j = 0; j <= b.size(); ++j) row[j] = j;
  for (u32 i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (u32 j = 1; j <= b.size(); ++j) {
      const u32 cost = a[i - 1] == b[j - 1] ? 0 : 1;
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

}  // namespace netpeel::field
