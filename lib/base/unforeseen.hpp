// Random bytes that nobody can guess, from the kernel (getrandom(2)): for ids that are secrets, and
// for tables whose keys come from the wire. Throws base::Error where the kernel gives none.
#pragma once
#include <span>

#include "base/bytes.hpp"

namespace netpeel::base {

void unforeseen(std::span<u8> out);
u64 unforeseen();

}  // namespace netpeel::base
