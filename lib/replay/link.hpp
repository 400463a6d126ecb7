// An interface that frames are put onto, as they are: packet(7). Throws base::Error. One thread.
#pragma once
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "lab/spaces.hpp"

namespace netpeel::replay {

class Link {
 public:
  static constexpr u32 at_once = 64;

  // Looks the interface up; nothing can be sent yet.
  explicit Link(const std::string& interface);

  const std::string& name() const { return name_; }
  bool loopback() const { return loopback_; }
  u32 mtu() const { return mtu_; }
  // Of the frames that it takes: LINKTYPE_ numbers; 101 (raw IP) stands for 228 and 229 too.
  u16 link_type() const { return link_type_; }
  bool takes(u16 link_type) const;
  // Whether a frame is longer than the MTU lets through.
  bool too_long(Bytes frame) const;

  // For sending. past_queue: past the kernel's queue, which is quicker, but then captures on this
  // very interface do not see the frames.
  void open(bool past_queue);
  // How many of these (at most `at_once`), from the first on, the kernel took. Fewer: see
  // failure().
  u32 send(std::span<const Bytes> frames);
  int failure() const { return failure_; }  // errno of the frame that was not taken

 private:
  std::string name_;
  u32 index_ = 0, mtu_ = 0;
  u16 link_type_ = 1;
  bool loopback_ = false;
  int failure_ = 0;
  lab::Descriptor socket_;
};

// "Ethernet", "raw IP", "Linux cooked" …, or "link type 999".
std::string link_type_name(u16 link_type);

}  // namespace netpeel::replay
