// What a lesson from a stranger may run: netpeel's own commands on the lab's hosts, and words to
// feed them. One thread; pure.
#pragma once
#include <string>
#include <string_view>

namespace netpeel::lesson {

// Why such a lesson may not run this command; empty: it may. Pipelines of netpeel, printf, echo,
// seq and sleep, and of head, tail and wc without a file, without anything else that a shell
// understands, and without writing files.
std::string refused(std::string_view command);

}  // namespace netpeel::lesson
