// All that packets were found to have wrong or worth knowing with them, gathered: what is said
// alike is one row, with how often it was said and where first.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "field/expand.hpp"

namespace netpeel::flow {

struct Finding {
  field::Severity severity;
  std::string_view kind;  // "malformed" …; empty: nothing is wrong, it is only worth counting
  u8 proto = 0;
  const field::Field* field = nullptr;
  std::string says;  // the first time; numbers differ in the others
  u64 times = 0;
  u64 first_frame = 0, last_frame = 0;
};

class Findings final : field::Sink {
 public:
  Findings(const field::Registry& registry, const field::Settings& settings)
      : registry_(registry), settings_(settings) {}
  void count(const field::Packet& packet);

  // The most severe first; of those the most frequent.
  std::vector<Finding> sorted() const;
  u64 left_out() const { return left_out_; }  // of sorts beyond the bound

 private:
  static constexpr std::size_t most = 1000;
  bool wants_nodes() const override { return false; }
  void node(const field::Node&) override {}
  void problem(const field::Problem& p) override {
    add(p.severity, kind_name(p.kind), p.field, p.says);
  }
  void remark(const field::Remark& r) override { add(r.severity, {}, r.field, r.says); }
  void add(field::Severity severity, std::string_view kind, const field::Field* field,
           std::string_view says);
  void layers(const field::Packet& packet);

  const field::Registry& registry_;
  field::Settings settings_;
  std::vector<Finding> found_;
  std::unordered_map<std::string, std::size_t> places_;
  std::string key_;
  u8 proto_ = 0;
  u64 frame_ = 0;
  u64 left_out_ = 0;
};

}  // namespace netpeel::flow
