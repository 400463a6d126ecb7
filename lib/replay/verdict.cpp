#include "replay/verdict.hpp"

#include <algorithm>
#include <set>

#include "replay/plain_json.hpp"

namespace netpeel::replay {
namespace {

// Beyond this the n-th is held against the n-th.
constexpr std::size_t most_aligned = 2000;

// Values as they are compared.
struct Plain {
  const Utterance* said;
  std::vector<std::string> values;
};

bool counts(const Value& v) { return v.varies.empty(); }

bool equal(const Plain& a, const Plain& b) {
  const auto next = [](const Plain& p, std::size_t& i) {
    while (i < p.values.size() && !counts(p.said->values[i])) ++i;
    return i < p.values.size();
  };
  for (std::size_t i = 0, j = 0;; ++i, ++j) {
    const bool more = next(a, i);
    if (next(b, j) != more) return false;
    if (!more) return true;
    if (a.said->values[i].name != b.said->values[j].name || a.values[i] != b.values[j])
      return false;
  }
}

struct Pair {
  const Plain *recorded, *live;  // null: it has no partner
};

// Equal ones in order, as many as possible; what lies between them is paired as it comes.
std::vector<Pair> align(const std::vector<Plain>& a, const std::vector<Plain>& b) {
  std::vector<std::pair<std::size_t, std::size_t>> anchors;
  if (a.size() <= most_aligned && b.size() <= most_aligned) {
    const std::size_t wide = b.size() + 1;
    std::vector<u32> best((a.size() + 1) * wide);
    std::vector<bool> same(a.size() * b.size());
    for (std::size_t i = a.size(); i-- > 0;) {
      for (std::size_t j = b.size(); j-- > 0;) {
        same[i * b.size() + j] = equal(a[i], b[j]);
        best[i * wide + j] = same[i * b.size() + j]
                                 ? best[(i + 1) * wide + j + 1] + 1
                                 : std::max(best[(i + 1) * wide + j], best[i * wide + j + 1]);
      }
    }
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
      if (same[i * b.size() + j]) {
        anchors.emplace_back(i++, j++);
      } else if (best[(i + 1) * wide + j] >= best[i * wide + j + 1]) {
        ++i;
      } else {
        ++j;
      }
    }
  }
  anchors.emplace_back(a.size(), b.size());
  std::vector<Pair> out;
  std::size_t i = 0, j = 0;
  for (const auto& [to_i, to_j] : anchors) {
    while (i < to_i && j < to_j) out.push_back({&a[i++], &b[j++]});
    while (i < to_i) out.push_back({&a[i++], nullptr});
    while (j < to_j) out.push_back({nullptr, &b[j++]});
    if (i < a.size() && j < b.size()) out.push_back({&a[i++], &b[j++]});
  }
  return out;
}

class Comparison {
 public:
  explicit Comparison(const Rerun& live) : live_(live) {
    for (const auto& [recorded, now] : live.names.all()) unordered_.insert(recorded);
  }

  void actor(std::size_t n, const Recorded& recorded, Contrast& out) {
    const Rerun::Actor& now = live_.actors[n];
    std::map<std::string, std::pair<std::vector<Plain>, std::vector<Plain>>> sorts;
    for (const Utterance& u : recorded.said) {
      if (u.side == Side::server) sorts[u.key].first.push_back(plain(u, false));
    }
    for (const Utterance& u : now.heard) sorts[u.key].second.push_back(plain(u, true));
    std::map<const Utterance*, Finding> found;
    std::vector<Finding> added;
    for (const auto& [key, both] : sorts) {
      for (const Pair& pair : align(both.first, both.second)) {
        Finding f = judge(pair);
        f.actor = n;
        if (pair.recorded != nullptr) {
          found.emplace(pair.recorded->said, std::move(f));
        } else {
          added.push_back(std::move(f));
        }
      }
    }
    for (std::size_t i = 0; i < recorded.said.size(); ++i) {
      const Utterance& u = recorded.said[i];
      if (u.side == Side::server) {
        out.findings.push_back(std::move(found.at(&u)));
        continue;
      }
      out.findings.push_back({.verdict = now.said[i] ? Verdict::sent : Verdict::not_sent,
                              .actor = n,
                              .frame = u.frame,
                              .side = Side::client,
                              .title = u.title});
    }
    for (Finding& f : added) out.findings.push_back(std::move(f));
  }

 private:
  Plain plain(const Utterance& u, bool live) const {
    Plain out{&u, {}};
    for (const Value& v : u.values) {
      std::string text = live ? live_.names.to_recorded(v.text) : v.text;
      out.values.push_back(v.json ? plain_json(text, unordered_) : std::move(text));
    }
    return out;
  }

  Finding judge(const Pair& pair) const {
    const Plain& any = pair.recorded != nullptr ? *pair.recorded : *pair.live;
    Finding out{.verdict = Verdict::same,
                .frame = pair.recorded != nullptr ? any.said->frame : 0,
                .side = Side::server,
                .title = any.said->title};
    if (pair.recorded == nullptr) out.verdict = Verdict::added;
    if (pair.live == nullptr) out.verdict = Verdict::missing;
    if (pair.recorded == nullptr || pair.live == nullptr) return out;
    differences(*pair.recorded, *pair.live, out);
    if (!out.differences.empty()) out.verdict = Verdict::different;
    return out;
  }

  static void differences(const Plain& recorded, const Plain& live, Finding& out) {
    std::vector<bool> met(live.values.size());
    for (std::size_t i = 0; i < recorded.values.size(); ++i) {
      const Value& v = recorded.said->values[i];
      std::size_t j = 0;
      while (j < live.values.size() && (met[j] || live.said->values[j].name != v.name)) ++j;
      const bool there = j < live.values.size();
      if (there) met[j] = true;
      if (!counts(v)) {
        if (!there || live.said->values[j].text != v.text)
          out.varies.push_back(v.name + " is " + v.varies);
      } else if (!there || live.values[j] != recorded.values[i]) {
        out.differences.push_back({.value = v.name,
                                   .recorded = recorded.values[i],
                                   .live = there ? live.values[j] : "",
                                   .in_live = there});
      }
    }
    for (std::size_t j = 0; j < live.values.size(); ++j) {
      const Value& v = live.said->values[j];
      if (met[j]) continue;
      if (!counts(v)) {
        out.varies.push_back(v.name + " is " + v.varies);
      } else {
        out.differences.push_back(
            {.value = v.name, .recorded = "", .live = live.values[j], .in_recorded = false});
      }
    }
  }

  const Rerun& live_;
  std::set<std::string> unordered_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  constexpr std::string_view names[]{"sent", "not sent", "same", "different", "missing", "new"};
  return names[u8(verdict)];
}

Contrast contrast(const std::vector<Recorded>& recorded, const Rerun& live) {
  Contrast out;
  Comparison comparison(live);
  for (std::size_t n = 0; n < recorded.size(); ++n) comparison.actor(n, recorded[n], out);
  // Several conversations: in the order of the capture; what is new comes last.
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return (a.frame == 0 ? u64(-1) : a.frame) < (b.frame == 0 ? u64(-1) : b.frame);
                   });
  for (const Finding& f : out.findings) {
    out.same += f.verdict == Verdict::same;
    out.different += f.verdict == Verdict::different;
    out.missing += f.verdict == Verdict::missing;
    out.added += f.verdict == Verdict::added;
    out.not_sent += f.verdict == Verdict::not_sent;
  }
  return out;
}

}  // namespace netpeel::replay
