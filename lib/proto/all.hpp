// All built-in protocols: their constants, their ids, and a registry of them.
#pragma once
#include "field/registry.hpp"

namespace netpeel::proto {

#define NETPEEL_PROTOCOL(folder, name) extern const field::Protocol name;
#include "proto/protocols.def"
#undef NETPEEL_PROTOCOL

// Ids as walk() puts them into Layer::proto: id::udp, id::ip …
namespace id {
enum : u8 {
#define NETPEEL_PROTOCOL(folder, name) name,
#include "proto/protocols.def"
#undef NETPEEL_PROTOCOL
};
}  // namespace id

std::span<const field::Protocol* const> protocols();

// A registry that knows them all.
field::Registry registry();

}  // namespace netpeel::proto
