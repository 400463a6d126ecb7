#include "proto/net/fragments.hpp"

namespace netpeel::proto {
namespace {

enum : u32 { heading, piece, overlaps, contradicts, second_end, too_long, pieces, length, whole };

}  // namespace

void expand_fragments(Expansion& x, Table rows, const FragmentFacts& known) {
  if (rows[heading].show == mark) {
    x.computed(rows[heading], 1);
  } else {
    x.value(rows[heading], 0, 0, known.whole);
  }
  const auto in = x.inside();
  for (const Fragment& f : known.pieces) {
    x.computed(rows[piece], f.frame);
    const auto in_piece = x.inside();
    if ((f.marks & fragment_mark::overlap) != 0) x.computed(rows[overlaps], 1);
    if ((f.marks & fragment_mark::conflict) != 0) x.computed(rows[contradicts], 1);
    if ((f.marks & fragment_mark::multiple_tails) != 0) x.computed(rows[second_end], 1);
    if ((f.marks & fragment_mark::too_long) != 0) x.computed(rows[too_long], 1);
  }
  x.computed(rows[pieces], known.pieces.size());
  x.computed(rows[length], known.whole.size());
  x.value(rows[whole], 0, 0, known.whole);
}

}  // namespace netpeel::proto
