// netpeel TOOL …: runs netpeel-TOOL from the folder this program stands in, as git does.
#include <algorithm>
#include <dirent.h>
#include <unistd.h>
#include <vector>

#include "cli/main.hpp"
#include "cli/output.hpp"
#include "field/registry.hpp"

namespace {

using namespace netpeel;

struct Tool {
  std::string_view name, about;
};
// In the order a newcomer meets them. Only those that are there are listed.
constexpr Tool known[]{
    {"tour", "the main job in one go: a private lab, real traffic, taken apart"},
    {"doctor", "what works on this machine, and the one command that mends the rest"},
    {"capture", "live traffic into a pcapng file or pipe"},
    {"decode", "frames, layer by layer"},
    {"explain", "what a field, a protocol, a term or a byte means"},
    {"flows", "conversations and how they are doing"},
    {"follow", "what two ends said to each other"},
    {"ladder", "a sequence diagram of a conversation"},
    {"contrast", "two ways of doing the same thing, side by side"},
    {"replay", "a capture again: on the screen, on a wire, against a server"},
    {"demo", "servers and clients to watch: TCP, UDP, HTTP, WebSocket, Socket.IO"},
    {"lab", "a private network without root, with a bad wire"},
    {"lesson", "step through lessons"},
    {"class", "one page for the projector, one for the students' phones"},
};

std::vector<std::string> present(const std::string& folder) {
  std::vector<std::string> out;
  if (DIR* dir = opendir(folder.c_str())) {
    while (const dirent* entry = readdir(dir)) {
      const std::string name = entry->d_name;
      if (name.starts_with("netpeel-") && access((folder + "/" + name).c_str(), X_OK) == 0)
        out.push_back(name.substr(8));
    }
    closedir(dir);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void list(const std::string& folder, base::Text& out) {
  out.add("netpeel TOOL …: take real network traffic apart, layer by layer.\n\n");
  std::vector<std::string> tools = present(folder);
  for (const Tool& tool : known) {
    if (std::erase(tools, std::string(tool.name)) == 0) continue;
    out.add("  ")
        .add(tool.name)
        .fill(' ', 10 - std::min<std::size_t>(tool.name.size(), 9))
        .add(tool.about)
        .add('\n');
  }
  for (const std::string& other : tools) out.add("  ").add(other).add('\n');
  out.add("\nExamples:\n"
          "  netpeel decode -r capture.pcapng      what happened, one line a packet\n"
          "  netpeel decode -r capture.pcapng -V   every field of every layer\n"
          "  netpeel explain tcp.flags.syn         what a field means\n"
          "\nEach tool has its own --help.\n");
}

int run(int argc, char** argv) {
  const std::string folder = cli::program_folder();
  const std::string word = argc > 1 ? argv[1] : "--help";
  cli::Output out;
  if (word == "--help" || word == "-h" || (word == "help" && argc < 3)) {
    list(folder, out.text());
    out.flush();
    return cli::done;
  }
  if (word == "--version") {
    out.text().add("netpeel " NETPEEL_VERSION "\n");
    out.flush();
    return cli::done;
  }
  std::vector<char*> arguments(argv + 1, argv + argc);
  std::string tool = word;
  std::string help = "--help";
  if (word == "help") {
    tool = argv[2];
    arguments = {argv[2], help.data()};
  }
  if (!tool.empty() && tool.find('/') == std::string::npos && tool[0] != '-') {
    const std::string program = folder + "/netpeel-" + tool;
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    if (errno != ENOENT) throw base::Error("run " + program, errno);
  }
  std::string nearest;
  u32 least = 4;
  for (const std::string& name : present(folder)) {
    const u32 d = field::distance(name, tool);
    if (d < least) least = d, nearest = name;
  }
  cli::usage_error("there is no tool called \"" + tool + "\"",
                   (nearest.empty() ? "" : "Did you mean netpeel " + nearest + "? ") +
                       std::string("All tools: netpeel --help"));
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("", argc, argv, run); }
