// Where a lesson takes place: in the lab (level A), on loopback (B), or in a capture that was
// shipped with it (C). It runs commands on hosts and knows where the packets are.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lesson/lesson.hpp"
#include "lesson/reel.hpp"
#include "lesson/values.hpp"

namespace netpeel::lesson {

struct Setting {
  std::string tools{};          // the folder that netpeel's programs stand in
  std::string folder{};         // where this lesson keeps its files; it exists
  std::string lab{};            // the lab's name
  std::string captures{};       // the folder of shipped captures
  bool quiet = false;           // what commands print is not shown
  bool (*stopped)() = nullptr;  // somebody wants the lesson to end
};

struct Ran {
  int code = 0;
  i64 nanoseconds = 0;
};

class Stage {
 public:
  virtual ~Stage() = default;

  virtual char level() const = 0;
  // False: what is there was recorded, nothing can be run.
  virtual bool live() const { return true; }
  // True: it was there already, with the packets captured so far.
  virtual bool resumed() const { return false; }
  virtual std::string capture() const = 0;  // the file with the packets
  // keep: its output goes there too. A background command runs until end_background().
  virtual Ran run(const std::string& host, const std::string& command, const std::string& keep) = 0;
  virtual void run_background(const std::string& host, const std::string& command,
                              const std::string& keep) = 0;
  virtual void end_background() = 0;
  virtual void shell(const std::string& host) = 0;
  // Takes the old faults away and sets these; a complaint, or nothing.
  virtual std::string faults(const std::vector<std::string>& texts) = 0;
  // The lab's own state as JSON; empty: there is none.
  virtual std::string status() const { return {}; }
  // Why no packets can be there, by no fault of the student; empty: no reason known.
  virtual std::string trouble() const { return {}; }
  // The lab is ended; without this it stays, and the next one finds it.
  virtual void close() = 0;
};

// The values of a lesson on that stage.
Values stage_values(const Lesson& lesson, char level, const std::string& student);
// The host at whose tap is looked where a check names none.
std::string usual_tap(const Lesson& lesson);
lab::Topology topology_of(const Lesson& lesson);

// Throws base::Error where the lab cannot be had. values: put into the servers' commands.
std::unique_ptr<Stage> lab_stage(const Lesson& lesson, const Setting& setting,
                                 const Values& values);
std::unique_ptr<Stage> loopback_stage(const Lesson& lesson, const Setting& setting,
                                      const Values& values);
// Throws base::Error where the shipped capture is not there.
std::unique_ptr<Stage> file_stage(const Lesson& lesson, const Setting& setting);

// What another process holds: its packets can be looked at, nothing can be run.
std::unique_ptr<Stage> beside_stage(const Lesson& lesson, const Setting& setting, char level);

// On loopback all hosts have one address: nobody could tell three clients apart.
inline bool plays_on_loopback(const Lesson& lesson) { return lesson.shape == "pair"; }

// The highest level that this machine allows, asked the quick way, and why not more.
struct Possible {
  char level = 'C';
  std::string why{};
};
Possible possible_level(const Setting& setting);

// Waits until a capture has not grown for `settle`, `timeout` at most. False: it still grew, or
// somebody wants an end.
bool settled(const std::string& capture, i64 settle, i64 timeout, bool (*stopped)() = nullptr);

}  // namespace netpeel::lesson
