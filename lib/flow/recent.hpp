// A map that forgets: what was neither put in nor found while `most` others were put in may be
// gone. Never holds more than twice that many. For what only matters for a while, such as questions
// without an answer.
#pragma once
#include <unordered_map>
#include <utility>

#include "base/bytes.hpp"

namespace netpeel::flow {

template <class Key, class Value, class Hash>
class Recent {
 public:
  Recent(std::size_t most, Hash hash) : most_(most), young_(16, hash), old_(16, hash) {}

  // Null if it is not there. Valid until the next call.
  Value* find(const Key& key) {
    if (const auto it = young_.find(key); it != young_.end()) return &it->second;
    const auto it = old_.find(key);
    if (it == old_.end()) return nullptr;
    Value kept = it->second;
    old_.erase(it);
    return &put(key, kept);
  }
  Value& put(const Key& key, const Value& value) {
    if (young_.size() >= most_) {
      old_ = std::move(young_);
      young_.clear();
    }
    return young_[key] = value;
  }
  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  std::size_t most_;
  std::unordered_map<Key, Value, Hash> young_, old_;
};

}  // namespace netpeel::flow
