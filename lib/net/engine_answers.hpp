// What an Engine.IO server answers over HTTP: statuses, headers and bodies as the original sends
// them. Values only; no state.
#pragma once
#include "net/engine.hpp"

namespace netpeel::net {

// The numbers are on the wire.
enum class EngineRefusal : u8 {
  transport_unknown,
  session_unknown,
  bad_method,
  bad_request,
  forbidden,
  version,
};
std::string_view engine_refusal_text(EngineRefusal why);  // "Session ID unknown"

HttpAnswer poll_answer(const EngineSettings& settings, std::string payload, bool octets = false);
HttpAnswer post_answer(const EngineSettings& settings);              // "ok"
HttpAnswer bare_answer(const EngineSettings& settings, u32 status);  // no body
HttpAnswer refusal_answer(const EngineSettings& settings, EngineRefusal why);
HttpAnswer full_answer(const EngineSettings& settings);  // 503: as many sessions as there may be
HttpAnswer refused_upgrade_answer(EngineRefusal why);    // text, and the connection ends

// What every answer has behind --cors.
std::vector<HttpHeader> cors_headers(const EngineSettings& settings);

}  // namespace netpeel::net
