// Memory that this process and its children share (mmap(2)), for results: zero at first, and only
// what is touched takes room.
#pragma once
#include <sys/mman.h>

#include <type_traits>

#include "base/bytes.hpp"

namespace netpeel::cli {

template <class T>
class Shared {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // May fail: see operator bool.
  explicit Shared(std::size_t size) : bytes_(size * sizeof(T)) {
    void* const at = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at != MAP_FAILED) data_ = static_cast<T*>(at);
  }
  ~Shared() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  explicit operator bool() const { return data_ != nullptr; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  std::size_t bytes_;
  T* data_ = nullptr;
};

}  // namespace netpeel::cli
