// Placeholders: what stands in a packet's JSON for an attachment, {"_placeholder":true,"num":0}.
// They are found in the text, without making anything of the rest.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace netpeel::net {

// Copies JSON to `out`, each placeholder with the number that `number` gives for it. The text was
// checked to be JSON (one value, or several with commas between). False: a placeholder's number is
// none, or `number` said no (a negative).
bool copy_placeholders(std::string_view json, const std::function<i64(u64)>& number,
                       std::string& out);

void write_placeholder(std::size_t number, std::string& out);

}  // namespace netpeel::net
