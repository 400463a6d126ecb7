// netpeel decode: frames by layer.
#include "capture/source.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "field/walk.hpp"
#include "proto/all.hpp"
#include "view/jsonl.hpp"

namespace {

using namespace netpeel;

int decode(int argc, char** argv) {
  cli::Options options("decode", "Peels the frames of a capture file layer by layer.");
  std::string file;
  bool json = false, checksums = false, payload = false;
  std::vector<std::string> words;
  options.text("-r,--read", file, "FILE|-", "Read this capture file; - is standard input");
  options.flag("--json", json, "One JSON object a frame");
  options.flag("--payload", payload, "Also the bytes carried");
  options.flag("--checksums", checksums, "Verify every checksum");
  options.words("file", words, "The same as -r");
  options.parse(argc, argv);
  if (file.empty() && words.size() == 1) file = words[0];
  if (file.empty()) cli::usage_error("no input: give a file", "For example: netpeel decode -r capture.pcapng");

  const field::Registry registry = proto::registry();
  view::JsonLines printer({.registry = registry, .settings = {.checksums = checksums}, .payload = payload});
  const auto source = capture::open_file(file);
  cli::Output out;
  field::Packet packet;
  bool first = true;
  while (!cli::stopped()) {
    const auto frames = source->next();
    if (frames.empty()) break;
    for (const base::Frame& frame : frames) {
      packet.frame = frame;
      if (first) packet.first_time = packet.previous_time = packet.previous_shown_time = frame.time;
      first = false;
      field::walk(registry, packet);
      printer.packet(packet, out.text());
      out.poll();
      packet.previous_time = packet.previous_shown_time = frame.time;
    }
  }
  out.flush();
  if (source->damage()) {
    cli::complain("the input is damaged at byte " + std::to_string(source->damage()->at) + ": " + source->damage()->why);
    return cli::damaged_input;
  }
  return cli::done;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("decode", argc, argv, decode); }
