// Frames from a network interface, through libpcap. One thread. What a frame points to stays until
// the next call.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/frame.hpp"
#include "base/result.hpp"
#include "capture/source.hpp"

namespace netpeel::device {

struct LiveOptions {
  u32 snap_length = 262144;
  bool promiscuous = true;
  u32 buffer_bytes = 16u << 20;  // in the kernel, each interface
  bool immediate = false;        // hand over each frame at once; costs room in the kernel's buffer
  int wait_ms = 100;             // otherwise: how long the kernel may collect frames
};

// What makes capturing on an interface impossible, at its start or later.
class DeviceError : public base::Error {
 public:
  using base::Error::Error;
  explicit DeviceError(base::Error error) : base::Error(std::move(error)) {}
};

class LiveDevice {
 public:
  // Begins to capture. Throws DeviceError: no such interface, no right to capture, …
  LiveDevice(const std::string& name, const LiveOptions& options);
  ~LiveDevice();
  LiveDevice(const LiveDevice&) = delete;
  LiveDevice& operator=(const LiveDevice&) = delete;

  // Sets the kernel's filter (pcap-filter(7)). A complaint holds libpcap's words.
  std::optional<base::Complaint> set_filter(const std::string& expression);

  int descriptor() const;  // readable when frames wait
  const capture::Interface& about() const { return about_; }
  const std::string& link_name() const { return link_name_; }  // "Ethernet"

  // The next frame that is there already, or null.
  const base::Frame* next();

  // Up to `most` frames that are there already, each given to `take`, which says whether it wants
  // more. How many.
  template <class Take>
  u32 each(u32 most, Take take) {
    return dispatch(
        most, [](void* with, const base::Frame& f) { return (*static_cast<Take*>(with))(f); },
        &take);
  }

  // What libpcap counted: frames that passed the filter, and those of them that found the kernel's
  // buffer full.
  struct Counts {
    u64 received = 0, dropped = 0;
  };
  Counts counts();

 private:
  struct Handle;
  using Call = bool (*)(void*, const base::Frame&);
  u32 dispatch(u32 most, Call call, void* with);

  std::unique_ptr<Handle> handle_;
  capture::Interface about_;
  std::string link_name_;
  base::Frame frame_;
};

// Compiles a capture filter for a link type without a device; a complaint holds libpcap's words.
std::optional<base::Complaint> check_filter(const std::string& expression, u16 link_type);

}  // namespace netpeel::device
