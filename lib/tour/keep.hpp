// What the tour leaves behind: the capture with remarks on its packets (pcapng comments, which
// Wireshark shows), and a page. Throws base::Error where they cannot be written.
#pragma once
#include "tour/story.hpp"

namespace netpeel::tour {

// A copy of the capture. Remarks of an earlier tour are replaced.
void keep_capture(const std::string& from, const std::string& to,
                  const std::vector<Remark>& remarks);

struct Book {
  std::string badge{}, about{};
  std::vector<Chapter> chapters{};
  std::optional<Peel> peel{};
  std::optional<Lost> lost{};
  const Source* live = nullptr;  // peel's
  const Source* wire = nullptr;  // lost's
};
// The page: all chapters, with drawings of every packet, header diagrams and plots.
void report(const Book& book, const field::Registry& registry, base::Text& out);

}  // namespace netpeel::tour
