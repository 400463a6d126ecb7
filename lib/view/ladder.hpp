// A sequence diagram: time goes down, hosts stand across, one arrow a packet or a message. The
// maker gathers it from packets in file order and, where the capture has two taps, matches the
// sightings of each; ladder_text, ladder_svg and ladder_html draw it. A ladder owns its text, which
// is harmless for terminals (SVG and HTML escape it again).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "flow/taps.hpp"
#include "flow/tracker.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

struct Lane {
  std::string name;   // an address, or the tap's name
  std::string about;  // addresses at a tap; a port that all share
};

struct Arrow {
  u32 from = 0, to = 0;       // lanes
  i64 left = 0, arrived = 0;  // nanoseconds since the first frame; equal where one tap saw it
  bool travels = false;       // left and arrived were both seen
  bool lost = false, open = false, again = false, bent = false, between = false, late = false;
  u32 overtaken = 0;
  u64 crosses = 0;    // the frame of one that came the other way while this was on its way; 0: none
  std::string label;  // what it is
  std::size_t brief =
      0;  // bytes of the label that say it shortly (a TCP segment); ": " follows. 0: none
  std::string fate;  // what happened to it on the way; empty: it came through
  std::vector<std::string> problems;
  std::string comment;  // of the frame, in the file
  std::vector<u64> frames;
  u32 series = 0;  // arrows of one conversation share it
  i64 pause = 0;   // nothing happened for so long before it; 0: not worth telling

  i64 first() const { return again || between ? arrived : left; }
  // Where it breaks off, or begins, in the middle between two lanes.
  bool half() const { return lost || open || again || between; }
  bool alarming() const { return lost || again || bent || late || between || !problems.empty(); }
};

struct Ladder {
  std::string title, about;
  std::string id = "ladder";  // unique in its page; letters, digits and -
  std::vector<Lane> lanes;
  std::vector<Arrow> arrows;  // in order of first()
  u64 left_out = 0;           // arrows beyond the bound
  bool taps = false;          // lanes are taps; arrows have two ends
  bool messages = false;      // else packets

  // What the bound cost, in a sentence; empty: nothing.
  std::string bound() const;
};

enum class TapUse : u8 { detect, yes, no };

struct LadderSettings {
  bool messages = false;
  TapUse taps = TapUse::detect;
  u64 most = 500;  // arrows
  std::string title;
};

// Listens to the tracker that its packets come from.
class LadderMaker final : public flow::Listener {
 public:
  LadderMaker(const Look& look, LadderSettings settings);

  // The next packet, with all that its tracker knows. Of one that is not shown only the way between
  // taps is looked at.
  void add(const field::Packet& packet, bool shown, u32 interfaces);
  // Names of the interfaces, in order.
  Ladder finish(const std::vector<std::string>& taps);

 private:
  struct Host {
    std::string text;
    u64 hash = 0;
    u16 port = 0;
  };
  struct Entry {  // one packet or message at one tap
    Arrow arrow;  // its label, problems, comment, frame; times absolute
    Host from, to;
    bool shown = false;
  };
  // What a conversation's end said, in order, since the last packet.
  struct Piece {
    std::string bytes;
    u16 port;
  };

  void data(const flow::Conversation& conversation, flow::Side side, Bytes bytes, u64 at,
            u64 frame) override;

  // Whether one more entry is kept.
  bool room() const { return shown_ < settings_.most * (matching_ ? 2 : 1); }
  void add_packet(const field::Packet& packet, bool shown);
  void add_messages(const field::Packet& packet, bool shown);
  void keep(const field::Packet& packet, Entry entry, const flow::Seen& seen, bool shown);
  static void hosts(const field::Packet& packet, Entry& entry);
  static u32 stream(const field::Packet& packet);
  void label(const field::Packet& packet, Arrow& out) const;
  void problems(const field::Packet& packet, std::vector<std::string>& out) const;
  void problems(const field::Packet& packet, const field::Layer& layer,
                std::vector<std::string>& out) const;

  void one_tap(Ladder& out);
  void two_taps(Ladder& out, const std::vector<flow::Trip>& trips,
                const std::vector<std::string>& names);
  void finish_times(Ladder& out) const;
  static void find_crossings(Ladder& out);

  Look look_;
  LadderSettings settings_;
  flow::Taps taps_{0};
  std::vector<Entry> entries_;
  static constexpr u32 hidden = 0xffffffff,
                       unkept = 0xfffffffe;  // in entry_of_: not shown; shown, beyond the bound
  std::vector<u32> entry_of_;                // by sighting
  bool matching_ = false;
  bool begun_ = false;
  i64 first_time_ = 0;
  u64 shown_ = 0;
  u64 unmatched_ = 0;  // shown, and beyond what is matched
  std::vector<Piece> pieces_;
  std::map<u64, std::string> names_;  // of addresses, by hash
};

// "1.204 s", "214 ms", "1.2 ms", "30 µs".
void duration(Text& out, i64 nanoseconds);
// One arrow as a sentence: for screen readers, for the table below the picture.
void in_words(const Ladder& ladder, const Arrow& arrow, Text& out);

// width: columns of the terminal; at least 40 are used. color: for a terminal.
void ladder_text(const Ladder& ladder, u32 width, bool color, Text& out);
void ladder_svg(const Ladder& ladder, Text& out);
// The drawing in a page, with all in words below it.
void ladder_html(const Ladder& ladder, Text& out);

}  // namespace netpeel::view
