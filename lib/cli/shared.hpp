// Memory that this process and its children share (mmap(2)), for results: zero at first, and only
// what is touched takes room. Handed out from front to back; gone with the object.
#pragma once
#include <sys/mman.h>

#include <new>
#include <type_traits>

#include "base/bytes.hpp"

namespace netpeel::cli {

class Shared {
 public:
  // `children`: who has none pays less. Throws std::bad_alloc.
  Shared(std::size_t bytes, bool children) : size_(bytes) {
    const int kind = children ? MAP_SHARED : MAP_PRIVATE;
    void* const at =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<u8*>(at);
  }
  ~Shared() { munmap(data_, size_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  // Room for so many, all of whose bytes are zero. All together have the bytes that were asked for.
  template <class T>
  T* take(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    used_ = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    void* const at = data_ + used_;
    used_ += count * sizeof(T);
    if (used_ > size_) throw std::bad_alloc();
    return static_cast<T*>(at);
  }

 private:
  std::size_t size_, used_ = 0;
  u8* data_;
};

}  // namespace netpeel::cli
