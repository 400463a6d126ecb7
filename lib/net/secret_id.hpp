// Names that nobody can guess, for sessions and sockets. Any thread.
#pragma once
#include <string>

namespace netpeel::net {

// 15 octets in base64url, 20 characters: twelve from the kernel's secure generator, and a counter
// in the last three, so that no two of a process are ever the same.
std::string secret_id();

}  // namespace netpeel::net
