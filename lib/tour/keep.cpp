#include "tour/keep.hpp"

#include "base/error.hpp"
#include "capture/writer.hpp"

namespace netpeel::tour {
namespace {

constexpr std::string_view prefix = "netpeel tour: ";

// The frame's own comments, without ours of before, and without what the wire did to every one.
std::string others(std::string_view comment) {
  std::string out;
  while (!comment.empty()) {
    const std::string_view line = comment.substr(0, comment.find('\n'));
    comment.remove_prefix(std::min(comment.size(), line.size() + 1));
    if (!line.starts_with(prefix) && !line.ends_with(": delayed"))
      out.append(out.empty() ? "" : "\n").append(line);
  }
  return out;
}

}  // namespace

void keep_capture(const std::string& from, const std::string& to,
                  const std::vector<Remark>& remarks) {
  const auto source = capture::open_file(from);
  const auto out = capture::create_pcapng(to, "netpeel tour " NETPEEL_VERSION);
  std::size_t interfaces = 0;
  const auto introduce = [&] {
    for (; interfaces < source->interfaces().size(); ++interfaces)
      out->add_interface(source->interfaces()[interfaces]);
  };
  for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
    introduce();
    for (base::Frame frame : batch) {
      std::string comment = others(frame.comment);
      for (const Remark& remark : remarks) {
        if (remark.frame == frame.number)
          comment.append(comment.empty() ? "" : "\n").append(prefix).append(remark.text);
      }
      frame.comment = comment;
      out->write(frame);
    }
  }
  introduce();
  out->finish();
  if (source->damage())
    throw base::Error::sentence("the capture is damaged: " + source->damage()->why);
}

}  // namespace netpeel::tour
