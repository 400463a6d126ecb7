// Chapter 2: TCP beside UDP, and one lost packet.
#include <algorithm>

#include "flow/play.hpp"
#include "tour/words.hpp"

namespace netpeel::tour {
namespace {

// Of a conversation's ladder the client's messages alone, each with its text.
view::Ladder messages_only(view::Ladder ladder, const Crossing& c) {
  std::vector<view::Arrow> kept;
  for (view::Arrow& arrow : ladder.arrows) {
    for (const Message& m : c.messages) {
      const auto has = [&](u64 frame) {
        return frame != 0 &&
               std::find(arrow.frames.begin(), arrow.frames.end(), frame) != arrow.frames.end();
      };
      const bool first = has(m.sent_frame), again = has(m.again_frame);
      if (!first && !again) continue;
      arrow.label = shown(said_line(m.text)) + (first ? "" : ", once more");
      arrow.brief = 0;
      arrow.problems.clear();
      arrow.comment.clear();
      arrow.pause = 0;
      if (m.held() && first)
        arrow.problems.push_back("there, but it has to wait " + in_time(m.usable - m.arrived));
      kept.push_back(std::move(arrow));
      break;
    }
  }
  ladder.arrows = std::move(kept);
  return ladder;
}

Piece drawn(view::Ladder ladder, const char* title, const char* id) {
  Piece out{.kind = Piece::Kind::ladder};
  ladder.title = title;
  ladder.about = "only what " + ladder.lanes[0].name + " had to say; seconds on the left";
  ladder.id = id;
  base::Text text;
  view::ladder_text(ladder, columns - 2, false, text);
  out.text = text.view();
  out.ladder = std::move(ladder);
  return out;
}

std::string row(const char* what, const std::string& tcp, const std::string& udp) {
  const auto right = [](const std::string& t) {
    return std::string(12 - std::min<std::size_t>(12, view::characters(t)), ' ') + t;
  };
  return "  " + padded(what, 46) + right(tcp) + right(udp) + "\n";
}

std::string grouped(u64 n) {
  base::Text out;
  view::grouped(n, out);
  return std::string(out.view());
}

std::string of(u64 some, u64 all) { return number(some) + " of " + number(all); }

std::string table(const Crossing& t, const Crossing& u) {
  std::string out = row("", "TCP", "UDP");
  out += row("messages that arrived", of(t.arrived(), t.messages.size()),
             of(u.arrived(), u.messages.size()));
  out += row("packets before the first message", number(t.before_data), number(u.before_data));
  out += row("time that those took", t.before_data > 0 ? in_time(t.before_time) : "none",
             u.before_data > 0 ? in_time(u.before_time) : "none");
  out += row("packets, both ways", grouped(t.packets), grouped(u.packets));
  out += row("bytes in them, all headers counted", grouped(t.bytes), grouped(u.bytes));
  return out + row("packets sent once more", number(t.again), number(u.again));
}

std::string what_tcp_did(const Crossing& c) {
  const Message* lost = c.lost();
  std::string out = "TCP: ";
  if (lost->again_frame == 0) {
    return out + c.near_tap + " did not send \"" + shown(said_line(lost->text)) + "\" again.";
  }
  out += "no acknowledgment came for \"" + shown(said_line(lost->text)) + "\", so " + c.near_tap +
         " sent it again, " + in_time(lost->again - lost->sent) + " after the first time (frame " +
         number(lost->again_frame) + ").";
  if (const Message* held = c.held_longest()) {
    out += " Meanwhile \"" + shown(said_line(held->text)) + "\" lay at " + c.far_tap + " for " +
           in_time(held->usable - held->arrived) +
           " and could not be handed on: a stream has an order. That is head-of-line blocking.";
  }
  return out;
}

std::string what_udp_did(const Crossing& c) {
  const Message* lost = c.lost();
  std::string out = "UDP: \"" + shown(said_line(lost->text)) + "\" ";
  out += lost->came() ? "came after all." : "never came, and nothing told " + c.near_tap + " so.";
  if (c.held_longest() == nullptr)
    out += " Nothing else waited for it: whatever arrived could be used at once.";
  return out;
}

}  // namespace

view::Ladder whole_ladder(const Source& from, Kind kind, u32 stream,
                          const field::Registry& registry) {
  view::LadderMaker maker({.registry = registry}, {.most = 300});
  const Talk* talk = from.seen.talk(kind, stream);
  const auto source = capture::open_file(from.path);
  flow::play(*source, registry, &maker, [&](const field::Packet& p, std::size_t n) {
    maker.add(p, talk->has(p.frame.number), u32(n));
  });
  return maker.finish(flow::interface_names(*source));
}

Chapter tell_lost(const Lost& lost, const Source& from, const field::Registry& registry) {
  const Crossing &t = lost.tcp, &u = lost.udp;
  Chapter out{.title = "TCP beside UDP, and one lost packet", .id = "lost"};
  if (from.recorded) {
    out.say("On a loopback nothing can be lost, so this part was recorded earlier, in a lab with "
            "two hosts and a bad wire between them.");
  }
  out.say(t.near_tap + " says " + count(t.messages.size(), "line") + " to " + t.far_tap +
          " twice, once over TCP and once over UDP. The wire between them loses one packet with "
          "data of each: frame " +
          number(t.lost()->sent_frame) + " and frame " + number(u.lost()->sent_frame) + ".");
  out.pieces.push_back(
      drawn(messages_only(whole_ladder(from, t.kind, t.stream, registry), t), "TCP", "tcp-lines"));
  out.pieces.push_back(
      drawn(messages_only(whole_ladder(from, u.kind, u.stream, registry), u), "UDP", "udp-lines"));
  out.say(what_tcp_did(t));
  out.say(what_udp_did(u));
  out.say("What that cost, and what it bought, each packet counted where it was sent:");
  out.show(table(t, u));
  return out;
}

}  // namespace netpeel::tour
