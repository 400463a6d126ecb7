// What the tour says: chapters of short paragraphs, of text that stays as it is, and of ladders.
// The screen and the page print the same ones. Every number in them comes from facts.hpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tour/facts.hpp"
#include "view/ladder.hpp"

namespace netpeel::tour {

struct Piece {
  enum class Kind : u8 { prose, block, ladder } kind = Kind::prose;
  std::string text{};  // of a ladder: as a terminal shows it
  std::optional<view::Ladder> ladder{};
};

struct Chapter {
  std::string title{}, id{};  // id: letters, for links
  std::vector<Piece> pieces{};

  void say(std::string text) { pieces.push_back({.text = std::move(text)}); }
  void show(std::string text) {
    pieces.push_back({.kind = Piece::Kind::block, .text = std::move(text)});
  }
};

// A capture and what was found in it.
struct Source {
  std::string path{};
  Seen seen{};
  bool recorded = false;  // not captured just now
};

inline constexpr u32 columns = 80;

Chapter tell_peel(const Peel& peel, const Source& from, const field::Registry& registry);
Chapter tell_lost(const Lost& lost, const Source& from, const field::Registry& registry);
Chapter tell_web(const Web& web);
Chapter tell_pushed(const Web& web);

// Every packet of a conversation as a ladder with both taps, where there are two.
view::Ladder whole_ladder(const Source& from, Kind kind, u32 stream,
                          const field::Registry& registry);

// What is worth saying at a packet, for the file that is left behind.
struct Remark {
  u64 frame = 0;
  std::string text{};
};
std::vector<Remark> remarks(const std::optional<Peel>& peel, const std::optional<Lost>& lost,
                            const std::optional<Web>& web);

// Harmless for a terminal.
std::string shown(std::string_view text, std::size_t most = 200);
std::string in_time(i64 nanoseconds);  // "53.1 ms"
// "1 packet", "2 packets"
std::string count(u64 number, std::string_view what);

}  // namespace netpeel::tour
