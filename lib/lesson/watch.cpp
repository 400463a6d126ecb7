#include "lesson/watch.hpp"

#include <algorithm>

#include "filter/ast.hpp"
#include "proto/all.hpp"

namespace netpeel::lesson {
namespace {

constexpr char between = '\x1e', again = '\x1f';
constexpr field::Settings settings{.checksums = true};

}  // namespace

std::string one_line(const field::Packet& packet, view::Lines& lines) {
  base::Text out;
  lines.packet(packet, out);
  std::string_view text = out.view();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return std::string(text);
}

base::Result<std::unique_ptr<Watch>> Watch::make(const std::string& text, std::string tap,
                                                 const field::Registry& registry) {
  auto whole = filter::compile(text, registry);
  if (!whole) return whole.complaint();
  std::unique_ptr<Watch> out(new Watch(std::move(*whole), registry));
  out->text_ = text;
  out->tap_ = std::move(tap);
  const auto ast = filter::parse(text);
  if (!ast || ast->nodes.empty()) return out;
  // What && joins, also inside parentheses that a let brought.
  std::vector<u32> todo{ast->root};
  while (!todo.empty()) {
    const u32 at = todo.back();
    todo.pop_back();
    const filter::Node& node = (*ast)[at];
    if (node.kind == filter::Kind::all_of) {
      for (std::size_t i = node.children.size(); i-- > 0;) todo.push_back(node.children[i]);
      continue;
    }
    std::string part = text.substr(node.at, node.length);
    auto compiled = filter::compile(part, registry);
    if (!compiled) continue;
    std::vector<std::string> fields;
    for (const std::string& name : compiled->names()) {
      if (!registry.rows(name).empty()) fields.push_back(name);
    }
    out->parts_.push_back({std::move(*compiled), std::move(part), std::move(fields)});
  }
  return out;
}

void Watch::want_field(const std::string& name) {
  if (field_index(name) == fields_.size()) fields_.push_back(name);
}

std::size_t Watch::field_index(const std::string& name) const {
  return std::size_t(std::find(fields_.begin(), fields_.end(), name) - fields_.begin());
}

std::vector<std::vector<std::string>> Watch::values(const field::Packet& packet,
                                                    const std::vector<std::string>& fields) const {
  std::vector<std::vector<std::string>> out(fields.size());
  if (fields.empty()) return out;
  view::Columns columns({.registry = registry_, .settings = settings, .payload = true}, fields,
                        {.separator = between, .aggregator = again});
  base::Text text;
  columns.packet(packet, text);
  std::string_view row = text.view();
  if (row.ends_with('\n')) row.remove_suffix(1);
  for (std::vector<std::string>& cell : out) {
    std::string_view whole = row.substr(0, row.find(between));
    row.remove_prefix(std::min(row.size(), whole.size() + 1));
    while (!whole.empty()) {
      const std::string_view one = whole.substr(0, whole.find(again));
      cell.emplace_back(one);
      whole.remove_prefix(std::min(whole.size(), one.size() + 1));
    }
  }
  return out;
}

void Watch::packet(const field::Packet& packet, view::Lines& lines) {
  ++looked_;
  if (filter_.matches(packet, settings)) {
    keep(packet, lines);
  } else if (hits_.empty()) {
    near(packet, lines);
  }
}

void Watch::keep(const field::Packet& packet, view::Lines& lines) {
  Hit hit{
      .frame = packet.frame.number, .time = packet.frame.time, .values = values(packet, fields_)};
  const field::Layer* const tcp = wants_bytes_ ? packet.find(proto::id::tcp) : nullptr;
  if (tcp != nullptr) {
    const auto facts = values(packet, {"tcp.seq_raw", "tcp.checksum.status"});
    if (!facts[0].empty()) hit.seq = u32(std::strtoul(facts[0][0].c_str(), nullptr, 10));
    // On loopback nothing can be bent, and kernels leave the checksum unfinished.
    hit.good = facts[1].empty() || facts[1][0] != "0" || packet.frame.interface_name == "lo";
    hit.bytes.assign(base::as_text({packet.bytes(*tcp) + tcp->header, tcp->body}));
  }
  hits_.push_back(std::move(hit));
  if (lines_.size() < most_lines) lines_.push_back(one_line(packet, lines));
}

// Of equals the latest: what somebody tried last is what they think of.
void Watch::near(const field::Packet& packet, view::Lines& lines) {
  std::size_t truths = 0;
  const Part* missed = nullptr;
  for (const Part& part : parts_) {
    if (part.filter.matches(packet, settings)) {
      ++truths;
    } else if (missed == nullptr) {
      missed = &part;
    }
  }
  if (truths == 0 || truths < truths_ || missed == nullptr) return;
  truths_ = truths;
  nearest_ = Nearest{packet.frame.number, one_line(packet, lines), missed->text, ""};
  const auto there = values(packet, missed->fields);
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (there[i].empty()) continue;
    std::string& to = nearest_->there;
    to.append(to.empty() ? "" : ", ").append(missed->fields[i]).append(" is ");
    for (std::size_t n = 0; n < std::min<std::size_t>(there[i].size(), 3); ++n)
      to.append(n == 0 ? "" : " and ").append(there[i][n].substr(0, 60));
  }
}

std::optional<Nearest> Watch::nearest() const { return hits_.empty() ? nearest_ : std::nullopt; }

}  // namespace netpeel::lesson
