// TCP — RFC 9293; options by the RFCs named at their rows.
#include "proto/transport/tcp.hpp"

#include "proto/net/below.hpp"
#include "proto/transport/checksums.hpp"
#include "proto/transport/tcp_conversation.hpp"
#include "proto/transport/tcp_options.hpp"

namespace netpeel::proto {
namespace {

constexpr auto extra = loose({
    {"tcp.len", "Segment length", 32, dec,
     "Bytes of data: what IP says the packet has, less the header.", {.computed = true}},
    {"tcp.flags.str", "Flags as letters", 0, text,
     "One letter for each flag that is set, a dot for each that is not.", {.computed = true}},
    {"tcp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"tcp.payload", "Payload", 0, bytes,
     "The data carried: a piece of the stream, which need not be a whole message.",
     {.payload = true}},
});
// Of streams that somebody reads.
constexpr auto pieces = loose({
    {"tcp.segment_data", "Part of a message", 0, bytes,
     "Bytes of a message that came in several segments.", {.payload = true}},
    {"tcp.segments", "Put together from", 0, mark,
     "The segments that carried the message which ends here.", {.computed = true}},
    {"tcp.segment", "Segment in frame", 64, dec, "The frame that brought this part of it.",
     {.computed = true}},
    {"tcp.segment.count", "Segments", 32, dec, "How many there were.", {.computed = true}},
    {"tcp.reassembled.length", "Length of the whole", 32, dec,
     "Bytes that the segments make up together.", {.computed = true}},
    {"tcp.reassembled.data", "The whole", 0, bytes, "The message, put together.",
     {.computed = true, .payload = true}},
    {"tcp.pdu.size", "Message length", 32, dec,
     "Of a message that ends here, as the message itself says it.", {.computed = true}},
    {"tcp.reset_cause", "Why", 0, text, "What the sender of the RST wrote into it.",
     {.ref = "§3.5.3"}},
});
constexpr Table tables[]{Tcp::fields,       extra,           pieces,          tcp_conversation_rows,
                         tcp_analysis_rows, tcp_option_rows, user_timeout,    quick_start,
                         mptcp_version,     mptcp_capable,   mptcp_capable_1, mptcp_subtype,
                         mptcp_join,        mptcp_join_last, mptcp_dss,       mptcp_address,
                         mptcp_address_0,   mptcp_reset};
constexpr Bind binds[]{
    {Space::ip_proto, 6}
};
constexpr u32 fixed = fixed_bytes<Tcp>;
constexpr u32 checksum_at = row<"tcp.checksum">(Tcp::fields).at / 8;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = u32(get<Tcp, "tcp.hdr_len">(p)) * 4;
  if (header < fixed) return broken(fixed, len, out);
  if (header > len) return accept(len, 0, out, {}, Layer::short_of);
  // What the stream carries is the flow table's to find: a segment alone need not begin with a
  // message.
  return accept(header, len - header, out);
}

u32 claimed(const Packet& packet, const Layer& layer) {
  const IpBelow ip = ip_below(packet, layer);
  return ip ? ip.claimed : u32(layer.header) + layer.body;
}

std::string_view letters(u32 flags, std::span<char, 24> room) {
  constexpr std::string_view names = "RRRACEUAPRSF", dot = "·";
  char* end = room.data();
  for (u32 i = 0; i < 12; ++i) {
    if ((flags >> (11 - i) & 1) != 0) {
      *end++ = names[i];
    } else {
      end = std::copy(dot.begin(), dot.end(), end);
    }
  }
  return {room.data(), end};
}

void odd_flags(Expansion& x) {
  const u8* p = x.header();
  const u32 flags = u32(get<Tcp, "tcp.flags">(p));
  const Field& f = row<"tcp.flags">(Tcp::fields);
  using namespace tcp_flag;
  if ((flags & (syn | fin)) == (syn | fin)) {
    x.problem(Kind::unusual, &f,
              "SYN and FIN together open and close at once: no honest sender does that, some port "
              "scanners do");
  } else if ((flags & (syn | reset)) == (syn | reset)) {
    x.problem(Kind::unusual, &f,
              "SYN and RST together open and break off at once: no honest sender does that");
  } else if ((flags & 0x3f) == 0) {
    x.problem(Kind::unusual, &f,
              "no flag is set at all: no honest sender does that, some port scanners do");
  }
  if (get<Tcp, "tcp.flags.res">(p) != 0) {
    x.problem(Kind::unusual, &row<"tcp.flags.res">(Tcp::fields),
              "the reserved bits should be zero");
  }
  if ((flags & ack) == 0 && get<Tcp, "tcp.ack_raw">(p) != 0 && (flags & 0x3f) != 0) {
    x.problem(Kind::unusual, &row<"tcp.ack_raw">(Tcp::fields),
              "there is an acknowledgment number, but the ACK flag is not set: it does not count");
  }
  if ((flags & urg) == 0 && get<Tcp, "tcp.urgent_pointer">(p) != 0) {
    x.problem(Kind::unusual, &row<"tcp.urgent_pointer">(Tcp::fields),
              "there is an urgent pointer, but the URG flag is not set: it does not count");
  }
}

void header_lie(Expansion& x, u32 header, u32 there) {
  Text says;
  says.add("tcp.hdr_len says ").dec(header).add(" bytes; ");
  if (header < fixed) {
    says.add("the header has at least ").dec(fixed);
  } else {
    says.add("IP leaves ").dec(there);
  }
  x.problem(Kind::malformed, &row<"tcp.hdr_len">(Tcp::fields), says.view());
}

constexpr const auto& seen = tcp_conversation_rows;
constexpr const auto& analysed = tcp_analysis_rows;

// Sequence numbers as they are, and counted from the connection's start: those have no bits of
// their own, so that a diagram of the header shows what is in it.
void numbers(Expansion& x, const TcpFacts& known) {
  const Field &seq = row<"tcp.seq_raw">(Tcp::fields), &ack = row<"tcp.ack_raw">(Tcp::fields);
  const u32 next = u32(get<Tcp, "tcp.ack_raw">(x.header()));
  x.computed(row<"tcp.seq">(analysed), u32(get<Tcp, "tcp.seq_raw">(x.header()) - known.base_seq));
  x.placed(seq);
  if (known.analysed) x.computed(row<"tcp.nxtseq">(analysed), u32(known.next_seq - known.base_seq));
  x.computed(row<"tcp.ack">(analysed),
             get<Tcp, "tcp.flags.ack">(x.header()) != 0 ? u32(next - known.base_ack) : next);
  x.placed(ack);
}

// The flags, and below those that open and close what they do to the connection.
void flag_marks(Expansion& x, const TcpFacts& known) {
  const u32 flags = u32(get<Tcp, "tcp.flags">(x.header()));
  const auto mark = [&](const Field& m, Severity severity, std::string_view says) {
    const auto below_flags = x.inside();
    const auto below_flag = x.inside();
    x.computed(m, 1);
    x.remark(severity, &m, says);
  };
  if ((flags & (tcp_flag::reset | tcp_flag::syn | tcp_flag::fin)) == 0) {
    x.rows(part<"tcp.hdr_len", "tcp.flags.fin">(Tcp::fields));
    return;
  }
  x.rows(part<"tcp.hdr_len", "tcp.flags.reset">(Tcp::fields));
  if ((flags & tcp_flag::reset) != 0) {
    mark(row<"tcp.connection.rst">(seen), Severity::warn,
         "this side refuses the connection or breaks it off at once: normal where nobody listens "
         "on that port, or where a program ends in "
         "a hurry; what was under way is lost");
  }
  x.placed(row<"tcp.flags.syn">(Tcp::fields));
  if ((flags & tcp_flag::syn) != 0) {
    const bool answer = (flags & tcp_flag::ack) != 0;
    mark(answer ? row<"tcp.connection.synack">(seen) : row<"tcp.connection.syn">(seen),
         Severity::chat,
         answer ? "a server agrees to open a connection: normal"
                : "a client asks to open a connection: normal");
  }
  x.placed(row<"tcp.flags.fin">(Tcp::fields));
  if ((flags & tcp_flag::fin) != 0) {
    mark(row<"tcp.connection.fin">(seen), Severity::chat,
         "this side has nothing more to send: the normal way to end a connection");
    mark(known.closes_first ? row<"tcp.connection.fin_active">(seen)
                            : row<"tcp.connection.fin_passive">(seen),
         Severity::note,
         known.closes_first ? "this side was the first to close: normal"
                            : "this side closes after the other one had: normal");
  }
}

// Which of its bytes complete a message, which begin one that has not ended yet; and the one that
// ends here.
void message_parts(Expansion& x, const TcpFacts& known) {
  const u32 begin = x.layer.header, all = x.layer.body;
  if (known.completes > 0)
    x.field(row<"tcp.segment_data">(pieces), begin, std::min(known.completes, all));
  if (known.waits > 0 && known.waits <= all)
    x.field(row<"tcp.segment_data">(pieces), begin + all - known.waits, known.waits);
  for (u32 size : known.sizes) x.computed(row<"tcp.pdu.size">(pieces), size);
  if (known.segments.empty()) return;
  x.computed(row<"tcp.segments">(pieces), 1);
  const auto in = x.inside();
  for (u64 frame : known.segments) x.computed(row<"tcp.segment">(pieces), frame);
  x.computed(row<"tcp.segment.count">(pieces), known.segments.size());
  x.computed(row<"tcp.reassembled.length">(pieces), known.reassembled.size());
  x.value(row<"tcp.reassembled.data">(pieces), 0, 0, known.reassembled);
}

void expand(Expansion& x) {
  if (!x.whole()) {
    x.rows(Tcp::fields);
    return;
  }
  const u8* p = x.header();
  const u32 header = u32(get<Tcp, "tcp.hdr_len">(p)) * 4;
  const u32 all = claimed(x.packet, x.layer);
  const bool quoted = (x.layer.flags & Layer::quoted) != 0;

  ChecksumFound sum;
  if (x.settings.checksums) sum = find_checksum(x.packet, x.layer, 6, all, all, checksum_at);
  const auto* known = x.known<TcpFacts>();
  x.rows(part<"tcp.srcport", "tcp.dstport">(Tcp::fields));
  if (known != nullptr) {
    x.computed(row<"tcp.stream">(seen), known->stream);
    x.computed(row<"tcp.completeness">(seen), known->completeness);
  }
  if (header <= all) x.computed(row<"tcp.len">(extra), all - header);
  if (known != nullptr) {
    numbers(x, *known);
  } else {
    x.rows(part<"tcp.seq_raw", "tcp.ack_raw">(Tcp::fields));
  }
  if (known != nullptr) {
    flag_marks(x, *known);
  } else {
    x.rows(part<"tcp.hdr_len", "tcp.flags.fin">(Tcp::fields));
  }
  if (x.wants_nodes()) {
    char room[24];
    const auto in = x.inside();
    x.computed(row<"tcp.flags.str">(extra), letters(u32(get<Tcp, "tcp.flags">(p)), room));
  }
  x.placed(row<"tcp.window_size_value">(Tcp::fields));
  if (known != nullptr) {
    x.computed(row<"tcp.window_size">(analysed), known->window);
    if (get<Tcp, "tcp.flags.syn">(p) == 0)
      x.computed(row<"tcp.window_size_scalefactor">(analysed), u64(i64(known->scale)));
  }
  x.placed(row<"tcp.checksum">(Tcp::fields));
  x.computed(row<"tcp.checksum.status">(extra), u64(sum.verdict));
  x.placed(row<"tcp.urgent_pointer">(Tcp::fields));
  odd_flags(x);
  tell_checksum(x, sum, row<"tcp.checksum">(Tcp::fields), checksum_at);
  if (header < fixed || header > all) {
    if (!quoted || header < fixed) header_lie(x, header, all);
  }
  if (x.layer.header > fixed)
    tcp_options(x, fixed, x.layer.header, get<Tcp, "tcp.flags.syn">(p) != 0,
                u32(get<Tcp, "tcp.ack_raw">(p)), known != nullptr ? known->base_ack : 0);
  if (known != nullptr) tcp_conclusions(x, *known);
  if (x.layer.body > 0 && header >= fixed)
    x.field(row<"tcp.payload">(extra), x.layer.header, x.layer.body);
  if (x.layer.body > 0 && header >= fixed && get<Tcp, "tcp.flags.reset">(p) != 0)
    x.field(row<"tcp.reset_cause">(pieces), x.layer.header, x.layer.body);
  if (known != nullptr) message_parts(x, *known);
}

// What the segment is about, in the order of importance: refusing beats opening beats closing beats
// data. (The ports stand with the addresses.)
void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  const u32 flags = u32(get<Tcp, "tcp.flags">(p));
  const u32 header = u32(get<Tcp, "tcp.hdr_len">(p)) * 4;
  const u32 all = claimed(packet, layer);
  const u32 data = header <= all ? all - header : 0;
  const auto bytes = [&] { out.dec(data).add(data == 1 ? " byte" : " bytes"); };
  const auto* known = static_cast<const TcpFacts*>(packet.known(layer));
  using namespace tcp_flag;
  if ((flags & reset) != 0) {
    out.add((flags & ack) != 0 ? "RST ACK, refuses or breaks off the connection"
                               : "RST, breaks off the connection");
  } else if ((flags & (syn | fin)) == (syn | fin)) {
    out.add("SYN and FIN together, which makes no sense");
  } else if ((flags & (syn | ack)) == (syn | ack)) {
    out.add("SYN ACK, agrees to open the connection");
  } else if ((flags & syn) != 0) {
    out.add("SYN, asks to open a connection");
  } else if ((flags & fin) != 0) {
    out.add((flags & ack) != 0 ? "FIN ACK, has nothing more to send"
                               : "FIN, has nothing more to send");
  } else if (data > 0) {
    bytes();
    if ((flags & push) != 0) out.add(" (PSH: hand them on)");
  } else if ((flags & ack) != 0) {
    const u32 base = known != nullptr ? known->base_ack : 0;
    out.add("ACK for all bytes before ").dec(u32(get<Tcp, "tcp.ack_raw">(p)) - base);
    if (get<Tcp, "tcp.window_size_value">(p) == 0) out.add(", but has no room for more");
  } else {
    out.add("no flags, which makes no sense");
  }
  if (data > 0 && (flags & (reset | syn | fin)) != 0) {
    out.add(", with ");
    bytes();
  }
  if (known != nullptr) tcp_conclusion(*known, out);
}

constexpr Naming names[]{
    {Space::tcp_port, &row<"tcp.dstport">(Tcp::fields)}
};
constexpr Preset presets[]{
    {&row<"tcp.window_size_value">(Tcp::fields), 65535}
};

void fit(const Fitting& f) { put<Tcp, "tcp.hdr_len">(f.header, std::min(f.layer.header / 4, 15)); }
void seal(const Fitting& f) { seal_checksum(f, 6, f.total(), f.total(), checksum_at); }

}  // namespace

const Protocol tcp{
    .name = "tcp",
    .title = "Transmission Control Protocol",
    .label = "TCP",
    .osi = Osi::transport,
    .ref = "RFC 9293",
    .about = "Turns packets that may get lost, doubled or mixed up into two dependable streams of "
             "bytes, one each way: it "
             "numbers the bytes, acknowledges them, repeats what was lost and slows down when the "
             "network is full.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
    .fit = fit,
    .seal = seal,
};

}  // namespace netpeel::proto
