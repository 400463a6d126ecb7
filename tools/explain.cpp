// netpeel explain: what a field, a protocol, a term or a byte means.
#include "view/explain.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "flow/registry.hpp"

namespace {

using namespace netpeel;

struct Asked {
  std::string file, model = "osi";
  u64 frame = 1, byte = 0;
  bool checksums = false, quiet = false;
  std::vector<std::string> words;
};

// What travels over TCP is only known where its conversation is followed, so all up to the frame is
// read as decode reads it.
int explain_byte(const Asked& asked, cli::Output& out) {
  cli::PacketOptions options;
  options.input.file = asked.file;
  options.checksums = asked.checksums;
  options.quiet = asked.quiet;
  cli::Packets packets(options);
  packets.from = packets.to = asked.frame;
  packets.tracking.need = flow::Need::streams;
  packets.open();
  const field::Packet* const packet = packets.next();
  if (packet == nullptr) {
    const int how = packets.finish();
    cli::complain("there is no frame " + std::to_string(asked.frame) + "; the input has " +
                  std::to_string(packets.seen()));
    return how != cli::done ? how : int(cli::check_said_no);
  }
  if (asked.byte >= packet->frame.size) {
    const u32 size = packet->frame.size;
    cli::usage_error("frame " + std::to_string(asked.frame) +
                     (size > 0 ? " has bytes 0 to " + std::to_string(size - 1) : " has no bytes"));
  }
  const view::Look look{.registry = packets.registry(),
                        .settings = packets.settings(),
                        .tcpip = asked.model == "tcpip"};
  view::explain_byte(look, *packet, u32(asked.byte), out.text());
  out.flush();
  return cli::done;
}

int explain(int argc, char** argv) {
  Asked asked;
  cli::Options options(
      "explain",
      "Says what a field, a protocol, a term of networking or a byte of a packet means.");
  options.words("word", asked.words,
                "A field (tcp.flags.syn), a protocol (udp) or a term (round-trip time)");
  options.text("-r,--read", asked.file, "FILE|-",
               "A byte of this capture file, with --frame and --byte");
  options.number("--frame", asked.frame, "N", "The frame's number, from 1");
  options.number("--byte", asked.byte, "M", "The byte's place in the frame, from 0");
  options.choice("--model", asked.model, {"osi", "tcpip"}, "How layers are numbered and named");
  options.flag("--checksums", asked.checksums, "Verify every checksum");
  options.flag("-q,--quiet", asked.quiet, "No notes");
  options.example("netpeel explain tcp.flags.syn", "A field.");
  options.example("netpeel explain upgrade handshake",
                  "A term; netpeel explain alone lists them all.");
  options.example("netpeel explain -r capture.pcapng --frame 7 --byte 42",
                  "One byte: which field, which bits, what they say.");
  options.parse(argc, argv);

  cli::Output out;
  if (!asked.file.empty()) {
    if (!asked.words.empty()) cli::usage_error("a word or a byte of a file, not both");
    if (!options.given("--byte"))
      cli::usage_error("which byte? Give --byte",
                       "netpeel decode -r FILE --frame N -T hex shows them.");
    if (asked.frame == 0) cli::usage_error("--frame counts from 1");
    return explain_byte(asked, out);
  }
  if (options.given("--byte") || options.given("--frame"))
    cli::usage_error("--frame and --byte speak of a file: give one with -r");
  const field::Registry registry = flow::registry();
  if (asked.words.empty()) {
    view::explain_index(registry, out.text());
    out.flush();
    return cli::done;
  }
  std::string word;
  for (const std::string& part : asked.words) word += (word.empty() ? "" : " ") + part;
  if (!view::explain_word(registry, word, asked.model == "tcpip", out.text())) {
    const std::string nearest = view::nearest_words(registry, word);
    cli::complain("nothing here is called \"" + word + "\"." +
                  (nearest.empty() ? "" : " Did you mean " + nearest + "?"));
    return cli::check_said_no;
  }
  out.flush();
  return cli::done;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("explain", argc, argv, explain); }
