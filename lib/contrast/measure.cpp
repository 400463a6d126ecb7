#include "contrast/measure.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/sha1.hpp"
#include "contrast/events.hpp"
#include "proto/net/below.hpp"
#include "proto/net/ip.hpp"
#include "proto/transport/tcp.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "stream/websocket.hpp"

namespace netpeel::contrast {

using field::Layer;
using field::Packet;
using flow::Conversation;
namespace id = proto::id;

namespace {

std::string sha1_hex(std::string_view text) {
  base::Text out;
  out.hex_bytes(base::sha1(base::as_bytes(text)));
  return std::string(out.view());
}

// The transport header of the conversation that was heard of, and the outermost IP header.
struct Headers {
  const Layer *ip = nullptr, *transport = nullptr;
};
Headers headers(const Packet& packet) {
  Headers out;
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & (Layer::quoted | Layer::cut_header)) != 0) break;
    if (out.ip == nullptr && (layer.proto == id::ip || layer.proto == id::ip6)) out.ip = &layer;
    if (layer.proto == id::tcp || layer.proto == id::udp) {
      out.transport = &layer;
      break;
    }
  }
  return out;
}

// Bytes above the transport header, as IP claims them.
u32 carried(const Packet& packet, const Layer& layer) {
  const proto::IpBelow ip = proto::ip_below(packet, layer);
  const u32 all = ip ? ip.claimed : u32(layer.header) + layer.body;
  return all > layer.header ? all - layer.header : 0;
}

}  // namespace

void Meter::packet(const Conversation& conversation, Side side, const Packet& packet) {
  const bool tcp = conversation.kind == Conversation::Kind::tcp;
  parts_.push_back({
      {tcp, conversation.stream},
      side
  });
  interface_ = packet.frame.interface;
  now_ = packet.frame.time;
}

void Meter::data(const Conversation& conversation, Side side, Bytes bytes, u64 at, u64 frame) {
  const bool tcp = conversation.kind == Conversation::Kind::tcp;
  heard_.push_back({
      {tcp, conversation.stream},
      side, std::string(base::as_text(bytes)), at, frame
  });
}

void Meter::message(const Conversation& conversation, const stream::Message& message,
                    std::span<const u64> frames) {
  const auto found = talks_.find({true, conversation.stream});
  if (found == talks_.end()) return;
  const Talk& talk = found->second;
  const std::string_view name = message.protocol->name;
  const bool own_tap = interface_ == talk.tap[u8(message.side)];
  if (own_tap && (name == "http" || name == "websocket")) {
    headers_ += message.header;
    ++out_.messages;
    out_.exchanges += name == "http" && message.side == Side::client;
  }
  if (own_tap)
    idle_.message(message, conversation.stream, frames.empty() ? 0 : frames.back(), now_);
  if (interface_ != talk.tap[u8(Side::client)]) return;
  std::string_view text = base::as_text(message.bytes);
  if (name == "websocket" && message.facts != nullptr)
    text = base::as_text(static_cast<const stream::WebSocketFacts*>(message.facts)->payload);
  events(frames.empty() ? 0 : frames.back(), now_, message.side, text);
}

void Meter::add(const Packet& packet, bool wanted, u32 interfaces) {
  interfaces_ = interfaces;
  if (wanted && packet.frame.interface < 64) {
    for (const Part& part : parts_) count(packet, part);
    for (const Heard& heard : heard_) piece(packet, heard);
    for (const Part& part : parts_) arrival(packet, part);
  }
  parts_.clear();
  heard_.clear();
}

bool Meter::arrives(const Talk& talk, Side side, u16 interface) const {
  return interfaces_ < 2 || interface != talk.tap[u8(side)];
}

void Meter::sight(const Packet& packet, const Layer& layer) {
  const auto seen = interfaces_ > 1 ? flow::seen(packet) : std::nullopt;
  if (!seen) return;
  taps_.saw(seen->sighting, seen->content);
  const u32 data = carried(packet, layer);
  const bool wrong = proto::pseudo_checksum(packet, layer, layer.proto == id::tcp ? 6 : 17,
                                            layer.header + data) == proto::Verdict::bad;
  sighted_.push_back({data > 0, wrong});
}

void Meter::refused(const Packet& packet) {
  if (const Layer* layer = headers(packet).transport) sight(packet, *layer);
}

void Meter::count(const Packet& packet, const Part& part) {
  const auto [layer_ip, layer] = headers(packet);
  if (layer == nullptr || layer_ip == nullptr) return;
  Talk& talk = talks_[part.id];
  u16& tap = talk.tap[u8(part.side)];
  if (tap == none) tap = packet.frame.interface;
  if (out_.frames++ == 0) {
    out_.first_frame = packet.frame.number;
    out_.first_time = packet.frame.time;
  }
  out_.octets += packet.frame.wire_size;
  out_.last_frame = packet.frame.number;
  out_.last_time = std::max(out_.last_time, packet.frame.time);
  const u32 data = carried(packet, *layer);
  if (data > 0) times_[packet.frame.number] = packet.frame.time;
  sight(packet, *layer);
  if (!part.id.first) talk.begun = true;
  if (packet.frame.interface == tap) count_segment(packet, *layer, part);
}

// Data of TCP that came, in order or not.
void Meter::arrival(const Packet& packet, const Part& part) {
  const Layer* layer = headers(packet).transport;
  if (layer == nullptr || !part.id.first || carried(packet, *layer) == 0) return;
  const Talk& talk = talks_[part.id];
  const auto* known = static_cast<const proto::TcpFacts*>(packet.known(*layer));
  if (known == nullptr || !arrives(talk, part.side, packet.frame.interface)) return;
  const u32 seq = u32(proto::get<proto::Tcp, "tcp.seq_raw">(packet.bytes(*layer)));
  if (out_.arrivals.size() < most_said)
    out_.arrivals.emplace_back(part.side,
                               place(talk, part.side, seq - known->base_seq - talk.begun));
}

// Whether the sender had sent all of it before. At its own tap that is certain, in whatever way the
// other end's acknowledgments look; elsewhere it is what the analysis makes of it.
bool Meter::repeats(Talk& talk, const Packet& packet, const Layer& layer, Side side,
                    u32 data) const {
  const auto* known = static_cast<const proto::TcpFacts*>(packet.known(layer));
  using namespace proto::tcp_mark;
  if (interfaces_ < 2) {
    return known != nullptr &&
           (known->marks & (retransmission | fast_retransmission | spurious_retransmission)) != 0;
  }
  using namespace proto::tcp_flag;
  const u8* p = packet.bytes(layer);
  const u32 flags = u32(proto::get<proto::Tcp, "tcp.flags">(p));
  const u32 span = data + ((flags & (syn | fin)) != 0);
  if (span == 0) return false;
  const u32 end = u32(proto::get<proto::Tcp, "tcp.seq_raw">(p)) + span;
  u32& farthest = talk.farthest[u8(side)];
  const bool first = !talk.has_sent[u8(side)];
  const bool again = !first && std::int32_t(end - farthest) <= 0;
  talk.has_sent[u8(side)] = true;
  if (!again) farthest = end;
  return again;
}

// Notes at what was said that it went once more.
void Meter::resent(const Talk& talk, const Packet& packet, const Layer& layer, Side side,
                   u32 data) {
  const auto* known = static_cast<const proto::TcpFacts*>(packet.known(layer));
  if (known == nullptr) return;
  const u32 seq = u32(proto::get<proto::Tcp, "tcp.seq_raw">(packet.bytes(layer)));
  const u64 at = seq - known->base_seq - talk.begun;
  const u32 last = place(talk, side, at + data - 1);
  for (u32 i = place(talk, side, at); i != 0 && i <= last; ++i) {
    Said& one = out_.said[u8(side)][i - 1];
    if (one.again_frame != 0) continue;
    one.again_frame = packet.frame.number;
    one.again_time = packet.frame.time;
  }
}

// A packet where its sender's tap saw it.
void Meter::count_segment(const Packet& packet, const Layer& layer, const Part& part) {
  Talk& talk = talks_[part.id];
  const u32 data = carried(packet, layer);
  u32 flags = 0;
  bool again = false;
  if (part.id.first) {
    flags = u32(proto::get<proto::Tcp, "tcp.flags">(packet.bytes(layer)));
    again = repeats(talk, packet, layer, part.side, data);
  }
  using namespace proto::tcp_flag;
  talk.begun = talk.begun || (flags & syn) != 0;
  if (data > 0 && !talk.begun && !out_.mid_stream) {
    out_.mid_stream = true;
    out_.mid_stream_frame = packet.frame.number;
  }
  if (data > 0 && out_.first_data_frame == 0) {
    out_.first_data_frame = packet.frame.number;
    out_.first_data = packet.frame.time - out_.first_time;
  }
  if (out_.first_data_frame == 0) {
    ++out_.packets_before;
    out_.bytes_before += packet.frame.wire_size;
    out_.time_before = packet.frame.time - out_.first_time;
  }
  ++out_.packets[u8(part.side)];
  out_.bytes[u8(part.side)] += packet.frame.wire_size;
  out_.data_packets += data > 0;
  if (again) out_.again.push_back(packet.frame.number);
  if (again && data > 0) resent(talk, packet, layer, part.side, data);
  share(packet, layer, again);
  if (data > 0) idle_.data_packet(part.side, packet.frame.wire_size - data);
  exchange(talk, packet, part.side, data > 0 && !again, (flags & (fin | reset)) != 0);
}

void Meter::share(const Packet& packet, const Layer& layer, bool again) {
  const u32 at = headers(packet).ip->at;
  const u64 internet = layer.at - at, data = carried(packet, layer);
  out_.shares.internet += internet;
  out_.shares.transport += layer.header;
  (again ? out_.shares.again : out_.shares.payload) += data;
  const u64 rest = internet + layer.header + data;
  out_.shares.link += packet.frame.wire_size > rest ? packet.frame.wire_size - rest : 0;
}

// What brings nothing new is what waiting costs: a question, its answer, their acknowledgments.
void Meter::exchange(Talk& talk, const Packet& packet, Side side, bool data, bool end) {
  if (end) {
    talk.mood = Mood::quiet;
    return;
  }
  if (data && side == Side::client) {
    if (talk.round_bytes > 0) idle_.exchange(talk.round_bytes, talk.round_news);
    talk.round_bytes = 0;
    talk.round_news = false;
  }
  if (talk.round_bytes > 0 || (data && side == Side::client))
    talk.round_bytes += packet.frame.wire_size;
  const auto drop = [&] { talk.pending_bytes = talk.pending_packets = 0; };
  if (data && side == Side::client) {
    if (talk.mood == Mood::asked && !talk.opening) {
      out_.idle_bytes += talk.pending_bytes;
      out_.idle_packets += talk.pending_packets;
      ++out_.idle_exchanges;
    }
    drop();
    talk.mood = Mood::asked;
  }
  if (data && side == Side::server) {
    bool news = false;
    for (const Heard& heard : heard_) news |= heard.side == side && tells_news(talk, heard.bytes);
    if (news) {
      talk.round_news = true;
      talk.opening = false;
      talk.mood = Mood::quiet;
      drop();
    }
  }
  if (talk.mood != Mood::asked) return;
  talk.pending_bytes += packet.frame.wire_size;
  ++talk.pending_packets;
}

bool Meter::tells_news(Talk& talk, std::string_view text) {
  bool news = false;
  std::string& tail = talk.tail[0];
  tail += text;
  each_event(tail, [&](const Telling& told) {
    if (std::find(talk.known.begin(), talk.known.end(), told.number) != talk.known.end()) return;
    talk.known.push_back(told.number);
    news = true;
  });
  shorten(tail);
  return news;
}

void Meter::piece(const Packet& packet, const Heard& heard) {
  Talk& talk = talks_[heard.id];
  const u16 interface = packet.frame.interface;
  if (interface == talk.tap[u8(heard.side)]) said(talk, packet, heard);
  if (arrives(talk, heard.side, interface)) handed(talk, packet, heard);
  if (interface == talk.tap[u8(Side::client)]) {
    if (heard.side == Side::client)
      return events(packet.frame.number, packet.frame.time, heard.side, heard.bytes);
    std::string& tail = talk.tail[1];
    tail += heard.bytes;
    events(packet.frame.number, packet.frame.time, heard.side, tail);
    shorten(tail);
  }
}

void Meter::said(Talk& talk, const Packet& packet, const Heard& heard) {
  const u8 side = u8(heard.side);
  if (out_.said[side].size() >= most_said) return;
  const u64 at = heard.id.first ? heard.at : talk.datagrams[side]++;
  const auto when = times_.find(heard.frame);
  talk.said[side].push_back(u32(out_.said[side].size()));
  out_.said[side].push_back({.side = heard.side,
                             .frame = heard.frame,
                             .time = when == times_.end() ? packet.frame.time : when->second,
                             .at = at,
                             .size = u32(heard.bytes.size()),
                             .hash = base::fnv64(base::as_bytes(heard.bytes)),
                             .begin = heard.bytes.substr(0, 200)});
  out_.sent_bytes[side] += heard.bytes.size();
  if (sent_[side].size() <= most_kept) sent_[side] += heard.bytes;
}

// Which of the things said in that conversation the byte at `at` belongs to, from 1; 0: none.
u32 Meter::place(const Talk& talk, Side side, u64 at) const {
  const std::vector<u32>& places = talk.said[u8(side)];
  for (auto i = places.rbegin(); i != places.rend(); ++i) {
    const Said& one = out_.said[u8(side)][*i];
    if (one.at <= at) return at < one.at + one.size ? *i + 1 : 0;
  }
  return 0;
}

void Meter::handed(Talk& talk, const Packet& packet, const Heard& heard) {
  if (out_.handed.size() >= most_said) return;
  Handed one{.side = heard.side,
             .frame = heard.frame,
             .released = packet.frame.number,
             .time = packet.frame.time,
             .at = heard.at,
             .size = u32(heard.bytes.size())};
  const u8 side = u8(heard.side);
  if (heard.id.first) {
    const auto came = times_.find(heard.frame);
    if (came != times_.end()) one.held = packet.frame.time - came->second;
    one.first = place(talk, heard.side, heard.at);
    one.last = one.size == 0 ? one.first : place(talk, heard.side, heard.at + one.size - 1);
  } else {
    const u64 hash = base::fnv64(base::as_bytes(heard.bytes));
    for (const u32 i : talk.said[side]) {
      if (out_.said[side][i].hash == hash) one.first = one.last = i + 1;
    }
    out_.arrivals.emplace_back(heard.side, one.first);
  }
  if (out_.first_handed_frame == 0) {
    out_.first_handed_frame = packet.frame.number;
    out_.first_handed = packet.frame.time - out_.first_time;
  }
  out_.got_bytes[side] += heard.bytes.size();
  if (got_[side].size() <= most_kept) got_[side] += heard.bytes;
  out_.handed.push_back(one);
}

Event& Meter::event(u64 number, bool ticks) {
  for (Event& e : out_.events) {
    if (e.number == number && e.ticks == ticks) return e;
  }
  out_.events.push_back({.number = number, .ticks = ticks});
  return out_.events.back();
}

void Meter::events(u64 number, i64 time, Side side, std::string_view text) {
  each_event(text, [&](const Telling& told) {
    if (out_.events.size() >= most_said) return;
    if (told.ticks && side == Side::client) return;
    Event& e = event(told.number, told.ticks);
    const bool sends = side == Side::client;
    u64& frame = sends ? e.sent_frame : e.got_frame;
    if (frame != 0) return;
    meant_ += told.size;
    frame = number;
    (sends ? e.sent : e.got) = time;
    if (told.ticks) e.sent = told.at;
  });
}

void Meter::fates() {
  if (interfaces_ < 2) return;
  const std::vector<flow::Trip> trips = taps_.trips();
  if (!taps_.paired()) return;
  const auto add = [&](Fate::Kind kind, const flow::Trip& t) {
    const u32 some = t.sent != flow::Trip::nowhere ? t.sent : t.arrived;
    out_.fates.push_back(
        {.kind = kind,
         .sent = t.sent == flow::Trip::nowhere ? 0 : taps_[t.sent].frame,
         .arrived = t.arrived == flow::Trip::nowhere ? 0 : taps_[t.arrived].frame,
         .data = sighted_[some].data,
         .refused = t.arrived != flow::Trip::nowhere && t.bent && sighted_[t.arrived].wrong});
  };
  for (const flow::Trip& t : trips) {
    if (t.lost) add(Fate::Kind::lost, t);
    if (t.again) add(Fate::Kind::doubled, t);
    if (t.bent) add(Fate::Kind::bent, t);
    if (t.late) add(Fate::Kind::late, t);
  }
}

Measure Meter::finish(const std::vector<std::string>& taps) {
  out_.taps = interfaces_ > 1;
  for (const auto& [key, talk] : talks_) {
    ++out_.conversations[key.first ? 0 : 1];
    for (u32 side = 0; side < 2 && out_.taps; ++side) {
      const u16 tap = talk.tap[side];
      if (out_.names[side].empty() && tap < taps.size()) out_.names[side] = taps[tap];
    }
  }
  fates();
  out_.idle = idle_.finish();
  const u64 data = out_.shares.payload;
  const bool named = !out_.events.empty() && out_.messages > 0;
  const u64 framing = out_.messages == 0 ? 0 : named ? data - std::min(data, meant_) : headers_;
  out_.shares.framing = std::min(framing, data);
  out_.shares.payload = data - out_.shares.framing;
  for (u32 side = 0; side < 2; ++side) {
    if (!sent_[side].empty() && sent_[side].size() <= most_kept)
      out_.sent_hash[side] = sha1_hex(sent_[side]);
    if (!got_[side].empty() && got_[side].size() <= most_kept)
      out_.got_hash[side] = sha1_hex(got_[side]);
  }
  std::sort(out_.events.begin(), out_.events.end(),
            [](const Event& a, const Event& b) { return a.number < b.number; });
  return std::move(out_);
}

std::string_view fate_name(Fate::Kind kind) {
  constexpr std::string_view names[]{"lost", "late", "doubled", "bent"};
  return names[u8(kind)];
}

u64 Measure::count(Fate::Kind kind) const {
  return u64(std::count_if(fates.begin(), fates.end(),
                           [&](const Fate& fate) { return fate.kind == kind; }));
}

const Handed* Measure::longest_held() const {
  const Handed* out = nullptr;
  for (const Handed& h : handed) {
    if (h.held > 0 && (out == nullptr || h.held > out->held)) out = &h;
  }
  return out;
}

i64 Measure::longest_silence(u64* frame) const {
  i64 longest = 0, last = 0;
  for (const Handed& h : handed) {
    if (h.side != Side::client) continue;
    if (last != 0 && h.time - last > longest) {
      longest = h.time - last;
      if (frame != nullptr) *frame = h.released;
    }
    last = h.time;
  }
  return longest;
}

std::vector<i64> Measure::delays() const {
  std::vector<i64> out;
  for (const Event& e : events) {
    if (e.complete()) out.push_back(e.delay());
  }
  std::sort(out.begin(), out.end());
  return out;
}

i64 quantile(const std::vector<i64>& sorted, double p) {
  if (sorted.empty()) return 0;
  const std::size_t at = std::size_t(p * double(sorted.size() - 1) + 0.5);
  return sorted[std::min(at, sorted.size() - 1)];
}

}  // namespace netpeel::contrast
