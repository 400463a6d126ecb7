// What the ends of chosen conversations said to each other, in order: the bytes as they were sent,
// or one protocol's messages. A listener of the tracker; whatever it is told it prints at once, but
// for text, where bytes that one side sent in a row are joined. One thread.
#pragma once
#include <deque>
#include <functional>
#include <optional>

#include "view/said_message.hpp"

namespace netpeel::view {

struct FollowLook {
  MessageLook messages;
  std::string_view protocol{};       // "http", "sio" …: its messages; empty: bytes
  std::optional<flow::Side> side{};  // what this side says alone
  bool join = false;                 // bytes that one side sent in a row
};

class Follow final : public flow::Listener {
 public:
  using Wanted = std::function<bool(const flow::Conversation&)>;
  // All outlive it.
  Follow(const FollowLook& look, Wanted wanted, SaidPrinter& printer, base::Text& out)
      : look_(look), wanted_(std::move(wanted)), printer_(printer), out_(out) {}

  void flush();                             // what is held back to be joined
  void finish();                            // nothing more is to come: also what was never answered
  u64 told() const { return told_; }        // things said
  u64 missing() const { return missing_; }  // bytes that were not captured
  bool met() const { return met_; }         // a wanted conversation

 private:
  // Bytes of one side in a row.
  struct Turn {
    flow::Conversation conversation{};
    flow::Side side = flow::Side::client;
    i64 time = 0;
    std::vector<u64> frames;
    std::vector<u8> bytes;
  };
  static constexpr std::size_t longest_turn = 16 * 1024;

  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& packet) override;
  void data(const flow::Conversation& c, flow::Side side, Bytes bytes, u64 at, u64 frame) override;
  void gap(const flow::Conversation& c, flow::Side side, u64 n) override;
  void message(const flow::Conversation& c, const stream::Message& message,
               std::span<const u64> frames) override;
  void closed(const flow::Conversation& c) override;

  bool hears(const flow::Conversation& c, flow::Side side) const {
    return (!look_.side || *look_.side == side) && wanted_(c);
  }
  bool asked(std::string_view protocol) const;
  void chunk(const flow::Conversation& c, flow::Side side, Bytes bytes, std::span<const u64> frames,
             i64 time);
  void announce(const flow::Conversation& c);
  void tell(const flow::Conversation& c, flow::Side side, i64 time);
  void note_question(const flow::Conversation& c, const stream::Message& message);
  void note_answer(const stream::Message& message);

  FollowLook look_;
  Wanted wanted_;
  SaidPrinter& printer_;
  base::Text& out_;
  Said said_;
  Turn turn_;
  static constexpr std::size_t most_unanswered = 4096;
  std::deque<Unanswered> unanswered_;  // the oldest go first
  std::optional<std::pair<flow::Conversation::Kind, u32>>
      present_;  // the conversation announced last
  i64 first_time_ = 0;
  u64 told_ = 0, missing_ = 0;
  bool met_ = false;
};

}  // namespace netpeel::view
