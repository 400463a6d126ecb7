// netpeel contrast: a capture, measured and drawn.
#include <algorithm>

#include "cli/main.hpp"
#include "cli/packets.hpp"
#include "contrast.hpp"
#include "flow/play.hpp"

namespace netpeel::contrast_tool {
namespace {

// The ladder, the meter and the heads hear of the same conversations.
class All final : public flow::Listener {
 public:
  All(view::LadderMaker& ladder, contrast::Meter& meter, contrast::Heads& heads)
      : ladder_(ladder), meter_(meter), heads_(heads) {}
  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& p) override {
    interface_ = p.frame.interface;
    meter_.packet(c, side, p);
  }
  void data(const flow::Conversation& c, flow::Side side, Bytes bytes, u64 at, u64 frame) override {
    meter_.data(c, side, bytes, at, frame);
    static_cast<flow::Listener&>(ladder_).data(c, side, bytes, at, frame);
  }
  void message(const flow::Conversation& c, const stream::Message& m,
               std::span<const u64> frames) override {
    meter_.message(c, m, frames);
    heads_.message(c, m, frames, interface_);
  }

 private:
  view::LadderMaker& ladder_;
  contrast::Meter& meter_;
  contrast::Heads& heads_;
  u16 interface_ = 0;
};

std::string name_of(const std::string& file) { return file.substr(file.find_last_of('/') + 1); }

// One pass. `refused`: numbers of frames that their receivers threw away; sorted.
void pass(const Asked& asked, const std::string& file, const std::vector<u64>& refused,
          contrast::Way& way, contrast::Heads& heads, int& code) {
  cli::PacketOptions options;
  options.input.file = file;
  options.where = asked.where;
  options.as = asked.as;
  options.quiet = true;
  cli::Packets packets(options);
  packets.everything = true;
  packets.tracking.taps = true;
  const auto thrown_away = [&](const field::Packet& packet) {
    return std::binary_search(refused.begin(), refused.end(), packet.frame.number);
  };
  packets.ignored = thrown_away;
  view::LadderMaker maker({.registry = packets.registry(), .settings = packets.settings()},
                          {.most = asked.most});
  contrast::Meter meter;
  All all(maker, meter, heads);
  packets.open(&all);
  while (const field::Packet* packet = packets.next()) {
    const u32 interfaces = u32(packets.source().interfaces().size());
    const bool ignored = thrown_away(*packet);
    const bool wanted = packets.matched() && meter.in_conversation();
    ignored ? meter.refused(*packet) : meter.add(*packet, wanted, interfaces);
    maker.add(*packet, wanted || ignored, interfaces);
  }
  const std::vector<std::string> names = flow::interface_names(packets.source());
  way.file = file;
  way.measure = meter.finish(names);
  way.ladder = maker.finish(names);
  code = std::max(code, packets.finish());
}

}  // namespace

void read(const Asked& asked, const std::string& file, contrast::Way& way, contrast::Heads& heads,
          int& code) {
  pass(asked, file, {}, way, heads, code);
  // Only when all was matched it is known which of them were bent on the way: then once more,
  // as if these had not come.
  std::vector<u64> refused;
  for (const contrast::Fate& fate : way.measure.fates) {
    if (fate.refused) refused.push_back(fate.arrived);
  }
  std::sort(refused.begin(), refused.end());
  if (!refused.empty()) {
    heads = {};
    pass(asked, file, refused, way, heads, code);
  }
  // The lab's own note on every packet, where all are delayed alike.
  for (view::Arrow& arrow : way.ladder.arrows) {
    if (arrow.comment == "a<>b delay " + asked.delay + ": delayed") arrow.comment.clear();
  }
  if (!way.measure.empty()) return;
  const std::string what = asked.where.empty()
                               ? "no TCP or UDP conversation is in " + name_of(file)
                               : "no conversation in " + name_of(file) + " matches -Y";
  if (asked.words.size() == 1) {
    throw base::Error::sentence("no TCP or UDP packet crossed the lab's wire",
                                "Where much is lost, so may be the question for b's address (ARP). "
                                "Try a milder --fault.");
  }
  if (code != cli::done) throw base::Error::sentence(what).with_exit(code);
  cli::usage_error(what, "netpeel decode " + file + " shows what is there.");
}

}  // namespace netpeel::contrast_tool
