// Packets' JSON, copied piece by piece without making anything of it: as JSON.stringify would have
// written it (but numbers, which stay as they are), and with other numbers in its placeholders,
// which stand for attachments: {"_placeholder":true,"num":0}.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace netpeel::net {

// Given a placeholder's number, says which to write; a negative one: there is no such attachment.
using PlaceholderNumber = std::function<i64(u64)>;

// Appends the JSON, which was checked to be JSON (one value, or several with commas between); an
// empty `number` leaves placeholders alone. False: `number` said no, or a placeholder has none.
bool copy_json(std::string_view json, const PlaceholderNumber& number, std::string& out);

}  // namespace netpeel::net
