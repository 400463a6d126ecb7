// netpeel lab: a private network without root, with a bad wire and a tap at every end.
#include <algorithm>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>

#include "base/caret.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "flow/registry.hpp"
#include "lab/control.hpp"
#include "lab/keeper.hpp"

namespace {

using namespace netpeel;

constexpr const char* default_name = "lab";
constexpr const char* language = R"(

A fault is [LINK] DIRECTION ACTION [WHICH] [PARAMETERS], in quotes because of the >:
  a>b drop data#3                the third segment with data, from a to b; also syn#1, ack#2, fin, rst
  a>b dup datagram#2             the second UDP datagram comes twice
  a>b swap data#4                the next one overtakes it
  a>b corrupt data#3 bit 100 fix one bit is turned over; fix mends the checksums
  a>b delay 200ms data#2..4      these later; without WHICH all of them
  a<>b rate 10mbit queue 32kB    a slow line, both ways
  a<>b loss 5% seed=7            by chance, the same every run
  a<>b reorder 10% 20ms          some later, so that others overtake
  a<>b mtu 900                   what is larger vanishes
  a>b cut data#1 for 2s          nothing passes from that packet on; cut alone: nothing anywhere
  heal, clear                    no cut any more; no fault any more
  r1-r2 a>b drop data#3          on that link of a row of hosts
  a>b drop (tcp.flags.fin == 1)#1  any filter, in parentheses)";

struct Asked {
  lab::ShapeOptions shape;
  std::vector<std::string> faults, servers, taps;
  std::string mtus, capture, on, name;
  u64 clients = 3, owner = 0;
  bool quiet = false;
};

bool quiet_notes = false;
void note(const std::string& says) {
  if (!quiet_notes) cli::complain(says);
}

// What stands behind -- is the program's; the rest is ours.
struct Split {
  std::vector<char*> ours;
  std::vector<std::string> theirs;
  bool marked = false;
};
Split split(int argc, char** argv) {
  Split out;
  for (int i = 0; i < argc; ++i) {
    if (!out.marked && std::string_view(argv[i]) == "--") {
      out.marked = true;
    } else if (out.marked) {
      out.theirs.emplace_back(argv[i]);
    } else {
      out.ours.push_back(argv[i]);
    }
  }
  return out;
}

void describe_lab(cli::Options& options, Asked& to) {
  options.choice("--shape", to.shape.shape, {"pair", "hops", "room"},
                 "pair: a and b; hops: a, r1, r2, b in a row; room: server and c1, c2 …");
  options.texts("--fault", to.faults, "FAULT",
                "What the wire does, such as 'a>b drop data#3' (several: several --fault)");
  options.texts("--serve", to.servers, "HOST:CMD",
                "Start this on a host first, and wait until it listens");
  options.text("-w,--write", to.capture, "FILE|-", "What every tap sees, as pcapng");
  options.texts("--tap", to.taps, "HOST", "Only the taps of this host (several: several --tap)");
  options.text("--mtu", to.mtus, "N[,N...]", "MTU of each link, from a's; hops has 1500,1500,900");
  options.number("--clients", to.clients, "N", "How many clients a room has");
  options.flag("--second-server", to.shape.second_server, "A room with a host server2");
  options.flag("--broker", to.shape.broker, "A room with a host broker");
  options.flag("-q,--quiet", to.quiet, "No notes");
}

std::vector<u32> mtu_list(const std::string& text) {
  std::vector<u32> out;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    u32 mtu = 0;
    const auto [stopped, problem] = std::from_chars(p, end, mtu);
    if (problem != std::errc{} || (stopped != end && *stopped != ',')) {
      cli::usage_error("--mtu wants numbers with commas between them, not \"" + text + "\"",
                       "For example: --mtu 1500,1500,900");
    }
    out.push_back(mtu);
    p = stopped + (stopped != end);
  }
  return out;
}

void check_host(const lab::Topology& topology, const std::string& host, const char* option) {
  if (topology.host(host) == nullptr) {
    cli::usage_error(std::string(option) + ": there is no host \"" + host + "\" in this lab",
                     "There are " + topology.names() + ".");
  }
}

lab::Server server(const std::string& text, const lab::Topology& topology) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    cli::usage_error("--serve wants a host, a colon and a command, not \"" + text + "\"",
                     "For example: --serve 'b:python3 -m http.server 80'");
  }
  check_host(topology, text.substr(0, colon), "--serve");
  return {text.substr(0, colon), text.substr(colon + 1)};
}

lab::Plan plan_of(Asked& asked, const field::Registry& registry) {
  lab::Plan plan;
  asked.shape.mtus = mtu_list(asked.mtus);
  asked.shape.clients = u32(std::min<u64>(asked.clients, 1'000'000));
  auto topology = lab::make_topology(asked.shape);
  if (!topology) cli::usage_error(topology.complaint().what, topology.complaint().hint);
  plan.topology = std::move(*topology);
  for (const std::string& text : asked.faults) {
    const auto fault = lab::parse_fault(text, registry);
    if (!fault) cli::usage_error("--fault: " + base::pointed(text, fault.complaint()));
    plan.faults.push_back(*fault);
  }
  for (const std::string& text : asked.servers) plan.servers.push_back(server(text, plan.topology));
  for (const std::string& host : asked.taps) check_host(plan.topology, host, "--tap");
  if (!asked.taps.empty() && asked.capture.empty())
    cli::usage_error("--tap chooses what -w writes, and there is no -w");
  plan.taps = asked.taps;
  plan.capture = asked.capture;
  plan.on = asked.on.empty() ? plan.topology.hosts[0].name : asked.on;
  check_host(plan.topology, plan.on, "--on");
  if (!asked.name.empty() && !lab::is_lab_name(asked.name)) {
    cli::usage_error("a lab's name has letters, digits, - and _ (32 at most), not \"" + asked.name +
                     "\"");
  }
  plan.name = asked.name;
  if (asked.owner > INT_MAX)
    cli::usage_error("--while: no process has a number like " + std::to_string(asked.owner));
  plan.owner = int(asked.owner);
  plan.application = "netpeel lab " NETPEEL_VERSION;
  plan.note = note;
  quiet_notes = asked.quiet;
  return plan;
}

// The other tools are found inside a lab as they are here, behind everything that the user has.
void extend_path() {
  const char* const path = std::getenv("PATH");
  setenv(
      "PATH",
      (std::string(path == nullptr ? "/usr/bin:/bin" : path) + ":" + cli::program_folder()).c_str(),
      1);
}

int run(int argc, char** argv) {
  Asked asked;
  Split words = split(argc, argv);
  cli::Options options("lab run",
                       std::string("Runs a program in a private network of its own, which ends "
                                   "with it; its exit code is passed on.") +
                           language);
  describe_lab(options, asked);
  std::vector<std::string> stray;
  options.words("CMD", stray, "The program and its arguments, behind --");
  options.text("--on", asked.on, "HOST",
               "The host on which it runs; a, or a room's server, where not given");
  options.text("--name", asked.name, "NAME",
               "So that netpeel lab fault, exec and status can reach it meanwhile");
  options.example("netpeel lab run -- ping -c 3 b", "Two hosts and a wire; a pings b.");
  options.example("netpeel lab run --fault 'b>a drop data#2' -w lost.pcapng --serve 'b:python3 -m "
                  "http.server 80' "
                  "-- curl -s http://b/",
                  "The second segment of the answer is lost; both ends are recorded.");
  options.example("netpeel lab run --shape hops -- sh",
                  "A shell on a, with two routers between a and b.");
  options.parse(int(words.ours.size()), words.ours.data());
  if (words.theirs.empty() || !stray.empty()) {
    cli::usage_error((stray.empty() ? "there is nothing to run" : "what is \"" + stray[0] + "\"?") +
                         std::string(" The program belongs behind --"),
                     "For example: netpeel lab run -- ping -c 3 b");
  }
  const field::Registry registry = flow::registry();
  lab::Plan plan = plan_of(asked, registry);
  plan.command = words.theirs;
  extend_path();
  return lab::run_lab(plan, registry);
}

int up(int argc, char** argv) {
  Asked asked;
  asked.name = default_name;
  cli::Options options("lab up", "Starts a private network and leaves it in the background.");
  describe_lab(options, asked);
  options.text("--name", asked.name, "NAME", "What it is called, if there are several");
  options.number("--while", asked.owner, "PID",
                 "It ends when this process does, however that ends; $$ is your shell");
  options.example("netpeel lab up", "Two hosts, a and b, until netpeel lab down.");
  options.example("netpeel lab up --name class --shape room --clients 20",
                  "A server and twenty clients.");
  options.example("netpeel lab up -w all.pcapng --serve 'b:python3 -m http.server 80'",
                  "With a web server, recorded.");
  options.parse(argc, argv);
  if (asked.capture == "-")
    cli::usage_error("a lab in the background has no standard output for -w -", "Give -w a file.");
  if (asked.name.empty()) asked.name = default_name;
  const field::Registry registry = flow::registry();
  const lab::Plan plan = plan_of(asked, registry);
  extend_path();
  const int code = lab::start_lab(plan, registry);
  if (code == cli::done && !asked.quiet) {
    const std::string end = asked.name == default_name ? "" : " --name " + asked.name;
    cli::complain("up with " + plan.topology.names() + "\nnetpeel lab shell " +
                  plan.topology.hosts[0].name + end + " goes there, netpeel lab down" + end +
                  " ends it");
  }
  return code;
}

int exec(int argc, char** argv) {
  Split words = split(argc, argv);
  std::vector<std::string> host;
  std::string name = default_name;
  cli::Options options("lab exec",
                       "Runs a program on a host of a lab that is up; its exit code is passed on.");
  options.words("HOST", host, "Where it runs; the program stands behind --");
  options.text("--name", name, "NAME", "The lab, if there are several");
  options.example("netpeel lab exec a -- ping -c 1 b", "One ping from a to b.");
  options.example("netpeel lab exec b -- python3 -m http.server 80", "A web server on b.");
  options.example("netpeel lab exec r1 -- cat /proc/net/route", "The ways that r1 knows.");
  options.parse(int(words.ours.size()), words.ours.data());
  if (host.size() != 1 || words.theirs.empty()) {
    cli::usage_error("a host and a program are wanted",
                     "For example: netpeel lab exec a -- ping -c 1 b");
  }
  extend_path();
  return lab::exec_in_lab(name, host[0], words.theirs);
}

int shell(int argc, char** argv) {
  std::vector<std::string> host;
  std::string name = default_name;
  cli::Options options("lab shell", "A shell on a host of a lab that is up.");
  options.words("HOST", host, "The host");
  options.text("--name", name, "NAME", "The lab, if there are several");
  options.example("netpeel lab shell a", "On a; exit leaves it.");
  options.example("netpeel lab shell b --name class", "On b of the lab called class.");
  options.example("SHELL=/bin/sh netpeel lab shell r1", "With another shell.");
  options.parse(argc, argv);
  if (host.size() != 1) cli::usage_error("a host is wanted", "For example: netpeel lab shell a");
  const char* const program = std::getenv("SHELL");
  extend_path();
  return lab::exec_in_lab(name, host[0],
                          {program == nullptr || *program == 0 ? "/bin/sh" : program});
}

// A question to a lab that is up: its answer to standard output, or what is wrong.
int ask(const std::string& name, const std::string& question, bool quiet = false) {
  std::signal(SIGINT, SIG_DFL);  // waiting for an answer is all there is to interrupt
  std::signal(SIGTERM, SIG_DFL);
  const lab::Reply reply = lab::ask_lab(name, question, question == "down");
  if (reply.code != 0) {
    cli::complain(reply.text);
    return reply.code;
  }
  if (quiet) return cli::done;
  cli::Output out;
  out.text().add(reply.text);
  if (!reply.text.empty() && !reply.text.ends_with('\n')) out.text().add('\n');
  out.flush();
  return cli::done;
}

int fault(int argc, char** argv) {
  std::vector<std::string> words;
  std::string name = default_name;
  bool quiet = false;
  cli::Options options(
      "lab fault",
      std::string("Changes what the wire of a lab that is up does, while traffic flows.") +
          language);
  options.words("FAULT", words, "What the wire should do from now on");
  options.text("--name", name, "NAME", "The lab, if there are several");
  options.flag("-q,--quiet", quiet, "Nothing but complaints");
  options.example("netpeel lab fault 'a>b drop data#3'",
                  "The third segment with data from now on is lost.");
  options.example("netpeel lab fault 'a<>b rate 1mbit queue 32kB'", "A slow line.");
  options.example("netpeel lab fault clear", "No faults any more.");
  options.parse(argc, argv);
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  if (text.empty())
    cli::usage_error("a fault is wanted", "For example: netpeel lab fault 'a>b drop data#3'");
  return ask(name, "fault " + text, quiet);
}

int status(int argc, char** argv) {
  std::string name;
  bool json = false;
  cli::Options options("lab status", "Hosts, faults, and what happened, of a lab that is up.");
  options.text("--name", name, "NAME", "The lab, if there are several");
  options.flag("--json", json, "One JSON object");
  options.example("netpeel lab status", "Everything about the lab, or which labs are up.");
  options.example("netpeel lab status --name class", "About that one.");
  options.example("netpeel lab status --json", "The same for a program.");
  options.parse(argc, argv);
  if (name.empty()) {
    const std::vector<std::string> all = lab::labs_up();
    name = all.size() == 1 ? all[0] : default_name;
    if (all.size() > 1 && std::find(all.begin(), all.end(), name) == all.end()) name = all[0];
    for (const std::string& other : all) {
      if (other != name) cli::complain("also up: " + other);
    }
  }
  return ask(name, json ? "status json" : "status");
}

int down(int argc, char** argv) {
  std::string name = default_name;
  bool all = false, quiet = false;
  cli::Options options("lab down", "Ends a lab and everything that runs in it.");
  options.text("--name", name, "NAME", "The lab, if there are several");
  options.flag("--all", all, "All of them");
  options.flag("-q,--quiet", quiet, "Nothing but complaints");
  options.example("netpeel lab down", "Ends the lab.");
  options.example("netpeel lab down --name class", "Ends that one.");
  options.example("netpeel lab down --all", "Ends all of yours.");
  options.parse(argc, argv);
  int code = cli::done;
  for (const std::string& one : all ? lab::labs_up() : std::vector<std::string>{name})
    code = std::max(code, ask(one, "down", quiet));
  return code;
}

struct Verb {
  std::string_view name, about;
  int (*body)(int argc, char** argv);
};
constexpr Verb verbs[]{
    {"run",    "a network for one program, which ends with it", run   },
    {"up",     "a network that stays in the background",        up    },
    {"exec",   "a program on one of its hosts",                 exec  },
    {"shell",  "a shell on one of its hosts",                   shell },
    {"fault",  "change what its wire does",                     fault },
    {"status", "its hosts, its faults, what they did",          status},
    {"down",   "end it",                                        down  },
};

int body(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  for (const Verb& verb : verbs) {
    if (verb.name == word) return verb.body(argc - 1, argv + 1);
  }
  std::string about = "A private network without root: hosts with real kernels' stacks, a wire "
                      "that does what you say, a tap at each end.\n";
  for (const Verb& verb : verbs) {
    about.append("\n  netpeel lab ")
        .append(verb.name)
        .append(8 - verb.name.size(), ' ')
        .append(verb.about);
  }
  std::vector<std::string> words;
  cli::Options options("lab", about);
  options.words("WORD", words,
                "run, up, exec, shell, fault, status or down; each has its own --help");
  options.example("netpeel lab run -- ping -c 3 b", "Two hosts and a wire; a pings b.");
  options.example("netpeel lab run --fault 'a>b delay 200ms' -w slow.pcapng -- ping -c 3 b",
                  "With a slow wire, recorded at both ends.");
  options.example("netpeel lab up && netpeel lab shell a", "A network to walk around in.");
  options.parse(argc, argv);
  if (words.empty())
    cli::usage_error("what should it do? run, up, exec, shell, fault, status or down",
                     "For example: netpeel lab run -- ping -c 3 b");
  cli::usage_error("lab does not know \"" + words[0] + "\"",
                   "It knows run, up, exec, shell, fault, status and down.");
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("lab", argc, argv, body); }
