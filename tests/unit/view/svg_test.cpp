#include "view/svg.hpp"

#include <cmath>
#include <string>

#include "support/catch.hpp"
#include "view/page.hpp"

using namespace netpeel;
using namespace std::string_literals;

namespace {

std::string marked(std::string_view text) {
  base::Text out;
  view::markup(out, text);
  return std::string(out.view());
}

// What somebody would put into a header to break out of the page; with characters that XML has no
// way to hold.
const std::string hostile =
    "</text></title><script>alert('1')</script>&lt;\" onload=\"x\0\x01\x1b[31m\x7f\x80\xff"
    "\xe2\x80\xae\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80]]>--><!--"s;

// Whether the bytes of `text` may stand in XML 1.0, and no tag of `hostile` came through.
bool harmless(std::string_view text) {
  for (char c : text) {
    if (u8(c) < 0x20 && c != '\n') return false;
    if (u8(c) == 0x7f) return false;
  }
  for (std::string_view bad : {"<script", "</title></", "onload=\"", "\xe2\x80\xae", "\xef\xbf\xbe",
                               "\xef\xbf\xbf", "\xed\xa0\x80", "\xff", "]]>", "<!--"}) {
    if (text.find(bad) != std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("text comes out of markup as text") {
  CHECK(marked("a < b && \"c\" > 'd'") == "a &lt; b &amp;&amp; &quot;c&quot; &gt; &#39;d&#39;");
  CHECK(marked("grüß 😀") == "grüß 😀");
  CHECK(marked("\x1b[0m\x00\x7f\xc3"s) == "\\x1b[0m\\x00\\x7f\\xc3");
  CHECK(marked("\xef\xbf\xbe \xef\xbf\xbf \xef\xbf\xbd") == "\\ufffe \\uffff \xef\xbf\xbd");
  // What was made visible before stays as it is.
  base::Text once;
  once.escaped("tab\there \\ \x01");
  CHECK(marked(once.view()) == once.view());
  CHECK(harmless(marked(hostile)));
  CHECK_FALSE(harmless(hostile));
  CHECK(view::characters("grüß 😀") == 6);
}

TEST_CASE("a drawing lets no text of others become markup") {
  base::Text out;
  view::Svg svg(out, {.width = 100,
                      .height = 50,
                      .title = hostile,
                      .about = hostile,
                      .role = view::SvgHead::Role::list});
  svg.open("row", hostile);
  svg.text({1, 2}, hostile, "mono", view::Anchor::end);
  svg.arrow({0, 0}, {10, 0}, "ink");
  svg.close();
  svg.finish();
  CHECK(harmless(out.view()));
  CHECK(out.view().find("<script") == std::string_view::npos);
  CHECK(out.view().find("aria-label=\"&lt;/text&gt;") != std::string_view::npos);
}

TEST_CASE("numbers have two decimals at most, and are numbers") {
  base::Text out;
  view::Svg svg(out, {.width = 640.5, .height = 1.0 / 3, .title = "t"});
  const std::size_t from = out.size();
  svg.line({-1.005, 2}, {std::nan(""), INFINITY}, "ink");
  CHECK(out.view().find("width=\"640.5\" height=\"0.33\" viewBox=\"0 0 640.5 0.33\"") !=
        std::string_view::npos);
  CHECK(out.view().substr(from) ==
        "<line class=\"line ink\" x1=\"-1\" y1=\"2\" x2=\"0\" y2=\"0\"/>\n");
}

TEST_CASE("an arrow's head ends where the arrow does") {
  base::Text out;
  view::Svg svg(out, {.width = 1, .height = 1, .title = "t"});
  const std::size_t from = out.size();
  svg.arrow({0, 0}, {100, 0}, "s1", 10);
  CHECK(out.view().substr(from) ==
        "<line class=\"line s1\" x1=\"0\" y1=\"0\" x2=\"100\" y2=\"0\"/>\n"
        "<path class=\"fill whole s1\" d=\"M100 0L90 4.5L90 -4.5Z\"/>\n");
}

TEST_CASE("a page lets no text of others become markup, and forbids scripts") {
  base::Text out;
  view::Page page(out, hostile, hostile);
  page.heading(2, hostile, "one");
  page.paragraph(hostile, "dim");
  page.preformatted("a <b>\n" + hostile);
  const std::string_view texts[]{hostile, "plain"};
  page.items(texts);
  page.begin_table(hostile, {"name", ">count"});
  page.row({hostile, "7"});
  page.end_table();
  page.begin_figure();
  page.end_figure(hostile);
  page.finish();
  CHECK(harmless(out.view()));
  CHECK(out.view().find("<pre>a &lt;b&gt;\n&lt;/text&gt;") != std::string_view::npos);
  CHECK(out.view().find("<td class=\"n\">7</td>") != std::string_view::npos);
  CHECK(out.view().find("default-src 'none'") != std::string_view::npos);
}
