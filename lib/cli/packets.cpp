#include "cli/packets.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/caret.hpp"
#include "cli/main.hpp"
#include "field/walk.hpp"
#include "flow/defrag.hpp"
#include "flow/need.hpp"
#include "flow/registry.hpp"

namespace netpeel::cli {
namespace {

filter::Filter compiled(const std::string& expression, const field::Registry& registry) {
  base::Result<filter::Filter> result = filter::compile(expression, registry);
  if (!result) usage_error("-Y: " + base::pointed(expression, result.complaint()));
  return std::move(*result);
}

void one_input(PacketOptions& options) {
  InputOptions& input = options.input;
  if (options.words.size() + (input.file.empty() ? 0 : 1) + (input.interfaces.empty() ? 0 : 1) >
      1) {
    usage_error("one input at a time: a file or -i");
  }
  if (!options.words.empty()) input.file = options.words[0];
  if (input.file.empty() && input.interfaces.empty()) {
    usage_error("no input: give a capture file, - for standard input, or -i with an interface",
                "For example: netpeel " + tool_name() + " -r capture.pcapng");
  }
  if (!input.capture_filter.empty() && input.interfaces.empty()) {
    usage_error("-f chooses what is captured, and a file has been captured already",
                "-Y chooses among its frames, such as -Y 'tcp.port == 80'");
  }
  input.quiet = options.quiet;
}

// The protocol of that name; else a complaint with the name that was perhaps meant.
u8 protocol_named(const field::Registry& registry, const std::string& name) {
  const u8 id = registry.protocol(name);
  if (registry[id].name == name) return id;
  std::string_view best;
  u32 least = 4;
  for (u32 i = 0; i < registry.size(); ++i) {
    const u32 d = field::distance(registry[u8(i)].name, name);
    if (d < least) least = d, best = registry[u8(i)].name;
  }
  usage_error("--as: there is no protocol \"" + name + "\"",
              best.empty() ? "netpeel explain lists the protocols."
                           : "Did you mean " + std::string(best) + "?");
}

}  // namespace

void describe(Options& options, PacketOptions& to, const std::string& where) {
  options.text("-r,--read", to.input.file, "FILE|-", "Read this capture file; - is standard input");
  options.texts("-i,--interface", to.input.interfaces, "IF",
                "Capture live on this interface (several: several -i)");
  options.text("-f,--capture-filter", to.input.capture_filter, "BPF",
               "With -i: what to capture, in tcpdump's language");
  options.text("-Y,--where", to.where, "EXPR", where);
  options.number("-c,--count", to.count, "N", "Stop after N such frames");
  options.texts("--as", to.as, "tcp.port==8080,http", "Decode that port as this protocol");
  options.flag(
      "--like-tshark", to.like_tshark,
      "Read streams as tshark does by default: no message with a late or lost segment, and "
      "by the port, not by what is said, where that port is another protocol's");
  options.flag("--checksums", to.checksums, "Verify every checksum");
  options.text("--max-memory", to.max_memory, "SIZE",
               "For conversations, such as 256M (512M); beyond it the oldest idle ones are closed");
  options.text("--max-body", to.max_body, "SIZE",
               "Of one joined or unpacked message body, such as 1M (8M)");
  options.flag("-q,--quiet", to.quiet, "No progress and no notes");
  options.words("file", to.words, "The same as -r");
}

u64 size_of(const std::string& option, const std::string& text) {
  u64 number = 0;
  const char* const end = text.data() + text.size();
  const auto [p, problem] = std::from_chars(text.data(), end, number);
  constexpr std::string_view units = "kmg";
  const std::size_t unit = p + 1 == end ? units.find(char(*p | 0x20)) : std::string_view::npos;
  const u32 shift = p == end ? 0 : u32(unit + 1) * 10;
  if (problem != std::errc{} || (p != end && unit == std::string_view::npos) ||
      number > u64(-1) >> 1 >> shift) {
    usage_error(option + " wants a size, not \"" + text + "\"",
                "For example: " + option + " 256M (k, M and G are understood)");
  }
  return number << shift;
}

void decode_as(field::Registry& registry, const std::string& rule) {
  struct Known {
    std::string_view name;
    field::Space space;
  };
  constexpr Known spaces[]{
      {"tcp.port",   field::Space::tcp_port },
      {"udp.port",   field::Space::udp_port },
      {"sctp.port",  field::Space::sctp_port},
      {"ethertype",  field::Space::ethertype},
      {"ip.proto",   field::Space::ip_proto },
      {"wtap_encap", field::Space::link     }
  };
  const std::size_t equals = rule.find("=="), comma = rule.find(',');
  const std::string shape = "For example: --as tcp.port==8080,http";
  if (equals == std::string::npos || comma == std::string::npos || comma < equals) {
    usage_error("--as does not understand \"" + rule + "\"", shape);
  }
  const std::string name = rule.substr(0, equals),
                    number = rule.substr(equals + 2, comma - equals - 2);
  const Known* const space = std::find_if(std::begin(spaces), std::end(spaces),
                                          [&](const Known& k) { return k.name == name; });
  if (space == std::end(spaces)) {
    usage_error("--as does not know \"" + name + "\"",
                "It knows tcp.port, udp.port, sctp.port, ethertype and ip.proto.");
  }
  u16 key = 0;
  const bool hex = number.starts_with("0x");
  const char* const end = number.data() + number.size();
  const auto [p, problem] = std::from_chars(number.data() + (hex ? 2 : 0), end, key, hex ? 16 : 10);
  if (problem != std::errc{} || p != end)
    usage_error("--as: \"" + number + "\" is no number from 0 to 65535", shape);
  registry.decode_as(space->space, key, protocol_named(registry, rule.substr(comma + 1)));
}

Packets::Packets(PacketOptions options)
    : options_(std::move(options)), registry_(flow::registry()) {
  one_input(options_);
  for (const std::string& rule : options_.as) decode_as(registry_, rule);
  settings_.checksums = options_.checksums;
  tracking.like_tshark = options_.like_tshark;
  if (!options_.where.empty()) where_ = compiled(options_.where, registry_);
  if (!options_.max_memory.empty()) tracking.memory = size_of("--max-memory", options_.max_memory);
  if (!options_.max_body.empty()) {
    tracking.limits.body =
        u32(std::min<u64>(size_of("--max-body", options_.max_body), u32(1) << 30));
  }
}

std::optional<u64> Packets::file_size() const {
  struct stat about {};
  const InputOptions& input = options_.input;
  if (!input.interfaces.empty() || input.file == "-") return std::nullopt;
  if (stat(input.file.c_str(), &about) != 0) return 0;
  return S_ISREG(about.st_mode) ? std::optional<u64>(u64(about.st_size)) : std::nullopt;
}

void Packets::open(flow::Listener* listener) {
  input_.emplace(options_.input);
  progress_.emplace(!options_.quiet && !input_->live());
  const flow::Need asked =
      where_ ? flow::need_of(registry_, where_->names()) : flow::Need::fragments;
  tracking.need = std::max(tracking.need, asked);
  const bool whole = from == 1 && to == u64(-1) && options_.count == 0;
  if (where_ && asked == flow::Need::fragments && tracking.need > asked && shown_alone && whole &&
      !input_->live() && Preview::possible(input_->source()))
    preview();
  tracker_.emplace(registry_, tracking, listener);
}

// A first reading: conversations without a frame that is shown need not be followed.
void Packets::preview() {
  capture::FrameSource& source = input_->source();
  flow::TrackerSettings assembling = tracking;
  assembling.need = flow::Need::fragments;
  std::optional<flow::Tracker> tracker;
  // Who looks at a part of the file does not know what was shown before it.
  const bool in_order =
      std::any_of(where_->names().begin(), where_->names().end(),
                  [](const std::string& name) { return name.starts_with("frame.time"); });
  preview_.emplace(in_order ? 1 : std::max(jobs, 1u));
  u64 frames = 0;
  const auto look = [&](std::span<const base::Frame> batch, Preview::Which which) {
    if (preview_->first()) progress_->at(frames, source.position(), source.size());
    for (const base::Frame& frame : batch) {
      take(frame, frames++ == 0);
      if (which != Preview::Which::pieces) preview_->frame(packet_);
      if (flow::may_be_piece(packet_)) {
        if (which == Preview::Which::no_pieces) {
          preview_->piece();
          continue;
        }
        if (!tracker) tracker.emplace(registry_, assembling);
        tracker->see(packet_);
      } else if (which == Preview::Which::pieces) {
        continue;
      }
      const bool shown = matches();
      if (shown) packet_.previous_shown_time = frame.time;
      if (shown || flow::shares_session(packet_)) preview_->want(packet_);
    }
  };
  if (!preview_->read(source, look)) preview_.reset();
  packet_.previous_shown_time = packet_.first_time;
}

bool Packets::refill() {
  capture::FrameSource& source = input_->source();
  if (input_->live() && idle) idle();
  progress_->at(seen_, source.position(), source.size());
  batch_ = preview_ ? preview_->next(source) : source.next();
  at_ = 0;
  if (!preview_ || batch_.empty()) return !batch_.empty();
  seen_ = preview_->number_before();
  packet_.frame.time = preview_->time_before();
  return true;
}

bool Packets::matches() {
  return packet_.frame.number >= from && (!where_ || where_->matches(packet_, settings_));
}

// The next frame of the file, walked.
void Packets::take(const base::Frame& frame, bool first) {
  const i64 before = packet_.frame.time;
  packet_.frame = frame;
  if (first) packet_.first_time = packet_.previous_shown_time = frame.time;
  packet_.previous_time = first ? frame.time : before;
  field::walk(registry_, packet_);
}

const field::Packet* Packets::next() {
  // The packet given last was shown.
  if (shown_ > 0) packet_.previous_shown_time = packet_.frame.time;
  while (!enough_ && !stopped()) {
    if (at_ == batch_.size() && !refill()) break;
    const base::Frame& frame = batch_[at_++];
    const bool first = seen_++ == 0;
    if (preview_ && !preview_->wanted(at_ - 1)) {
      packet_.frame.time = frame.time;
      continue;
    }
    take(frame, first);
    // Also frames that are not shown belong to conversations.
    if (!ignored || !ignored(packet_)) tracker_->see(packet_);
    enough_ = packet_.frame.number >= to;
    matched_ = matches();
    if (!matched_ && !everything) continue;
    if (matched_ && ++shown_ == options_.count) enough_ = true;
    return &packet_;
  }
  end();
  return nullptr;
}

void Packets::end() {
  if (ended_) return;
  ended_ = true;
  never_whole_ = tracker_->counts().never_whole;
  tracker_->finish();
  // Where reading stopped early, pieces that still waited are nobody's loss.
  if (!enough_ && !stopped()) never_whole_ = tracker_->counts().never_whole;
  progress_->clear();
}

int Packets::finish() {
  end();
  if (options_.quiet) return input_->finish();
  const flow::TrackerCounts& c = tracker_->counts();
  if (c.closed_early > 0) {
    complain(std::to_string(c.closed_early) + " of " + std::to_string(c.conversations) +
             " conversations were closed early to keep within the memory allowed; --max-memory "
             "gives more");
  }
  if (c.dropped_bytes > 0) {
    complain(
        std::to_string(c.dropped_bytes) +
        " bytes of streams were left out: they came twice and differed, or where none could be");
  }
  if (c.parts_left_out > 0) {
    complain(std::to_string(c.parts_left_out) +
             " messages were left out: more in one frame than are kept");
  }
  if (never_whole_ > 0) {
    complain(std::to_string(never_whole_) + " of " + std::to_string(never_whole_ + c.defragmented) +
             " packets in pieces never became whole: pieces are missing, came too late, or were "
             "too many "
             "to keep");
  }
  return input_->finish();
}

}  // namespace netpeel::cli
