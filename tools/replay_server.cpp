// netpeel replay to a server: the client side of recorded conversations again, and what the server
// says now beside what it said then.
#include <algorithm>
#include <charconv>

#include "base/caret.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "replay.hpp"
#include "replay/verdict.hpp"
#include "view/said.hpp"

namespace netpeel::replay_tool {
namespace {

using replay::Level;
using replay::Recorded;

std::vector<Recorded> recordings(const Asked& asked, cli::Packets& packets) {
  packets.tracking.need = flow::Need::streams;
  replay::Recording recording(packets.tracking.limits);
  packets.open(&recording);
  while (packets.next() != nullptr) {
    if (recording.full()) {
      throw base::Error::sentence("the conversations in " + asked.file + " are too long to keep",
                                  "Choose some of its packets first: netpeel decode -r " +
                                      asked.file + " -Y 'tcp.stream == 3' -w less.pcapng");
    }
  }
  return recording.take(asked.bytes);
}

void describe(const Recorded& r, base::Text& out) {
  out.add(replay::level_name(r.level)).add(", ");
  view::add_end(out, r.conversation.client);
  out.add(" to ");
  view::add_end(out, r.conversation.server);
  u64 of_client = 0;
  for (const auto& u : r.said) of_client += u.side == replay::Side::client;
  out.add(", the client says ").dec(of_client).add(" things, the server ");
  out.dec(r.said.size() - of_client).add(", from frame ").dec(r.conversation.first_frame);
  out.add(" on\n");
}

[[noreturn]] void list(const Asked& asked, const std::vector<Recorded>& all) {
  constexpr std::size_t most = 50;
  base::Text out;
  out.add("there are ").dec(all.size()).add(" conversations to choose from:\n");
  for (std::size_t i = 0; i < all.size() && i < most; ++i) {
    out.add("  --stream ").dec(all[i].streams[0]).add("  ");
    describe(all[i], out);
  }
  if (all.size() > most) out.add("  … and ").dec(all.size() - most).add(" more\n");
  out.add("or --stream all, each with a client of its own");
  cli::usage_error("say which conversation of " + asked.file + " is to be had again",
                   std::string(out.view()));
}

bool has(const Recorded& r, u32 stream) {
  return std::find(r.streams.begin(), r.streams.end(), stream) != r.streams.end();
}

std::vector<Recorded> chosen(const Asked& asked, std::vector<Recorded> all) {
  if (all.empty()) {
    cli::usage_error("there is no conversation in " + asked.file +
                         " in which a client says "
                         "something",
                     "netpeel flows shows what there is.");
  }
  if (asked.stream.empty()) {
    if (all.size() > 1) list(asked, all);
    return all;
  }
  if (asked.stream == "all") return all;
  u32 stream = 0;
  const char* const end = asked.stream.data() + asked.stream.size();
  const auto [p, problem] = std::from_chars(asked.stream.data(), end, stream);
  if (problem != std::errc{} || p != end)
    cli::usage_error("--stream wants a number or all, not \"" + asked.stream + "\"");
  // TCP's numbers and UDP's are counted apart: TCP comes first.
  for (const bool udp : {false, true}) {
    for (Recorded& r : all) {
      if (!has(r, stream) || (r.level == Level::udp) != udp) continue;
      std::vector<Recorded> out;
      out.push_back(std::move(r));
      return out;
    }
  }
  cli::usage_error("there is no such conversation in " + asked.file + " as --stream " +
                       asked.stream + ", or its client says nothing",
                   "Without --stream those that there are get listed.");
}

// What cannot be had again.
void complain(const Asked& asked, const std::vector<Recorded>& all) {
  for (const Recorded& r : all) {
    base::Text which;
    describe(r, which);
    const std::string about(which.view().substr(0, which.size() - 1));
    if (r.midway) {
      throw base::Error::sentence("the capture begins in the middle of the conversation (" + about +
                                      "): how it was opened is not known",
                                  "Capture it from its first packet on.")
          .with_exit(cli::wrong_use);
    }
    if (r.encrypted) {
      throw base::Error::sentence("the conversation is encrypted by TLS (" + about +
                                      "): what was said is not known, and its bytes mean nothing "
                                      "to another server",
                                  "Where the bytes themselves are wanted: --bytes.")
          .with_exit(cli::wrong_use);
    }
    if (r.missing > 0 && !asked.quiet) {
      cli::complain(std::to_string(r.missing) + " bytes of the conversation were not captured (" +
                    about + "): what they said is left out");
    }
  }
}

}  // namespace

int onto_server(const Asked& asked) {
  const auto target = replay::parse_target(asked.to);
  if (!target) cli::usage_error("--to: " + base::pointed(asked.to, target.complaint()));
  const double patience =
      asked.patience.empty() ? 5 : number("--patience", asked.patience, 0.01, 3600);
  cli::PacketOptions options;
  options.input.file = asked.file;
  options.as = asked.as;
  options.quiet = asked.quiet;
  cli::Packets packets(options);
  const std::vector<Recorded> all = recordings(asked, packets);
  const int how = packets.finish();
  if (cli::stopped()) return how;
  if (all.empty() && how != cli::done) return how;
  const std::vector<Recorded> these = chosen(asked, all);
  complain(asked, these);

  const replay::Dial dial(*target, asked.really);
  const replay::RerunPlan plan{.registry = packets.registry(),
                               .limits = packets.tracking.limits,
                               .patience = i64(patience * 1e9),
                               .stopped = cli::stopped};
  const replay::Rerun live = replay::rerun(dial, these, plan);
  const replay::Contrast contrast = replay::contrast(these, live);
  const replay::Told told{
      .recorded = these, .live = live, .contrast = contrast, .target = target->text()};
  cli::Output out;
  if (asked.json) {
    replay::tell_json(told, out.text());
  } else {
    replay::tell(told, cli::terminal_width(1, 100), out.text());
  }
  out.flush();
  if (live.stopped && !asked.quiet) cli::complain("stopped before the conversation was over");
  if (how != cli::done) return how;
  return contrast.equal() ? cli::done : cli::check_said_no;
}

}  // namespace netpeel::replay_tool
