#include <algorithm>

#include "contrast/show.hpp"
#include "contrast/words.hpp"
#include "view/page.hpp"
#include "view/svg.hpp"

namespace netpeel::contrast {
namespace {

std::string safe(std::string_view text) {
  base::Text out;
  out.escaped(text, 2000);
  return std::string(out.view());
}

// Two bars a row, each as long as its share of the longer one.
void bars(const Contrast& c, std::span<const char* const> ids, const char* title, const char* id,
          base::Text& out) {
  std::vector<const Row*> rows;
  for (const char* wanted : ids) {
    for (const Row& row : c.rows) {
      if (row.id == wanted && row.has_numbers) rows.push_back(&row);
    }
  }
  constexpr double left = 250, width = 800, bar = 14, gap = 14, longest = width - left - 130;
  const double height = 40 + double(rows.size()) * (2 * bar + gap);
  std::string about;
  for (const Row* row : rows) {
    about += row->title + ": " + c.ways[0].name + " " + row->values[0] + ", " + c.ways[1].name +
             " " + row->values[1] + ". ";
  }
  view::Svg svg(out, {.width = width, .height = height, .title = title, .about = about, .id = id});
  for (u32 i = 0; i < 2; ++i) {
    svg.rect({left + i * 200.0, 6}, bar, bar, i == 0 ? "s1 fill" : "s2 fill");
    svg.text({left + i * 200.0 + 20, 18}, c.ways[i].name);
  }
  double most = 1;
  for (const Row* row : rows) most = std::max({most, row->numbers[0], row->numbers[1]});
  double y = 34;
  for (const Row* row : rows) {
    std::string_view name = row->title;
    while (name.starts_with(' ')) name.remove_prefix(1);
    svg.text({left - 8, y + bar + 4}, name, "ink", view::Anchor::end);
    for (u32 i = 0; i < 2; ++i) {
      const double long_ = std::max(1.0, row->numbers[i] / most * longest);
      svg.rect({left, y}, long_, bar, i == 0 ? "s1 fill" : "s2 fill");
      svg.text({left + long_ + 6, y + bar - 3}, row->values[i], "ink small");
      y += bar;
    }
    y += gap;
  }
  svg.finish();
}

void words(view::Page& page, const Way& way) {
  constexpr std::size_t most = 60;
  page.paragraph(std::to_string(way.ladder.arrows.size()) + " arrows, in words:", "dim");
  std::vector<std::string> said;
  for (const view::Arrow& arrow : way.ladder.arrows) {
    if (said.size() == most) break;
    base::Text text;
    view::in_words(way.ladder, arrow, text);
    said.emplace_back(text.view());
  }
  std::vector<std::string_view> views(said.begin(), said.end());
  page.items(views, true);
}

void handshake(view::Page& page, const Contrast& c) {
  if (c.handshake.empty()) return;
  page.heading(2, "The handshake, field by field", "handshake");
  page.begin_table("Request and answer of both, aligned",
                   {"", "Field", c.ways[0].name, c.ways[1].name, "Why"});
  for (const Comparison& line : c.handshake) {
    if (line.part == "key") continue;
    page.row({line.values[0] == line.values[1] ? "=" : "≠", safe(line.part + ", " + line.field),
              safe(line.values[0]), safe(line.values[1]), line.why});
  }
  page.end_table();
  page.begin_table("From Sec-WebSocket-Key to Sec-WebSocket-Accept, on this capture",
                   {"Step", "Value", "Why"});
  for (const Comparison& line : c.handshake) {
    if (line.part == "key") page.row({line.field, safe(line.values[1]), line.why});
  }
  page.end_table();
}

}  // namespace

void show_html(const Contrast& c, base::Text& out) {
  view::Page page(out, c.title, c.about);
  for (const Way& way : c.ways) page.paragraph(way.name + ": " + way.where, "dim");
  page.heading(2, "What follows from it", "conclusions");
  std::vector<std::string> said;
  for (const Sentence& sentence : c.sentences) {
    const std::string frames = frames_text(c, sentence);
    said.push_back(safe(sentence.says) + (frames.empty() ? "." : " (" + frames + ")."));
  }
  page.items(std::vector<std::string_view>(said.begin(), said.end()));
  page.heading(2, "What it cost, and what it bought", "costs");
  page.begin_figure();
  static constexpr const char* sizes[]{"bytes",           "bytes_link",    "bytes_internet",
                                       "bytes_transport", "bytes_framing", "bytes_payload",
                                       "bytes_again"};
  bars(c, sizes, "Bytes on the wire, layer by layer", "bars-bytes", page.raw());
  page.end_figure("Bytes on the wire, layer by layer.");
  page.begin_figure();
  static constexpr const char* packets[]{"packets", "packets_before_data", "sent_again", "lost"};
  bars(c, packets, "Packets", "bars-packets", page.raw());
  page.end_figure("Packets.");
  const std::string first = ">" + c.ways[0].name, second = ">" + c.ways[1].name;
  page.begin_table("All numbers", {"", first, second});
  for (const Row& row : c.rows) page.row({row.title, row.values[0], row.values[1]});
  page.end_table();
  handshake(page, c);
  page.heading(2, "Packet by packet", "ladders");
  page.begin_columns();
  for (const Way& way : c.ways) {
    page.begin_column();
    page.heading(3, way.name);
    page.begin_figure();
    view::ladder_svg(way.ladder, page.raw());
    page.end_figure(way.ladder.about);
    page.end_column();
  }
  page.end_columns();
  for (const Way& way : c.ways) {
    page.heading(3, way.name + ", in words");
    words(page, way);
  }
  page.finish();
}

}  // namespace netpeel::contrast
