// A contrast for people and for programs. Appends to the caller's Text; all text from packets is
// made harmless here.
#pragma once
#include "contrast/contrast.hpp"

namespace netpeel::contrast {

struct ShowSettings {
  u32 width = 80;  // columns of the terminal; from 120 on the ladders stand beside each other
  bool color = false;
  // Leaves out what differs from run to run (times, numbers of acknowledgments, frame numbers): for
  // comparing outputs. Values left out are shown as "…".
  bool steady = false;
};
void show_text(const Contrast& contrast, const ShowSettings& settings, base::Text& out);
// One self-contained page.
void show_html(const Contrast& contrast, base::Text& out);
// One JSON object.
void show_json(const Contrast& contrast, base::Text& out);

}  // namespace netpeel::contrast
