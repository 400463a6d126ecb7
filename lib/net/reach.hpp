// Who can reach a server, and how much of this machine it may use.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::net {

// The addresses of this machine's interfaces that are up, loopback and link-local ones left out.
std::vector<std::string> own_addresses();

// As many files and connections as the system lets this process open.
void raise_file_limit();

// Folders where npm packages are installed: of the build that `program_folder` belongs to, of the
// working folder, of $NODE_PATH, of the system.
std::vector<std::string> npm_folders(const std::string& program_folder);

}  // namespace netpeel::net
