// netpeel follow: what two ends said to each other, bytes or messages.

#include <algorithm>
#include <charconv>

#include "base/shell.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "stream/all.hpp"
#include "view/follow.hpp"
#include "view/survey.hpp"

namespace {

using namespace netpeel;
using flow::Conversation;

struct Asked {
  cli::PacketOptions packets;
  std::string stream, proto, side;
  bool raw = false, json = false, pings = false, full = false;
};

void describe(cli::Options& options, Asked& to) {
  cli::describe(options, to.packets,
                "The conversations with a frame that matches, such as 'http.response.code == 404'");
  options.text("--stream", to.stream, "N|udp:N|all",
               "This conversation: its tcp.stream, or its udp.stream (with --proto udp also N)");
  options.text("--proto", to.proto, "NAME",
               "tcp, udp: bytes; http, websocket, socketio, sse, tls, resp, dns …: messages");
  options.choice("--side", to.side, {"client", "server"}, "Only what this side says");
  options.flag("--raw", to.raw,
               "With --side: its bytes, or the messages' payloads, and nothing else");
  options.flag("--json", to.json, "One object for each thing said");
  options.flag("--pings", to.pings, "With socketio: also Engine.IO's own packets, such as pings");
  options.flag("--full", to.full, "All of long binary data");
  options.example("netpeel follow -r capture.pcapng",
                  "What was said; or which conversations there are.");
  options.example("netpeel follow -r capture.pcapng --proto http -Y 'http.response.code >= 400'",
                  "The HTTP conversations in which something failed.");
  options.example("netpeel follow -r capture.pcapng --stream 3 --raw --side server > answer",
                  "The server's bytes, exactly.");
}

// What --proto asks for.
struct Subject {
  std::string_view protocol{};  // of messages; empty: bytes
  bool tcp = true, udp = true;

  // An Engine.IO session goes over several connections: what one of them says may need the others.
  bool spans() const { return protocol == "sio" || protocol == "eio"; }
  flow::Need need() const { return protocol.empty() ? flow::Need::analysis : flow::Need::streams; }
  bool has(Conversation::Kind kind) const { return kind == Conversation::Kind::tcp ? tcp : udp; }
};

Subject subject(const std::string& proto) {
  if (proto.empty()) return {};
  if (proto == "tcp") return {.udp = false};
  if (proto == "udp") return {.tcp = false};
  const std::string_view name = proto == "socketio"   ? "sio"
                                : proto == "engineio" ? "eio"
                                                      : std::string_view(proto);
  for (const stream::Streamed* s : stream::all()) {
    if (s->name == name) return {.protocol = s->name};
  }
  cli::usage_error("--proto does not know \"" + proto + "\"",
                   "It knows tcp and udp (bytes), and the messages of http, websocket, socketio, "
                   "engineio, sse, tls, resp and dns.");
}

bool is_udp(const std::string& stream) { return stream.starts_with("udp:"); }

u32 number(std::string text) {
  if (is_udp(text)) text.erase(0, 4);
  u32 out = 0;
  const char* const end = text.data() + text.size();
  const auto [p, problem] = std::from_chars(text.data(), end, out);
  if (problem != std::errc{} || p != end || out >= flow::all_streams - 1) {
    cli::usage_error("--stream wants a number, udp: and a number, or all, not \"" + text + "\"",
                     "Without it, follow lists the conversations.");
  }
  return out;
}

std::string quoted(const std::string& word) {
  if (word.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@+") ==
      std::string::npos)
    return word;
  return base::shell_quoted(word);
}

std::string command(const Asked& asked, std::string_view proto, const std::string& stream) {
  std::string out =
      "netpeel follow " +
      quoted(asked.packets.words.empty() ? asked.packets.input.file : asked.packets.words[0]);
  for (const std::string& rule : asked.packets.as) out += " --as " + quoted(rule);
  if (!proto.empty()) out += " --proto " + std::string(proto);
  return out + (asked.pings ? " --pings" : "") + " --stream " + stream;
}

// The conversations to choose from, each with the command that follows it.
void list(const Asked& asked, const std::vector<Conversation>& found, base::Text& out) {
  constexpr std::size_t most = 100;
  out.dec(found.size()).add(" conversations. To follow one of them:\n\n");
  std::size_t n = 0;
  for (const Conversation& c : found) {
    if (n++ == most) break;
    // Of one type: else a string is made, which ends with this line.
    const std::string_view kind = c.kind == Conversation::Kind::udp ? "udp" : "";
    const std::string_view proto = asked.proto.empty() ? kind : std::string_view(asked.proto);
    const bool other = c.kind == Conversation::Kind::udp && proto != "udp";
    const std::string stream = (other ? "udp:" : "") + std::to_string(c.stream);
    out.add("  ").escaped(command(asked, proto, stream)).add("\n      ");
    out.add(c.kind == Conversation::Kind::tcp ? "TCP, " : "UDP, ");
    view::add_end(out, c.client);
    out.add(" to ");
    view::add_end(out, c.server);
    out.add(", ")
        .dec(c.frames[0] + c.frames[1])
        .add(" frames, ")
        .dec(c.bytes[0] + c.bytes[1])
        .add(" bytes from frame ");
    out.dec(c.first_frame).add(" on\n");
  }
  if (found.size() > most)
    out.add("  … and ").dec(found.size() - most).add(" more; -Y chooses among them\n");
  out.add("\nAll of them, in the order of time:\n\n  ")
      .escaped(command(asked, asked.proto, "all"))
      .add('\n');
}

// Looks through the file once: those that -Y asks for, or all.
std::vector<Conversation> survey(cli::Packets& packets, const Subject& subject) {
  const bool choosing = packets.where().has_value();
  packets.tracking.need = subject.need();
  view::Survey survey(packets.registry(), subject.protocol);
  packets.open(&survey);
  while (const field::Packet* packet = packets.next()) {
    if (choosing) survey.choose(packet->frame.number);
  }
  std::vector<Conversation> found = survey.list(choosing);
  std::erase_if(found, [&](const Conversation& c) { return !subject.has(c.kind); });
  return found;
}

// Which conversations are followed.
struct Choice {
  bool all = false;
  std::vector<u64> keys;  // sorted; see view::conversation_key

  bool has(const Conversation& c) const {
    return all ||
           std::binary_search(keys.begin(), keys.end(), view::conversation_key(c.kind, c.stream));
  }
};

std::unique_ptr<view::SaidPrinter> printer(const Asked& asked) {
  if (asked.raw) return view::said_raw();
  if (asked.json) return view::said_json();
  return view::said_text({.color = cli::wants_color(1), .full = asked.full});
}

// Streams are put together only where somebody reads them.
void spare(flow::TrackerSettings& tracking, const Subject& subject, const Choice& choice) {
  tracking.need = subject.need();
  constexpr u32 none = flow::all_streams - 1;
  if (!subject.tcp) tracking.only_stream = none;
  if (!subject.spans() && subject.tcp && !choice.all && choice.keys.size() == 1) {
    const u64 key = choice.keys[0];
    const bool tcp = key == view::conversation_key(Conversation::Kind::tcp, u32(key));
    tracking.only_stream = tcp ? u32(key) : none;
  }
}

int follow_those(const Asked& asked, const Subject& subject, const Choice& choice) {
  cli::PacketOptions options = asked.packets;
  options.where.clear();  // it has chosen already
  cli::Packets packets(options);
  spare(packets.tracking, subject, choice);
  cli::Output out;
  const std::unique_ptr<view::SaidPrinter> print = printer(asked);
  view::FollowLook look{
      .messages = {.registry = packets.registry(),
                   .limits = packets.tracking.limits,
                   .pings = asked.pings},
      .protocol = subject.protocol,
      .join = !asked.raw && !asked.json
  };
  if (!asked.side.empty())
    look.side = asked.side == "client" ? flow::Side::client : flow::Side::server;
  view::Follow follow(
      look, [&](const Conversation& c) { return subject.has(c.kind) && choice.has(c); }, *print,
      out.text());
  packets.idle = [&] {
    follow.flush();
    out.flush();
  };
  packets.open(&follow);
  while (packets.next() != nullptr) out.poll();
  follow.finish();
  out.flush();
  if (asked.raw && follow.missing() > 0 && !asked.packets.quiet) {
    cli::complain(std::to_string(follow.missing()) + " bytes were not captured; they are left out");
  }
  const bool nothing = follow.told() == 0 && !cli::stopped();
  if (nothing && !asked.packets.quiet) {
    cli::complain(!follow.met() && asked.stream.empty() ? "no conversation there carries any bytes"
                  : !follow.met()
                      ? "there is no such conversation; without --stream, follow lists them"
                  : subject.protocol.empty() ? "the conversation carried no bytes"
                                             : "no " + asked.proto + " messages were found there");
  }
  const int how = packets.finish();
  return how == cli::done && nothing ? int(cli::check_said_no) : how;
}

void complain_of_wrong_use(const Asked& asked) {
  if (asked.raw && asked.json) cli::usage_error("--raw and --json do not go together");
  if (asked.raw && asked.side.empty()) {
    cli::usage_error("--raw writes what one side said, and nothing that tells the sides apart",
                     "Say which: --side client (who began) or --side server");
  }
  if (asked.raw && asked.stream == "all")
    cli::usage_error("--raw writes one conversation", "Give --stream a number.");
  if (!asked.stream.empty() && !asked.packets.where.empty()) {
    cli::usage_error("--stream and -Y both choose conversations: one of them is enough");
  }
}

int follow(int argc, char** argv) {
  Asked asked;
  cli::Options options(
      "follow", "Shows what the two ends of a conversation said to each other: bytes or messages.");
  describe(options, asked);
  options.parse(argc, argv);
  complain_of_wrong_use(asked);
  const Subject what = subject(asked.proto);
  Choice choice{.all = asked.stream == "all"};
  if (!asked.stream.empty() && !choice.all) {
    const bool udp = !what.tcp || is_udp(asked.stream);
    const auto kind = udp ? Conversation::Kind::udp : Conversation::Kind::tcp;
    choice.keys = {view::conversation_key(kind, number(asked.stream))};
  }
  if (!asked.stream.empty()) return follow_those(asked, what, choice);

  cli::Packets looking(asked.packets);
  if (!looking.file_size()) {
    if (asked.raw || looking.where()) {
      cli::usage_error("to choose a conversation follow looks through the file first, and a pipe "
                       "or an interface can be read only once",
                       "Save it in a file (netpeel capture -w FILE), or say --stream N.");
    }
    choice.all = true;
    return follow_those(asked, what, choice);
  }
  const std::vector<Conversation> found = survey(looking, what);
  for (const Conversation& c : found)
    choice.keys.push_back(view::conversation_key(c.kind, c.stream));
  // What -Y names is taken, and a Socket.IO session has several connections: those are shown
  // together.
  const bool together = (looking.where() || what.spans()) && !asked.raw;
  if (found.size() == 1 || (found.size() > 1 && together)) return follow_those(asked, what, choice);
  if (found.size() > 1 && (asked.raw || asked.json)) {
    cli::usage_error("there are " + std::to_string(found.size()) + " conversations to choose from",
                     "Say which: --stream N. Without --raw and --json, follow lists them.");
  }
  cli::Output out;
  if (found.size() > 1) list(asked, found, out.text());
  out.flush();
  if (found.empty() && !asked.packets.quiet) {
    cli::complain(what.protocol.empty() ? "no conversation there carries any bytes"
                                        : "no " + asked.proto + " messages were found there");
  }
  const int how = looking.finish();
  return how == cli::done && found.empty() ? int(cli::check_said_no) : how;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("follow", argc, argv, follow); }
