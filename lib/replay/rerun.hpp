// Recorded conversations had again with a live server: the client side says what it said, in the
// capture's order, once the server has said what it had said before. One thread.
#pragma once
#include <functional>
#include <map>

#include "replay/peer.hpp"

namespace netpeel::replay {

struct RerunPlan {
  const field::Registry& registry;
  stream::Limits limits{};
  i64 patience = 5'000'000'000;  // for each thing that the server is to say
  std::function<bool()> stopped;
};

// Names that servers make up, recorded and live.
class Names {
 public:
  void learn(const std::vector<std::string>& recorded, const std::vector<std::string>& live);
  std::string to_live(std::string text) const;
  std::string to_recorded(std::string text) const;
  const std::map<std::string, std::string>& all() const { return live_of_; }

 private:
  std::map<std::string, std::string> live_of_;  // recorded name: live name
};

struct Rerun {
  struct Actor {
    std::vector<Utterance> heard;
    std::vector<bool> said;  // by index into the recorded: the client said it
    std::string trouble;     // why the conversation ended early, a clause
  };
  std::vector<Actor> actors;  // as the recorded ones
  Names names;
  bool stopped = false;
};

// Throws base::Error where the server cannot be reached.
Rerun rerun(const Dial& dial, const std::vector<Recorded>& recorded, const RerunPlan& plan);

}  // namespace netpeel::replay
