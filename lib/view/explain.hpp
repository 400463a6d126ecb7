// What a word means, and what a byte is, from the same rows that decode the packets.
#pragma once
#include <string>

#include "view/printer.hpp"

namespace netpeel::view {

// A field, a protocol or a term of the glossary, in plain words. False: nothing of that name (and
// nothing is written).
bool explain_word(const field::Registry& registry, std::string_view word, bool tcpip, Text& out);
// The names nearest to a word that means nothing, with ", or " between; empty if none is near.
std::string nearest_words(const field::Registry& registry, std::string_view word);
// All protocols and terms.
void explain_index(const field::Registry& registry, Text& out);

// The byte of the frame: its bits, the layer, and every field it belongs to, from the outermost in.
// byte < frame.size.
void explain_byte(const Look& look, const field::Packet& packet, u32 byte, Text& out);

}  // namespace netpeel::view
