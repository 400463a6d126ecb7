#include "tour/stage.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "base/error.hpp"
#include "base/shell.hpp"
#include "base/time.hpp"
#include "lab/trial.hpp"

namespace netpeel::tour {
namespace {

constexpr i64 second = 1'000'000'000;
constexpr i64 patience = 60 * second;  // for all of the talk; it takes six

struct Place {
  std::string host, tcp, udp, http;  // ports
};

// What a's programs say to b's, one after the other; a line that begins with @ says what is next.
// Five lines go over TCP and, the very same, over UDP: slowly enough to be five packets, fast
// enough that some are on their way while the third is missing.
std::string talk(const std::string& tools, const Place& at) {
  const std::string demo = base::shell_quoted(tools + "/netpeel-demo");
  const std::string lines = "(sleep 0.2; for n in one two three four five; do echo \"message $n\"; "
                            "sleep 0.03; done; sleep 0.5) | ";
  std::string out = "say() { echo \"@$1\"; }\n";
  out += "say TCP\n" + lines + demo + " tcp " + at.host + ":" + at.tcp + " -q >/dev/null\n";
  out += "say UDP\n" + lines + demo + " udp " + at.host + ":" + at.udp +
         " -q --timeout 300 >/dev/null\n";
  out += "say HTTP\n" + demo + " http " + at.host + ":" + at.http + "/healthz -q >/dev/null\n";
  out += "say WebSocket\n" + demo + " ws " + at.host + ":" + at.http +
         "/ws/ticker --count 3 -q --timeout 8000 >/dev/null\n";
  out += "say Socket.IO\n" + demo + " sio " + at.host + ":" + at.http +
         " --transport websocket --no-reconnect -q emit echo '\"hello from a\"' ack >/dev/null\n";
  return out + "exit 0\n";
}

void hear(const Setting& setting, Child& child) {
  std::string line;
  const i64 until = base::system_clock().steady() + patience;
  while (child.line(line, until - base::system_clock().steady(), setting.stopped)) {
    if (line.starts_with('@') && setting.begins) setting.begins(line.substr(1));
  }
}

std::string notes(const Setting& setting) { return setting.folder + "/.complaints"; }

Stage in_a_lab(const Setting& setting) {
  Stage out{.level = 'A', .capture = setting.folder + "/.wire.pcapng", .ours = true};
  Child lab({setting.tools + "/netpeel-lab", "run", "-q", "-w", out.capture, "--fault",
             "a<>b delay 20ms", "--fault", "a>b drop (tcp.dstport == 7007 && tcp.len > 0)#3",
             "--fault", "a>b drop (udp.dstport == 7007)#3", "--serve",
             "b:exec " + base::shell_quoted(setting.tools + "/netpeel-demo") +
                 " serve --host b -q >/dev/null",
             "--", "/bin/sh", "-c", talk(setting.tools, {"b", "7007", "7007", "3000"})},
            notes(setting));
  hear(setting, lab);
  const int code = lab.wait(10 * second, setting.stopped);
  if (code != 0 && !setting.stopped())
    throw base::Error::sentence("the lab did not come up: " + complaint(notes(setting)),
                                "netpeel doctor tells what this machine allows.");
  return out;
}

// The number behind a word in a line, such as the port in "TCP echo on port 7007".
std::string number_behind(const std::string& line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string::npos) return {};
  const std::size_t from = at + word.size();
  return line.substr(from, line.find_first_not_of("0123456789", from) - from);
}

bool file_says(const std::string& path, std::string_view word) {
  return contents(path).find(word) != std::string::npos;
}

Stage on_loopback(const Setting& setting) {
  Stage out{.level = 'B', .capture = setting.folder + "/.wire.pcapng", .ours = true};
  Child server({setting.tools + "/netpeel-demo", "serve", "-q", "--port", "0", "--tcp-port", "0",
                "--udp-port", "0"},
               notes(setting));
  Place at{.host = "127.0.0.1", .tcp = {}, .udp = {}, .http = {}};
  std::string line;
  while (at.udp.empty() && server.line(line, 5 * second, setting.stopped)) {
    if (at.http.empty()) at.http = number_behind(line, "127.0.0.1:");
    at.tcp = number_behind(line, "TCP echo on port ");
    at.udp = number_behind(line, "UDP echo on port ");
  }
  if (at.udp.empty())
    throw base::Error::sentence("the demo servers did not start: " + complaint(notes(setting)));
  const std::string heard = setting.folder + "/.capturing";
  Child capture({setting.tools + "/netpeel-capture", "-i", "lo", "--immediate", "-f",
                 "port " + at.http + " or port " + at.tcp + " or port " + at.udp, "-w",
                 out.capture},
                heard);
  const i64 until = base::system_clock().steady() + 3 * second;
  while (!file_says(heard, "listening on") && !setting.stopped()) {
    if (capture.wait(0, setting.stopped) >= 0 || base::system_clock().steady() > until) {
      const std::string why = complaint(heard);
      unlink(heard.c_str());
      throw base::Error::sentence("loopback cannot be captured: " + why);
    }
    poll(nullptr, 0, 20);
  }
  Child clients({"/bin/sh", "-c", talk(setting.tools, at)}, notes(setting));
  hear(setting, clients);
  poll(nullptr, 0, 300);  // the last packets are on their way through the capture
  capture.end(SIGINT);
  unlink(heard.c_str());
  return out;
}

Stage recorded(const Setting& setting) {
  if (access(setting.recorded.c_str(), R_OK) != 0)
    throw base::Error("open the recorded tour, " + setting.recorded, errno);
  return {.level = 'C', .capture = setting.recorded};
}

Stage highest(const Setting& setting) {
  if (setting.level == "A") return in_a_lab(setting);
  if (setting.level == "B") return on_loopback(setting);
  if (setting.level == "C") return recorded(setting);
  const lab::Trial trial = lab::try_lab();
  std::string why = trial.why;
  if (trial.works) {
    try {
      return in_a_lab(setting);
    } catch (const base::Error& error) {
      why = error.what();
    }
  }
  Stage out;
  try {
    out = on_loopback(setting);
  } catch (const base::Error&) {
    out = recorded(setting);
  }
  out.why = why;
  return out;
}

}  // namespace

Stage set_stage(const Setting& setting) {
  try {
    Stage out = highest(setting);
    out.said = complaint(notes(setting));
    unlink(notes(setting).c_str());
    return out;
  } catch (...) {
    unlink(notes(setting).c_str());
    unlink((setting.folder + "/.wire.pcapng").c_str());
    throw;
  }
}

}  // namespace netpeel::tour
