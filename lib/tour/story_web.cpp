// Chapters 3 and 4: HTTP beside the upgrade to WebSocket, and the server that speaks first.
#include "tour/words.hpp"

namespace netpeel::tour {
namespace {

constexpr std::size_t left_width = 31, right_width = columns - left_width - 5;

std::string two(const std::string& left, const std::string& right) {
  std::string line =
      "  " + padded(fitted(left, left_width), left_width) + " │ " + fitted(right, right_width);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// A line of a head as it stood there: the first one, or that header.
std::string spelt(const Head& head, const std::string& field, bool first) {
  if (first) return head.line;
  for (const auto& [name, value] : head.headers) {
    if (name.size() == field.size() && contrast::same_name(name, field)) return name + ": " + value;
  }
  return {};
}

// Those of one part that both or one of them have, beside each other.
std::string beside(const std::vector<contrast::Comparison>& all, const std::string& part,
                   const Head& left, const Head& right) {
  std::string out;
  for (const contrast::Comparison& c : all) {
    if (c.part != part) continue;
    const bool first = out.empty();
    const std::string a = spelt(left, c.field, first), b = spelt(right, c.field, first);
    if (!a.empty() || view::characters(b) <= right_width) {
      out += two(a, b);
      continue;
    }
    out += two("", b.substr(0, b.find(' ')));
    out += two("", "  " + c.values[1]);
  }
  return out;
}

std::string computed(const Web& web) {
  const contrast::Proof& proof = web.proof;
  const auto line = [](const std::string& what, const std::string& value) {
    return "  " + padded(what, 29) + value + "\n";
  };
  std::string out = line("the key, in frame " + number(web.upgrade.frame), shown(proof.key));
  out += line("a text that never changes", std::string(contrast::Proof::guid));
  out += line("SHA-1 of both in a row", proof.digest);
  out += line("the same in base64", proof.expected);
  return out + line("the answer's, in frame " + number(web.switching.frame), shown(proof.said));
}

}  // namespace

Chapter tell_web(const Web& web) {
  Chapter out{.title = "HTTP beside WebSocket", .id = "web"};
  out.say("A WebSocket begins as an HTTP request. On the left an ordinary one (frame " +
          number(web.request.frame) + "), on the right one that asks for more (frame " +
          number(web.upgrade.frame) + "), each with its answer (frames " +
          number(web.answer.frame) + " and " + number(web.switching.frame) + "):");
  const std::string rule = two("", "");
  const auto all = contrast::compare(web.request, web.answer, web.upgrade, web.switching);
  out.show(beside(all, "request", web.request, web.upgrade) + rule +
           beside(all, "answer", web.answer, web.switching));
  out.say(std::string("How does the client know that the server understood, and did not just say "
                      "101? It sent a key; the server must compute this from it:"));
  out.show(computed(web));
  out.say(web.proof.right() ? "They are the same: the server speaks WebSocket."
                            : "They differ: a client has to hang up now.");
  out.say("After 101 nothing new is opened: it is still TCP conversation " +
          number(web.socket_stream) + ", from frame " + number(web.first_frame) + " to frame " +
          number(web.last_frame) +
          ". Only the rules have changed: no requests and answers any "
          "more, but frames, from both sides, at any time.");
  return out;
}

Chapter tell_pushed(const Web& web) {
  Chapter out{.title = "The server speaks first", .id = "pushed"};
  out.say("Over HTTP a server answers, and that is all: in conversation " +
          number(web.plain_stream) + " there " + (web.plain_answers == 1 ? "was " : "were ") +
          count(web.plain_answers, "answer") + " to " + count(web.plain_requests, "request") +
          ". Over the WebSocket it told the client each time that its clock ticked:");
  std::string list;
  const u64 most = 5;
  for (const Pushed& p : web.pushed) {
    if (&p - web.pushed.data() == i64(most)) {
      list += "  … and " + number(web.pushed.size() - most) + " more\n";
      break;
    }
    const std::string when = "+" + in_time(p.time - web.switched);
    list += "  frame " + padded(number(p.frame), 6) + padded(when, 10) + fitted(p.text, 52) + "\n";
  }
  out.show(list);
  out.say("The times count from the 101. " + count(web.pushed.size(), "message") +
          " came from the server; from the client came " +
          (web.client_messages == 0 ? std::string("none") : number(web.client_messages)) +
          ". Nobody asked. Each had " + count(web.pushed[0].header, "byte") +
          " of WebSocket header before " + count(web.pushed[0].text.size(), "byte") +
          " of text. To ask by HTTP took " + count(web.request_bytes, "byte") + ", and " +
          count(web.answer_bytes, "byte") +
          " to answer; that is what asking again "
          "and again would cost each time.");
  return out;
}

}  // namespace netpeel::tour
