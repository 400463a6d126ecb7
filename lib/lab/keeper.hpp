// A lab as it lives: the process inside the enclosure that keeps the wire moving, starts servers
// and the command, and answers questions. It is the first process there; when it ends, everything
// in the lab ends.
#pragma once
#include <string>
#include <vector>

#include "field/registry.hpp"
#include "lab/fault.hpp"
#include "lab/topology.hpp"

namespace netpeel::lab {

struct Server {
  std::string host, command;  // a line of shell
};

struct Plan {
  Topology topology{};
  std::vector<Fault> faults{};
  std::vector<Server> servers{};
  std::string on{};                    // the command's host
  std::vector<std::string> command{};  // empty: it stays up until it is told to end
  std::string capture{};               // a file, "-" or nothing
  std::vector<std::string> taps{};     // hosts; none: all
  std::string name{};                  // under which it answers; may be empty if there is a command
  int owner = 0;                       // a process whose end ends a lab in the background; 0: none
  std::string application{};           // who writes the capture
  void (*note)(const std::string& says) = nullptr;  // told what could not be had
};

// Runs the command in a lab of its own, which ends with it. The command's exit code. The calling
// process changes its namespaces and should end after this.
int run_lab(const Plan& plan, const field::Registry& registry);

// Starts a lab and leaves it in the background; returns when it is ready.
int start_lab(const Plan& plan, const field::Registry& registry);

// Runs a program on a host of a lab that is up; its exit code. Changes this process's namespaces.
int exec_in_lab(const std::string& name, const std::string& host,
                const std::vector<std::string>& words);

}  // namespace netpeel::lab
