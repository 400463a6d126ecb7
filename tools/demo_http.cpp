// netpeel demo http: requests by hand, answers as they come.
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "demo.hpp"
#include "demo_client.hpp"
#include "net/client_http.hpp"
#include "net/client_words.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(An HTTP/1.1 client. One request, its answer's body to standard output as it comes (also one without
end: Server-Sent Events). With --interactive each line is a request on the same connection:
  /path      or      POST /path some text)";

struct Asked {
  ClientOptions client{.timeout = 30000};
  std::string method, body, version = "1.1";
  std::vector<std::string> headers;
  bool head = false, no_host = false, interactive = false;
};

class HttpTalk final : Talk {
 public:
  HttpTalk(const Asked& asked, net::Target target)
      : Talk(asked.client, std::move(target)), asked_(asked),
        http_(loop_, {.host = target_.host,
                      .port = target_.port,
                      .timeout = asked.client.within(),
                      .tap = peeler_.get()}) {}

  int run() {
    leave_by([this] { stop(); });
    if (asked_.interactive) {
      input_ = std::make_unique<Input>(
          loop_, screen_, "http> ",
          Input::Hears{.line = [this](const std::string& line) { line_of(line); },
                       .end =
                           [this] {
                             ended_ = true;
                             if (!http_.busy()) stop();
                           }});
    } else {
      auto body = net::read_bytes(asked_.body);
      if (!body) cli::usage_error("--data: " + body.complaint().what);
      const std::string method = !asked_.method.empty() ? asked_.method
                                 : body->empty()        ? "GET"
                                                        : "POST";
      ask(method, target_.path.empty() ? "/" : target_.path, std::move(*body));
    }
    return talk();
  }

 private:
  void line_of(const std::string& line) {
    const std::size_t blank = line.find(' ');
    const std::string first = line.substr(0, blank);
    if (first == "help" || first == "?")
      return screen_.note(
          "/path asks for that path (GET). METHOD /path TEXT sends TEXT. Ctrl-D ends.");
    if (line.starts_with('/')) return ask("GET", line, "");
    if (blank == std::string::npos || line[blank + 1] != '/') {
      if (!line.empty()) screen_.note("write /path, or METHOD /path TEXT");
      return;
    }
    const std::size_t text = line.find(' ', blank + 1);
    ask(first, line.substr(blank + 1, text - blank - 1),
        text == std::string::npos ? "" : line.substr(text + 1));
  }

  void ask(std::string method, std::string path, std::string body) {
    net::HttpAsk ask{.method = std::move(method),
                     .target = std::move(path),
                     .headers = read_headers(asked_.headers),
                     .body = std::move(body),
                     .version = "HTTP/" + asked_.version,
                     .host = !asked_.no_host};
    net::HttpClient::Handler handler;
    handler.done = [this](const net::HttpGot& got, const std::string& problem,
                          const net::DialFailure& failure) { answered(got, problem, failure); };
    if (!options_.json && !peeler_) {
      handler.head = [this](const net::HttpGot& got) { head(got); };
      handler.piece = [this](std::string_view piece) { show(piece); };
    }
    http_.ask(std::move(ask), std::move(handler));
  }

  void head(const net::HttpGot& got) {
    const std::string_view whole = got.head;
    if (!asked_.head) {
      return screen_.note(std::string(whole.substr(0, whole.find("\r\n"))));
    }
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t end = std::min(whole.find("\r\n", at), whole.size());
      screen_.line(whole.substr(at, end - at));
      at = end + 2;
    }
  }

  void show(std::string_view piece) {
    if (screen_.editor == nullptr) {
      screen_.bytes(base::as_bytes(piece));
      if (cli::stopped()) stop();
      return;
    }
    base::Text out;
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      out.escaped(piece.substr(0, end)).add('\n');
      piece.remove_prefix(std::min(end + 1, piece.size()));
    }
    screen_.lines(out.view());
  }

  void answered(const net::HttpGot& got, const std::string& problem,
                const net::DialFailure& failure) {
    if (!failure.problem.empty()) return could_not_dial(failure);
    if (options_.json) tell(got, problem);
    if (!problem.empty()) screen_.note(problem);
    if (!problem.empty() || got.status >= 400) code_ = cli::check_said_no;
    if (!asked_.interactive || (ended_ && !http_.busy())) stop();
  }

  void tell(const net::HttpGot& got, const std::string& problem) {
    screen_.object("answer", [&](base::Json& json, base::Text&) {
      if (!problem.empty()) json.member("problem", problem);
      json.member("status", u64(got.status)).key("headers").open('[');
      for (const net::HttpHeader& h : got.headers)
        json.open('{').member("name", h.name).member("value", h.value).close('}');
      json.close(']').member("size", got.body.size());
      add_payload(json, base::as_bytes(got.body));
    });
  }

  const Asked& asked_;
  bool ended_ = false;
  net::HttpClient http_;
};

}  // namespace

int demo_http(int argc, char** argv) {
  Asked asked;
  cli::Options options("demo http", about);
  describe(options, asked.client, "TARGET", "HOST:PORT/PATH, 127.0.0.1:3000/ if not given");
  options.text("-X,--method", asked.method, "WORD", "GET, or POST where there is --data");
  options.text("-d,--data", asked.body, "TEXT|hex:..|@FILE", "The body to send");
  options.texts("-H,--header", asked.headers, "NAME:VALUE",
                "One more header (several: several -H)");
  options.flag("-i,--include", asked.head, "The answer's head is shown too");
  options.choice("--http", asked.version, {"1.0", "1.1"}, "The version that the request says");
  options.flag("--no-host", asked.no_host, "No Host header, to see what the server says to that");
  options.flag("--interactive", asked.interactive, "Each line is a request");
  options.example("netpeel demo http localhost:3000/healthz", "One request.");
  options.example("netpeel demo http localhost:3000 --no-host -i",
                  "A broken rule, and the answer.");
  options.example("netpeel demo http localhost:3000/http/echo -d 'a=1' --show wire",
                  "What goes over the wire.");
  options.parse(argc, argv);
  const net::Target target = take_target(asked.client.words, {.port = 3000});
  if (!asked.client.words.empty())
    cli::usage_error("there is one TARGET, and \"" + asked.client.words[0] + "\" is one too many");
  return HttpTalk(asked, target).run();
}
