// What pages of other origins may do with an Engine.IO server (fetch.spec.whatwg.org): as npm's
// `cors` answers with one origin given. Values only.
#pragma once
#include "net/engine.hpp"

namespace netpeel::net {

// To OPTIONS.
HttpAnswer preflight_answer(const EngineSettings& settings, const HttpRequest& request);
// A browser says which page dials a WebSocket, and CORS does not look at it: the page has to be the
// allowed one, or ours. Programs send no Origin.
bool origin_allowed(const EngineSettings& settings, const HttpRequest& request);

}  // namespace netpeel::net
