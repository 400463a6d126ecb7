#include "lab/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "base/caret.hpp"
#include "base/error.hpp"
#include "lab/control.hpp"
#include "lab/forward.hpp"
#include "lab/processes.hpp"
#include "lab/status.hpp"

namespace netpeel::lab {
namespace {

constexpr i64 ms = 1'000'000;
constexpr i64 server_patience = 5'000 * ms;  // until a server listens
constexpr i64 quiet_enough = 20 * ms;        // so long nothing moves: what was said has been said
constexpr i64 longest_end = 2'000 * ms;
constexpr i64 flush_after = 100 * ms;

// Everything that the first process of a lab does.
class Keeper {
 public:
  // leash: becomes ready when the lab shall end: a pipe whose other end the parent holds, or the
  // process that a lab in the background belongs to. None: it stays until it is told.
  Keeper(const Plan& plan, const field::Registry& registry, std::optional<ControlServer> control,
         Descriptor leash)
      : plan_(plan), registry_(registry), control_(std::move(control)), leash_(std::move(leash)),
        signals_(listen_to_signals()), medium_(plan.topology, registry) {
    prctl(PR_SET_TIMERSLACK, 1UL);  // delays are wanted to the microsecond
    std::vector<std::string> notes = furnish(plan.topology);
    hosts_ = build_hosts(plan.topology, notes);
    home_ = {here("net"), here("uts")};
    if (plan.note != nullptr) {
      for (const std::string& says : notes) plan.note(says);
    }
    for (const Fault& fault : plan.faults) set(fault);
    auto writer = plan.capture.empty()
                      ? nullptr
                      : capture::create_pcapng(plan.capture, plan.application, true);
    forwarder_.emplace(plan.topology, medium_, std::move(writer), plan.taps);
    began_ = Forwarder::now();
  }

  void start_servers() {
    for (const Server& server : plan_.servers) start(server);
  }
  int run_command() {
    command_ =
        spawn({.words = plan_.command, .host = plan_.on, .output_to_error = plan_.capture == "-"},
              space(plan_.on));
    while (!ended_) turn(never);
    drain();
    close();
    return *ended_;
  }
  void stay() {
    while (!told_to_end_) turn(never);
    drain();
    close();
  }

 private:
  const Space* space(const std::string& host) const {
    return &hosts_[plan_.topology.index(*plan_.topology.host(host))];
  }

  void set(const Fault& fault) {
    const auto done = medium_.set(fault, Forwarder::now());
    if (!done)
      throw base::Error::sentence(done.complaint().what, done.complaint().hint).with_exit(2);
  }

  // A server is ready when one more socket on its host waits for somebody.
  void start(const Server& server) {
    const u32 before = waiting_on(server.host);
    const int child =
        spawn({.words = shell_words(server.command), .host = server.host, .background = true},
              space(server.host));
    starting_ = child;
    const i64 until = Forwarder::now() + server_patience;
    while (waiting_on(server.host) <= before) {
      if (starting_ == 0) {
        throw base::Error::sentence("the server on " + server.host +
                                        " ended at once, with exit code " +
                                        std::to_string(started_code_),
                                    "Its command was: " + server.command);
      }
      if (Forwarder::now() > until) {
        if (plan_.note != nullptr)
          plan_.note("the server on " + server.host +
                     " does not listen yet; going on without waiting for it");
        break;
      }
      turn(Forwarder::now() + 5 * ms);
      if (told_to_end_) throw base::Error::sentence("ended while its servers were starting");
    }
    starting_ = 0;
  }
  u32 waiting_on(const std::string& host) {
    move_to(*space(host));
    const u32 count = waiting_sockets();
    move_to(home_);
    return count;
  }

  // Waits until something happens, `until` at the latest, and does it.
  void turn(i64 until) {
    polled_.clear();
    for (const PortSocket& socket : forwarder_->sockets())
      polled_.push_back({socket.descriptor(), POLLIN, 0});
    polled_.push_back({signals_.get(), POLLIN, 0});
    if (leash_) polled_.push_back({leash_.get(), POLLIN, 0});
    if (control_) {
      for (const int fd : control_->descriptors()) polled_.push_back({fd, POLLIN, 0});
    }
    const i64 now = Forwarder::now();
    i64 next = std::min(
        {until, forwarder_->due(), unflushed_ ? last_flush_ + flush_after : never, kill_at_});
    timespec wait{};
    if (next != never) {
      next = std::max<i64>(0, next - now);
      wait = {time_t(next / 1'000'000'000), long(next % 1'000'000'000)};
    }
    ppoll(polled_.data(), polled_.size(), next == never ? nullptr : &wait, nullptr);
    try {
      if (forwarder_->turn()) {
        last_frame_ = Forwarder::now();
        unflushed_ = forwarder_->recording();
      }
      flush();
    } catch (const base::Error& error) {
      // A lab in the background goes on, for those who are in it; its status tells.
      if (!plan_.command.empty()) throw;
      trouble_ = error.what();
      forwarder_->stop_recording();
    }
    housekeeping();
  }

  void flush() {
    const i64 now = Forwarder::now();
    if (unflushed_ && now - last_flush_ >= flush_after) {
      forwarder_->flush();
      last_flush_ = now;
      unflushed_ = false;
    }
  }

  void housekeeping() {
    const i64 now = Forwarder::now();
    for (Signal signal; (signal = next_signal(signals_)).number != 0;) {
      if (signal.number == SIGTERM || signal.number == SIGHUP) begin_end();
    }
    reap();
    if (leash_) {
      pollfd held{leash_.get(), POLLIN, 0};
      if (poll(&held, 1, 0) > 0) begin_end();
    }
    if (now >= kill_at_) {
      kill(command_, SIGKILL);
      kill_at_ = never;
    }
    if (control_) {
      for (ControlServer::Question question; (question = control_->next()).from >= 0;)
        answer(question);
    }
  }

  // From outside: the command is asked to end, and gets a moment for it.
  void begin_end() {
    if (told_to_end_) return;
    told_to_end_ = true;
    if (command_ <= 0) return;
    kill(command_, SIGTERM);
    kill_at_ = Forwarder::now() + longest_end;
  }

  void reap() {
    int status = 0;
    for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (child == command_) ended_ = exit_code(status);
      if (child == starting_) starting_ = 0, started_code_ = exit_code(status);
    }
  }

  // What the hosts still have to say to each other passes, and what is on its way arrives.
  void drain() {
    const i64 until = Forwarder::now() + longest_end;
    last_frame_ = Forwarder::now();
    while (Forwarder::now() < until &&
           (forwarder_->due() != never || Forwarder::now() < last_frame_ + quiet_enough)) {
      turn(std::min(until, last_frame_ + quiet_enough));
    }
  }

  // Servers may say good-bye; whoever does not ends with this process.
  void close() {
    forwarder_->finish();
    if (const u64 lost = forwarder_->lost(); lost > 0 && plan_.note != nullptr) {
      plan_.note(std::to_string(lost) +
                 " frames were lost because this machine was too slow, not through a fault");
    }
    kill(-1, SIGTERM);
    const i64 until = Forwarder::now() + 200 * ms;
    while (Forwarder::now() < until && waitpid(-1, nullptr, WNOHANG) >= 0) {
      pollfd child{signals_.get(), POLLIN, 0};
      poll(&child, 1, 10);
      next_signal(signals_);
    }
    // Whoever asked for the end waits for it: this closes when the process is gone.
    if (control_ && last_guest_ >= 0) control_->last_answer(last_guest_, {0, "", {}});
  }

  void answer(const ControlServer::Question& question) {
    if (told_to_end_ && question.text != "down")
      return control_->answer(question.from, {3, "this lab is ending", {}});
    const std::string word = question.text.substr(0, question.text.find(' '));
    const std::string rest =
        word.size() < question.text.size() ? question.text.substr(word.size() + 1) : "";
    if (word == "down") {
      last_guest_ = question.from;
      begin_end();
    } else if (word == "fault") {
      control_->answer(question.from, change(rest));
    } else if (word == "status") {
      const Situation now{plan_.name,
                          plan_.topology,
                          medium_,
                          began_,
                          Forwarder::now(),
                          forwarder_->forwarded(),
                          forwarder_->lost(),
                          trouble_};
      control_->answer(question.from,
                       {0, rest == "json" ? status_json(now) : status_text(now), {}});
    } else if (word == "enter") {
      control_->answer(question.from, door(rest));
    } else {
      control_->answer(question.from, {2, "this lab does not understand \"" + word + "\"", {}});
    }
  }

  Reply change(const std::string& text) {
    const auto fault = parse_fault(text, registry_);
    if (!fault) return {2, base::pointed(text, fault.complaint()), {}};
    const auto done = medium_.set(*fault, Forwarder::now());
    if (!done) return {2, done.complaint().what + "\n" + done.complaint().hint, {}};
    return {0, print(*fault), {}};
  }

  Reply door(const std::string& host) {
    const Host* const h = plan_.topology.host(host);
    if (h == nullptr)
      return {2,
              "there is no host \"" + host + "\" in this lab\nThere are " + plan_.topology.names() +
                  ".",
              {}};
    Reply out;
    for (const char* kind : {"user", "mnt", "pid"}) out.spaces.push_back(here(kind));
    move_to(*space(host));
    for (const char* kind : {"net", "uts"}) out.spaces.push_back(here(kind));
    move_to(home_);
    return out;
  }

  const Plan& plan_;
  const field::Registry& registry_;
  std::optional<ControlServer> control_;
  Descriptor leash_, signals_;
  Medium medium_;
  std::vector<Space> hosts_;
  Space home_;
  std::optional<Forwarder> forwarder_;
  std::vector<pollfd> polled_;
  int command_ = 0, starting_ = 0, started_code_ = 0, last_guest_ = -1;
  std::optional<int> ended_;
  std::string trouble_;
  bool told_to_end_ = false, unflushed_ = false;
  i64 began_ = 0, last_frame_ = 0, last_flush_ = 0, kill_at_ = never;
};

struct Pipe {
  Descriptor out, in;
};
Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("make a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::optional<ControlServer> control_of(const Plan& plan) {
  if (plan.name.empty()) return {};
  return std::optional<ControlServer>(std::in_place, plan.name);
}

pid_t fork_or_throw() {
  const pid_t child = fork();
  if (child < 0) throw base::Error("start the lab's first process", errno);
  return child;
}

// A descriptor of that process, so that its number cannot come to mean another one.
Descriptor owner_of(const Plan& plan) {
  if (plan.owner == 0) return Descriptor();
  Descriptor owner(int(syscall(SYS_pidfd_open, plan.owner, 0)));
  if (!owner)
    throw base::Error("find the process " + std::to_string(plan.owner), errno,
                      "The lab was to end with it; without --while it stays until netpeel lab "
                      "down.");
  return owner;
}

void be_silent() {
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), fd);
}

}  // namespace

int run_lab(const Plan& plan, const field::Registry& registry) {
  std::optional<ControlServer> control = control_of(plan);
  const Descriptor signals = listen_to_signals();
  Pipe leash = make_pipe();
  enter_enclosure();
  const pid_t child = fork_or_throw();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    leash.in = Descriptor();
    Keeper keeper(plan, registry, std::move(control), std::move(leash.out));
    keeper.start_servers();
    return keeper.run_command();
  }
  control.reset();
  leash.out = Descriptor();
  return wait_for(
      child, signals, [](void* held) { *static_cast<Descriptor*>(held) = Descriptor(); },
      &leash.in);
}

int start_lab(const Plan& plan, const field::Registry& registry) {
  Descriptor owner = owner_of(plan);
  std::optional<ControlServer> control = control_of(plan);
  Pipe ready = make_pipe();
  enter_enclosure();
  const pid_t child = fork_or_throw();
  if (child == 0) {
    setsid();
    ready.out = Descriptor();
    Keeper keeper(plan, registry, std::move(control), std::move(owner));
    keeper.start_servers();
    if (write(ready.in.get(), "r", 1) != 1) return 3;
    be_silent();
    ready.in = Descriptor();
    keeper.stay();
    return 0;
  }
  control.reset();
  ready.in = Descriptor();
  char word = 0;
  if (read(ready.out.get(), &word, 1) == 1) return 0;
  int status = 0;
  waitpid(child, &status, 0);
  return exit_code(status);
}

int exec_in_lab(const std::string& name, const std::string& host,
                const std::vector<std::string>& words) {
  Reply door = ask_lab(name, "enter " + host);
  if (door.code != 0) {
    const std::size_t line = door.text.find('\n');
    throw base::Error::sentence(door.text.substr(0, line),
                                line == std::string::npos ? "" : door.text.substr(line + 1))
        .with_exit(door.code);
  }
  if (door.spaces.size() != 5)
    throw base::Error::sentence("the lab \"" + name + "\" gave an answer that is not understood");
  const Descriptor signals = listen_to_signals();
  char* const folder = get_current_dir_name();
  join(door.spaces[0], door.spaces[1], door.spaces[2]);
  const Space space{std::move(door.spaces[3]), std::move(door.spaces[4])};
  // The other mounts begin at their root.
  if (folder != nullptr && chdir(folder) != 0 && chdir("/") != 0)
    throw base::Error("stay in this folder", errno);
  std::free(folder);
  int child = spawn({.words = words, .host = host}, &space);
  return wait_for(
      child, signals, [](void* id) { kill(*static_cast<int*>(id), SIGTERM); }, &child);
}

}  // namespace netpeel::lab
