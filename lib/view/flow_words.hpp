// What flow tables, their JSON and the drawings say in the same words: the ends of a conversation,
// how a connection went.
#pragma once
#include "base/text.hpp"
#include "flow/tally.hpp"

namespace netpeel::view {

// "10.0.0.1", "2001:db8::1", "02:00:00:00:00:0a".
void address(flow::Level level, const flow::Key& key, bool low, base::Text& out);
// With its port where the level has ports: "10.0.0.1:80", "[2001:db8::1]:80".
void end(flow::Level level, const flow::Key& key, bool low, base::Text& out);
// "10.0.0.1:51000 → 10.0.0.2:80", a first.
void ends(flow::Level level, const flow::Talk& talk, base::Text& out);

// "TCP", "IPv6" …
std::string_view level_title(flow::Level level);

// How the capture saw the connection begin and end: "closed by both, the client first".
void outcome(const flow::Connection& connection, base::Text& out);

// The connection in sentences, one a line, indented by `indent`.
void story(const flow::Talk& talk, const flow::Connection& connection, u32 indent, u32 width,
           base::Text& out);

}  // namespace netpeel::view
