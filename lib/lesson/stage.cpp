#include "lesson/stage.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/error.hpp"
#include "base/shell.hpp"
#include "base/time.hpp"
#include "lab/control.hpp"
#include "lab/trial.hpp"
#include "lesson/process.hpp"

namespace netpeel::lesson {

lab::Topology topology_of(const Lesson& lesson) {
  auto topology = lab::make_topology({.shape = lesson.shape, .clients = lesson.clients});
  if (!topology) throw base::Error::sentence(topology.complaint().what, topology.complaint().hint);
  return std::move(*topology);
}

std::string usual_tap(const Lesson& lesson) { return lesson.shape == "room" ? "server" : "a"; }

Values stage_values(const Lesson& lesson, char level, const std::string& student) {
  Values out = values_of(level == 'C' ? std::string(recorder) : student, lesson.id);
  const lab::Topology topology = topology_of(lesson);
  if (level == 'B') {
    add_loopback(topology, out);
  } else {
    add_hosts(topology, out);
  }
  return out;
}

Possible possible_level(const Setting& setting) {
  const lab::Trial trial = lab::try_lab();
  if (trial.works) return {'A', ""};
  std::string why = trial.why;
  if (!trial.mend.empty()) why.append(" ").append(trial.mend);
  const bool captures = run_program({
                            .words = {setting.tools + "/netpeel-capture", "-i", "lo", "-c", "1",
                                      "-a", "duration:0.2", "-w", "/dev/null"},
                            .keep = "/dev/null",
                            .show = false
  }) == 0;
  return {captures ? 'B' : 'C', why};
}

bool settled(const std::string& capture, i64 settle, i64 timeout, bool (*stopped)()) {
  constexpr i64 look_every = 20'000'000;
  i64 quiet = 0;
  off_t size = -1;
  for (i64 waited = 0; waited <= timeout; waited += look_every) {
    struct stat now {};
    if (stat(capture.c_str(), &now) != 0) return false;
    quiet = now.st_size == size ? quiet + look_every : 0;
    size = now.st_size;
    if (quiet >= settle) return true;
    if (stopped != nullptr && stopped()) return false;
    poll(nullptr, 0, int(look_every / 1'000'000));
  }
  return false;
}

namespace {

// Files that servers and commands leave, by number of the server.
std::string server_log(const Setting& setting, std::size_t i) {
  return setting.folder + "/out/server-" + std::to_string(i) + ".txt";
}

struct Served {
  std::string host, command;
};
Served served(const std::string& text, const Values& values) {
  const std::size_t colon = text.find(": ");
  return {text.substr(0, colon), substitute(text.substr(colon + 2), values)};
}

class LabStage final : public Stage {
 public:
  LabStage(const Lesson& lesson, const Setting& setting, const Values& values)
      : setting_(setting), capture_(setting.folder + "/wire.pcapng") {
    resumed_ = !status().empty() && access(capture_.c_str(), R_OK) == 0;
    if (!resumed_) start(lesson, values);
  }

  char level() const override { return 'A'; }
  bool resumed() const override { return resumed_; }
  std::string capture() const override { return capture_; }

  Ran run(const std::string& host, const std::string& command, const std::string& keep) override {
    const i64 began = base::system_clock().steady();
    const int code = run_program({.words = exec(host, command),
                                  .keep = keep.empty() && setting_.quiet ? "/dev/null" : keep,
                                  .notes = false,
                                  .show = !setting_.quiet,
                                  .input = !setting_.quiet,
                                  .stopped = setting_.stopped});
    return {code, base::system_clock().steady() - began};
  }
  void run_background(const std::string& host, const std::string& command,
                      const std::string& keep) override {
    background_.push_back(
        start_program({.words = exec(host, command), .keep = keep, .notes = false}));
  }
  void end_background() override {
    for (const int child : background_) {
      if (child > 0) end_program(child);
    }
    background_.clear();
  }
  void shell(const std::string& host) override {
    run_program({
        .words = {setting_.tools + "/netpeel-lab", "shell", host, "--name", setting_.lab},
        .input = true
    });
  }
  std::string faults(const std::vector<std::string>& texts) override {
    std::string out = ask("fault clear");
    for (const std::string& text : texts) out += ask("fault " + text);
    return out;
  }
  std::string status() const override {
    try {
      const lab::Reply reply = lab::ask_lab(setting_.lab, "status json");
      return reply.code == 0 ? reply.text : "";
    } catch (const base::Error&) {
      return "";
    }
  }
  std::string trouble() const override {
    try {
      const std::string says = lab::ask_lab(setting_.lab, "status").text;
      const std::size_t at = says.find("the capture ended: ");
      return at == std::string::npos ? "" : says.substr(at, says.find('\n', at) - at);
    } catch (const base::Error& error) {
      return std::string("the lab is gone: ") + error.what();
    }
  }
  void close() override {
    end_background();
    try {
      lab::ask_lab(setting_.lab, "down", true);
    } catch (const base::Error&) {
      // It is gone already.
    }
  }

 private:
  void start(const Lesson& lesson, const Values& values) {
    close();
    std::vector<std::string> words{setting_.tools + "/netpeel-lab",
                                   "up",
                                   "--name",
                                   setting_.lab,
                                   "--shape",
                                   lesson.shape,
                                   "-q",
                                   "--while",
                                   std::to_string(getpid()),
                                   "-w",
                                   capture_};
    if (lesson.shape == "room")
      words.insert(words.end(), {"--clients", std::to_string(lesson.clients)});
    for (std::size_t i = 0; i < lesson.serve.size(); ++i) {
      const Served one = served(lesson.serve[i], values);
      words.insert(words.end(),
                   {"--serve", one.host + ":exec " + one.command + " > " +
                                   base::shell_quoted(server_log(setting_, i)) + " 2>&1"});
    }
    const std::string log = setting_.folder + "/out/lab.txt";
    const int code = run_program({.words = words, .keep = log, .show = false});
    if (code == 0) return;
    run_program({
        .words = {"cat", log}
    });
    throw base::Error::sentence(
        "the lab for this lesson could not be started",
        "What it said stands above; netpeel doctor tells what this machine allows. The same lesson "
        "on the shipped capture: add --level C.");
  }
  std::vector<std::string> exec(const std::string& host, const std::string& command) const {
    return {setting_.tools + "/netpeel-lab",
            "exec",
            host,
            "--name",
            setting_.lab,
            "--",
            "/bin/sh",
            "-c",
            command};
  }
  std::string ask(const std::string& question) {
    const lab::Reply reply = lab::ask_lab(setting_.lab, question);
    return reply.code == 0 ? "" : reply.text + "\n";
  }

  Setting setting_;
  std::string capture_;
  bool resumed_ = false;
  std::vector<int> background_;
};

class LoopbackStage final : public Stage {
 public:
  LoopbackStage(const Lesson& lesson, const Setting& setting, const Values& values)
      : setting_(setting), capture_(setting.folder + "/wire.pcapng") {
    const std::string log = setting.folder + "/out/capture.txt";
    unlink(capture_.c_str());
    capturing_ = start_program({
        .words = {setting.tools + "/netpeel-capture", "-i", "lo", "--immediate", "-w", capture_},
        .keep = log
    });
    for (std::size_t i = 0; i < lesson.serve.size(); ++i) {
      const Served one = served(lesson.serve[i], values);
      servers_.push_back(
          start_program({.words = here("exec " + one.command), .keep = server_log(setting, i)}));
    }
    struct stat begun {};
    for (int waited = 0; waited < 5000 && !has_ended(capturing_); waited += 20) {
      if (stat(capture_.c_str(), &begun) == 0 && begun.st_size > 0) break;
      poll(nullptr, 0, 20);
    }
    poll(nullptr, 0, 500);  // until the servers listen
    if (capturing_ == 0 || has_ended(capturing_)) {
      close_all();  // no destructor runs for what was never made
      run_program({
          .words = {"cat", log}
      });
      throw base::Error::sentence("loopback cannot be captured here",
                                  "netpeel doctor tells why; --level C needs no rights at all.");
    }
  }
  ~LoopbackStage() override { close_all(); }

  char level() const override { return 'B'; }
  std::string capture() const override { return capture_; }
  Ran run(const std::string&, const std::string& command, const std::string& keep) override {
    const i64 began = base::system_clock().steady();
    const int code = run_program({.words = here(command),
                                  .keep = keep.empty() && setting_.quiet ? "/dev/null" : keep,
                                  .notes = false,
                                  .show = !setting_.quiet,
                                  .input = !setting_.quiet,
                                  .stopped = setting_.stopped});
    return {code, base::system_clock().steady() - began};
  }
  void run_background(const std::string&, const std::string& command,
                      const std::string& keep) override {
    background_.push_back(start_program({.words = here(command), .keep = keep, .notes = false}));
  }
  void end_background() override { end_all(background_); }
  void shell(const std::string&) override {
    const char* const program = std::getenv("SHELL");
    run_program(
        {.words = {program == nullptr || *program == 0 ? "/bin/sh" : program}, .input = true});
  }
  std::string faults(const std::vector<std::string>& texts) override {
    return texts.empty() ? ""
                         : "Loopback has no wire that could be bad: this step's fault cannot be "
                           "had at level B. Take it on the shipped capture (--level C), or skip "
                           "it.\n";
  }
  std::string trouble() const override {
    return has_ended(capturing_) ? "the capture on loopback has ended" : "";
  }
  void close() override { close_all(); }

 private:
  std::vector<std::string> here(const std::string& command) const {
    return {"/bin/sh", "-c",
            "PATH=\"$PATH\":" + base::shell_quoted(setting_.tools) + "; " + command};
  }
  static void end_all(std::vector<int>& children) {
    for (const int child : children) {
      if (child > 0) end_program(child);
    }
    children.clear();
  }
  void close_all() {
    end_all(background_);
    end_all(servers_);
    if (capturing_ > 0) end_program(std::exchange(capturing_, 0));
  }

  Setting setting_;
  std::string capture_;
  int capturing_ = 0;
  std::vector<int> servers_, background_;
};

class FileStage final : public Stage {
 public:
  FileStage(const Lesson& lesson, const Setting& setting) {
    const std::size_t slash = lesson.fallback.rfind('/');
    capture_ =
        setting.captures + "/" + lesson.fallback.substr(slash == std::string::npos ? 0 : slash + 1);
    if (access(capture_.c_str(), R_OK) != 0) {
      throw base::Error("open the capture of this lesson, " + capture_, errno,
                        "Whoever writes lessons records it with netpeel lesson lint --record.");
    }
  }

  char level() const override { return 'C'; }
  bool live() const override { return false; }
  bool resumed() const override { return true; }
  std::string capture() const override { return capture_; }
  Ran run(const std::string&, const std::string&, const std::string&) override { return {}; }
  void run_background(const std::string&, const std::string&, const std::string&) override {}
  void end_background() override {}
  void shell(const std::string&) override {
    const char* const program = std::getenv("SHELL");
    run_program(
        {.words = {program == nullptr || *program == 0 ? "/bin/sh" : program}, .input = true});
  }
  std::string faults(const std::vector<std::string>&) override { return ""; }
  void close() override {}

 private:
  std::string capture_;
};

class BesideStage final : public Stage {
 public:
  BesideStage(const Setting& setting, char level)
      : capture_(setting.folder + "/wire.pcapng"), lab_(setting.lab), level_(level) {}
  char level() const override { return level_; }
  bool resumed() const override { return true; }
  std::string capture() const override { return capture_; }
  Ran run(const std::string&, const std::string&, const std::string&) override { return {}; }
  void run_background(const std::string&, const std::string&, const std::string&) override {}
  void end_background() override {}
  void shell(const std::string&) override {}
  std::string faults(const std::vector<std::string>&) override { return ""; }
  std::string status() const override {
    try {
      return lab::ask_lab(lab_, "status json").text;
    } catch (const base::Error&) {
      return "";
    }
  }
  void close() override {}

 private:
  std::string capture_, lab_;
  char level_;
};

}  // namespace

std::unique_ptr<Stage> beside_stage(const Lesson&, const Setting& setting, char level) {
  return std::make_unique<BesideStage>(setting, level);
}
std::unique_ptr<Stage> lab_stage(const Lesson& lesson, const Setting& setting,
                                 const Values& values) {
  return std::make_unique<LabStage>(lesson, setting, values);
}
std::unique_ptr<Stage> loopback_stage(const Lesson& lesson, const Setting& setting,
                                      const Values& values) {
  return std::make_unique<LoopbackStage>(lesson, setting, values);
}
std::unique_ptr<Stage> file_stage(const Lesson& lesson, const Setting& setting) {
  return std::make_unique<FileStage>(lesson, setting);
}

}  // namespace netpeel::lesson
