#include "flow/router.hpp"

#include <algorithm>

#include "proto/transport/tcp.hpp"
#include "stream/all.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;
using stream::Message;

namespace {

// How far into `all` the part begins; all.size() + 1 if it does not lie in it.
std::size_t place_in(Bytes all, Bytes part) {
  const auto begin = std::uintptr_t(all.data()), at = std::uintptr_t(part.data());
  if (all.data() == nullptr || at < begin || at - begin > all.size() ||
      part.size() > all.size() - (at - begin))
    return all.size() + 1;
  return at - begin;
}

// Ports by which tshark 4.0 takes a conversation for a protocol that nobody decodes here, whatever
// is said on it (tshark -G decodes): FTP, SSH, telnet, SMTP and the like.
constexpr u16 others_ports[] {
    20,  21,  22,  23,   25,   43,   49,   70,   79,   102,  109,  110,  111,  113,  119,  135, 139,
    143, 179, 194, 220,  389,  427,  445,  502,  512,  513,  514,  515,  524,  548,  554,  587, 631,
    646, 860, 873, 1433, 1720, 1723, 1883, 2049, 3260, 3306, 3389, 5060, 5222, 5269, 5432, 5672};
bool others_port(u16 port) {
  return std::binary_search(std::begin(others_ports), std::end(others_ports), port);
}

}  // namespace

Router::Router(stream::Context& context, const TrackerSettings& settings, TrackerCounts& counts,
               Parts& parts, Listener* listener)
    : context_(context), settings_(settings), counts_(counts), listener_(listener), parts_(parts) {
  for (const stream::Streamed* s : stream::all()) {
    if (s->open != nullptr) streamed_[context.registry.protocol(s->name)] = s;
    // Where tshark goes by the port, only TLS behind STARTTLS is another matter.
    if (s->anywhere != nullptr && (!settings.like_tshark || s == &stream::tls)) {
      anywhere_.push_back(s);
      for (const char c : s->anywhere_first) anywhere_first_[u8(c)] = true;
    }
  }
  for (u32 id = 0; id < context.registry.size(); ++id)
    known_[&context.registry[u8(id)]] = {u8(id), false};
  for (const stream::Streamed* s : stream::all())
    known_[&context.registry[context.registry.protocol(s->name)]].sized = s->sized;
}

const stream::Streamed* Router::asked_anywhere(Bytes bytes) const {
  for (const stream::Streamed* s : anywhere_) {
    if (s->anywhere(bytes)) return s;
  }
  return nullptr;
}

bool Router::answers(Bytes bytes) const {
  if (bytes.empty()) return false;
  const auto all = stream::all();
  return std::any_of(all.begin(), all.end(), [&](const stream::Streamed* s) {
    return s->answer != nullptr && s->answer(bytes);
  });
}

const stream::Streamed* Router::reader(const Conversation& conversation, Side side,
                                       Bytes first) const {
  const u16 a = conversation.client.port, b = conversation.server.port;
  const stream::Streamed* chosen = nullptr;
  for (u16 port : {std::min(a, b), std::max(a, b)}) {
    if (chosen == nullptr)
      chosen = streamed_[context_.registry.lookup(field::Space::tcp_port, port)];
  }
  if (chosen == nullptr && settings_.like_tshark && (others_port(a) || others_port(b)))
    return nullptr;
  for (const stream::Streamed* s : stream::all()) {
    if (chosen == nullptr && s->signature != nullptr && s->signature(side, first)) chosen = s;
  }
  return chosen;
}

// What the session counts as its first byte is the first that was not lost.
void Router::open(StreamState& state, const stream::Streamed* chosen) {
  if (state.pump != nullptr) state.former.push_back(std::move(state.pump));
  context_.midway = state.midway;
  state.pump = std::make_unique<stream::Pump>(context_,
                                              chosen != nullptr ? chosen->open(context_) : nullptr);
  for (u8 i = 0; i < 2; ++i) {
    if (state.told[i] > 0) state.pump->gap(Side(i), state.told[i], *this);
  }
}

std::span<const u64> Router::frames_of(const Message& m) const {
  const std::vector<StreamState::Mark>& marks = state_->marks[u8(m.side)];
  u64* out = nullptr;
  std::size_t n = 0;
  for (const StreamState::Mark& mark : marks) {
    if (mark.to <= m.from || mark.from >= m.to) continue;
    if (out == nullptr)
      out = new (context_.arena.room(marks.size() * sizeof(u64))) u64[marks.size()];
    if (n == 0 || out[n - 1] != mark.frame) out[n++] = mark.frame;
  }
  return {out, n};
}

void Router::add_layer(Packet& to, const field::Facts** facts, const Message& m, u8 id, u32 at) {
  // tshark's dissectors go on through a segment by themselves: frame.protocols names them once.
  if (to.depth > 0 && to.layers[to.depth - 1].proto == id)
    to.layers[to.depth - 1].flags |= Layer::stacked;
  Layer& layer = to.layers[to.depth];
  layer = {.proto = id, .header = u16(std::min<u32>(m.header, 0xffff)), .at = at};
  layer.body = u32(m.bytes.size()) - layer.header;
  facts[to.depth++] = m.facts;
  to.seen |= u64(1) << (layer.proto % 64);
  packet_->seen |= to.seen;
}

void Router::message(const Message& m) {
  if (settings_.like_tshark && !m.whole) return;
  const std::span<const u64> frames = frames_of(m);
  if (listener_ != nullptr) listener_->message(*conversation_, m, frames);
  if (packet_ == nullptr) return;
  if (data_layer_) {
    --packet_->depth;
    data_layer_ = false;
  }
  const Known known = known_[m.protocol];
  if (known.sized) sizes_.push_back(u32(m.bytes.size()));
  // The frame's own layers go on until the first message that does not lie in the frame; then order
  // is kept by parts.
  Packet& last = parts_.empty() ? *packet_ : parts_.back();
  const field::Facts** const facts = &last == packet_ ? facts_ : parts_.facts();
  const std::size_t at = place_in(last.frame.bytes(), m.bytes);
  if (m.in.empty() && at <= last.frame.size && last.depth < Packet::most_layers)
    return add_layer(last, facts, m, known.id, u32(at));
  if (parts_.full()) {
    ++counts_.parts_left_out;
    return;
  }
  const std::size_t in_frame = place_in(packet_->frame.bytes(), m.bytes);
  Packet& part = parts_.add(last);
  u32 offset = 0;
  if (m.in.empty() && in_frame <= packet_->frame.size) {
    part.frame = packet_->frame;
    part.in = packet_->in;
    offset = u32(in_frame);
  } else {
    part.frame.data = m.bytes.data();
    part.frame.size = part.frame.wire_size = u32(m.bytes.size());
    part.in = m.in.empty() ? std::string_view("tcp") : m.in;
  }
  if (frames.size() > 1) part.frames = frames;
  add_layer(part, parts_.facts(), m, known.id, offset);
  if (m.in.empty() && frames.size() > 1 && tcp_->segments.empty()) {
    tcp_->segments = frames;
    tcp_->reassembled = m.bytes;
    if (m.side == fed_.side && m.to > fed_.at)
      tcp_->completes = u32(std::min<u64>(m.to - fed_.at, fed_.size));
  }
}

// Gives what was released to the session, and keeps account of which frame carried what.
void Router::feed(Side side) {
  StreamState& state = *state_;
  for (const Released& r : released_) {
    u64& told = state.told[u8(side)];
    if (r.gap > 0) {
      if (listener_ != nullptr) listener_->gap(*conversation_, side, r.gap);
      told += r.gap;
      if (state.pump != nullptr) state.pump->gap(side, r.gap, *this);
      continue;
    }
    if (listener_ != nullptr) listener_->data(*conversation_, side, r.bytes, told, r.frame);
    std::vector<StreamState::Mark>& marks = state.marks[u8(side)];
    if (settings_.need == Need::streams && state.pump == nullptr) {
      open(state, reader(*conversation_, side, r.bytes));
    } else if (state.pump != nullptr && !state.pump->live()) {
      if (const auto* anew = begins_anywhere(r.bytes)) open(state, anew);
    }
    if (state.pump != nullptr && state.pump->live()) {
      // Bytes of whole messages need no account any more.
      const u64 taken = state.pump->position(side) - state.pump->waiting(side);
      std::erase_if(marks, [&](const StreamState::Mark& mark) { return mark.to <= taken; });
      marks.push_back({told, told + r.bytes.size(), r.frame});
      const bool own =
          packet_ != nullptr && place_in(packet_->frame.bytes(), r.bytes) <= packet_->frame.size;
      fed_ = {side, told, own ? u32(r.bytes.size()) : 0};
      told += r.bytes.size();
      state.pump->data(side, r.bytes, *this);
      if (own && state.pump->live())
        tcp_->waits = u32(std::min<u64>(state.pump->waiting(side), r.bytes.size()));
      fed_ = {};
    } else {
      marks.clear();
      told += r.bytes.size();
    }
  }
  released_.clear();
}

// The first bytes of a conversation that no port is bound for and no signature knows. What comes
// later changes that only where it begins a protocol anew.
bool Router::nobody_reads(const Payload& s, u32 first, Bytes bytes) const {
  if (listener_ != nullptr || bytes.empty() || first != s.begin[u8(s.side)]) return false;
  return reader(s.conversation, s.side, bytes) == nullptr;
}

void Router::settle(Side side) {
  if (settings_.like_tshark) return;
  state_->halves[u8(side)].settle(released_);
  if (!released_.empty()) feed(side);
}

// As tshark unless it is asked to wait: a segment that came before its turn is put in its place if
// that lies in a message whose length is known; else it is read at once, and what was missing
// before it is lost.
void Router::give_up(Side side, u32 first) {
  Reassembly& half = state_->halves[u8(side)];
  const u64 known = state_->pump != nullptr ? state_->pump->reaches(side) : 0;
  if (state_->told[u8(side)] + u32(half.ahead(first)) < known) return;
  half.give_up(first, released_);
  feed(side);
}

void Router::segment(std::unique_ptr<StreamState>& slot, bool& unread, const Payload& s,
                     Packet& packet, const field::Facts** facts) {
  using namespace proto::tcp_flag;
  const u32 first = (s.flags & syn) != 0 ? s.seq + 1 : s.seq;
  Bytes bytes(packet.bytes(s.layer) + s.layer.header, s.layer.body);
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), s.length));
  if (slot != nullptr && listener_ == nullptr && slot->pump != nullptr && !slot->pump->live()) {
    // It was read until a packet before this one, to which that packet's parts may still have
    // pointed.
    unread = true;
    slot.reset();
  }
  if (unread) {
    const stream::Streamed* const anew = begins_anywhere(bytes);
    if (anew == nullptr) return;
    unread = false;
    slot = std::make_unique<StreamState>(s.side == Side::client ? first : s.ack,
                                         s.side == Side::client ? s.ack : first);
    open(*slot, anew);
  }
  if (slot == nullptr) {
    unread = nobody_reads(s, first, bytes);
    if (unread) return;
    slot = std::make_unique<StreamState>(s.begin[0], s.begin[1]);
    constexpr u32 opening = 3;  // in tcp.completeness: SYN, SYN ACK
    slot->midway = (s.flags & syn) == 0 && (s.facts.completeness & opening) == 0;
    if (!s.peer_known) slot->halves[u8(stream::other(s.side))] = Reassembly();
  }
  slot->former.clear();
  state_ = slot.get();
  conversation_ = &s.conversation;
  packet_ = &packet;
  facts_ = facts;
  tcp_ = &s.facts;
  sizes_.clear();
  const u32 index = packet.index(s.layer);
  data_layer_ = packet.depth == index + 2 && packet.layers[index + 1].proto == 0;

  const Side peer = stream::other(s.side);
  if ((s.flags & ack) != 0) state_->halves[u8(peer)].acknowledged(s.ack);
  Reassembly& half = state_->halves[u8(s.side)];
  const bool ended = half.ended();
  if (settings_.like_tshark && half.ahead(first) > 0) give_up(s.side, first);
  half.segment(first, bytes, s.length, packet.frame.number, released_);
  feed(s.side);
  if ((s.flags & (fin | reset)) != 0) half.ends_at(first + s.length);
  settle(s.side);
  if (!ended && half.ended() && state_->pump != nullptr) state_->pump->end(s.side, *this);
  if ((s.flags & reset) != 0) {
    settle(peer);
    if (state_->pump != nullptr) state_->pump->end(peer, *this);
  }

  // Bytes that a session waits to read the rest of, or has read already, are not unknown.
  if (data_layer_ && state_->pump != nullptr && state_->pump->live()) {
    --packet.depth;
  }
  if (!sizes_.empty()) {
    u32* const sizes = new (context_.arena.room(sizes_.size() * sizeof(u32))) u32[sizes_.size()];
    std::copy(sizes_.begin(), sizes_.end(), sizes);
    s.facts.sizes = {sizes, sizes_.size()};
  }
  packet_ = nullptr;
}

void Router::close(StreamState& state, const Conversation& conversation) {
  state_ = &state;
  conversation_ = &conversation;
  packet_ = nullptr;
  for (u8 i = 0; i < 2; ++i) {
    state.halves[i].release_all(released_);
    counts_.dropped_bytes += state.halves[i].dropped();
    feed(Side(i));
  }
  if (state.pump != nullptr) {
    for (u8 i = 0; i < 2; ++i) state.pump->end(Side(i), *this);
  }
}

}  // namespace netpeel::flow
