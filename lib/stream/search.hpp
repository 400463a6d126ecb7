// After a gap, or where no message begins: the search for the next place where one may. It
// remembers how far it came, so that bytes which stay are not looked at twice. Owns nothing but
// that; its reasons are constant sentences.
#pragma once
#include "field/expand.hpp"

namespace netpeel::stream {

class Search {
 public:
  Search() = default;
  bool on() const { return on_; }
  // What is passed over will be told with this reason.
  void begin(std::string_view why, field::Kind kind) { *this = Search(why, kind); }
  void end() { *this = Search(); }
  std::string_view why() const { return why_; }
  field::Kind kind() const { return kind_; }

  // Goes on through what was not taken yet; `begins` is asked about each `needs` bytes. True: at()
  // is where it said yes. Else nothing before at() need be looked at again.
  bool find(Bytes have, std::size_t needs, bool (*begins)(const u8*)) {
    while (have.size() - looked_ >= needs && !begins(have.data() + looked_)) ++looked_;
    return have.size() - looked_ >= needs;
  }
  std::size_t at() const { return looked_; }
  // The same, and how many bytes are to be told as passed over: all where nothing was found, and
  // nothing more is waited for; else `more`.
  static constexpr std::size_t more = std::size_t(-1);
  std::size_t passes(Bytes have, std::size_t needs, bool (*begins)(const u8*), bool last) {
    if (find(have, needs, begins)) return looked_;
    return last ? have.size() : more;
  }

 private:
  Search(std::string_view why, field::Kind kind) : why_(why), kind_(kind), on_(true) {}

  std::string_view why_{};
  field::Kind kind_{};
  bool on_ = false;
  std::size_t looked_ = 0;
};

}  // namespace netpeel::stream
