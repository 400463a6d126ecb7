#include "flow/problems.hpp"

#include <algorithm>

namespace netpeel::flow {
namespace {

// What two sentences have in common that differ in their numbers only. Where a field of its own
// stands for the finding (tcp.analysis.retransmission), the sentence does not matter.
void shape_of(const field::Field* field, std::string_view says, std::string& out) {
  if (field != nullptr) out.append(field->name);
  if (field != nullptr && field->more.computed) return;
  out.push_back(' ');
  bool digit = false;
  for (char c : says) {
    const bool is = (c >= '0' && c <= '9') || (digit && c == '.');
    if (!is) out.push_back(c);
    if (is && !digit) out.push_back('#');
    digit = is;
  }
}

}  // namespace

void Findings::add(field::Severity severity, std::string_view kind, const field::Field* field,
                   std::string_view says) {
  key_.assign(1, char('0' + u8(severity)));
  key_.append(kind).push_back(char(proto_));
  shape_of(field, says, key_);
  auto place = places_.find(key_);
  if (place == places_.end()) {
    if (found_.size() == most) {
      ++left_out_;
      return;
    }
    place = places_.emplace(key_, found_.size()).first;
    found_.push_back({.severity = severity,
                      .kind = kind,
                      .proto = proto_,
                      .field = field,
                      .says = std::string(says),
                      .first_frame = frame_});
  }
  Finding& finding = found_[place->second];
  ++finding.times;
  finding.last_frame = frame_;
}

void Findings::layers(const field::Packet& packet) {
  for (const field::Layer& layer : packet.all()) {
    proto_ = layer.proto;
    field::expand(registry_, packet, layer, *this, settings_);
  }
}

void Findings::count(const field::Packet& packet) {
  frame_ = packet.frame.number;
  layers(packet);
  for (const field::Packet& part : packet.others()) layers(part);
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> out = found_;
  std::stable_sort(out.begin(), out.end(), [](const Finding& x, const Finding& y) {
    return x.severity != y.severity ? x.severity > y.severity : x.times > y.times;
  });
  return out;
}

}  // namespace netpeel::flow
