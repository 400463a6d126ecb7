// What a person types to a client, and what a client shows of values: lines into words, words into
// arguments of an event, arguments into text.
#pragma once
#include "base/result.hpp"
#include "net/socketio.hpp"

namespace netpeel::net {

// Blanks part words; quotes, and the brackets of JSON, hold together what is between them:
//   emit echo {"a": [1, 2]} "two words" 'as it is'
// Double quotes stay (a JSON string keeps its own), single quotes go.
base::Result<std::vector<std::string>> split_words(std::string_view line);

// A word as a value: JSON if it is JSON, hex:0102 and @file are bytes, anything else is a string.
// Throws base::Error where the file cannot be read.
base::Result<Json> read_value(const std::string& word);

// hex:0102, @file, or the word's own bytes.
base::Result<std::string> read_bytes(const std::string& word);

// A JSON list for programs and people: bytes are {"_hex":"0102"}.
std::string show_args(const Args& args);
std::string show_value(const Json& value);

}  // namespace netpeel::net
