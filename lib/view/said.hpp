// One thing that one side of a conversation said, bytes or a message, ready to be printed for
// people, for programs, or as it is. Made anew for each; its views are valid during the call that
// gives it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "flow/tracker.hpp"

namespace netpeel::view {

struct Said {
  struct Fact {  // for programs
    std::string_view name;
    std::string text{};
    u64 number = 0;
    bool is_number = false;
  };
  struct Part {
    std::string name;  // for programs; empty: for people alone
    Bytes bytes;
    bool payload = true;  // what a program meant to say, not what its protocol wrapped around it
    bool told = false;    // in the title already: binary, people see it with `full` alone
  };
  struct Header {
    std::string_view name, value;
  };

  flow::Side side = flow::Side::client;
  i64 time = 0;                   // of the frame it ended in
  i64 since_first = 0;            // the same, from the capture's first frame on
  std::span<const u64> frames{};  // that carried it
  std::string_view protocol{};    // Wireshark's name; "tcp" and "udp" for bytes
  base::Text title;               // for people
  std::vector<Fact> facts;
  std::vector<Header> headers;
  std::vector<Part> parts;
  std::string_view trouble{};  // what is wrong with it, a sentence without a full stop
  std::vector<u8> own;         // bytes that had to be made

  void fact(std::string_view name, std::string_view text) {
    facts.push_back({.name = name, .text = std::string(text)});
  }
  void fact(std::string_view name, u64 number) {
    facts.push_back({.name = name, .number = number, .is_number = true});
  }
  void clear();
};

// An event of Socket.IO that asked for an acknowledgment and got none.
struct Unanswered {
  flow::Conversation conversation;
  flow::Side side = flow::Side::client;
  u64 frame = 0, id = 0;
  std::string event, nsp;
};

// How things said are printed. Appends to the caller's Text.
class SaidPrinter {
 public:
  virtual ~SaidPrinter() = default;
  // All that follows was said in this conversation.
  virtual void conversation(const flow::Conversation& conversation, base::Text& out) = 0;
  virtual void said(const flow::Conversation& conversation, const Said& said, base::Text& out) = 0;
  // n bytes of that side were not captured.
  virtual void gap(const flow::Conversation& conversation, flow::Side side, u64 n,
                   base::Text& out) = 0;
  // Told at the end, if there are any.
  virtual void unanswered(std::span<const Unanswered> events, base::Text& out) = 0;
};

struct SaidLook {
  bool color = false;
  bool full = false;  // all of long binary data, for people
};
std::unique_ptr<SaidPrinter> said_text(const SaidLook& look);
std::unique_ptr<SaidPrinter> said_json();
// The payloads and nothing else.
std::unique_ptr<SaidPrinter> said_raw();

std::string_view transport_name(flow::Conversation::Kind kind);  // "tcp"
std::string_view side_name(flow::Side side);                     // "client"
// "10.0.0.1:80", "[fd09::1]:80"
void add_end(base::Text& out, const flow::End& end);

}  // namespace netpeel::view
