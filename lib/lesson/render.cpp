#include "lesson/render.hpp"

#include <cmark.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "view/style.hpp"
#include "view/value.hpp"

namespace netpeel::lesson {
namespace {

namespace style = view::style;

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

// How wide it is, escape sequences not counted.
u32 width(std::string_view text) {
  std::string bare;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else {
      bare += text[i];
    }
  }
  return view::columns(bare);
}

std::string fold(std::string_view text, u32 columns, std::string_view first, u32 indent) {
  std::string out(first);
  u32 used = width(first);
  bool begun = false;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(text.size(), blank + 1));
    if (word.empty()) continue;
    const u32 wide = width(word);
    if (begun && used + 1 + wide > columns) {
      out.append("\n").append(indent, ' ');
      used = indent;
    } else if (begun) {
      out += ' ';
      ++used;
    }
    out += word;
    used += wide;
    begun = true;
  }
  return out + "\n";
}

// A pair of marks around words that a line break inside the words may not part from their style.
struct Marks {
  std::string open{}, close{};
};

class Renderer {
 public:
  explicit Renderer(const Paper& paper) : paper_(paper) {}

  void blocks(cmark_node* parent, u32 indent, std::string& out) {
    if (depth_ == deepest) return;
    ++depth_;
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      if (!out.empty() && !out.ends_with("\n\n") && !tight_) out += '\n';
      block(node, indent, out);
    }
    --depth_;
  }

 private:
  void block(cmark_node* node, u32 indent, std::string& out) {
    const std::string left(indent, ' ');
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_HEADING:
        out += fold(bold(inline_text(node), paper_), paper_.columns, left, indent);
        break;
      case CMARK_NODE_CODE_BLOCK: code(cmark_node_get_literal(node), indent, out); break;
      case CMARK_NODE_LIST: list(node, indent, out); break;
      case CMARK_NODE_BLOCK_QUOTE: {
        const bool before = std::exchange(tight_, true);
        blocks(node, indent + 4, out);
        tight_ = before;
        break;
      }
      case CMARK_NODE_THEMATIC_BREAK:
        out += paper_.plain ? left + "\n" : left + std::string(20, '-') + "\n";
        break;
      case CMARK_NODE_HTML_BLOCK: break;  // comments of the author
      default: out += fold(inline_text(node), paper_.columns, left, indent); break;
    }
  }

  void code(std::string_view text, u32 indent, std::string& out) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      base::Text safe;
      safe.escaped(line);
      out.append(indent + 4, ' ').append(safe.view()).append("\n");
    }
  }

  void list(cmark_node* node, u32 indent, std::string& out) {
    const bool tight = cmark_node_get_list_tight(node) != 0;
    const bool numbers = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    int number = cmark_node_get_list_start(node);
    for (cmark_node* item = cmark_node_first_child(node); item != nullptr;
         item = cmark_node_next(item)) {
      const std::string mark = numbers ? std::to_string(number++) + ". " : "- ";
      std::string inside;
      const bool before = std::exchange(tight_, tight);
      blocks(item, indent + 2 + u32(mark.size()), inside);
      tight_ = before;
      // The mark goes where the first line has blanks.
      const std::size_t at = indent + 2;
      if (inside.size() >= at + mark.size()) inside.replace(at, mark.size(), mark);
      out += inside;
      if (!tight && cmark_node_next(item) != nullptr) out += '\n';
    }
  }

  std::string inline_text(cmark_node* parent) {
    std::string out;
    if (depth_ == deepest) return out;
    ++depth_;
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      const char* const literal = cmark_node_get_literal(node);
      base::Text safe;
      if (literal != nullptr) safe.escaped(literal);
      switch (cmark_node_get_type(node)) {
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK: out += ' '; break;
        case CMARK_NODE_CODE: out += marked(std::string(safe.view()), style::bold, "`"); break;
        case CMARK_NODE_STRONG: out += marked(inline_text(node), style::bold, "*"); break;
        case CMARK_NODE_EMPH: out += marked(inline_text(node), "", "_"); break;
        case CMARK_NODE_LINK: link(node, out); break;
        case CMARK_NODE_HTML_INLINE: break;
        default: out += safe.view(); break;
      }
    }
    --depth_;
    return out;
  }
  // Colour is put around each word, so that lines can be broken between them.
  std::string marked(std::string text, std::string_view how, const char* mark) const {
    if (!paper_.plain) text = mark + text + mark;
    if (!paper_.color || how.empty()) return text;
    std::string out(how);
    for (const char c : text) {
      if (c == ' ') {
        out.append(style::plain).append(" ").append(how);
      } else {
        out += c;
      }
    }
    return out.append(style::plain);
  }
  void link(cmark_node* node, std::string& out) {
    const std::string text = inline_text(node);
    base::Text url;
    url.escaped(cmark_node_get_url(node));
    out += text;
    if (text != url.view()) out.append(" (").append(url.view()).append(")");
  }

  // What is nested deeper is not shown: nobody writes so, and the stack has an end.
  static constexpr u32 deepest = 40;

  const Paper& paper_;
  u32 depth_ = 0;
  bool tight_ = false;
};

}  // namespace

std::string render(std::string_view markdown, const Paper& paper) {
  const std::unique_ptr<cmark_node, FreeNode> document(
      cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT));
  std::string out;
  Renderer(paper).blocks(document.get(), 0, out);
  return out;
}

std::string wrapped(std::string_view text, const Paper& paper, std::string_view first, u32 indent) {
  return fold(text, paper.columns, first, indent);
}

std::string ruled(std::string_view title, std::string_view right, const Paper& paper) {
  if (paper.plain) {
    return std::string(title) + (right.empty() ? "" : ". " + std::string(right)) + ".\n";
  }
  const u32 used = width(title) + width(right);
  std::string out = bold(title, paper);
  out.append(used + 2 < paper.columns ? paper.columns - used : 2, ' ').append(right).append("\n");
  return out.append(paper.columns, '-').append("\n");
}

std::string bold(std::string_view text, const Paper& paper) {
  if (!paper.color) return std::string(text);
  return std::string(style::bold) + std::string(text) + std::string(style::plain);
}

}  // namespace netpeel::lesson
