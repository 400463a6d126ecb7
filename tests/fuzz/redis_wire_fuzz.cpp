// What comes through Redis: anybody may publish there. The first byte says as what it is taken: a
// broadcast, a request, an answer. What is read keeps its bounds, can be written, and is then read
// the same again.
#include <cstdio>
#include <cstdlib>

#include "net/redis_wire.hpp"

using namespace netpeel;
using namespace netpeel::net::redis_wire;

namespace {

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "redis_wire: %s\n", why);
  std::abort();
}

bool same(const net::NodeMessage& a, const net::NodeMessage& b) {
  return a.event == b.event && a.args.size() == b.args.size() &&
         a.args.attachments().size() == b.args.attachments().size() && a.to == b.to &&
         a.except == b.except && a.rooms == b.rooms && a.close == b.close;
}

void broadcast(std::string_view bytes) {
  const auto heard = read_broadcast(bytes);
  if (!heard) return;
  (void)channel_of(Channels("key", heard->message.nsp, heard->uid), heard->message);
  const auto again = read_broadcast(write_broadcast(heard->uid, heard->message));
  if (!again || again->uid != heard->uid || !same(again->message, heard->message))
    fail("another broadcast");
}

void request(std::string_view bytes) {
  const auto heard = read_request(bytes, "/");
  if (!heard) return;
  const auto again = read_request(write_request(*heard), "/");
  // Requests of older nodes are read, and never written.
  const bool old = heard->type == Ask::sockets || heard->type == Ask::all_rooms;
  if (!old && (!again || again->type != heard->type || again->id != heard->id))
    fail("another request");
  (void)write_server_side(*heard, heard->message.args);
  (void)write_client_answer(*heard, heard->message.args);
}

void answer(std::string_view bytes) {
  const auto heard = read_answer(bytes);
  if (!heard) return;
  if (!heard->value.is_object()) fail("an answer that is no object");
  const auto sockets = heard->value.find("sockets");
  if (sockets == heard->value.end() || !sockets->is_array()) return;
  for (const net::Json& socket : *sockets) (void)read_socket(socket);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 100'000) return 0;
  const std::string_view rest = base::as_text({data + 1, size - 1});
  switch (data[0] % 3) {
    case 0: broadcast(rest); break;
    case 1: request(rest); break;
    default: answer(rest); break;
  }
  return 0;
}
