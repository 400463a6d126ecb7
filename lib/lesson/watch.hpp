// One filter of a check at one tap, and what it found: for judge.cpp only.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "filter/filter.hpp"
#include "lesson/judge.hpp"
#include "view/columns.hpp"
#include "view/line.hpp"

namespace netpeel::lesson {

struct Hit {
  u64 frame = 0;
  i64 time = 0;
  std::vector<std::vector<std::string>> values{};  // by wanted field; a field may occur often
  u32 seq = 0;                                     // of a TCP segment, where bytes are wanted:
  std::string bytes{};                             // what it carries
  bool good = true;                                // its checksum
};

class Watch {
 public:
  static constexpr std::size_t most_lines = 4;

  // filter: values put in. Null and a complaint where it is no filter.
  static base::Result<std::unique_ptr<Watch>> make(const std::string& filter, std::string tap,
                                                   const field::Registry& registry);

  void want_field(const std::string& name);
  void want_bytes() { wants_bytes_ = true; }
  std::size_t field_index(const std::string& name) const;

  void packet(const field::Packet& packet, view::Lines& lines);

  const std::string& tap() const { return tap_; }
  const std::vector<Hit>& hits() const { return hits_; }
  const std::vector<std::string>& lines() const { return lines_; }
  const std::string& text() const { return text_; }
  std::optional<Nearest> nearest() const;
  u64 looked() const { return looked_; }

 private:
  struct Part {
    filter::Filter filter;
    std::string text;
    std::vector<std::string> fields;
  };
  Watch(filter::Filter filter, const field::Registry& registry)
      : registry_(registry), filter_(std::move(filter)) {}
  void keep(const field::Packet& packet, view::Lines& lines);
  void near(const field::Packet& packet, view::Lines& lines);
  std::vector<std::vector<std::string>> values(const field::Packet& packet,
                                               const std::vector<std::string>& fields) const;

  const field::Registry& registry_;
  filter::Filter filter_;
  std::string text_, tap_;
  std::vector<Part> parts_;
  std::vector<std::string> fields_;
  bool wants_bytes_ = false;
  std::vector<Hit> hits_;
  std::vector<std::string> lines_;
  std::optional<Nearest> nearest_;
  std::size_t truths_ = 0;  // of the nearest
  u64 looked_ = 0;
};

std::string one_line(const field::Packet& packet, view::Lines& lines);

}  // namespace netpeel::lesson
