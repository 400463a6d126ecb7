// netpeel-capture: live traffic to pcapng. The only program of the family that may hold the right
// to capture, so it links nothing that parses packets (tests/unit/device/link_test.cpp looks), has
// a command line of its own, and gives the right up once its interfaces are open.
#include <getopt.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "capture/writer.hpp"
#include "device/interfaces.hpp"
#include "device/live.hpp"
#include "device/privileges.hpp"
#include "device/recorder.hpp"

using namespace netpeel;

namespace {

constexpr const char* application = "netpeel-capture " NETPEEL_VERSION;

constexpr const char* help =
    "Usage: netpeel capture [options] [capture filter]\n"
    "\n"
    "Writes live network traffic as pcapng, to a file or to standard output.\n"
    "\n"
    "What to capture\n"
    "  -i, --interface IF     listen on IF: a name or number of -D, or 'any';\n"
    "                         several -i are merged by time\n"
    "  -D, --list             list the interfaces, and end\n"
    "  -f, --filter FILTER    only what matches, such as 'tcp port 80';\n"
    "                         'man pcap-filter' has the language\n"
    "  -s, --snaplen BYTES    keep only the first bytes of each frame (all: 262144)\n"
    "  -p, --no-promiscuous   leave the card as it is: only traffic that is meant\n"
    "                         for this machine\n"
    "  -B, --buffer MIB       size of the kernel's buffer, each interface (16)\n"
    "      --immediate        hand over each frame at once, instead of in blocks\n"
    "\n"
    "Where to\n"
    "  -w, --write FILE       write into FILE (mode 0600); '-' is standard output,\n"
    "                         which is used if -w is not given\n"
    "  -b, --ring RULE        go on to a next numbered file: filesize:KB,\n"
    "                         duration:SECONDS; files:N keeps the last N\n"
    "\n"
    "When to end (Ctrl-C ends always)\n"
    "  -c, --count N          after N frames\n"
    "  -a, --autostop RULE    after duration:SECONDS, filesize:KB,\n"
    "                         or files:N (with -b)\n"
    "\n"
    "  -q, --quiet            no counts\n"
    "      --help, --version\n"
    "\n"
    "The signal USR1 prints the counts so far.\n"
    "\n"
    "Examples\n"
    "  netpeel capture -D\n"
    "  netpeel capture -i lo -w web.pcapng -a duration:10 tcp port 8080\n"
    "  netpeel capture -i eth0 -w - | netpeel decode -r -\n";

struct Usage {
  std::string what;
};

struct Options {
  std::vector<std::string> interfaces;
  std::string filter, file = "-";
  bool file_named = false, list = false, quiet = false, ring = false;
  device::LiveOptions live;
  device::RecordLimits limits;
  capture::RingRule rule;
};

u64 number(std::string_view text, const char* of, u64 least, u64 most) {
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw Usage{std::string(of) + " takes a whole number from " + std::to_string(least) + " to " +
                std::to_string(most) + ", not '" + std::string(text) + "'"};
  }
  return value;
}

constexpr i64 second = 1'000'000'000;

i64 seconds(std::string_view text, const char* of) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) || value > 3e9) {
    throw Usage{std::string(of) + " takes seconds, such as 10 or 0.5, not '" + std::string(text) +
                "'"};
  }
  return i64(value * double(second));
}

// "duration:10" and its relatives; the kilobyte has 1000 bytes, as in dumpcap.
template <class Use>
void rule(std::string_view text, const char* of, Use use) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon == std::string_view::npos || !use(name, text.substr(colon + 1))) {
    throw Usage{std::string(of) + " takes duration:SECONDS, filesize:KB or files:N, not '" +
                std::string(text) + "'"};
  }
}

Options parse(int argc, char** argv) {
  enum : int { immediate = 256, show_help, show_version };
  static const option names[] = {
      {"interface",       required_argument, nullptr, 'i'         },
      {"list",            no_argument,       nullptr, 'D'         },
      {"list-interfaces", no_argument,       nullptr, 'D'         },
      {"filter",          required_argument, nullptr, 'f'         },
      {"write",           required_argument, nullptr, 'w'         },
      {"count",           required_argument, nullptr, 'c'         },
      {"autostop",        required_argument, nullptr, 'a'         },
      {"ring",            required_argument, nullptr, 'b'         },
      {"snaplen",         required_argument, nullptr, 's'         },
      {"no-promiscuous",  no_argument,       nullptr, 'p'         },
      {"buffer",          required_argument, nullptr, 'B'         },
      {"immediate",       no_argument,       nullptr, immediate   },
      {"quiet",           no_argument,       nullptr, 'q'         },
      {"help",            no_argument,       nullptr, show_help   },
      {"version",         no_argument,       nullptr, show_version},
      {nullptr,           0,                 nullptr, 0           }
  };
  Options o;
  opterr = 0;
  for (int c; (c = getopt_long(argc, argv, ":i:Df:w:c:a:b:s:pB:qh", names, nullptr)) != -1;) {
    const std::string_view value = optarg != nullptr ? optarg : "";
    switch (c) {
      case 'i': o.interfaces.emplace_back(value); break;
      case 'D': o.list = true; break;
      case 'f': o.filter = value; break;
      case 'w': o.file = value, o.file_named = true; break;
      case 'c': o.limits.frames = number(value, "-c", 1, UINT64_MAX); break;
      case 's': {
        const u64 n = number(value, "-s", 0, 262144);
        o.live.snap_length = n == 0 ? 262144 : u32(n);
        break;
      }
      case 'p': o.live.promiscuous = false; break;
      case 'B': o.live.buffer_bytes = u32(number(value, "-B", 1, 2047)) << 20; break;
      case 'q': o.quiet = true; break;
      case immediate: o.live.immediate = true; break;
      case 'a':
        rule(value, "-a", [&](std::string_view name, std::string_view v) {
          if (name == "duration") return o.limits.nanoseconds = seconds(v, "-a duration"), true;
          if (name == "filesize")
            return o.limits.bytes = 1000 * number(v, "-a filesize", 1, 1u << 31), true;
          if (name == "files") return o.limits.files = u32(number(v, "-a files", 1, 99999)), true;
          return false;
        });
        break;
      case 'b':
        o.ring = true;
        rule(value, "-b", [&](std::string_view name, std::string_view v) {
          if (name == "duration") return o.rule.file_nanoseconds = seconds(v, "-b duration"), true;
          if (name == "filesize")
            return o.rule.file_bytes = 1000 * number(v, "-b filesize", 1, 1u << 31), true;
          if (name == "files") return o.rule.files = u32(number(v, "-b files", 1, 99999)), true;
          return false;
        });
        break;
      case 'h':
      case show_help: std::fputs(help, stdout), std::exit(0);
      case show_version: std::puts(application), std::exit(0);
      case ':': throw Usage{std::string(argv[optind - 1]) + " needs a value"};
      default:
        throw Usage{"there is no option " + (optopt > 0 && optopt < 256
                                                 ? std::string("-") + char(optopt)
                                                 : std::string(argv[optind - 1]))};
    }
  }
  for (; optind < argc; ++optind)
    o.filter += (o.filter.empty() ? "" : " ") + std::string(argv[optind]);
  if (o.ring && o.file == "-")
    throw Usage{"-b makes several files; name them with -w, such as -w web.pcapng"};
  if (o.ring && o.rule.file_bytes == 0 && o.rule.file_nanoseconds == 0) {
    throw Usage{"-b files:N also needs to know when a file is full: add -b filesize:KB or -b "
                "duration:SECONDS"};
  }
  if (o.limits.files > 0 && !o.ring)
    throw Usage{"-a files:N counts the files of a ring: add -b filesize:KB or -b duration:SECONDS"};
  return o;
}

void list() {
  const auto all = device::interfaces();
  std::size_t width = 0;
  for (const auto& i : all) width = std::max(width, i.name.size());
  u32 number = 0;
  for (const auto& i : all) {
    std::string line = std::to_string(++number) + ". ";
    line.insert(0, 4 - std::min<std::size_t>(4, line.size()), ' ');
    line += i.name + std::string(width - i.name.size() + 2, ' ') +
            (!i.network ? "-   "
             : i.up     ? "up  "
                        : "down") +
            "  " + i.kind;
    for (const std::string& a : i.addresses) line += (&a == i.addresses.data() ? "; " : ", ") + a;
    if (!i.mac.empty()) line += "; MAC " + i.mac;
    base::Text out;
    out.escaped(line).add('\n');
    std::fwrite(out.view().data(), 1, out.size(), stdout);
  }
}

device::RecordSignals signals;

void on_signal(int which) {
  if (which == SIGUSR1) {
    signals.report = true;
  } else {
    ++signals.stop;
  }
}

// Delivered only while the recorder waits.
void hold_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigset_t held;
  sigemptyset(&held);
  for (int s : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction old {};
    // Under nohup it goes on. SIGINT is taken even so: shells ignore it for background jobs, where
    // kill -INT ends us.
    if (s == SIGHUP && sigaction(s, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    sigaction(s, &action, nullptr);
    sigaddset(&held, s);
  }
  sigprocmask(SIG_BLOCK, &held, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

void say(const std::string& sentence) {
  std::fprintf(stderr, "netpeel-capture: %s\n", sentence.c_str());
}

std::string frames(u64 n) { return std::to_string(n) + (n == 1 ? " frame" : " frames"); }

void say_counts(device::Recorder& recorder) {
  const auto all = recorder.counts();
  for (const auto& c : all) {
    // libpcap's count has the frames of the loopback both as they go out and as they come in.
    say((all.size() > 1 ? c.interface + ": " : "") + frames(c.written) + " written, " +
        std::to_string(c.received) +
        (c.interface == "lo" ? " received (on lo each counts twice: out and in), "
                             : " received, ") +
        std::to_string(c.dropped_by_kernel) + " dropped by the kernel, " +
        std::to_string(c.dropped_by_us) + " dropped by netpeel-capture");
  }
}

void explain_filter(const Options& o, const base::Complaint& complaint) {
  say("the capture filter is not understood: " + complaint.what);
  std::fprintf(stderr, "  %s\n", o.filter.c_str());
  const bool display =
      o.filter.find("==") != std::string::npos || o.filter.find("&&") != std::string::npos ||
      o.filter.find("tcp.") != std::string::npos || o.filter.find("ip.") != std::string::npos;
  std::fputs(
      display
          ? "  That looks like a display filter, which works after capturing: netpeel decode -Y. A "
            "capture filter is\n"
            "  written like 'tcp port 80 and host 192.0.2.1'; 'man pcap-filter' has the language.\n"
          : "  Examples: 'tcp port 80', 'host 192.0.2.1 and udp', 'icmp or arp'; 'man pcap-filter' "
            "has the language.\n",
      stderr);
}

int record(Options& o) {
  if (o.file == "-" && isatty(STDOUT_FILENO)) {
    throw Usage{
        "frames are not for a terminal; write them into a file with -w NAME.pcapng, or pipe them: "
        "netpeel capture -w - | netpeel decode -r -"};
  }
  if (o.interfaces.empty()) {
    const auto all = device::interfaces();
    o.interfaces.push_back(device::default_interface(all));
    if (o.interfaces[0].empty())
      throw base::Error::sentence("there is no network interface to listen on");
    say("no -i given; listening on " + o.interfaces[0] + " (-D lists the others)");
  }
  for (std::string& name : o.interfaces) {
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto all = device::interfaces();
    const u64 n = number(name, "-i", 1, all.size());
    name = all[n - 1].name;
  }

  // A pipe's reader wants frames soon, and blocks of several interfaces must be close in time to be
  // merged.
  o.live.wait_ms = o.interfaces.size() > 1 ? 10 : o.file == "-" ? 25 : 100;
  hold_signals();
  std::vector<std::unique_ptr<device::LiveDevice>> devices;
  for (const std::string& name : o.interfaces) {
    devices.push_back(std::make_unique<device::LiveDevice>(name, o.live));
    if (o.filter.empty()) continue;
    if (const auto complaint = devices.back()->set_filter(o.filter)) {
      explain_filter(o, *complaint);
      return 2;
    }
  }

  std::unique_ptr<capture::FrameWriter> writer;
  capture::RingWriter* ring = nullptr;
  const auto create = [](const std::string& path) {
    return capture::create_pcapng(path, application);
  };
  if (o.ring) {
    auto made = std::make_unique<capture::RingWriter>(o.file, o.rule, create, base::system_clock());
    ring = made.get();
    writer = std::move(made);
  } else {
    writer = create(o.file);
  }
  device::drop_capabilities(ring != nullptr ? device::Keep::file_rights : device::Keep::nothing);

  for (const auto& device : devices) writer->add_interface(device->about(), o.filter);
  writer->flush();
  if (!o.quiet) {
    std::string names;
    for (const auto& device : devices)
      names +=
          (names.empty() ? "" : ", ") + device->about().name + " (" + device->link_name() + ")";
    say("listening on " + names +
        (o.file == "-" ? "" : "; writing " + (ring != nullptr ? ring->file_name() : o.file)));
  }

  device::Recorder recorder(devices, o.live, *writer, ring, o.limits, base::system_clock());
  const bool live_count = !o.quiet && o.file != "-" && isatty(STDERR_FILENO);
  const auto clear_line = [&] {
    if (live_count) std::fputs("\r\x1b[K", stderr);
  };
  recorder.run(
      signals, [&] { clear_line(), say_counts(recorder); },
      [&] {
        if (live_count) std::fprintf(stderr, "\r%s", frames(recorder.written()).c_str());
      });
  if (!writer->reader_gone()) writer->finish();
  clear_line();
  if (!o.quiet) say_counts(recorder);
  if (recorder.failure()) throw base::Error(*recorder.failure());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options o = parse(argc, argv);
    if (o.list) {
      list();
      return 0;
    }
    return record(o);
  } catch (const Usage& usage) {
    say(usage.what);
    std::fputs("  'netpeel-capture --help' shows how it is used.\n", stderr);
    return 2;
  } catch (const base::Error& error) {
    say(error.what());
    if (!error.advice().empty()) std::fprintf(stderr, "  %s\n", error.advice().c_str());
    return error.exit_code();
  } catch (const std::exception& error) {
    say(std::string("this should not happen: ") + error.what());
    return 3;
  }
}
