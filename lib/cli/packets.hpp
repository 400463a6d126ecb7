// The loop that all tools over packets share: frames from a file, a pipe or an interface, walked,
// put into conversations, filtered. Knows the options that go with it, Ctrl-C, progress and the
// exit code. One thread.
//
//   cli::PacketOptions asked;
//   cli::describe(options, asked);            // and the tool's own options
//   options.parse(argc, argv);
//   cli::Packets packets(asked);              // complains of wrong use
//   packets.open(&listener);
//   while (const field::Packet* packet = packets.next()) …
//   …print; out.flush();
//   return packets.finish();
#pragma once
#include <functional>
#include <optional>

#include "cli/input.hpp"
#include "cli/options.hpp"
#include "cli/preview.hpp"
#include "cli/progress.hpp"
#include "filter/filter.hpp"
#include "flow/tracker.hpp"

namespace netpeel::cli {

struct PacketOptions {
  InputOptions input;
  std::string where;               // -Y
  std::vector<std::string> words;  // a file without -r
  std::vector<std::string> as;
  std::string max_memory, max_body;
  u64 count = 0;
  bool checksums = false, like_tshark = false, quiet = false;
};
// `where`: what -Y chooses.
// FILE, -r, -i, -f, -Y, -c, --as, --like-tshark, --checksums, --max-memory, --max-body, -q.
void describe(
    Options& options, PacketOptions& to,
    const std::string& where = "Only frames that match, such as 'tcp.port == 80 && ip.ttl < 10'");

class Packets {
 public:
  // Throws base::Error with exit 2 where the options do not go together, or a name or an expression
  // is wrong.
  explicit Packets(PacketOptions options);

  const field::Registry& registry() const { return registry_; }
  const field::Settings& settings() const { return settings_; }
  const std::optional<filter::Filter>& where() const { return where_; }

  // May be changed until open(). Its `need` is what the tool shows or follows; what -Y asks for is
  // added.
  flow::TrackerSettings tracking;
  // Only frames with these numbers are given, and reading ends behind the last; those before still
  // belong to conversations.
  u64 from = 1, to = u64(-1);
  // next() also gives the packets that do not match -Y; matched() tells them apart.
  bool everything = false;
  // What is shown of a packet speaks of its own conversation alone, and of no number that counts
  // conversations: where -Y says so, others need not be followed. The tool has no listener then.
  bool shown_alone = false;
  // So many processes may look a file over together.
  u32 jobs = 1;
  // A packet of which this says true belongs to no conversation: a receiver's kernel would throw it
  // away, say.
  std::function<bool(const field::Packet&)> ignored;
  // Live: called before waiting for frames, to write out what is there.
  std::function<void()> idle;

  // Throws as refuse_own_input() does.
  void spare_input(const std::string& option, const std::string& output) const {
    refuse_own_input(options_.input, option, output);
  }
  // Bytes of the input, if it is a file: it can be read twice, and by several processes, each of
  // which opens it for itself. 0 also if there is none of that name.
  std::optional<u64> file_size() const;
  // Opens the input; throws base::Error. The listener, which may be null, hears of all
  // conversations, whatever -Y says.
  void open(flow::Listener* listener = nullptr);
  // The next packet that matches -Y, with all that is known of its conversation; valid until the
  // next call. Null: the end, -c reached, or stopped; then all conversations are closed, and the
  // listener knows.
  const field::Packet* next();
  bool matched() const { return matched_; }
  // Reads no further, as if the input ended here.
  void enough() { enough_ = true; }
  // When all was printed: what must be said of bounds and damage, and the exit code.
  int finish();

  bool live() const { return input_->live(); }
  capture::FrameSource& source() { return input_->source(); }
  u64 seen() const { return seen_; }    // frames read
  u64 shown() const { return shown_; }  // packets given by next()
  const flow::TrackerCounts& counts() const { return tracker_->counts(); }

 private:
  bool refill();
  bool matches();
  void take(const base::Frame& frame, bool first);
  void preview();
  void end();

  PacketOptions options_;
  field::Registry registry_;
  field::Settings settings_;
  std::optional<filter::Filter> where_;
  std::optional<Input> input_;
  std::optional<Progress> progress_;
  std::optional<flow::Tracker> tracker_;
  std::optional<Preview> preview_;
  field::Packet packet_;
  std::span<const base::Frame> batch_;
  std::size_t at_ = 0;
  u64 seen_ = 0, shown_ = 0;
  u64 never_whole_ = 0;  // packets in pieces, but for those that waited where reading stopped early
  bool enough_ = false, ended_ = false, matched_ = true;
};

// "512M", "64k", "1000": bytes. Throws base::Error with exit 2, naming the option.
u64 size_of(const std::string& option, const std::string& text);
// --as: "tcp.port==8080,http".
void decode_as(field::Registry& registry, const std::string& rule);

}  // namespace netpeel::cli
