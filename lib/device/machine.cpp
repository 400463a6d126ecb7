#include "device/machine.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace netpeel::device {
namespace {

constexpr int eth_p_all = 3;

std::string first_line(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char text[256];
  const ssize_t n = read(fd, text, sizeof text);
  close(fd);
  std::string_view line(text, n > 0 ? std::size_t(n) : 0);
  return std::string(line.substr(0, line.find('\n')));
}

bool write_file(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool all = write(fd, text.data(), text.size()) == ssize_t(text.size());
  const int error = errno;
  close(fd);
  errno = error;
  return all;
}

bool loopback_up() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  bool up = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
  if (up) {
    request.ifr_flags = short(request.ifr_flags | IFF_UP);
    up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  }
  const int error = errno;
  close(fd);
  errno = error;
  return up;
}

int packet_socket_error() {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(eth_p_all));
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

// Runs what() in a child and returns its errno-like answer (0 to 254), or 255 if it did not live to
// say.
template <class F>
int in_child(F what) {
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) _exit(what());
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

std::string kind_of_machine() {
  const std::string release = first_line("/proc/sys/kernel/osrelease");
  if (release.find("WSL2") != std::string::npos) return "WSL2";
  if (release.find("icrosoft") != std::string::npos) return "WSL1";
  if (access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0)
    return "container";
  return {};
}

Ability why_no_lab(int error, const std::string& kind) {
  const auto setting = [](const char* path, const char* value) {
    return first_line(path) == value;
  };
  if (kind == "WSL1") {
    return {false,
            "this is WSL 1, which has no Linux kernel of its own and so no network namespaces",
            "wsl --set-version DISTRIBUTION 2   (in a Windows terminal)"};
  }
  if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
    return {false, "Ubuntu's AppArmor keeps programs without a profile from making user namespaces",
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"};
  }
  if (setting("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
    return {false, "this kernel is told to keep user namespaces from ordinary users",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1"};
  }
  if (setting("/proc/sys/user/max_user_namespaces", "0")) {
    return {false, "the number of user namespaces is limited to none",
            "sudo sysctl -w user.max_user_namespaces=10000"};
  }
  if (kind == "container") {
    return {
        false,
        "this container does not allow new namespaces (its seccomp profile or missing rights "
        "forbid them)",
        "start the container with --security-opt seccomp=unconfined, or use the machine itself"};
  }
  if (kind == "WSL2") {
    return {false, "this WSL 2 kernel does not let users make namespaces",
            "wsl --update   (in a Windows terminal)"};
  }
  if (error == EPERM) {
    return {false,
            "the kernel does not let this user make namespaces here, as is usual inside a chroot "
            "or a sandbox",
            ""};
  }
  return {false,
          std::string("the kernel refused a network namespace (") + std::strerror(error) + ")", ""};
}

bool has_file_capability(const std::string& program) {
  char value[64];
  return getxattr(program.c_str(), "security.capability", value, sizeof value) > 0;
}

// Puts this process into a network namespace of its own whose loopback is up; an ordinary user also
// gets a user namespace in which he may capture.
bool enter_private_network() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWNET) != 0) {  // root, or a process that already holds the right
    if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    // A group map may be written by an ordinary user only after setgroups(2) is given up.
    write_file("/proc/self/setgroups", "deny");
    if (!write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") ||
        !write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1")) {
      return false;
    }
  }
  return loopback_up();
}

}  // namespace

Machine look(const std::string& capture_program) {
  Machine machine;
  machine.kind = kind_of_machine();
  utsname name{};
  if (uname(&name) == 0) machine.kernel = std::string(name.sysname) + " " + name.release;

  const int lab = in_child([] {
    if (!enter_private_network()) return errno;
    return packet_socket_error();
  });
  if (lab == 0) {
    machine.lab = {true, "network namespaces can be made here without root", ""};
  } else {
    machine.lab = why_no_lab(lab, machine.kind);
  }

  const int direct = packet_socket_error();
  if (direct == 0) {
    machine.capture = {true, "this user may capture on every interface", ""};
  } else if (has_file_capability(capture_program)) {
    machine.capture = {true, "netpeel-capture holds the right to capture", ""};
  } else {
    machine.capture = {
        false,
        "capturing on the machine's own interfaces needs a right that this user does not have",
        "sudo setcap cap_net_raw,cap_net_admin=eip " + capture_program};
  }
  return machine;
}

}  // namespace netpeel::device
