// Chapters 3 and 4: HTTP beside the upgrade to WebSocket, and the server that speaks first.
#include <algorithm>

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

// Headers of both, those with one name beside each other.
std::string beside(const Head& left, const Head& right) {
  std::string out = two(left.first, right.first);
  std::vector<bool> told(right.headers.size());
  const auto spelt = [](const auto& header) { return header.first + ": " + header.second; };
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return (x | ((x >= 'A' && x <= 'Z') << 5)) == (y | ((y >= 'A' && y <= 'Z') << 5));
    });
  };
  for (const auto& header : left.headers) {
    std::string other;
    for (std::size_t i = 0; i < right.headers.size() && other.empty(); ++i) {
      if (told[i] || !same(header.first, right.headers[i].first)) continue;
      told[i] = true;
      other = spelt(right.headers[i]);
    }
    out += two(spelt(header), other);
  }
  for (std::size_t i = 0; i < right.headers.size(); ++i) {
    if (told[i]) continue;
    const std::string line = spelt(right.headers[i]);
    if (view::characters(line) <= right_width) {
      out += two("", line);
      continue;
    }
    out += two("", right.headers[i].first + ":");
    out += two("", "  " + right.headers[i].second);
  }
  return out;
}

std::string computed(const Web& web) {
  const Accept accept = accept_of(web.key);
  const auto line = [](const std::string& what, const std::string& value) {
    return "  " + padded(what, 29) + value + "\n";
  };
  std::string out = line("the key, in frame " + number(web.upgrade.frame), shown(web.key));
  out += line("a text that never changes", std::string(websocket_guid));
  out += line("SHA-1 of both in a row", accept.sha1);
  out += line("the same in base64", accept.base64);
  return out + line("the answer's, in frame " + number(web.switching.frame), shown(web.accept));
}

}  // namespace

Chapter tell_web(const Web& web) {
  Chapter out{.title = "HTTP beside WebSocket", .id = "web"};
  out.say("A WebSocket begins as an HTTP request. On the left an ordinary one (frame " +
          number(web.request.frame) + "), on the right one that asks for more (frame " +
          number(web.upgrade.frame) + "), each with its answer (frames " +
          number(web.answer.frame) + " and " + number(web.switching.frame) + "):");
  const std::string rule = two("", "");
  out.show(beside(web.request, web.upgrade) + rule + beside(web.answer, web.switching));
  const bool right = accept_of(web.key).base64 == web.accept;
  out.say(std::string("How does the client know that the server understood, and did not just say "
                      "101? It sent a key; the server must compute this from it:"));
  out.show(computed(web));
  out.say(right ? "They are the same: the server speaks WebSocket."
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
    const std::string when = "+" + in_time(p.time - web.switching.time);
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
