// A complaint as a person sees it in a terminal: what is wrong, the line it stands in, a caret
// under the place, what to do.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace netpeel::base {

//   tcp.prot is not a field or protocol
//     tcp.prot == 80
//     ^~~~~~~~
//   did you mean tcp.port?
//
// Control characters of the source are shown as blanks; a long line is cut around the place.
std::string pointed(std::string_view source, const Complaint& complaint);

}  // namespace netpeel::base
