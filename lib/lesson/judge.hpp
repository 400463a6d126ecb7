// What conditions mean on packets. Every filter that some condition names is asked of each packet
// of the step once, while the packets stream past; afterwards conditions are evaluated from what
// matched. For a condition that fails it knows the nearest packet: the one that fits most parts of
// the filter, and the part it misses. Copies what it keeps; one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "field/packet.hpp"
#include "field/registry.hpp"
#include "lesson/condition.hpp"
#include "lesson/values.hpp"

namespace netpeel::lesson {

// Nothing (there was no such packet or answer), a number, a text, or several of these.
struct Value {
  std::variant<std::monostate, double, std::string, std::vector<std::string>> is{};
  bool none() const { return is.index() == 0; }
  std::string print() const;
};
// A typed text or a field's spelling as a value: numbers (also 0x1f) are numbers; where commas or
// blanks separate several, they are several.
Value read_value(std::string_view text, bool several = false);
// Numbers as numbers, texts without regard to case; sets as sets.
bool equal(const Value& a, const Value& b);

// What a filter nearly found.
struct Nearest {
  u64 frame = 0;
  std::string line{};    // the packet on one line
  std::string missed{};  // "udp.dstport == 20007"
  std::string there{};   // "udp.dstport is 9000"; may be empty
};

struct Verdict {
  bool good = false;
  bool ours = false;        // the lesson is at fault, not the student: says why
  std::string condition{};  // with values
  std::string message{};    // the author's, or empty
  std::string expected{}, seen{};
  std::vector<std::string> packets{};  // those that matched, a few
  std::optional<Nearest> nearest{};
};

class Judge {
 public:
  struct Sources {
    // Answers of the student; programs' states. Nothing: unknown.
    std::function<std::optional<std::string>(std::string_view id)> answer{};
    std::function<std::optional<std::string>(std::string_view path)> state{};
  };
  // usual_tap: where a filter is asked that names none. The registry outlives it.
  Judge(const field::Registry& registry, Values values, std::string usual_tap);
  ~Judge();

  // Before the first packet: everything that will be evaluated. Complaints about filters come with
  // the place given.
  void want(const Condition& condition, std::vector<Mistake>& mistakes);
  void want(const Expr& expr, std::vector<Mistake>& mistakes);
  void want(const Aim& aim, Place at, std::vector<Mistake>& mistakes);

  // A packet of the step, which the tracker has seen. taps: how many interfaces the capture has.
  void packet(const field::Packet& packet, std::size_t taps);
  // So many, at all taps, without what hosts say by themselves (ARP, ICMPv6, IGMP).
  u64 packets() const;

  Verdict judge(const Condition& condition, const Sources& sources);
  Value evaluate(const Expr& expr, const Sources& sources);
  // Frames that match, in order, and the first as one line.
  std::vector<u64> frames(const Aim& aim);
  std::string first_line(const Aim& aim);

 private:
  struct Inside;
  std::unique_ptr<Inside> in_;
};

}  // namespace netpeel::lesson
