// netpeel demo sio: a Socket.IO client that is told what to do in words, one thing after another.
#include "demo.hpp"
#include "demo_client.hpp"
#include "demo_sio_talk.hpp"
#include "net/client_words.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(A Socket.IO client. With COMMANDs: does them one after another ("then" stands between two), and
disconnects. Without, on a terminal: a line a command. In a pipe: a line a command, a line for each
thing that happens.

)";

std::vector<std::vector<std::string>> split_commands(const std::vector<std::string>& words) {
  std::vector<std::vector<std::string>> out;
  bool fresh = true;
  for (const std::string& word : words) {
    if (word == "then") {
      fresh = true;
      continue;
    }
    if (fresh) out.emplace_back();
    fresh = false;
    out.back().push_back(word);
  }
  return out;
}

}  // namespace

int demo_sio(int argc, char** argv) {
  ClientOptions asked;
  SioOptions sio;
  std::string auth, transport = "both", parser = "text", path = "/socket.io/";
  std::vector<std::string> headers, answers;
  cli::Options options("demo sio", about + std::string(sio_commands));
  describe(options, asked, "TARGET [COMMAND...]",
           "HOST:PORT, 127.0.0.1:3000 if not given; then what to do");
  options.choice("--transport", transport, {"both", "polling", "websocket"},
                 "both: begins with polling and moves to WebSocket");
  options.choice("--parser", parser, {"text", "msgpack"},
                 "How packets are written, as the server's --parser");
  options.text("--auth", auth, "JSON", "What CONNECT says of us, an object");
  options.text("--nsp", sio.nsp, "NAME", "The namespace; / if not given");
  options.texts("--answer", answers, "EVENT=JSON",
                "Answer the server's questions so (several: several --answer)");
  options.text("--path", path, "PATH", "Where the server has Socket.IO; /socket.io/ if not given");
  options.texts("-H,--header", headers, "NAME:VALUE", "One more header (several: several -H)");
  options.flag("--no-reconnect", sio.no_reconnect, "A lost connection stays lost");
  options.example("netpeel demo sio localhost:3000 emit echo '\"hi\"' ack",
                  "An event, and the server's answer to it.");
  options.example(
      "netpeel demo sio localhost:3000 join lobby then wait room:message --timeout 60000",
      "Into a room, and what is said there next.");
  options.example("netpeel demo sio localhost:3000 --show wire emit echo 1",
                  "Packets within packets, as they go over the wire.");
  options.parse(argc, argv);
  const net::Target target = take_target(asked.words, {.port = 3000});
  const auto commands = split_commands(asked.words);
  for (const auto& command : commands) check_sio_command(command);
  if (!auth.empty()) {
    sio.auth = net::Json::parse(auth, nullptr, false);
    if (!sio.auth.is_object()) cli::usage_error("--auth wants a JSON object, not \"" + auth + "\"");
  }
  for (const std::string& answer : answers) {
    const std::size_t equals = answer.find('=');
    if (equals == std::string::npos) cli::usage_error("--answer wants EVENT=JSON");
    auto value = net::read_value(answer.substr(equals + 1));
    if (!value) cli::usage_error("--answer: " + value.complaint().what);
    sio.answers[answer.substr(0, equals)] = net::Args{*value};
  }
  if (parser == "msgpack") sio.parser = net::SioParser::msgpack;
  sio.engine = {.host = target.host,
                .port = target.port,
                .path = path,
                .way = transport == "polling"     ? net::EngineWay::polling
                       : transport == "websocket" ? net::EngineWay::websocket
                                                  : net::EngineWay::both,
                .headers = read_headers(headers)};
  return talk_sio(asked, target, std::move(sio), commands);
}
