#include "view/flow_words.hpp"

#include "view/table.hpp"

namespace netpeel::view {

using base::Text;
using flow::Conduct;
using flow::Connection;
using flow::Level;

namespace seen = flow::completeness;

void address(Level level, const flow::Key& key, bool low, Text& out) {
  const u64* words = low ? key.low : key.high;
  if (level == Level::eth) {
    u8 mac[6];
    for (u32 i = 0; i < 6; ++i) mac[i] = u8(words[0] >> (40 - i * 8));
    out.mac(mac);
    return;
  }
  const flow::End end = key.end(low);
  end.v6 ? out.ipv6(end.address) : out.ipv4(end.address);
}

void end(Level level, const flow::Key& key, bool low, Text& out) {
  const bool port = level == Level::tcp || level == Level::udp;
  if (port && key.v6()) out.add('[');
  address(level, key, low, out);
  if (port && key.v6()) out.add(']');
  if (port) out.add(':').dec(low ? key.low_port() : key.high_port());
}

void ends(Level level, const flow::Talk& talk, Text& out) {
  end(level, talk.key, talk.a_is_low, out);
  out.add(" → ");
  end(level, talk.key, !talk.a_is_low, out);
}

std::string_view level_title(Level level) {
  constexpr std::string_view titles[]{"Ethernet", "IPv4", "IPv6", "TCP", "UDP"};
  return titles[u8(level)];
}

namespace {

void beginning(const Connection& c, Text& out) {
  if ((c.completeness & seen::syn) == 0) {
    out.add((c.completeness & seen::syn_ack) != 0 ? "the SYN was not captured, "
                                                  : "began before the capture, ");
  } else if ((c.completeness & seen::syn_ack) == 0 &&
             (c.completeness & (seen::ack | seen::data)) != 0) {
    out.add("the SYN ACK was not captured, ");
  }
}

void ending(const Connection& c, Text& out) {
  if (c.a.broke_off || c.b.broke_off) {
    out.add("broken off by ");
    out.add(c.a.broke_off && c.b.broke_off ? "both" : c.a.broke_off ? "the client" : "the server");
  } else if (c.a.finished && c.b.finished) {
    out.add("closed by both, the ").add(c.a_finished_first ? "client" : "server").add(" first");
  } else if (c.a.finished || c.b.finished) {
    out.add("closed by the ").add(c.a.finished ? "client" : "server").add(" only");
  } else {
    out.add("still open at the end");
  }
}

}  // namespace

void outcome(const Connection& c, Text& out) {
  // A refusal's RST carries an ACK, which is no sign that anything was opened.
  const u32 opens = seen::syn_ack | seen::data | (c.b.broke_off ? 0 : seen::ack);
  if ((c.completeness & seen::syn) != 0 && (c.completeness & opens) == 0) {
    out.add(c.b.broke_off   ? "refused by the server"
            : c.a.broke_off ? "given up by the client"
                            : "no answer to the SYN");
    return;
  }
  beginning(c, out);
  ending(c, out);
}

namespace {

// One sentence a line; each is wrapped.
class Sentences {
 public:
  Sentences(u32 indent, u32 width, Text& out) : indent_(indent), width_(width), out_(out) {}
  Text& next() {
    finish();
    return text_;
  }
  void finish() {
    if (text_.empty()) return;
    out_.fill(' ', indent_);
    wrapped(text_.view(), indent_, width_, out_);
    out_.add('\n');
    text_.clear();
  }

 private:
  u32 indent_, width_;
  Text& out_;
  Text text_;
};

void packets(const flow::Traffic& t, Text& out) {
  readable_bytes(t.bytes, out);
  out.add(" in ").dec(t.packets).add(t.packets == 1 ? " packet" : " packets");
}

void acks(std::string_view who, const flow::Spread& spread, Text& out) {
  out.add("The ").add(who).add("'s ACKs were seen ");
  readable_time(spread.median(), out);
  out.add(" after what they acknowledge");
  if (spread.count() > 1) {
    out.add(" (the median of ").dec(spread.count()).add("; from ");
    readable_time(spread.least(), out);
    out.add(" to ");
    readable_time(spread.greatest(), out);
    out.add(")");
  }
  out.add('.');
}

void again(std::string_view who, const Conduct& c, Text& out) {
  out.add("The ").add(who).add(" sent ").dec(c.again).add(c.again == 1 ? " segment" : " segments");
  out.add(" again: it took them for lost.");
}

}  // namespace

void story(const flow::Talk& talk, const Connection& c, u32 indent, u32 width, Text& out) {
  Sentences say(indent, width, out);
  if (c.handshake != 0) {
    Text& text = say.next().add("The handshake took ");
    readable_time(c.handshake, text);
    text.add(": about one round trip.");
  }
  Text& sent = say.next().add("The client sent ");
  packets(talk.from_a, sent);
  sent.add(", the server ");
  packets(talk.from_b, sent);
  sent.add(", within ");
  readable_time(talk.duration(), sent);
  sent.add('.');
  if (c.b.acks.count() > 0) acks("server", c.b.acks, say.next());
  if (c.a.acks.count() > 0) acks("client", c.a.acks, say.next());
  if (c.a.again > 0) again("client", c.a, say.next());
  if (c.b.again > 0) again("server", c.b, say.next());
  if (c.a.again + c.b.again == 0) say.next().add("Nothing was sent again.");
  const auto count = [&](u32 n, std::string_view one, std::string_view many,
                         std::string_view means) {
    if (n > 0) say.next().dec(n).add(n == 1 ? one : many).add(means);
  };
  count(c.a.duplicate_acks + c.b.duplicate_acks, " ACK was a repeat", " ACKs were repeats",
        ": bytes had come that were not the next ones.");
  count(c.a.out_of_order + c.b.out_of_order, " segment came", " segments came", " out of order.");
  count(c.a.missing + c.b.missing, " time bytes were", " times bytes were",
        " missing before a segment: lost on the way, or not captured.");
  count(c.a.zero_windows + c.b.zero_windows, " time a side had", " times a side had",
        " no room for more (window 0).");
  Text how;
  outcome(c, how);
  say.next().add("In short: ").add(how.view()).add('.');
  say.finish();
}

}  // namespace netpeel::view
