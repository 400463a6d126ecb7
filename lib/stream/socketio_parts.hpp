// What the files of Socket.IO share. For socketio*.cpp only.
#pragma once
#include "field/field.hpp"
#include "stream/socketio.hpp"

namespace netpeel::stream::sio_parts {

extern const field::Protocol protocol;

constexpr u32 most_attachments = 1024;

// An event's or an acknowledgment's list.
struct List {
  std::string_view name{};  // as JSON; empty in acknowledgments
  std::string_view args{};  // all others, commas between
  std::string_view last{};  // of those
  u32 count = 0;
  bool whole = false;
};
List read_list(std::string_view json, bool named);

inline bool is_event(SioType t) { return t == SioType::event || t == SioType::binary_event; }
inline bool is_ack(SioType t) { return t == SioType::ack || t == SioType::binary_ack; }

}  // namespace netpeel::stream::sio_parts
