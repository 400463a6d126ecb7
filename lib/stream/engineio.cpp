#include "stream/engineio.hpp"

#include "stream/all.hpp"
namespace netpeel::stream {
std::unique_ptr<EngineIo> engineio_over_websocket(Context&, std::string_view) { return nullptr; }
void engineio_polling(Context&, Side, std::string_view, Bytes, const Message&, Out&) {}
namespace {
const field::Protocol protocol{.name = "eio", .title = "Engine.IO", .label = "Engine.IO", .osi = field::Osi::application,
    .ref = "Engine.IO 4", .about = "Carries Socket.IO."};
}
const Streamed engineio{.name = "eio", .protocol = &protocol};
}  // namespace netpeel::stream
