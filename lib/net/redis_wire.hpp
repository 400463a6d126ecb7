// What nodes of one Socket.IO cluster say to each other through Redis, as npm's
// @socket.io/redis-adapter 8.3 writes and reads it: channel names, broadcasts (msgpack), requests
// and answers (JSON, or msgpack). Values here are checked; what is not as it should be is nullopt.
#pragma once
#include <optional>

#include "net/adapter.hpp"

namespace netpeel::net::redis_wire {

// The channels of one namespace.
struct Channels {
  Channels(const std::string& key, const std::string& nsp, const std::string& uid);
  std::string broadcast;     // KEY#NSP#, and KEY#NSP#ROOM# for a single room
  std::string pattern;       // for PSUBSCRIBE: both
  std::string request;       // KEY-request#NSP#
  std::string response;      // KEY-response#NSP#
  std::string response_own;  // KEY-response#NSP#UID#
};

// ---- msgpack as notepack.io writes it ----

std::string to_msgpack(const Json& value);
// Nested deeper than a packet may be, cut short, or with more behind it: nullopt. undefined becomes
// null, a date the text that JSON has for it, other extensions null.
std::optional<Json> from_msgpack(std::string_view bytes);
// A request or an answer: JSON if it begins like that, else msgpack; an object.
std::optional<Json> read_object(std::string_view bytes);
// JSON.stringify's text: binary as Node's Buffer writes itself.
std::string to_json(const Json& value);

// ---- Broadcasts ----

struct Heard {
  std::string uid;  // who said it
  NodeMessage message;
};
std::string write_broadcast(const std::string& uid, const NodeMessage& message);
std::optional<Heard> read_broadcast(std::string_view bytes);
// Where it is published: to its only room's channel, or to all.
std::string channel_of(const Channels& channels, const NodeMessage& message);

// ---- Requests ----

enum class Ask : u8 {
  sockets = 0,
  all_rooms = 1,
  join = 2,
  leave = 3,
  disconnect = 4,
  fetch = 5,
  server_side = 6,
  broadcast = 7,
  client_count = 8,  // answers to 7
  client_answer = 9,
};

struct Request {
  Ask type = Ask::sockets;
  std::string uid, id;  // id: empty where no answer is wanted
  NodeMessage message;  // what it asks for; its nsp is the channel's
};
std::string write_request(const Request& request);
std::optional<Request> read_request(std::string_view bytes, const std::string& nsp);

// ---- Answers; each for the request with that id ----

std::string write_sockets(const Request& to, const Args& described);  // {id, rooms, data} each
std::string write_rooms(const Request& to, const Args& described);
std::string write_server_side(const Request& to, const Args& answer);
std::string write_count(const Request& to, u64 clients);
std::string write_client_answer(const Request& to, const Args& answer);

struct Answer {
  std::string id;
  Json value;  // the object
};
// A socket of another node, of {sockets: […]}: {id, rooms, data} and nothing else.
std::optional<Json> read_socket(const Json& described);
std::optional<Answer> read_answer(std::string_view bytes);

}  // namespace netpeel::net::redis_wire
