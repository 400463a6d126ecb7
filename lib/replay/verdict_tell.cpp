#include <algorithm>

#include "base/json.hpp"
#include "replay/verdict.hpp"
#include "view/said.hpp"

namespace netpeel::replay {
namespace {

constexpr std::size_t json_longest = 10'000;

// So many bytes at most, and no character cut in two.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (text[most] & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}
void add_cut(std::string_view text, std::size_t most, base::Text& out) {
  const std::string_view part = cut(text, most);
  out.escaped(part);
  if (part.size() < text.size()) out.add("…");
}

// Of two texts that differ, so much that the place is seen.
std::string_view around(std::string_view text, std::string_view other, std::size_t most,
                        bool& cut_before) {
  std::size_t same = 0;
  while (same < text.size() && same < other.size() && text[same] == other[same]) ++same;
  constexpr std::size_t before = 16;
  std::size_t from = same > before && text.size() > most ? same - before : 0;
  while (from < text.size() && (text[from] & 0xc0) == 0x80) ++from;
  cut_before = from > 0;
  return cut(text.substr(std::min(from, text.size())), most);
}

void shown(std::string_view text, std::string_view other, bool there, std::size_t most,
           base::Text& out) {
  if (!there) return void(out.add("(nothing)"));
  if (text.empty()) return void(out.add("(empty)"));
  bool begun = false;
  const std::string_view part = around(text, other, most, begun);
  if (begun) out.add("…");
  out.escaped(part);
  if (part.data() + part.size() < text.data() + text.size()) out.add("…");
}

void difference(const Difference& d, u32 width, base::Text& out) {
  const std::size_t most = std::max<u32>(width, 60) - 30;
  out.add("              ").escaped(cut(d.value, 60)).add(": recorded ");
  shown(d.recorded, d.live, d.in_recorded, most, out);
  out.add("\n              ").fill(' ', d.value.size() + 2).add("now      ");
  shown(d.live, d.recorded, d.in_live, most, out);
  out.add('\n');
}

// Which of several conversations: its first stream, as --stream names it.
void label(const Recorded& r, base::Text& out) {
  base::Text number;
  number.add('#').dec(r.streams[0]);
  out.add(number.view()).fill(' ', number.size() < 4 ? 4 - number.size() : 1);
}

void head(const Told& told, base::Text& out) {
  for (const Recorded& r : told.recorded) {
    if (told.recorded.size() > 1) label(r, out);
    view::add_end(out, r.conversation.client);
    out.add(" to ");
    view::add_end(out, r.conversation.server);
    out.add(", ").add(level_name(r.level));
    if (r.level >= Level::engineio) {
      out.add(!r.polling ? " over WebSocket" : " over polling");
      if (r.polling && r.websocket) out.add(", then WebSocket");
    }
    out.add(", again with ").escaped(told.target).add('\n');
  }
  out.add('\n');
}

void row(const Told& told, const Finding& f, u32 width, base::Text& out) {
  base::Text line;
  if (told.recorded.size() > 1) label(told.recorded[f.actor], line);
  base::Text frame;
  if (f.frame > 0) frame.dec(f.frame);
  if (f.frame == 0) frame.add('-');
  line.fill(' ', frame.size() < 6 ? 6 - frame.size() : 0).add(frame.view());
  line.add(f.side == Side::client ? "  >  " : "  <  ");
  const std::string_view verdict = verdict_name(f.verdict);
  line.add(verdict).fill(' ', 11 - verdict.size());
  out.add(line.view());
  add_cut(f.title, std::max<u32>(width, 60) - u32(line.size()) - 1, out);
  out.add('\n');
  for (const Difference& d : f.differences) difference(d, width, out);
}

// What varied, each once.
void varied(const Told& told, base::Text& out) {
  std::vector<std::string> all;
  for (const Finding& f : told.contrast.findings) {
    for (const std::string& v : f.varies) {
      if (std::find(all.begin(), all.end(), v) == all.end()) all.push_back(v);
    }
  }
  if (all.empty()) return;
  out.add("Never the same twice, and not counted: ");
  for (std::size_t i = 0; i < all.size(); ++i) out.add(i > 0 ? "; " : "").escaped(cut(all[i], 100));
  out.add(".\n");
}

void member(base::Json& j, std::string_view name, std::string_view text) {
  j.member(name, cut(text, json_longest));
}

}  // namespace

void tell(const Told& told, u32 width, base::Text& out) {
  head(told, out);
  out.add(told.recorded.size() > 1 ? "    " : "");
  out.add(" frame     verdict    what the client (>) and the server (<) say\n");
  for (const Finding& f : told.contrast.findings) row(told, f, width, out);
  out.add('\n');
  const Contrast& c = told.contrast;
  out.dec(c.same).add(" same, ").dec(c.different).add(" different, ").dec(c.missing);
  out.add(" missing, ").dec(c.added).add(" new");
  if (c.not_sent > 0) out.add("; ").dec(c.not_sent).add(" not sent");
  out.add(".\n");
  varied(told, out);
  for (const Rerun::Actor& actor : told.live.actors) {
    if (!actor.trouble.empty()) out.add("Trouble: ").escaped(cut(actor.trouble, 300)).add(".\n");
  }
}

void tell_json(const Told& told, base::Text& out) {
  base::Json j(out);
  const Contrast& c = told.contrast;
  j.open('{').member("target", told.target).key("equal").boolean(c.equal());
  j.member("same", c.same).member("different", c.different).member("missing", c.missing);
  j.member("new", c.added).member("not_sent", c.not_sent);
  j.key("conversations").open('[');
  for (std::size_t i = 0; i < told.recorded.size(); ++i) {
    const Recorded& r = told.recorded[i];
    j.open('{').member("protocol", level_name(r.level));
    j.key("streams").open('[');
    for (const u32 s : r.streams) j.number(s);
    j.close(']');
    if (r.level >= Level::engineio) {
      j.key("transports").open('[');
      if (r.polling) j.text("polling");
      if (r.websocket) j.text("websocket");
      j.close(']');
    }
    if (!told.live.actors[i].trouble.empty()) j.member("trouble", told.live.actors[i].trouble);
    j.close('}');
  }
  j.close(']').key("messages").open('[');
  for (const Finding& f : c.findings) {
    j.open('{').member("conversation", u64(f.actor));
    if (f.frame > 0) j.member("frame", f.frame);
    j.member("side", view::side_name(f.side)).member("verdict", verdict_name(f.verdict));
    member(j, "what", f.title);
    if (!f.differences.empty()) {
      j.key("differences").open('[');
      for (const Difference& d : f.differences) {
        j.open('{').member("value", d.value);
        if (d.in_recorded) member(j, "recorded", d.recorded);
        if (d.in_live) member(j, "live", d.live);
        j.close('}');
      }
      j.close(']');
    }
    if (!f.varies.empty()) {
      j.key("varies").open('[');
      for (const std::string& v : f.varies) j.text(v);
      j.close(']');
    }
    j.close('}');
  }
  j.close(']').close('}');
  out.add('\n');
}

}  // namespace netpeel::replay
