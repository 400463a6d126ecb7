// Values of programs to the JSON of packets, and back. Binary goes beside the text.
#pragma once
#include "net/socketio.hpp"

namespace netpeel::net {

// Appends the value. Binary in it becomes a placeholder and is added to `attachments`.
void write_json(const Json& value, std::string& out, std::vector<Encoded>& attachments);
// Appends the text as a JSON string. What is not UTF-8 becomes U+FFFD.
void write_json(std::string_view text, std::string& out);
// The value; null if the text is no JSON. Half a surrogate pair becomes U+FFFD and a number that is
// too large null (in packets that are only passed on they stay what they are).
Json read_json(std::string_view text, const std::vector<Encoded>& attachments);

// For copy_json(): moves to `to` what is spoken of, in that order, numbered anew. Both outlive it.
std::function<i64(u64)> gathering(const std::vector<Encoded>& from, std::vector<Encoded>& to);

}  // namespace netpeel::net
