#include "tour/story.hpp"

#include "tour/words.hpp"

namespace netpeel::tour {

std::string shown(std::string_view text, std::size_t most) {
  base::Text out;
  out.escaped(text, most);
  return std::string(out.view());
}

std::string in_time(i64 nanoseconds) {
  base::Text out;
  view::readable_time(nanoseconds, out);
  return std::string(out.view());
}

std::string count(u64 number, std::string_view what) {
  base::Text out;
  view::grouped(number, out);
  out.add(' ').add(what).add(number == 1 ? "" : "s");
  return std::string(out.view());
}

std::string number(u64 n) { return std::to_string(n); }

std::string hex(std::string_view bytes, char between) {
  base::Text out;
  out.hex_bytes(base::as_bytes(bytes), between);
  return std::string(out.view());
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = view::characters(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

std::string fitted(std::string_view text, std::size_t width) {
  std::string out = shown(text);
  if (view::characters(out) <= width) return out;
  while (view::characters(out) >= width) {
    do {
      out.pop_back();
    } while (!out.empty() && (u8(out.back()) & 0xc0) == 0x80);
  }
  return out + "…";
}

std::vector<Remark> remarks(const std::optional<Peel>& peel, const std::optional<Lost>& lost,
                            const std::optional<Web>& web) {
  std::vector<Remark> out;
  if (peel) {
    out.push_back({peel->frame, "the event \"" + shown(peel->event) +
                                    "\", peeled from Socket.IO down to the bytes of this frame"});
  }
  if (lost) {
    for (const Crossing* c : {&lost->tcp, &lost->udp}) {
      for (const Message& m : c->messages) {
        if (!m.lost_once()) continue;
        const std::string what = "\"" + shown(said_line(m.text)) + "\"";
        out.push_back({m.sent_frame, what + " leaves " + c->near_tap +
                                         " and is lost: nothing arrives at " + c->far_tap});
        if (m.again_frame != 0)
          out.push_back({m.again_frame, what + " is sent again " + in_time(m.again - m.sent) +
                                            " after the first time"});
      }
      if (const Message* held = c->held_longest()) {
        out.push_back({held->arrived_frame,
                       "\"" + shown(said_line(held->text)) + "\" is here, and waits " +
                           in_time(held->usable - held->arrived) + " for what was lost before it"});
      }
    }
  }
  if (web) {
    out.push_back({web->request.frame, "an HTTP request"});
    out.push_back({web->answer.frame, "its answer; the server has no more to say"});
    out.push_back({web->upgrade.frame, "the same kind of request, and a wish: Upgrade: websocket"});
    out.push_back({web->switching.frame,
                   "101: from here on, both may speak when they want; the accept value is made "
                   "from the key in frame " +
                       number(web->upgrade.frame)});
    for (const Pushed& p : web->pushed)
      out.push_back({p.frame, "the server speaks, and nobody asked"});
  }
  return out;
}

}  // namespace netpeel::tour
