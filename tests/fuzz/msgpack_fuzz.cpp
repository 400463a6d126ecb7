// msgpack as Socket.IO's clients may send it, and Engine.IO 3's payloads. The first byte says
// which: 0: a packet of npm's msgpack parser. What is read can be written and is read the same
// again, its
//    values are JSON, and it costs no more than its size says.
// 1, 2: a payload of Engine.IO 3, in text and in bytes: what is read can be written and is read the
//    same again.
#include <cstdio>
#include <cstdlib>

#include "net/sio_msgpack.hpp"
#include "stream/engineio3.hpp"
#include "stream/json_pieces.hpp"
#include "stream/msgpack.hpp"
#include "stream/sio_msgpack.hpp"

using namespace netpeel;

namespace {

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "msgpack: %s\n", why);
  std::abort();
}

bool whole_json(const std::string& json) {
  const std::size_t end = stream::json_end(json, 0);
  return end != std::string::npos && stream::json_blanks(json, end) == json.size();
}

void packet(std::string_view bytes) {
  net::SioUnpacked first;
  if (!net::read_sio_msgpack(bytes, first)) return;
  if (!stream::msgpack_is_whole(bytes, 1024)) fail("a packet that is not whole");
  if (!first.json.empty() && !whole_json(first.json)) fail("no JSON");
  if (first.json.size() > 40 * bytes.size() + 40) fail("much JSON of few bytes");
  if (first.packet.type == stream::SioType::event && first.json.empty()) return;  // nobody hears it
  const std::string written = net::write_sio_msgpack(first.packet, first.attachments);
  net::SioUnpacked second;
  if (!net::read_sio_msgpack(written, second)) fail("what was written is not read");
  if (second.nsp.size() < first.nsp.size() || second.packet.type != first.packet.type ||
      second.packet.has_id != first.packet.has_id || second.packet.id != first.packet.id)
    fail("another packet");
  // A map may say a name twice and hold what looks like a placeholder: both are written as they
  // are.
  if (second.attachments.size() == first.attachments.size() && second.json != first.json)
    fail("other values");
}

void payload(std::string_view bytes, bool in_bytes) {
  using Found = stream::Eio3Payload::Found;
  stream::Eio3Payload reader(bytes, in_bytes);
  std::string again;
  std::vector<std::string_view> records;
  Found found;
  for (;;) {
    stream::EioPacket p;
    std::string_view record;
    found = reader.next(p, record);
    if (found != Found::packet) break;
    if (records.size() > bytes.size()) fail("more packets than bytes");
    records.push_back(record);
    if (in_bytes) {
      // Text begins with a digit or b, bytes with their type; what is neither is passed over.
      const bool text = !record.empty() && u8(record[0]) > 6;
      stream::put_eio3_bytes(text && !p.binary, record, again);
    } else {
      stream::put_eio3(record, again);
    }
  }
  if (reader.next(*std::make_unique<stream::EioPacket>(), records.emplace_back()) != found)
    fail("the end is not the end");
  records.pop_back();
  if (records.empty()) return;
  stream::Eio3Payload second(again, in_bytes);
  for (const std::string_view record : records) {
    stream::EioPacket p;
    std::string_view got;
    if (second.next(p, got) != Found::packet || got != record) fail("another packet");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 200'000) return 0;
  const std::string_view rest = base::as_text({data + 1, size - 1});
  switch (data[0] % 3) {
    case 0: packet(rest); break;
    case 1: payload(rest, false); break;
    default: payload(rest, true); break;
  }
  return 0;
}
