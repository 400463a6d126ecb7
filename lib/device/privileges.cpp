#include "device/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace netpeel::device {

void drop_capabilities(Keep keep) {
  // First the bounding set, which needs CAP_SETPCAP and is only there when root runs this; without
  // it nothing is lost.
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (keep == Keep::file_rights && syscall(SYS_capget, &header, data) == 0) {
    const u32 kept = data[0].permitted & (u32(1) << CAP_DAC_OVERRIDE | u32(1) << CAP_CHOWN);
    data[0] = {kept, kept, 0};
    data[1] = {};
  }
  header = {_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(SYS_capset, &header, data) != 0)
    throw base::Error("give up the right to capture", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    throw base::Error("give up the right to gain rights", errno);
}

std::string program_path() {
  char room[4096];
  const ssize_t n = readlink("/proc/self/exe", room, sizeof room);
  return n > 0 ? std::string(room, std::size_t(n)) : std::string("netpeel-capture");
}

}  // namespace netpeel::device
