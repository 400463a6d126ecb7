// NTP — RFC 5905; extension fields RFC 7822; control messages (mode 6) RFC 9327; mode 7 is ntpd's
// own.
#include "proto/answer_facts.hpp"
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto leaps = values({
    {0, "no leap second is near"}, {1, "the day's last minute has 61 seconds"},
    {2, "the day's last minute has 59 seconds"},
    {3, "the clock is not set"},
});
constexpr auto modes = values({
    {0, "reserved"}, {1, "symmetric active"}, {2, "symmetric passive"}, {3, "client"},
    {4, "server"}, {5, "broadcast"},
    {6, "control message"}, {7, "private"},
});
constexpr auto strata = values({
    {0, "unspecified, or a reason to stop asking"},
    {1, "has a clock of its own: GPS, radio, atomic"},
    {2, "set by another server", 15}, {16, "not set"}, {17, "reserved", 255},
});
constexpr auto opcodes = values({
    {0, "unspecified"}, {1, "read status"}, {2, "read variables"}, {3, "write variables"},
    {4, "read clock variables"},
    {5, "write clock variables"}, {6, "set trap"}, {7, "trap"}, {8, "configure"},
    {9, "save configuration"},
    {10, "read who asked lately"}, {11, "read list"}, {12, "ask for a nonce"}, {31, "unset trap"},
});
constexpr auto extension_types = values({
    {0x0104, "Unique identifier (NTS)"}, {0x0204, "NTS cookie"}, {0x0304, "NTS cookie placeholder"},
    {0x0404, "NTS authenticator"}, {0x2005, "Checksum complement"},
});

struct Ntp {
  static constexpr auto fields = wire({
      {"ntp.flags", "Flags", 8, hex, "Leap second, version and mode.", {.covers = true}},
      {"ntp.flags.li", "Leap indicator", 2, dec,
       "Whether a second will be put in or left out at the end of the day.", {.values = leaps}},
      {"ntp.flags.vn", "Version", 3, dec, "Of the protocol: 4 today."},
      {"ntp.flags.mode", "Mode", 3, dec,
       "Who speaks: a client that asks, a server that answers, or another.", {.values = modes}},
      {"ntp.stratum", "Stratum", 8, dec, "How many servers away a real clock is: 1 has one.",
       {.values = strata, .sometimes = true}},
      {"ntp.ppoll", "Poll interval", 8, dec,
       "Longest time between questions, as a power of two in seconds.", {.sometimes = true}},
      {"ntp.precision", "Precision", 8, dec,
       "How finely the clock counts: a negative power of two in seconds, 233 stands for -23.",
       {.sometimes = true}},
      {"ntp.rootdelay", "Root delay", 32, dec, "To the real clock and back, in 1/65536 seconds.",
       {.sometimes = true}},
      {"ntp.rootdispersion", "Root dispersion", 32, dec,
       "How far off the time may be, in 1/65536 seconds.", {.sometimes = true}},
      {"ntp.refid", "Reference id", 32, bytes,
       "Stratum 1: the kind of clock, in letters; above: the server that set this clock.",
       {.sometimes = true}},
      {"ntp.reftime", "Reference time", 64, time, "When the clock was last set.",
       {.sometimes = true}},
      {"ntp.org", "Origin time", 64, time,
       "When the client sent its question, copied back by the server.", {.sometimes = true}},
      {"ntp.rec", "Receive time", 64, time, "When the question arrived, by the server's clock.",
       {.sometimes = true}},
      {"ntp.xmt", "Transmit time", 64, time, "When this message was sent, by its sender's clock.",
       {.sometimes = true}},
  });
};
constexpr auto extra = loose({
    {"ntp.ext", "Extension", 0, mark, "Something more, of a type of its own."},
    {"ntp.keyid", "Key id", 32, bytes, "Which shared key made the proof."},
    {"ntp.mac", "Message authentication code", 0, bytes,
     "Proves that who sent this knows the key."},
    {"ntp.ctrl.data", "Data", 0, mark, "What was asked for: names and values as text, or numbers."},
    {"ntp.request_in", "Question in frame", 64, dec, "The frame that asked.", {.computed = true}},
    {"ntp.delta_time", "Time since the question", 64, seconds,
     "How long the client waited for this answer.", {.computed = true}},
});
constexpr auto extension = wire({
    {"ntp.ext.type", "Type", 16, hex, "What the extension is for.", {.values = extension_types}},
    {"ntp.ext.length", "Length", 16, dec, "Of the whole extension, in bytes."},
});
constexpr auto extension_value = loose({
    {"ntp.ext.value", "Value", 0, bytes, "The extension's bytes."}
});
constexpr auto control = wire({
    {"ntp.flags", "Flags", 8, hex, "Leap second, version and mode.", {.covers = true}},
    {"ntp.flags.li", "Leap indicator", 2, dec, "Zero in control messages.", {.values = leaps}},
    {"ntp.flags.vn", "Version", 3, dec, "Of the protocol."},
    {"ntp.flags.mode", "Mode", 3, dec, "6: a control message.", {.values = modes}},
    {"ntp.ctrl.flags2", "Flags 2", 8, hex, "What is asked, and whether this is the answer.",
     {.covers = true}},
    {"ntp.ctrl.flags2.r", "Response", 1, dec, "1: an answer."},
    {"ntp.ctrl.flags2.error", "Error", 1, dec, "1: it could not be done."},
    {"ntp.ctrl.flags2.more", "More", 1, dec, "1: more pieces of the answer follow."},
    {"ntp.ctrl.flags2.opcode", "Operation", 5, dec, "What shall be done.", {.values = opcodes}},
    {"ntp.ctrl.sequence", "Sequence", 16, dec, "Ties the answer to the question."},
    {"ntp.ctrl.status", "Status", 16, hex, "How the clock, or the peer asked about, is doing."},
    {"ntp.ctrl.associd", "Association", 16, dec, "Which peer is meant; 0: the server itself."},
    {"ntp.ctrl.offset", "Offset", 16, dec, "Where this piece of the answer belongs."},
    {"ntp.ctrl.count", "Count", 16, dec, "Bytes of data."},
});
// Readings of the status, laid over its two bytes.
constexpr auto error_status = wire({
    {"ntp.ctrl.err_status", "Error", 8, dec, "Why it could not be done."},
    {"", "", 8, dec, ""},
});
constexpr auto system_status = wire({
    {"ntp.ctrl.sys_status.li", "Leap indicator", 2, dec, "Whether a leap second is near.",
     {.values = leaps}},
    {"ntp.ctrl.sys_status.clksrc", "Clock source", 6, dec,
     "What sets the clock; 6: another NTP server."},
    {"ntp.ctrl.sys_status.count", "Events", 4, dec, "How many since the last look."},
    {"ntp.ctrl.sys_status.code", "Last event", 4, dec, "What happened last."},
});
constexpr auto peer_status = wire({
    {"ntp.ctrl.peer_status.config", "Configured", 1, flag, "It stands in the configuration."},
    {"ntp.ctrl.peer_status.authenable", "Authentication on", 1, flag,
     "Messages must carry a proof."},
    {"ntp.ctrl.peer_status.authentic", "Authentic", 1, flag, "The last one did."},
    {"ntp.ctrl.peer_status.reach", "Reachable", 1, flag, "It has answered lately."},
    {"ntp.ctrl.peer_status.bcast", "Broadcast", 1, flag, "It speaks to all."},
    {"ntp.ctrl.peer_status.selection", "Selection", 3, dec,
     "What the algorithms think of it; 6: our clock follows it."},
    {"ntp.ctrl.peer_status.count", "Events", 4, dec, "How many since the last look."},
    {"ntp.ctrl.peer_status.code", "Last event", 4, dec, "What happened last."},
});
constexpr auto clock_status = wire({
    {"ntp.ctrl.clock_status.status", "Clock status", 8, dec, "How the attached clock is doing."},
    {"ntp.ctrl.clock_status.code", "Last event", 8, dec, "What happened last."},
});
constexpr auto private_head = wire({
    {"ntp.flags", "Flags", 8, hex, "Response, more, version and mode.", {.covers = true}},
    {"ntp.priv.flags.r", "Response", 1, dec, "1: an answer."},
    {"ntp.priv.flags.more", "More", 1, dec, "1: more packets of the answer follow."},
    {"ntp.flags.vn", "Version", 3, dec, "Of the protocol."},
    {"ntp.flags.mode", "Mode", 3, dec, "7: private.", {.values = modes}},
    {"ntp.priv.auth_seq", "Authentication, sequence", 8, dec, "Both in one byte.",
     {.covers = true}},
    {"ntp.priv.auth", "Authenticated", 1, dec, "1: a proof follows."},
    {"ntp.priv.seq", "Sequence", 7, dec, "The place of this packet in the answer."},
    {"ntp.priv.impl", "Implementation", 8, dec, "Whose private messages these are; 3: ntpd's."},
    {"ntp.priv.reqcode", "Request", 8, dec,
     "What is asked; 42: the list of who asked lately, misused for attacks."},
    {"ntp.priv.err", "Error", 4, hex, "Why it could not be done; 0: it could."},
    {"ntp.priv.numitems", "Items", 12, dec, "How many follow."},
    {"ntp.priv.reserved", "Reserved", 4, hex, "Must be zero."},
    {"ntp.priv.itemsize", "Item size", 12, dec, "Bytes each."},
});
constexpr Table tables[]{Ntp::fields,  extra,         extension,   extension_value, control,
                         error_status, system_status, peer_status, clock_status,    private_head};
constexpr Bind binds[]{
    {Space::udp_port, 123}
};
constexpr u32 fixed = fixed_bytes<Ntp>;

u32 mode(const u8* p) { return u32(get<Ntp, "ntp.flags.mode">(p)); }
Table head(const u8* p) {
  if (mode(p) == 6) return control;
  if (mode(p) == 7) return private_head;
  return Ntp::fields;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len == 0 || len < (mode(p) == 6   ? bytes_of(control)
                         : mode(p) == 7 ? bytes_of(private_head)
                                        : fixed))
    return cut(len, out);
  const u32 header = len < 0xffff ? len : 0xffff;
  return accept(header, len - header, out);
}

// Seconds since 1900, or since 2036 if the upper bit is not set (RFC 4330 §3), and a fraction; in
// nanoseconds since 1970.
i64 unix_time(const u8* p) {
  const i64 seconds = be32(p);
  const u64 fraction = be32(p + 4);
  const i64 epoch = (seconds & 0x80000000) != 0 ? -2'208'988'800 : 2'085'978'496;
  return (seconds + epoch) * 1'000'000'000 + i64(fraction * 1'000'000'000 >> 32);
}

void timestamp(Expansion& x, const Field& f) {
  const u32 at = f.at / 8;
  const u8* p = x.header() + at;
  x.number(f, at, 8, u64(be64(p) == 0 ? no_time : unix_time(p)));  // zero: not known
}

void extension_field(Expansion& x, u32 at, u32 size) {
  x.mark(row<"ntp.ext">(extra), at, size);
  const auto in = x.inside();
  const u32 start = x.rows(extension, at);
  x.field(row<"ntp.ext.value">(extension_value), at + start, size - start);
}

void standard(Expansion& x) {
  for (const Field& f : Ntp::fields) {
    if (f.show == time) {
      timestamp(x, f);
    } else {
      x.placed(f);
    }
  }
  u32 at = fixed;
  const u32 end = x.layer.header;
  const auto left = [&] { return end - at; };
  while (left() >= 16) {
    const u32 size = be16(x.header() + at + 2);
    const bool code =
        left() == 20 || left() == 24;  // so long are a key id and its code (RFC 7822 §3)
    if (code || size < 16 || size % 4 != 0 || size > left()) break;
    extension_field(x, at, size);
    at += size;
  }
  if (left() >= 4) {
    x.field(row<"ntp.keyid">(extra), at, 4);
    if (left() > 4) x.field(row<"ntp.mac">(extra), at + 4, left() - 4);
  } else if (left() > 0 && !x.excused()) {
    x.problem(Kind::malformed, nullptr,
              "bytes are left over that are too few for an extension or a key");
  }
}

void control_message(Expansion& x) {
  const u8* p = x.header();
  const Field& status = row<"ntp.ctrl.status">(control);
  const auto bit = [p](const Field& f) { return base::bits(p, f.at, f.width); };
  for (const Field& f : control) {
    x.placed(f);
    if (&f != &status || bit(row<"ntp.ctrl.flags2.r">(control)) == 0) continue;
    const auto in = x.inside();
    const u32 at = f.at / 8;
    const u64 operation = bit(row<"ntp.ctrl.flags2.opcode">(control));
    const bool system = bit(row<"ntp.ctrl.associd">(control)) == 0;
    if (bit(row<"ntp.ctrl.flags2.error">(control)) != 0) {
      x.rows(error_status, at);
    } else if (operation >= 1 && operation <= 3) {
      system ? x.rows(system_status, at) : x.rows(peer_status, at);
    } else if (operation == 4 || operation == 5) {
      x.rows(clock_status, at);
    }
  }
  const u32 at = bytes_of(control), there = x.layer.header - at;
  const u32 count = u32(bit(row<"ntp.ctrl.count">(control)));
  const u32 size = count < there ? count : there;
  if (size > 0) x.mark(row<"ntp.ctrl.data">(extra), at, size);
  if (count > there && !x.excused()) {
    Text says;
    says.add("ntp.ctrl.count says ").dec(count).add("; ").dec(there).add(" bytes are there");
    x.problem(Kind::malformed, &row<"ntp.ctrl.count">(control), says.view());
  }
}

void expand(Expansion& x) {
  if (x.layer.header == 0) return;
  if (!x.whole()) {
    for (const Field& f : head(x.header())) {
      if (f.name.empty() || f.end() > u32(x.layer.header) * 8) continue;
      if (f.show == time) {
        timestamp(x, f);
      } else {
        x.placed(f);
      }
    }
    return;
  }
  switch (mode(x.header())) {
    case 6: return control_message(x);
    case 7: x.rows(private_head); return;
    default: standard(x);
  }
  if (const auto* known = x.known<AnswerFacts>()) {
    x.computed(row<"ntp.request_in">(extra), known->question);
    x.computed(row<"ntp.delta_time">(extra), u64(known->time));
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < bytes_of(private_head)) return;
  const u8* p = packet.bytes(layer);
  const u32 m = mode(p);
  if (m == 6) {
    out.add(p[1] >= 0x80 ? "answers an operator: " : "an operator asks: ");
    const std::string_view name = meaning(row<"ntp.ctrl.flags2.opcode">(control), p[1] & 0x1f);
    out.add(name.empty() ? "something not known here" : name);
    return;
  }
  if (m == 7) {
    out.add(p[0] >= 0x80 ? "answers an operator" : "an operator asks")
        .add(", by ntpd's private way");
    return;
  }
  if (layer.header < fixed) return;
  const u8* sent = place<Ntp, "ntp.xmt">(p);
  const u64 stratum = get<Ntp, "ntp.stratum">(p);
  switch (m) {
    case 3: out.add("asks what time it is"); return;
    case 4:
      if (stratum == 0) {
        out.add("does not say the time, but ");
        out.escaped(base::as_text({place<Ntp, "ntp.refid">(p), 4}), 4);
        return;
      }
      out.add("says it is ").iso_time(unix_time(sent)).add(", stratum ").dec(stratum);
      return;
    case 5: out.add("tells everybody it is ").iso_time(unix_time(sent)); return;
    default: out.add("one server compares its time with another's");
  }
}

constexpr Preset presets[]{
    {&row<"ntp.flags.vn">(Ntp::fields),   4},
    {&row<"ntp.flags.mode">(Ntp::fields), 3}
};

}  // namespace

const Protocol ntp{
    .name = "ntp",
    .title = "Network Time Protocol",
    .label = "NTP",
    .osi = Osi::application,
    .ref = "RFC 5905",
    .about = "Sets clocks: from the four times of a question and its answer a client works out how "
             "wrong its clock is, and how "
             "long the messages took.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
};

}  // namespace netpeel::proto
