// What netpeel demo sio does: commands one after another, and a line for each thing that happens.
#pragma once
#include <map>

#include "demo_client.hpp"
#include "net/client_sio.hpp"

namespace netpeel::demo {

struct SioOptions {
  net::EngineClientSettings engine;
  net::Json auth = net::Json::object();
  std::string nsp = "/";
  std::map<std::string, net::Args> answers;
  bool no_reconnect = false;
  net::SioParser parser = net::SioParser::text;
};

extern const char* const sio_commands;  // for --help, and for help on the terminal

// Throws base::Error (wrong use) if it is none.
void check_sio_command(const std::vector<std::string>& words);

// The exit code.
int talk_sio(const ClientOptions& options, const net::Target& target, SioOptions sio,
             const std::vector<std::vector<std::string>>& commands);

}  // namespace netpeel::demo
