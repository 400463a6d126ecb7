// How HTTP writes things: names in any case, lists with commas, percent signs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::net {

bool same_word(std::string_view a, std::string_view b);  // ASCII, in any case
std::string_view trimmed(std::string_view text);         // without blanks and tabs around it
bool is_token(char c);                                   // RFC 9110 §5.6.2

// The members of a list, empty ones left out.
std::vector<std::string_view> list_members(std::string_view list);

// nullopt: a percent sign without two hexadecimal digits. plus: a plus sign is a blank, as forms
// write it.
std::optional<std::string> percent_decoded(std::string_view text, bool plus = false);

// The value of a field of a form, or of a query.
std::optional<std::string> form_field(std::string_view form, std::string_view name);
std::vector<std::pair<std::string, std::string>> form_fields(std::string_view form);

}  // namespace netpeel::net
