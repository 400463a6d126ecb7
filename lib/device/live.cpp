#include "device/live.hpp"

#include <pcap.h>

#include <exception>

#include "base/error.hpp"
#include "device/interfaces.hpp"
#include "device/privileges.hpp"

namespace netpeel::device {

struct LiveDevice::Handle {
  pcap_t* pcap = nullptr;
  i64 unit = 1000;  // nanoseconds in one step of a timestamp's fraction
  u32 last_received = 0, last_dropped = 0;
  Counts counts;
  ~Handle() {
    if (pcap != nullptr) pcap_close(pcap);
  }
  i64 time(const timeval& t) const { return i64(t.tv_sec) * 1'000'000'000 + i64(t.tv_usec) * unit; }
};

namespace {

// libpcap counts link types by its own numbers where systems disagree; files have LINKTYPE_ numbers
// (see pcap-linktype(7)).
u16 file_link_type(int dlt) {
  switch (dlt) {
    case DLT_RAW: return 101;
    case DLT_PPP: return 9;
    case DLT_LOOP: return 108;
    default: return u16(dlt);
  }
}

DeviceError sentence(std::string what, std::string advice = {}) {
  return DeviceError(base::Error::sentence(std::move(what), std::move(advice)));
}

[[noreturn]] void refuse(const std::string& name, int code, const std::string& detail) {
  const std::string tried = "could not capture on " + name;
  switch (code) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      throw sentence(tried + ": this program has no right to see the network's traffic",
                     "Give it that right, once: sudo setcap cap_net_raw,cap_net_admin=eip " +
                         program_path());
    case PCAP_ERROR_NO_SUCH_DEVICE: {
      const auto all = interfaces();
      const std::string near = nearest(name, all);
      std::string names;
      for (const NetworkInterface& i : all) {
        if (i.network) names += (names.empty() ? "" : ", ") + i.name;
      }
      throw sentence(tried + ": there is no interface of that name",
                     (near.empty() ? "" : "Did you mean " + near + "? ") + "There are: " + names +
                         ".");
    }
    case PCAP_ERROR_IFACE_NOT_UP:
      throw sentence(tried + ": the interface is switched off",
                     "Switch it on with: sudo ip link set " + name + " up");
    default: break;
  }
  throw sentence(tried + ": " + (detail.empty() ? std::string(pcap_statustostr(code)) : detail));
}

std::optional<base::Complaint> compile(pcap_t* pcap, const std::string& expression,
                                       bpf_program& program) {
  if (pcap_compile(pcap, &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) return {};
  return base::Complaint{.what = pcap_geterr(pcap), .length = expression.size()};
}

}  // namespace

LiveDevice::LiveDevice(const std::string& name, const LiveOptions& options)
    : handle_(std::make_unique<Handle>()) {
  char error[PCAP_ERRBUF_SIZE] = {};
  pcap_t* pcap = handle_->pcap = pcap_create(name.c_str(), error);
  if (pcap == nullptr) throw sentence("could not capture on " + name + ": " + error);
  pcap_set_snaplen(pcap, int(options.snap_length));
  pcap_set_promisc(pcap, options.promiscuous ? 1 : 0);
  pcap_set_timeout(pcap, options.wait_ms);
  pcap_set_buffer_size(pcap, int(options.buffer_bytes));
  if (options.immediate) pcap_set_immediate_mode(pcap, 1);
  pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
  const int result = pcap_activate(pcap);
  if (result < 0) refuse(name, result, pcap_geterr(pcap));
  if (pcap_setnonblock(pcap, 1, error) != 0) refuse(name, PCAP_ERROR, error);
  if (pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO) handle_->unit = 1;
  about_.name = name;
  about_.link_type = file_link_type(pcap_datalink(pcap));
  about_.snap_length = options.snap_length;
  const char* text = pcap_datalink_val_to_description(pcap_datalink(pcap));
  link_name_ = text != nullptr ? text : "link type " + std::to_string(about_.link_type);
  frame_.link_type = about_.link_type;
}

LiveDevice::~LiveDevice() = default;

std::optional<base::Complaint> LiveDevice::set_filter(const std::string& expression) {
  bpf_program program{};
  if (auto complaint = compile(handle_->pcap, expression, program)) return complaint;
  const int result = pcap_setfilter(handle_->pcap, &program);
  pcap_freecode(&program);
  if (result != 0) refuse(about_.name, result, pcap_geterr(handle_->pcap));
  return {};
}

int LiveDevice::descriptor() const { return pcap_get_selectable_fd(handle_->pcap); }

const base::Frame* LiveDevice::next() {
  pcap_pkthdr* header = nullptr;
  const u8* data = nullptr;
  const int result = pcap_next_ex(handle_->pcap, &header, &data);
  if (result == 0) return nullptr;
  if (result < 0) refuse(about_.name, result, pcap_geterr(handle_->pcap));
  frame_.data = data;
  frame_.size = header->caplen;
  frame_.wire_size = header->len;
  frame_.time = handle_->time(header->ts);
  ++frame_.number;
  return &frame_;
}

u32 LiveDevice::dispatch(u32 most, Call call, void* with) {
  struct Turn {
    LiveDevice& device;
    Call call;
    void* with;
    u32 taken = 0;
    std::exception_ptr thrown{};  // must not fly through libpcap
  } turn{*this, call, with};
  const int result = pcap_dispatch(
      handle_->pcap, int(most),
      [](u_char* user, const pcap_pkthdr* header, const u_char* data) {
        Turn& t = *static_cast<Turn*>(static_cast<void*>(user));
        base::Frame& f = t.device.frame_;
        f.data = data;
        f.size = header->caplen;
        f.wire_size = header->len;
        f.time = t.device.handle_->time(header->ts);
        ++f.number;
        ++t.taken;
        bool more = false;
        if (!t.thrown) {
          try {
            more = t.call(t.with, f);
          } catch (...) {
            t.thrown = std::current_exception();
          }
        }
        if (!more) pcap_breakloop(t.device.handle_->pcap);
      },
      static_cast<u_char*>(static_cast<void*>(&turn)));
  if (turn.thrown) std::rethrow_exception(turn.thrown);
  if (result < 0 && result != PCAP_ERROR_BREAK)
    refuse(about_.name, result, pcap_geterr(handle_->pcap));
  return turn.taken;
}

LiveDevice::Counts LiveDevice::counts() {
  pcap_stat stat{};
  Handle& h = *handle_;
  if (pcap_stats(h.pcap, &stat) == 0) {
    // libpcap's counters have 32 bits and wrap; differences do not, if asked now and then.
    h.counts.received += u32(stat.ps_recv - h.last_received);
    h.counts.dropped += u32(stat.ps_drop - h.last_dropped);
    h.last_received = stat.ps_recv;
    h.last_dropped = stat.ps_drop;
  }
  return h.counts;
}

std::optional<base::Complaint> check_filter(const std::string& expression, u16 link_type) {
  pcap_t* pcap = pcap_open_dead(link_type == 101 ? DLT_RAW : int(link_type), 262144);
  bpf_program program{};
  auto complaint = compile(pcap, expression, program);
  if (!complaint) pcap_freecode(&program);
  pcap_close(pcap);
  return complaint;
}

}  // namespace netpeel::device
