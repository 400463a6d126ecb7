// Memory that is given back all at once: for what one packet needs and the next does not. It grows
// to what the worst packet needed and then allocates nothing more. Holds only what needs no
// destructor. One thread.
#pragma once
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::base {

class Arena {
 public:
  // n bytes, aligned for anything; valid until reset().
  u8* room(std::size_t n) {
    constexpr std::size_t step = alignof(std::max_align_t);
    n = (n + step - 1) / step * step;
    if (std::size_t(end_ - at_) < n) [[unlikely]]
      next_chunk(n);
    u8* p = at_;
    at_ += n;
    return p;
  }
  // A T as T{…}, valid until reset().
  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (room(sizeof(T))) T{static_cast<Args&&>(args)...};
  }
  Bytes copy(Bytes bytes) {
    u8* p = room(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) p[i] = bytes[i];
    return {p, bytes.size()};
  }
  std::string_view copy(std::string_view text) { return as_text(copy(as_bytes(text))); }
  void reset() {
    chunk_ = 0;
    if (!chunks_.empty()) begin_chunk();
  }

 private:
  struct Chunk {
    std::unique_ptr<u8[]> bytes;
    std::size_t size;
  };
  // The next one that has room for so many.
  void next_chunk(std::size_t n) {
    constexpr std::size_t usual = 16 * 1024;
    if (at_ != nullptr) ++chunk_;
    while (chunk_ < chunks_.size() && chunks_[chunk_].size < n) ++chunk_;
    if (chunk_ == chunks_.size()) {
      const std::size_t size = n > usual ? n : usual;
      chunks_.push_back({std::make_unique_for_overwrite<u8[]>(size), size});
    }
    begin_chunk();
  }
  void begin_chunk() {
    at_ = chunks_[chunk_].bytes.get();
    end_ = at_ + chunks_[chunk_].size;
  }

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;
  u8 *at_ = nullptr, *end_ = nullptr;
};

}  // namespace netpeel::base
