#include "flow/play.hpp"
#include "flow/trace.hpp"
#include "tour/keep.hpp"
#include "tour/words.hpp"
#include "view/diagram.hpp"
#include "view/hexdump.hpp"
#include "view/page.hpp"
#include "view/tcp_plots.hpp"

namespace netpeel::tour {
namespace {

class Watch final : public flow::Listener {
 public:
  Watch(u32 stream, u16 tap) : trace(stream), tap_(tap) {}
  // One tap alone: at two, each segment would be there twice.
  void packet(const flow::Conversation& c, Side side, const field::Packet& packet) override {
    if (packet.frame.interface == tap_) trace.packet(c, side, packet);
  }
  flow::Trace trace;

 private:
  u16 tap_;
};

void plots(const Source& from, u32 stream, const field::Registry& registry, base::Text& out) {
  const Talk* talk = from.seen.talk(Kind::tcp, stream);
  Watch watch(stream, talk->home);
  const auto source = capture::open_file(from.path);
  flow::play(*source, registry, &watch,
             [&](const field::Packet& packet, std::size_t) { watch.trace.count(packet); });
  view::tcp_plots(watch.trace, out);
}

// A frame by a printer that knows how to draw it.
std::string printed(const Source& from, u64 frame, view::Printer& printer,
                    const field::Registry& registry) {
  base::Text out;
  const auto source = capture::open_file(from.path);
  flow::play(*source, registry, nullptr, [&](const field::Packet& packet, std::size_t) {
    if (packet.frame.number != frame) return;
    printer.begin(out);
    printer.packet(packet, out);
  });
  return std::string(out.view());
}

void chapter(const Chapter& chapter, view::Page& page) {
  page.heading(2, chapter.title, chapter.id);
  for (const Piece& piece : chapter.pieces) {
    switch (piece.kind) {
      case Piece::Kind::prose: page.paragraph(piece.text); break;
      case Piece::Kind::block: page.preformatted(piece.text); break;
      case Piece::Kind::ladder:
        page.begin_figure();
        view::ladder_svg(*piece.ladder, page.raw());
        page.end_figure("Time goes down, not to scale.");
        break;
    }
  }
}

void headers(const Book& book, const field::Registry& registry, view::Page& page) {
  page.heading(3, "Its headers, bit by bit");
  view::Diagram diagram({.registry = registry});
  page.preformatted(printed(*book.live, book.peel->frame, diagram, registry));
  page.heading(3, "Which byte belongs to which field");
  view::HexDump dump({.registry = registry});
  page.preformatted(printed(*book.live, book.peel->frame, dump, registry));
}

void crossings(const Book& book, const field::Registry& registry, view::Page& page) {
  for (const Crossing* c : {&book.lost->tcp, &book.lost->udp}) {
    const bool tcp = c->kind == Kind::tcp;
    page.heading(3, tcp ? "Every packet of the TCP conversation" : "Every packet of the UDP one");
    view::Ladder ladder = whole_ladder(*book.wire, c->kind, c->stream, registry);
    ladder.title = tcp ? "TCP" : "UDP";
    ladder.id = tcp ? "tcp-packets" : "udp-packets";
    page.begin_figure();
    view::ladder_svg(ladder, page.raw());
    page.end_figure("Time goes down, not to scale; pauses are written.");
  }
  page.heading(3, "The TCP conversation over time");
  page.begin_figure();
  plots(*book.wire, book.lost->tcp.stream, registry, page.raw());
  page.end_figure("As seen at " + book.lost->tcp.near_tap + ".");
}

}  // namespace

void report(const Book& book, const field::Registry& registry, base::Text& out) {
  view::Page page(out, "A tour with netpeel", book.about);
  page.paragraph(book.badge, "dim");
  for (const Chapter& c : book.chapters) page.link(c.title, c.id);
  for (const Chapter& c : book.chapters) {
    chapter(c, page);
    if (c.id == "peel") headers(book, registry, page);
    if (c.id == "lost") crossings(book, registry, page);
  }
  page.finish();
}

}  // namespace netpeel::tour
