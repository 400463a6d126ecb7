// What this process may do. Straight system calls, so that the capture tool links nothing for it.
#pragma once
#include <string>

namespace netpeel::device {

// Keeps what root needs to make files in other people's folders (a ring goes on making them);
// nothing of the network.
enum class Keep { nothing, file_rights };

// Gives up all capabilities, for this process and for whatever it might start, for good. Does
// nothing about what is open. Throws base::Error if the kernel refuses, which it has no reason to.
void drop_capabilities(Keep keep = Keep::nothing);

// The path of the running program, for messages; "netpeel-capture" if it cannot be told.
std::string program_path();

}  // namespace netpeel::device
