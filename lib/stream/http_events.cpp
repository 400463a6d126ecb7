#include "stream/http_events.hpp"

#include <algorithm>

#include "stream/http_body.hpp"
#include "stream/http_text.hpp"

namespace netpeel::stream {
namespace {

constexpr std::string_view ends_early = "the stream ends inside this event: browsers leave it out";
constexpr std::string_view not_captured = "the rest of this event was not captured";
constexpr std::string_view does_not_unpack =
    "the chunk does not unpack as Content-Encoding says: it and what follows cannot be read";
constexpr std::string_view unpacks_too_far =
    "what the chunk unpacks to is longer than the limit for bodies: the rest is left out";

bool is_event_stream(std::string_view type) {
  return http_same(http_text::trim(type.substr(0, type.find(';'))), "text/event-stream");
}

}  // namespace

EventBody::EventBody(Context& context, const HttpHead& head)
    : context_(context), events_(context), chunked_(head.chunked),
      left_(head.has_length && !head.has_te ? head.length : ~u64(0)) {
  const HttpCoding coding = http_coding(head.content_encoding);
  if (coding == HttpCoding::none) return;
  const bool gzip = coding == HttpCoding::gzip;
  inflater_ = std::make_unique<Inflater>(gzip ? Inflater::Form::gzip : Inflater::Form::zlib);
}

std::unique_ptr<EventBody> EventBody::of(Context& context, const HttpHead& head) {
  if (!is_event_stream(head.content_type)) return nullptr;
  const HttpCoding coding = http_coding(head.content_encoding);
  if (coding == HttpCoding::unknown) return nullptr;
  // Packed bytes that no chunks hold have no places to be told at.
  if (coding != HttpCoding::none && !head.chunked) return nullptr;
  return std::unique_ptr<EventBody>(new EventBody(context, head));
}

std::size_t EventBody::take(Side side, Bytes have, u64 at, bool ended, Out& out) {
  wants_ = 0;
  return chunked_ ? chunk(side, have, at, ended, out) : plain(side, have, at, ended, out);
}

std::size_t EventBody::plain(Side side, Bytes have, u64 at, bool ended, Out& out) {
  const Bytes body = have.first(std::size_t(std::min<u64>(left_, have.size())));
  const bool last = ended || body.size() == left_;
  std::size_t taken = events_.tell(body, {side, at, at + body.size()}, last, out);
  if (last) {
    const Bytes rest = body.subspan(taken);
    events_.add(rest, {side, at + taken, at + body.size()}, out);
    events_.finish({side, at + taken, at + body.size()}, ends_early, out);
    taken = body.size();
    done_ = true;
  }
  if (left_ != ~u64(0)) left_ -= taken;
  return taken;
}

void EventBody::tell_chunk(Side side, Bytes bytes, u64 at, std::string_view trouble, Out& out) {
  auto* facts = context_.arena.make<HttpFacts>();
  facts->form = HttpFacts::Form::chunk;
  facts->trouble = trouble;
  facts->kind = field::Kind::truncated;
  out.message({.protocol = &http_protocol,
               .side = side,
               .from = at,
               .to = at + bytes.size(),
               .bytes = bytes,
               .header = u32(std::min<std::size_t>(bytes.size(), 0xffff)),
               .facts = facts});
}

std::size_t EventBody::chunk(Side side, Bytes have, u64 at, bool ended, Out& out) {
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  const ChunkWalk::Step step = walk.step(have, c);
  if (step == ChunkWalk::Step::broken || (step == ChunkWalk::Step::more && ended)) {
    done_ = true;
    lost_ = step == ChunkWalk::Step::broken;
    if (!lost_) tell_chunk(side, have, at, "the stream ends inside this chunk", out);
    events_.finish({side, at, at}, ends_early, out);
    return lost_ ? 0 : have.size();
  }
  if (step == ChunkWalk::Step::more) {
    wants_ = walk.need();
    return 0;
  }
  tell_chunk(side, have.first(c.end), at, {}, out);
  if (step == ChunkWalk::Step::chunk) {
    unpacked(have.subspan(c.data_at, std::size_t(c.size)), {side, at, at + c.end}, out);
  } else {
    done_ = true;
    events_.finish({side, at, at + c.end}, ends_early, out);
  }
  return c.end;
}

void EventBody::unpacked(Bytes data, const EventSplitter::Origin& origin, Out& out) {
  if (muted_) return;
  if (inflater_ == nullptr) return events_.add(data, origin, out);
  std::vector<u8> plain;
  const Inflater::Verdict v = inflater_->add(data, plain, context_.limits.body);
  events_.add(context_.arena.copy(Bytes(plain)), {origin.side, origin.from, origin.to, "http"},
              out);
  if (!Inflater::failed(v)) return;
  events_.finish(origin, v == Inflater::Verdict::broken ? does_not_unpack : unpacks_too_far, out);
  muted_ = true;
}

void EventBody::gap(Side side, Bytes have, u64 at, u64 n, Out& out) {
  const EventSplitter::Origin origin{side, at, at + have.size()};
  const u64 missing = have.size() + n;
  if (chunked_) {
    if (!have.empty()) tell_chunk(side, have, at, "the rest of this chunk was not captured", out);
    events_.finish(origin, not_captured, out);
    done_ = lost_ = true;
    return;
  }
  events_.add(have, origin, out);
  events_.finish(origin, not_captured, out);
  events_.begin_in_middle();
  if (left_ == ~u64(0)) return;
  left_ -= std::min(left_, missing);
  done_ = left_ == 0;
}

}  // namespace netpeel::stream
