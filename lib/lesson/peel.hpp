// A hand-in, NAME-L06.peel: what a student's steps left, in one file that zcat can show. One gzip
// stream (RFC 1952) of a first line and of entries, each a line with its name and size, that many
// bytes, and a line end:
//
//   netpeel peel 1
//   lesson 231       once, first: JSON with the lesson's id, format and edition, student, token,
//   {…}              level, when it was begun, and the chain (chain.hpp)
//   step 310         each step that ended: JSON with its id and state (progress.hpp)
//   {…}
//   packets 4096     perhaps, right behind its step: a pcapng file, uncompressed
//   …
//   end 64           last: SHA-256, in hexadecimal, of all that stands before this line
//   …
//
// No file names stand in it, and nothing of it is ever written to the disk. Reading trusts nothing:
// whatever breaks a rule or a limit is refused with a sentence. Pure; owns its bytes.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "lesson/chain.hpp"
#include "lesson/progress.hpp"

namespace netpeel::lesson {

struct HandedStep {
  std::string id{};
  StepState state{};
  std::string packets{};  // a pcapng file; empty: none
};

struct Peel {
  static constexpr u32 version = 1;
  // Limits of what is read. packets: of one step.
  static constexpr std::size_t most_file = 32 << 20, most_plain = 96 << 20, most_json = 4 << 20,
                               most_packets = 16 << 20, most_steps = 64, most_name = 200;

  std::string lesson{}, student{}, token{}, netpeel{};
  std::string edition{};  // SHA-256 of the lesson's file
  u32 format = 0;
  char level = 'A';
  i64 began = 0;
  std::vector<Link> chain{};
  std::vector<HandedStep> steps{};
  bool sealed = false;  // after reading: what stands behind "end" is right
};

std::string write_peel(const Peel& peel);
base::Result<Peel> read_peel(Bytes file);

}  // namespace netpeel::lesson
