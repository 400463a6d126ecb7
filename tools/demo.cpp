// netpeel demo: servers and clients to watch. One verb, one file: a line in demo.hpp, one in the
// table here, one in CMakeLists.txt.
#include "demo.hpp"

#include <string>
#include <vector>

#include "cli/main.hpp"
#include "cli/options.hpp"

namespace {

using namespace netpeel;

struct Verb {
  std::string_view name, about;
  int (*body)(int argc, char** argv);
};
constexpr Verb verbs[]{
    {"serve", "all the servers: TCP, UDP, HTTP, WebSocket, Socket.IO", demo_serve},
    {"tcp", "a TCP client: lines, or bytes in a pipe", demo_tcp},
    {"udp", "a UDP client: datagrams", demo_udp},
    {"http", "an HTTP client: one request, or one a line", demo_http},
    {"ws", "a WebSocket client, with a handshake by hand", demo_ws},
    {"sio", "a Socket.IO client: events, answers, rooms, recovery", demo_sio},
    {"load", "many clients at once, and what that costs the server", demo_load},
};

std::string names() {
  std::string out;
  for (std::size_t i = 0; i < std::size(verbs); ++i) {
    if (i > 0) out += i + 1 == std::size(verbs) ? " or " : ", ";
    out += verbs[i].name;
  }
  return out;
}

int body(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  for (const Verb& verb : verbs) {
    if (verb.name == word) return verb.body(argc - 1, argv + 1);
  }
  std::string about = "Servers and clients to watch, and to take apart with decode and follow.\n";
  for (const Verb& verb : verbs) {
    about.append("\n  netpeel demo ")
        .append(verb.name)
        .append(7 - verb.name.size(), ' ')
        .append(verb.about);
  }
  std::vector<std::string> words;
  cli::Options options("demo", about);
  options.words("WORD", words, names() + "; each has its own --help");
  options.example("netpeel demo serve", "Everything on port 3000, TCP and UDP echo on port 7007.");
  options.example("netpeel demo serve --host 0.0.0.0", "For a classroom: others can reach it.");
  options.example("netpeel demo serve --help", "What it serves, and its options.");
  options.parse(argc, argv);
  if (words.empty())
    cli::usage_error("what should it do? " + names(), "For example: netpeel demo serve");
  cli::usage_error("demo does not know \"" + words[0] + "\"", "It knows " + names() + ".");
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("demo", argc, argv, body); }
