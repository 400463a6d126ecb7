// Values to bytes. A Builder stacks headers and fills in what follows from the rest: who is next,
// lengths, checksums. mend() does the same to a frame whose bytes were changed, and rewrite()
// changes them by a field's name. Nothing here knows a protocol: rows say where bits stand,
// Protocol::names, presets, fit and seal say the rest. Not for the per-packet path.
#pragma once
#include <vector>

#include "base/result.hpp"
#include "field/registry.hpp"

namespace netpeel::field {

//   Builder b(registry);
//   b.layer("eth").set("eth.dst", "02:00:00:00:00:01")
//    .layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2")
//    .layer("udp").set("udp.dstport", 7)
//    .payload(base::as_bytes("hello"));
//   base::Result<std::vector<u8>> frame = b.finish();
//
// What was set stays as it was set, also where it lies: a wrong length or checksum is a lesson. A
// mistake in a call (no such protocol or row, a value that does not fit) is kept, the first of
// them, and finish() returns it.
class Builder {
 public:
  explicit Builder(const Registry& registry) : registry_(registry) {}

  // The next header up: its fixed rows, zeros and presets. Rows are then set in this layer.
  Builder& layer(std::string_view protocol);
  Builder& layer(u8 id);

  // A row of the layer's fixed header. Numbers are those that views show (a header length in
  // bytes); flags 0 or 1; rows shown as times take the wire's bits.
  Builder& set(std::string_view row, u64 value);
  Builder& set(const Field& row, u64 value);
  // As a person writes it: 80, 0x50, true, 02:00:00:00:00:01, 10.0.0.1, 2001:db8::1, hex for bytes,
  // text as it is.
  Builder& set(std::string_view row, std::string_view value);
  Builder& set(const Field& row, std::string_view value);
  Builder& set(std::string_view row, const char* value) {
    return set(row, std::string_view(value));
  }
  // Exactly the row's bytes.
  Builder& set(std::string_view row, Bytes value);
  Builder& set(const Field& row, Bytes value);

  // The header's variable part, as it is: options, addresses, a whole message. As many times as
  // wanted.
  Builder& append(Bytes bytes);
  // What the highest layer carries.
  Builder& payload(Bytes bytes);

  base::Result<std::vector<u8>> finish() const;

 private:
  struct Written {
    u32 at, width;  // bits from the header's start
    u64 number;
    std::vector<u8> bytes;  // in place of number where not empty
  };
  struct Part {
    u8 proto;
    std::vector<u8> header;
    std::vector<Written> written;
    bool has(const Field& f) const;
    void write(u8* header_at) const;
  };

  Part* top(std::string_view row);
  const Field* find(std::string_view row);
  Builder& put(const Field& row, Written written);
  Builder& complain(std::string what, std::string hint = {});

  const Registry& registry_;
  std::vector<Part> parts_;
  std::vector<u8> payload_;
  base::Complaint complaint_;  // empty: none
};

// The rows that layer() gives a protocol: its first table with placed rows.
Table head_of(const Protocol& protocol);

enum class Mend : u8 {
  checksums,
  lengths,  // and checksums: every layer then reaches to the frame's end, so padding behind the
            // packet becomes part of it
};
// Makes checksums, or lengths too, right in a frame whose bytes were changed. Quoted packets,
// fragments' checksums and those that the capture cut (wire_size) stay. True if a byte was changed.
bool mend(const Registry& registry, std::span<u8> frame, u16 link_type, Mend what = Mend::checksums,
          u32 wire_size = 0);

// Writes a value, as a person writes it, into every field of that name or alias that this frame
// has, its size unchanged. Returns in how many places; a complaint where the name is unknown or the
// value cannot stand there. Mends nothing.
base::Result<u32> rewrite(const Registry& registry, std::span<u8> frame, u16 link_type,
                          std::string_view name, std::string_view value);

}  // namespace netpeel::field
