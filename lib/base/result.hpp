// A value, or a complaint about something that a person wrote: an expression, an option, a file.
#pragma once
#include <optional>
#include <string>
#include <utility>

namespace netpeel::base {

// What is wrong, where in the text it stands (byte offset and length, for a caret), and what to
// write instead.
struct Complaint {
  std::string what;
  std::size_t at = 0;
  std::size_t length = 0;
  std::string hint{};
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Complaint complaint) : complaint_(std::move(complaint)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Complaint& complaint() const { return complaint_; }

 private:
  std::optional<T> value_;
  Complaint complaint_;
};

}  // namespace netpeel::base
