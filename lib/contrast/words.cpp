#include "contrast/words.hpp"

#include <algorithm>

#include "view/table.hpp"

namespace netpeel::contrast {
namespace {

constexpr std::size_t most_frames = 8;

class Speaker {
 public:
  Speaker(Contrast& contrast, const Heads heads[2]) : c_(contrast), heads_(heads) {}

  void say() {
    for (int i = 0; i < 2; ++i) {
      beginning(i);
      cut_beginning(i);
    }
    for (int i = 0; i < 2; ++i) fates(i);
    for (int i = 0; i < 2; ++i) again(i);
    for (int i = 0; i < 2; ++i) held(i);
    if (c_.id == "tcp-udp" || c_.id == "files") {
      for (int i = 0; i < 2; ++i) whole(i);
      for (int i = 0; i < 2; ++i) order(i);
    }
    for (int i = 0; i < 2; ++i) slowest(i);
    for (int i = 0; i < 2; ++i) idle(i);
    for (int i = 0; i < 2; ++i) share(i);
    totals();
    if (c_.id == "http-ws") handshake();
  }

 private:
  const Measure& m(int way) const { return c_.ways[way].measure; }
  const std::string& name(int way) const { return c_.ways[way].name; }
  void add(const char* id, int way, std::string says, std::vector<u64> frames,
           bool steady = false) {
    Sentence out{.id = id, .says = std::move(says), .way = way, .steady = steady};
    out.frames[way < 0 ? 0 : way] = std::move(frames);
    c_.sentences.push_back(std::move(out));
  }

  void beginning(int way) {
    const Measure& x = m(way);
    if (x.first_data_frame == 0) {
      return add("beginning", way, name(way) + ": no data was sent at all", {x.first_frame}, true);
    }
    if (x.packets_before == 0) {
      return add("beginning", way,
                 name(way) + ": the first packet carried data; nobody was asked before",
                 {x.first_data_frame}, true);
    }
    add("beginning", way,
        name(way) + ": " + plural(x.packets_before, "packet") + " and " +
            plural(x.bytes_before, "byte") + " went before the first byte of data",
        {x.first_frame, x.first_data_frame}, true);
  }
  void cut_beginning(int way) {
    if (!m(way).mid_stream) return;
    add("mid_stream", way,
        name(way) + ": this capture begins in the middle of a connection; what went before its "
                    "first packet is not counted",
        {m(way).mid_stream_frame}, true);
  }

  // Of a TCP segment that was lost: with which frame its bytes came after all.
  u64 mended_by(const Measure& x, u64 lost) const {
    for (const std::vector<Said>& all : x.said) {
      for (const Said& one : all) {
        if (one.frame != lost) continue;
        for (const Handed& h : x.handed) {
          if (h.side == one.side && h.at <= one.at && one.at < h.at + h.size) return h.frame;
        }
      }
    }
    return 0;
  }
  void fates(int way) {
    const Measure& x = m(way);
    std::size_t told = 0;
    for (const Fate& fate : x.fates) {
      if (++told > 4) break;
      std::vector<u64> frames;
      for (const u64 f : {fate.sent, fate.arrived}) {
        if (f != 0) frames.push_back(f);
      }
      std::string says = name(way) + ": ";
      switch (fate.kind) {
        case Fate::Kind::lost: {
          says += fate.data ? "a packet with data left and never arrived"
                            : "a packet without data left and never arrived";
          const u64 later = fate.data && x.conversations[0] > 0 ? mended_by(x, fate.sent) : 0;
          if (later != 0) {
            says += "; its bytes were sent again and came with a later one";
            frames.push_back(later);
          } else if (fate.data) {
            says += ", and nobody sent it again";
          }
          break;
        }
        case Fate::Kind::late: says += "a packet came late, overtaken or delayed"; break;
        case Fate::Kind::doubled: says += "a packet came twice"; break;
        case Fate::Kind::bent: {
          says += "a packet came with other bytes than it left with";
          const u64 later = x.conversations[0] > 0 ? mended_by(x, fate.sent) : 0;
          if (fate.refused) says += "; its checksum tells, and whoever got it threw it away";
          if (!fate.refused) says += ", and its checksum does not tell";
          if (fate.refused && later != 0) {
            says += "; the same bytes came again";
            frames.push_back(later);
          }
          break;
        }
      }
      add(std::string(fate_name(fate.kind)) == "lost" ? "lost"
          : fate.kind == Fate::Kind::late             ? "late"
          : fate.kind == Fate::Kind::doubled          ? "doubled"
                                                      : "bent",
          way, says, std::move(frames), fate.kind != Fate::Kind::late);
    }
  }
  void again(int way) {
    const Measure& x = m(way);
    if (x.again.empty()) return;
    std::vector<u64> frames(x.again.begin(),
                            x.again.begin() + long(std::min(x.again.size(), most_frames)));
    add("again", way,
        name(way) + ": " + plural(x.again.size(), "packet") + " went a second time, " +
            plural(x.shares.again, "byte") + " of data in them",
        std::move(frames));
  }
  void held(int way) {
    const Handed* h = m(way).longest_held();
    if (h == nullptr) {
      if (m(way).conversations[1] > 0 && !m(way).handed.empty())
        add("held", way, name(way) + ": nothing waited; each datagram was handed on as it came", {},
            true);
      return;
    }
    add("held", way,
        name(way) + ": " + plural(h->size, "byte") + " had arrived and waited " +
            time_text(double(h->held)) +
            " for what was missing before them (head-of-line blocking), until that came",
        {h->frame, h->released});
  }
  void whole(int way) {
    const Measure& x = m(way);
    if (x.sent_bytes[0] == 0) return;
    const bool same = !x.sent_hash[0].empty() && x.sent_hash[0] == x.got_hash[0];
    std::vector<u64> frames;
    if (!x.said[0].empty()) frames = {x.said[0].front().frame, x.said[0].back().frame};
    std::string says = name(way) + ": ";
    if (!x.taps) {
      says += "the client sent " + plural(x.sent_bytes[0], "byte");
    } else if (same) {
      says += "all " + plural(x.sent_bytes[0], "byte") +
              " that the client sent were handed on at the other end, equal and in order";
    } else if (x.sent_bytes[0] == x.got_bytes[0]) {
      says += "as many bytes were handed on as were sent, " + grouped(x.sent_bytes[0]) +
              ", but they are not equal: changed, or in another order";
    } else if (x.sent_bytes[0] < x.got_bytes[0]) {
      says += grouped(x.got_bytes[0]) + " bytes were handed on, although the client sent " +
              grouped(x.sent_bytes[0]) + ": something was handed on twice";
    } else {
      says += grouped(x.got_bytes[0]) + " bytes were handed on of " + grouped(x.sent_bytes[0]) +
              " that the client sent";
    }
    add("whole", way, says, std::move(frames), true);
  }
  void order(int way) {
    u32 last = 0;
    for (const Handed& h : m(way).handed) {
      if (h.side != Side::client || h.first == 0) continue;
      if (h.first < last) {
        return add("order", way,
                   name(way) + ": number " + std::to_string(h.first) +
                       " was handed on after number " + std::to_string(last),
                   {h.released}, true);
      }
      last = std::max(last, h.last);
    }
  }

  void slowest(int way) {
    const Measure& x = m(way);
    const Event* worst = nullptr;
    for (const Event& e : x.events) {
      if (e.complete() && (worst == nullptr || e.delay() > worst->delay())) worst = &e;
    }
    if (worst == nullptr) return;
    const auto delays = x.delays();
    std::vector<u64> frames;
    if (worst->sent_frame != 0) frames.push_back(worst->sent_frame);
    frames.push_back(worst->got_frame);
    add("delay", way,
        name(way) + ": " + plural(delays.size(), "event") + ", half of them known within " +
            time_text(double(quantile(delays, 0.5))) + ", the slowest (number " +
            std::to_string(worst->number) + ") after " + time_text(double(worst->delay())),
        std::move(frames));
  }
  void idle(int way) {
    const Measure& x = m(way);
    if (x.events.empty() || c_.id == "tcp-udp" || c_.id == "files" || c_.id == "http-ws") return;
    const Idle& idle = x.idle;
    std::string says = name(way) + ": ";
    const std::string every = time_text(double(idle.every));
    switch (idle.kind) {
      case Idle::Kind::quiet:
        says += "no heartbeat was announced; what one slower than the " +
                time_text(double(x.duration())) + " of this capture costs would not show here";
        return add("idle", way, says, {});
      case Idle::Kind::unsaid:
        says += "every question got news, and nothing says how long one may wait: what waiting "
                "costs cannot be reckoned from this capture";
        return add("idle", way, says, {});
      case Idle::Kind::asks:
        says += plural(idle.seen, "question") + " got no news; it asks each " + every + " and " +
                plural(idle.bytes, "byte") + " go each time (medians)";
        break;
      case Idle::Kind::waits:
        says += "a question may wait " + every + ", said the server (Preference-Applied: wait); " +
                plural(idle.bytes, "byte") + " go from one to the next (median here)";
        break;
      case Idle::Kind::beats:
        says += "the server announced a ping each " + every + " (pingInterval), " +
                (idle.seen == 0 ? std::string("none was due yet")
                                : std::to_string(idle.seen) + " came") +
                "; ";
        if (idle.ping > 0) {
          says += "ping, pong and an acknowledgment take " + grouped(idle.ping) + " + " +
                  grouped(idle.pong) + " + " + grouped(idle.acknowledgment) + " bytes";
        } else {
          says += "an exchange brings the ping and one the pong, together " +
                  plural(idle.bytes, "byte") + " like those here (median)";
        }
        break;
    }
    add("idle", way,
        says + ": reckoned, " + grouped(idle.bytes_a_minute()) +
            " bytes a minute while nothing happens",
        idle.frames);
  }
  void share(int way) {
    const Shares& s = m(way).shares;
    if (s.payload == 0) return;
    add("share", way,
        name(way) + ": of " + plural(s.all(), "byte") + " on the wire, " + grouped(s.payload) +
            percent(s.payload, s.all()) + " were what was meant",
        {m(way).first_frame, m(way).last_frame});
  }
  void totals() {
    Sentence out{.id = "totals", .says = {}};
    const Measure &a = m(0), &b = m(1);
    out.says = name(0) + " took " + plural(a.all_packets(), "packet") + " and " +
               plural(a.all_bytes(), "byte") + ", " + name(1) + " " + grouped(b.all_packets()) +
               " and " + grouped(b.all_bytes());
    out.frames[0] = {a.first_frame, a.last_frame};
    out.frames[1] = {b.first_frame, b.last_frame};
    c_.sentences.push_back(std::move(out));
  }

  void handshake() {
    const Heads &http = heads_[0], &ws = heads_[1];
    c_.handshake = compare(http.request, http.answer, ws.upgrade, ws.switched);
    const Proof proof = prove(ws.upgrade, ws.switched);
    const auto line = [&](const char* field, const std::string& value, const char* why) {
      c_.handshake.push_back({
          "key", field, {"", value},
            why
      });
    };
    line("the key", proof.key, "as the client sent it, 16 random bytes in base64");
    line("with the GUID", proof.joined, "RFC 6455's constant, put behind it");
    line("SHA-1 of that", proof.digest, "20 bytes, in hexadecimal");
    line("base64 of those", proof.expected, "what the answer must say");
    line("the answer", proof.said,
         proof.right() ? "it says the same: the server read the key" : "it says something else");
    add("proof", 1,
        proof.right()
            ? "WebSocket: Sec-WebSocket-Accept is what SHA-1 and base64 make of the key and "
              "the GUID: the server has read this very request"
            : "WebSocket: Sec-WebSocket-Accept does not follow from the key",
        {ws.upgrade.frame, ws.switched.frame}, true);
    if (ws.first_frame_after != 0) {
      add("stream", 1,
          "WebSocket: request, 101 and the first WebSocket frame are of one connection, "
          "tcp.stream " +
              std::to_string(ws.stream) + ": 101 changes the language, not the connection",
          {ws.upgrade.frame, ws.switched.frame, ws.first_frame_after}, true);
    }
    if (!http.answer.empty() && m(0).messages == 2 * m(0).exchanges) {
      add("turns", 0,
          "HTTP: the server spoke when it was asked, and only then: " +
              plural(m(0).exchanges, "request") + ", as many answers",
          {http.request.frame, http.answer.frame}, true);
    }
    if (ws.frames_after[0] + ws.frames_after[1] > 0) {
      add("turns", 1,
          "WebSocket: behind 101 either side may send at any time; here the client sent " +
              plural(ws.frames_after[0], "frame") + " and the server " +
              plural(ws.frames_after[1], "frame"),
          {ws.first_frame_after}, true);
    }
  }

  Contrast& c_;
  const Heads* heads_;
};

}  // namespace

std::string grouped(u64 number) {
  base::Text out;
  view::grouped(number, out);
  return std::string(out.view());
}
std::string count_text(double number) { return grouped(u64(number)); }
std::string time_text(double nanoseconds) {
  if (nanoseconds <= 0) return "none";
  base::Text out;
  view::duration(out, i64(nanoseconds));
  return std::string(out.view());
}
std::string percent(u64 part, u64 whole) {
  if (whole == 0 || part == 0) return "";
  return " (" + std::to_string(part * 100 / whole) + " %)";
}
std::string plural(u64 n, std::string_view one, std::string_view many) {
  return grouped(n) + " " +
         (n == 1         ? std::string(one)
          : many.empty() ? std::string(one) + "s"
                         : std::string(many));
}

std::string frames_text(const Contrast& contrast, const Sentence& sentence) {
  std::string out;
  for (int way = 0; way < 2; ++way) {
    std::vector<u64> frames = sentence.frames[way];
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    if (frames.empty()) continue;
    out += out.empty() ? "" : "; ";
    out += frames.size() == 1 ? "frame " : "frames ";
    for (std::size_t i = 0; i < frames.size(); ++i)
      out += (i > 0 ? ", " : "") + std::to_string(frames[i]);
    if (sentence.way < 0) out += " of " + contrast.ways[way].name;
  }
  return out;
}

void say(Contrast& contrast, const Heads heads[2]) { Speaker(contrast, heads).say(); }

}  // namespace netpeel::contrast
