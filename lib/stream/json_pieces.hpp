// Where the pieces of a JSON text (RFC 8259) stand, without making anything of them. Views into the
// text. Iterative and bounded: nesting beyond `deepest` counts as not JSON.
#pragma once
#include <string>
#include <string_view>

namespace netpeel::stream {

inline constexpr std::size_t json_deepest = 1024;

// The end of the value that begins at `at` (behind blanks), or npos if none does.
std::size_t json_end(std::string_view text, std::size_t at);
std::size_t json_blanks(std::string_view text, std::size_t at);

// What a JSON string says, quotes and escapes resolved; false if it is none.
bool json_string(std::string_view quoted, std::string& out);

// The elements of an array or the members of an object, one by one.
class JsonPieces {
 public:
  explicit JsonPieces(std::string_view text) : text_(text), at_(json_blanks(text, 0)) {
    open_ = at_ < text.size() && (text[at_] == '[' || text[at_] == '{');
    object_ = open_ && text[at_] == '{';
    ++at_;
  }
  bool is_array() const { return open_ && !object_; }
  bool is_object() const { return open_ && object_; }
  // The next one; false at the end, or where it is not JSON. The key is as written, with its
  // quotes.
  bool next(std::string_view& key, std::string_view& value);
  // After next() said false: whether the text was whole and nothing stands behind it.
  bool whole() const { return whole_; }

 private:
  std::string_view text_;
  std::size_t at_;
  bool open_ = false, object_ = false, whole_ = false, first_ = true;
};

}  // namespace netpeel::stream
