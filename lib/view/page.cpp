#include "view/page.hpp"

#include "view/svg.hpp"

namespace netpeel::view {

namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:75rem;margin:0 auto;padding:1rem}
h1{font-size:1.7rem;line-height:1.2}
h2{font-size:1.3rem;margin-top:2rem;border-bottom:1px solid #ccc}
a{color:#0b62a8}
.dim,figcaption,caption{color:#555}
.alarm{color:#b00020;font-weight:bold}
figure{margin:1rem 0}
figure,.wide{overflow-x:auto}
svg{max-width:100%;height:auto}
pre{font:13px/1.35 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-x:auto;padding:.6rem;border:1px solid #ccc}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.2rem .7rem;border-bottom:1px solid #ddd}
td.n,th.n{text-align:right}
.columns{display:flex;flex-wrap:wrap;gap:1.5rem}
.columns>div{flex:1 1 26rem;min-width:0}
@media screen and (prefers-color-scheme:dark){
body{color:#eee;background:#16181b}
a{color:#6cb6ff}
.dim,figcaption,caption{color:#aaa}
.alarm{color:#ff7b86}
h2,pre{border-color:#555}
th,td{border-color:#34383d}
}
@media print{
body{max-width:none;padding:0;font-size:11pt}
pre{white-space:pre-wrap;font-size:8pt}
figure,tr,pre{break-inside:avoid}
figure.long{break-inside:auto}
h2,h3{break-after:avoid}
}
)";

}  // namespace

Page::Page(base::Text& out, std::string_view title, std::string_view about) : out_(out) {
  out.add("<!DOCTYPE html>\n<html lang=\"en\" "
          "xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
          "'unsafe-inline'\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
  element("title", title);
  out.add("<style>").add(style).add("</style>\n</head>\n<body>\n<main>\n");
  element("h1", title);
  if (!about.empty()) paragraph(about);
}

void Page::finish() { out_.add("</main>\n</body>\n</html>\n"); }

void Page::element(std::string_view name, std::string_view text, std::string_view classes) {
  out_.add('<').add(name);
  if (!classes.empty()) out_.add(" class=\"").add(classes).add('"');
  out_.add('>');
  markup(out_, text);
  out_.add("</").add(name).add(">\n");
}

void Page::heading(u32 level, std::string_view text, std::string_view id) {
  out_.add("<h").dec(level);
  if (!id.empty()) out_.add(" id=\"").add(id).add('"');
  out_.add('>');
  markup(out_, text);
  out_.add("</h").dec(level).add(">\n");
}

void Page::paragraph(std::string_view text, std::string_view classes) {
  element("p", text, classes);
}

void Page::preformatted(std::string_view text) {
  out_.add("<pre>");
  while (!text.empty()) {
    const std::size_t n = std::min(text.find('\n'), text.size());
    markup(out_, text.substr(0, n));
    if (n == text.size()) break;
    out_.add('\n');
    text.remove_prefix(n + 1);
  }
  out_.add("</pre>\n");
}

void Page::items(std::span<const std::string_view> texts, bool numbered) {
  out_.add(numbered ? "<ol>\n" : "<ul>\n");
  for (std::string_view text : texts) element("li", text);
  out_.add(numbered ? "</ol>\n" : "</ul>\n");
}

void Page::link(std::string_view text, std::string_view to_id) {
  out_.add("<p><a href=\"#").add(to_id).add("\">");
  markup(out_, text);
  out_.add("</a></p>\n");
}

void Page::begin_figure() { out_.add("<figure>\n"); }

void Page::end_figure(std::string_view caption) {
  element("figcaption", caption);
  out_.add("</figure>\n");
}

void Page::begin_table(std::string_view caption, std::initializer_list<std::string_view> headings) {
  out_.add("<div class=\"wide\"><table>\n");
  element("caption", caption);
  out_.add("<thead><tr>");
  numbers_ = 0;
  u32 column = 0;
  for (std::string_view heading : headings) {
    const bool number = heading.starts_with('>');
    if (number) numbers_ |= u64(1) << (column % 64), heading.remove_prefix(1);
    ++column;
    out_.add(number ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
    markup(out_, heading);
    out_.add("</th>");
  }
  out_.add("</tr></thead>\n<tbody>\n");
}

void Page::row(std::span<const std::string_view> cells, std::string_view classes) {
  out_.add("<tr");
  if (!classes.empty()) out_.add(" class=\"").add(classes).add('"');
  out_.add('>');
  u32 column = 0;
  for (std::string_view cell : cells) {
    out_.add((numbers_ >> (column++ % 64) & 1) != 0 ? "<td class=\"n\">" : "<td>");
    markup(out_, cell);
    out_.add("</td>");
  }
  out_.add("</tr>\n");
}

void Page::end_table() { out_.add("</tbody></table></div>\n"); }

void Page::begin_columns() { out_.add("<div class=\"columns\">\n"); }
void Page::begin_column() { out_.add("<div>\n"); }
void Page::end_column() { out_.add("</div>\n"); }
void Page::end_columns() { out_.add("</div>\n"); }

}  // namespace netpeel::view
