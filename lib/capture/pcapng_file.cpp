// Reads pcapng files (draft-ietf-opsawg-pcapng; § numbers below are its sections). Interfaces of
// all sections are numbered through. Blocks that hold no frame and say nothing about interfaces are
// passed over by their length, however long.
#include <deque>
#include <limits>
#include <utility>

#include "base/bits.hpp"
#include "capture/reader.hpp"

namespace netpeel::capture {

namespace {

enum BlockType : u32 {
  section_header = 0x0a0d0d0a,
  interface_description = 1,
  old_packet = 2,
  simple_packet = 3,
  interface_statistics = 5,
  enhanced_packet = 6,
};

enum OptionCode : u16 {
  opt_end = 0,
  opt_comment = 1,
  if_name = 2,
  if_description = 3,
  if_tsresol = 9,
  if_tsoffset = 14,
  isb_ifrecv = 4,
  isb_ifdrop = 5,
  isb_osdrop = 7,
  isb_usrdeliv = 8,
};

constexpr std::size_t names_limit =
    4 << 20;  // bytes of all interfaces' names and descriptions; later ones stay empty

__extension__ using Wide = __int128;

constexpr i64 clamped(Wide v) {
  constexpr i64 least = std::numeric_limits<i64>::min(), most = std::numeric_limits<i64>::max();
  return v < least ? least : v > most ? most : i64(v);
}

// What an interface's timestamps mean (§4.2, if_tsresol and if_tsoffset).
struct Ticks {
  u64 factor = 1000;  // nanoseconds a tick; 0: see `resolution`
  u64 easy =
      u64(std::numeric_limits<i64>::max()) / 1000;  // so many ticks or more need the long way
  u8 resolution = 6;
  i64 offset = 0;  // seconds

  void set(u8 value, i64 seconds) {
    resolution = value;
    offset = seconds;
    factor = 0;
    easy = 0;
    if (value > 9) return;
    factor = 1;
    for (u32 i = value; i < 9; ++i) factor *= 10;
    if (offset == 0) easy = u64(std::numeric_limits<i64>::max()) / factor;
  }

  i64 time(u64 ticks) const {
    if (ticks < easy) return i64(ticks * factor);
    const Wide shift = Wide(offset) * 1'000'000'000;
    if (factor != 0) return clamped(Wide(ticks) * factor + shift);
    const u32 exponent = resolution & 0x7f;
    if ((resolution & 0x80) != 0) {  // 2^-exponent seconds
      if (exponent >= 64)
        return clamped((exponent < 94 ? Wide(ticks) * 1'000'000'000 >> exponent : 0) + shift);
      const u64 seconds = ticks >> exponent;
      const u64 rest = exponent == 0 ? 0 : ticks & (~u64(0) >> (64 - exponent));
      return clamped(Wide(seconds) * 1'000'000'000 + (Wide(rest) * 1'000'000'000 >> exponent) +
                     shift);
    }
    u64 rest = ticks;  // finer than nanoseconds
    for (u32 i = 9; i < exponent && rest > 0; ++i) rest /= 10;
    return clamped(Wide(rest) + shift);
  }
};

class PcapngFile final : public Reader {
 public:
  explicit PcapngFile(Window window) : Reader(std::move(window)) {}

  void again(const Place& place) override {
    to_skip_ = 0;
    if (const Section* known = section_of(place.at))
      section_ = known->ports, swapped_ = known->swapped;
    Reader::again(place);
  }

 private:
  // With the padding, which some writers forgot.
  static constexpr u32 padded(u32 length) { return (length + 3) & ~3u; }

  u64 resumes_at() const override { return window_.at() + padded(to_skip_); }

  struct Section {
    u64 at;     // where its header begins
    u32 ports;  // the first of its interfaces
    bool swapped;
  };

  struct Port {  // an interface, as the inner loop needs it
    Ticks ticks;
    u32 snap_length = 0;
    u16 link_type = 1;
    const base::Origin* origin = nullptr;  // in origins_
  };

  void read() override {
    joined_.clear();
    if (to_skip_ > 0 && !pass_over(std::exchange(to_skip_, 0))) return;
    while (count_ < batch_limit) {
      if (swapped_) {
        take<true>();
      } else {
        take<false>();
      }
      if (count_ == batch_limit || !special()) return;
    }
  }

  u32 word(const u8* p) const { return swapped_ ? base::le32(p) : base::be32(p); }
  u16 half(const u8* p) const { return swapped_ ? base::le16(p) : base::be16(p); }
  u64 tick_count(const u8* p) const { return u64(word(p)) << 32 | word(p + 4); }

  // How long the enhanced packet block is that begins here; 0: it is something else, not whole, or
  // not as it should be, and special() looks into it.
  template <bool Little>
  static u32 plain(const u8* p, u32 left, u64 ports) {
    const auto word = [](const u8* at) { return Little ? base::le32(at) : base::be32(at); };
    if (left < 32) return 0;
    const u32 length = word(p + 4);
    if (word(p) != enhanced_packet || length > left || length < 32 || length % 4 != 0) return 0;
    const u32 size = word(p + 20);
    if (word(p + 8) >= ports || size > length - 32 || size > largest_frame) return 0;
    return word(p + length - 4) == length ? length : 0;
  }

  Whole whole_frames(u32 of) const override {
    const u64 ports = ports_.size() - section_;
    Whole whole;
    for (;;) {
      const u8* const p = window_.data() + whole.bytes;
      const u32 left = of - whole.bytes;
      const u32 length = swapped_ ? plain<true>(p, left, ports) : plain<false>(p, left, ports);
      if (length == 0) return whole;
      whole.bytes += length;
      ++whole.frames;
    }
  }

  // Enhanced packet blocks that lie whole in the window, until something else comes (§4.3).
  template <bool Little>
  void take() {
    const auto word = [](const u8* p) { return Little ? base::le32(p) : base::be32(p); };
    const u8* p = window_.data();
    u32 left = window_.size();
    const u64 ports = ports_.size() - section_;
    const Port* const port_list = ports_.data() + section_;
    base::Frame* f = batch_.data() + count_;
    base::Frame* const full = batch_.data() + batch_limit;
    while (f != full) {
      const u32 length = plain<Little>(p, left, ports);
      if (length == 0) break;
      const u32 which = word(p + 8), size = word(p + 20), room = length - 32;
      const Port& port = port_list[which];
      const u32 whole = padded(size);
      f->data = p + 28;
      f->size = size;
      f->wire_size = std::max(size, word(p + 24));
      f->time = port.ticks.time(u64(word(p + 12)) << 32 | word(p + 16));
      f->number = ++number_;
      f->link_type = port.link_type;
      f->interface = u16(section_ + which);
      f->comment = {};
      if (room - whole >= 4) f->comment = comments(p + 28 + whole, room - whole);
      f->interface_name = port.origin->name;
      f->origin = port.origin;
      ++f;
      p += length;
      left -= length;
    }
    count_ = u32(f - batch_.data());
    window_.consume(window_.size() - left);
  }

  // One block that take() left. False: the batch is to be given out, or the input ended.
  bool special() {
    if (window_.size() < 12) return more("a block");
    const u8* p = window_.data();
    const u32 type = word(p);
    if (type == section_header) {
      const u32 order = base::be32(p + 8);
      if (order != 0x1a2b3c4d && order != 0x4d3c2b1a)
        return fail("a section header without pcapng's byte-order mark");
      swapped_ = order == 0x4d3c2b1a;
    }
    const u32 told = word(p + 4);
    if (told < 12 || told > 0xfffffffc) {
      return fail("a block says that it is " + std::to_string(told) +
                  " bytes long; the shortest has 12");
    }
    const u32 length = padded(told);
    const bool needed = (type >= interface_description && type <= simple_packet) ||
                        type == interface_statistics || type == enhanced_packet ||
                        type == section_header;
    // Of an endless block the first part is read; the rest can only be options.
    const u32 part = std::min(length, Window::block);
    if (!needed && length > window_.size()) return pass_over(told);
    if (window_.size() < part) return more("a block");
    if (part == length && word(p + length - 4) != told)
      return count_ == 0 && differs(window_.at(), told, word(p + length - 4));
    const u32 body = part - (part == length ? 12 : 8);
    bool good = true;
    const u64 at = window_.at();
    const bool again = at < known_to_;  // what it says of the file is known
    switch (type) {
      case section_header: good = again ? back_in(at) : section(p + 8, body); break;
      case interface_description: good = again || describe(p + 8, body); break;
      case interface_statistics: good = again || statistics(p + 8, body); break;
      case enhanced_packet: good = enhanced(p + 8, body); break;
      case old_packet: good = old(p + 8, body); break;
      case simple_packet: good = simple(p + 8, body); break;
      default: break;
    }
    if (!good) return false;
    known_to_ = std::max(known_to_, at + 1);
    if (part == length) {
      window_.consume(length);
      begins_here();
      return true;
    }
    if (count_ == 0) return pass_over(told);  // nothing in the window is needed any more
    to_skip_ = told;
    return false;
  }

  bool differs(u64 at, u32 start, u32 end) {
    broken(at, "a block says at its start that it is " + std::to_string(start) +
                   " bytes long, and at its end " + std::to_string(end));
    return false;
  }

  bool fail(std::string why) {
    // Frames of this batch are given first; the next call comes here again.
    if (count_ == 0) broken(window_.at(), std::move(why));
    return false;
  }

  // Reads more, if the window may move.
  bool more(const char* inside_what) {
    if (count_ > 0) return false;
    if (!window_.fill()) {
      out_of_bytes(inside_what);
      return false;
    }
    return true;
  }

  // A block that says at its start that it is `told` bytes long.
  bool pass_over(u32 told) {
    if (count_ > 0) return false;
    const u64 at = window_.at();
    if (window_.skip(padded(told) - 4) && window_.need(4)) {
      if (word(window_.data()) != told) return differs(at, told, word(window_.data()));
      window_.consume(4);
      begins_here();
      return true;
    }
    if (!window_.input().failure().empty()) {
      broken(window_.at(), window_.input().failure());
    } else {
      broken(at, "the input ends in the middle of a block, which begins here and says that it is " +
                     std::to_string(told) + " bytes long");
    }
    return false;
  }

  // Calls use(code, value) for each option (§3.5).
  template <class Use>
  void options(const u8* p, u32 left, Use use) const {
    while (left >= 4) {
      const u16 code = half(p), size = half(p + 2);
      p += 4;
      left -= 4;
      if (code == opt_end || size > left) return;
      use(code, Bytes(p, size));
      const u32 whole = std::min(left, padded(size));
      p += whole;
      left -= whole;
    }
  }

  std::string_view comments(const u8* p, u32 left) {
    std::string_view first;
    std::string* all = nullptr;
    bool any = false;
    options(p, left, [&](u16 code, Bytes value) {
      if (code != opt_comment) return;
      const std::string_view text = base::as_text(value);
      if (!any) {
        first = text;
        any = true;
        return;
      }
      if (all == nullptr) all = &joined_.emplace_back(first);
      *all += '\n';
      *all += text;
    });
    return all != nullptr ? std::string_view(*all) : first;
  }

  bool section(const u8* p, u32 body) {  // §4.1
    if (body < 16) return fail("a section header is too short");
    if (half(p + 4) != 1) {
      return fail("this section is written in version " + std::to_string(half(p + 4)) +
                  " of pcapng; only 1 is known");
    }
    section_ = u32(ports_.size());
    ++section_number_;
    // No frame is in a section that describes no interface: it need not be remembered.
    if (!sections_.empty() && sections_.back().ports == section_) sections_.pop_back();
    sections_.push_back({.at = window_.at(), .ports = section_, .swapped = swapped_});
    return true;
  }

  // The section that this byte of the file belongs to, as far as it is remembered; null: none.
  const Section* section_of(u64 at) const {
    const auto behind =
        std::upper_bound(sections_.begin(), sections_.end(), at,
                         [](u64 byte, const Section& section) { return byte < section.at; });
    return behind != sections_.begin() ? &behind[-1] : nullptr;
  }

  // The header of a known section comes once more.
  bool back_in(u64 at) {
    const Section* const known = section_of(at);
    section_ = known != nullptr && known->at == at ? known->ports : u32(ports_.size());
    return true;
  }

  std::string_view keep(Bytes value) {
    if (value.size() > names_limit - names_size_) return {};
    names_size_ += value.size();
    return names_.emplace_back(base::as_text(value));
  }

  bool describe(const u8* p, u32 body) {  // §4.2
    if (body < 8) return fail("an interface description is too short");
    if (ports_.size() > 0xffff) return fail("more than 65,536 interfaces are described");
    Port port;
    Interface seen;
    base::Origin origin{.section = section_number_, .id = u32(ports_.size()) - section_};
    port.link_type = seen.link_type = half(p);
    port.snap_length = seen.snap_length = word(p + 4);
    u8 resolution = 6;
    i64 offset = 0;
    options(p + 8, body - 8, [&](u16 code, Bytes value) {
      if (code == if_name) seen.name = origin.name = keep(value);
      if (code == if_description) seen.description = origin.description = keep(value);
      if (code == if_tsresol && value.size() == 1) resolution = value[0];
      if (code == if_tsoffset && value.size() == 8)
        offset = i64(swapped_ ? base::le64(value.data()) : base::be64(value.data()));
    });
    port.ticks.set(resolution, offset);
    port.origin = &origins_.emplace_back(origin);
    ports_.push_back(port);
    interfaces_.push_back(std::move(seen));
    return true;
  }

  bool statistics(const u8* p, u32 body) {  // §4.6
    if (body < 12) return fail("an interface statistics block is too short");
    if (word(p) >= ports_.size() - section_)
      return fail("statistics of an interface that is not described");
    std::optional<u64> received, interface_drops, system_drops, delivered;
    options(p + 12, body - 12, [&](u16 code, Bytes value) {
      if (value.size() != 8) return;
      const u64 number = swapped_ ? base::le64(value.data()) : base::be64(value.data());
      if (code == isb_ifrecv) received = number;
      if (code == isb_ifdrop) interface_drops = number;
      if (code == isb_osdrop) system_drops = number;
      if (code == isb_usrdeliv) delivered = number;
    });
    Interface& of = interfaces_[section_ + word(p)];
    of.received = received;
    // dumpcap has the kernel's count under ifdrop; the specification and we have it under osdrop.
    of.dropped_by_kernel = system_drops ? system_drops : interface_drops;
    of.dropped_by_us.reset();
    if (received && delivered) {
      const u64 lost = system_drops.value_or(0);
      if (*received >= lost && *received - lost >= *delivered)
        of.dropped_by_us = *received - lost - *delivered;
    }
    return true;
  }

  bool frame(u32 which, const u8* data, u32 size, u32 wire, i64 time, std::string_view comment) {
    const Port& port = ports_[section_ + which];
    base::Frame& f = batch_[count_++];
    f = {.data = data,
         .size = size,
         .wire_size = std::max(size, wire),
         .time = time,
         .number = ++number_,
         .link_type = port.link_type,
         .interface = u16(section_ + which),
         .comment = comment,
         .interface_name = port.origin->name,
         .origin = port.origin};
    return true;
  }

  // `after`: body bytes that follow the packet block's fixed part.
  bool checked(u32 which, u32 size, u32 after) {
    if (which >= ports_.size() - section_) {
      return fail("a frame of interface " + std::to_string(which) +
                  ", but this section describes only " + std::to_string(ports_.size() - section_));
    }
    if (size > largest_frame) {
      return fail("a frame says that " + std::to_string(size) +
                  " bytes of it were captured; more than " + std::to_string(largest_frame) +
                  " is not believed");
    }
    if (size > after) {
      return fail("a frame says that " + std::to_string(size) +
                  " bytes of it were captured, but its block has only " + std::to_string(after) +
                  " left");
    }
    return true;
  }

  std::string_view trailing_comments(const u8* data, u32 size, u32 after) {
    const u32 whole = padded(size);
    return after > whole ? comments(data + whole, after - whole) : std::string_view();
  }

  bool enhanced(const u8* p, u32 body) {  // §4.3
    if (body < 20) return fail("an enhanced packet block is too short");
    const u32 which = word(p), size = word(p + 12), after = body - 20;
    return checked(which, size, after) &&
           frame(which, p + 20, size, word(p + 16),
                 ports_[section_ + which].ticks.time(tick_count(p + 4)),
                 trailing_comments(p + 20, size, after));
  }

  bool old(const u8* p, u32 body) {  // appendix A
    if (body < 20) return fail("a packet block is too short");
    const u32 which = half(p), size = word(p + 12), after = body - 20;
    return checked(which, size, after) &&
           frame(which, p + 20, size, word(p + 16),
                 ports_[section_ + which].ticks.time(tick_count(p + 4)),
                 trailing_comments(p + 20, size, after));
  }

  bool simple(const u8* p, u32 body) {  // §4.4: of the first interface, with no time of its own
    if (body < 4) return fail("a simple packet block is too short");
    const u32 wire = word(p);
    u32 size = std::min(wire, body - 4);
    if (ports_.size() > section_ && ports_[section_].snap_length != 0)
      size = std::min(size, ports_[section_].snap_length);
    return checked(0, size, body - 4) && frame(0, p + 4, size, wire, 0, {});
  }

  bool swapped_ = false;
  u64 known_to_ = 0;  // of blocks that begin before this byte it is known what they say of the file
  u32 section_ = 0;   // the first interface of this section
  u32 section_number_ = 0;
  std::vector<Section> sections_;
  std::vector<Port> ports_;
  std::deque<std::string> names_;     // what the origins point into
  std::deque<base::Origin> origins_;  // what Frame::origin points to
  std::size_t names_size_ = 0;
  std::deque<std::string> joined_;  // this batch's joined comments
  u32 to_skip_ = 0;                 // a long block whose frame was given: how long it says it is
};

}  // namespace

std::unique_ptr<FrameSource> open_pcapng(Window window) {
  return std::make_unique<PcapngFile>(std::move(window));
}

}  // namespace netpeel::capture
