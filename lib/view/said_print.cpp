#include "base/json.hpp"
#include "base/utf8.hpp"
#include "view/said.hpp"
#include "view/style.hpp"

namespace netpeel::view {
namespace {

using base::as_text;
using base::Text;
using flow::Conversation;
using flow::Side;

// Whether a person reads it as text: UTF-8 but for a character cut at the end, and hardly any
// control characters.
bool reads_as_text(std::string_view t) {
  std::size_t odd = 0, seen = 0;
  while (!t.empty()) {
    const u32 n = base::utf8_length(t);
    if (n == 0 && t.size() > 3) return false;
    const u8 c = u8(t[0]);
    if (n == 1 && (c < 0x20 || c == 0x7f) && c != '\n' && c != '\r' && c != '\t') ++odd;
    ++seen;
    t.remove_prefix(n == 0 ? t.size() : n);
  }
  return odd * 20 <= seen;
}

// ---- For people ----

class ForPeople final : public SaidPrinter {
 public:
  explicit ForPeople(const SaidLook& look) : look_(look) {}

  void conversation(const Conversation& c, Text& out) override {
    if (!first_) out.add('\n');
    first_ = false;
    if (look_.color) out.add(style::bold);
    out.add(c.kind == Conversation::Kind::tcp ? "TCP" : "UDP")
        .add(" conversation ")
        .dec(c.stream)
        .add(": client ");
    add_end(out, c.client);
    out.add(", server ");
    add_end(out, c.server);
    if (look_.color) out.add(style::plain);
    out.add("\n\n");
  }

  void said(const Conversation&, const Said& said, Text& out) override {
    head(said.side, out);
    Text& time = scratch_;
    time.clear();
    time.seconds(said.since_first);
    out.add("  ").add(time.view().substr(0, time.size() - 3)).add(" s, ");
    frames(said.frames, out);
    out.add(": ").add(said.title.view());
    plain(out);
    out.add('\n');
    if (!said.trouble.empty()) out.add("  ! ").escaped(said.trouble).add('\n');
    bool before = false;
    for (const Said::Part& part : said.parts) {
      if (part.bytes.empty()) continue;
      if (part.told && !look_.full && !reads_as_text(as_text(part.bytes))) continue;
      if (before && said.parts.size() > 1 && said.protocol != "http") label(said.side, part, out);
      this->part(said.side, part.bytes, out);
      before = true;
    }
  }

  void gap(const Conversation&, Side side, u64 n, Text& out) override {
    head(side, out);
    out.add("  [").dec(n).add(n == 1 ? " byte" : " bytes").add(" not captured]");
    plain(out);
    out.add('\n');
  }

  void unanswered(std::span<const Unanswered> events, Text& out) override {
    out.add("\nNot acknowledged, as far as was captured:\n");
    for (const Unanswered& one : events) {
      head(one.side, out);
      out.add("  frame ").dec(one.frame).add(", TCP conversation ").dec(one.conversation.stream);
      out.add(": event \"").escaped(one.event).add("\", acknowledgment ").dec(one.id);
      if (one.nsp != "/") out.add(", namespace ").escaped(one.nsp);
      plain(out);
      out.add('\n');
    }
  }

 private:
  static constexpr std::size_t most_binary = 1024;

  std::string_view color(Side side) const { return style::layers[side == Side::client ? 4 : 6]; }
  void plain(Text& out) const {
    if (look_.color) out.add(style::plain);
  }
  void head(Side side, Text& out) const {
    if (look_.color) out.add(color(side));
    out.add(side == Side::client ? "client ->" : "<- server");
  }
  void gutter(Side side, Text& out) const {
    if (look_.color) out.add(color(side));
    out.add(side == Side::client ? "  >" : "  <");
    plain(out);
    out.add(' ');
  }
  static void frames(std::span<const u64> numbers, Text& out) {
    constexpr std::size_t most = 8;
    if (numbers.empty()) {
      out.add("frame unknown");
      return;
    }
    out.add(numbers.size() == 1 ? "frame " : "frames ");
    const bool row = numbers.size() > 2 && numbers.back() - numbers.front() + 1 == numbers.size();
    if (row) {
      out.dec(numbers.front()).add("–").dec(numbers.back());
      return;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers.size() > most && i == most - 2) {
        out.add(", …");
        i = numbers.size() - 1;
      }
      if (i > 0) out.add(", ");
      out.dec(numbers[i]);
    }
  }
  void label(Side side, const Said::Part& part, Text& out) const {
    gutter(side, out);
    out.add('[')
        .add(part.name)
        .add(", ")
        .dec(part.bytes.size())
        .add(part.bytes.size() == 1 ? " byte]\n" : " bytes]\n");
  }
  void part(Side side, Bytes bytes, Text& out) const {
    if (reads_as_text(as_text(bytes))) {
      lines(side, as_text(bytes), out);
    } else {
      dump(side, bytes, out);
    }
  }
  void lines(Side side, std::string_view text, Text& out) const {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
      gutter(side, out);
      out.escaped(line).add('\n');
    }
  }
  void dump(Side side, Bytes bytes, Text& out) const {
    const std::size_t shown = look_.full ? bytes.size() : std::min(bytes.size(), most_binary);
    for (std::size_t at = 0; at < shown; at += 16) {
      const Bytes row = bytes.subspan(at, std::min<std::size_t>(16, shown - at));
      gutter(side, out);
      out.hex(at, 4).add("  ").hex_bytes(row, ' ').fill(' ', (16 - row.size()) * 3 + 2);
      for (u8 c : row) out.add(c >= 0x20 && c < 0x7f ? char(c) : '.');
      out.add('\n');
    }
    if (shown == bytes.size()) return;
    gutter(side, out);
    out.add("… and ").dec(bytes.size() - shown).add(" more bytes (--full shows them)\n");
  }

  SaidLook look_;
  Text scratch_;
  bool first_ = true;
};

// ---- For programs ----

class ForPrograms final : public SaidPrinter {
 public:
  void conversation(const Conversation& c, Text& out) override {
    base::Json json(out);
    begin(json, c, "conversation");
    end_of(json, "client", c.client);
    end_of(json, "server", c.server);
    json.close('}');
    out.add('\n');
  }
  void said(const Conversation& c, const Said& said, Text& out) override {
    base::Json json(out);
    begin(json, c, said.protocol);
    json.member("from", side_name(said.side));
    json.key("time_epoch").quoted().seconds(said.time);
    json.end_quoted();
    json.key("frames").open('[');
    for (u64 frame : said.frames) json.number(frame);
    json.close(']');
    for (const Said::Fact& fact : said.facts) {
      fact.is_number ? json.member(fact.name, fact.number)
                     : json.member(fact.name, std::string_view(fact.text));
    }
    if (!said.headers.empty()) headers(json, said);
    for (const Said::Part& part : said.parts) {
      if (!part.name.empty()) this->part(json, part);
    }
    if (!said.trouble.empty()) json.member("problem", said.trouble);
    json.close('}');
    out.add('\n');
  }
  void gap(const Conversation& c, Side side, u64 n, Text& out) override {
    base::Json json(out);
    begin(json, c, "gap");
    json.member("from", side_name(side)).member("size", n).close('}');
    out.add('\n');
  }

  void unanswered(std::span<const Unanswered> events, Text& out) override {
    for (const Unanswered& one : events) {
      base::Json json(out);
      begin(json, one.conversation, "unanswered");
      json.member("from", side_name(one.side)).member("frame", one.frame);
      json.member("event", std::string_view(one.event)).member("nsp", std::string_view(one.nsp));
      json.member("ack_id", one.id).close('}');
      out.add('\n');
    }
  }

 private:
  static void begin(base::Json& json, const Conversation& c, std::string_view what) {
    json.open('{')
        .member("what", what)
        .member("transport", transport_name(c.kind))
        .member("stream", u64(c.stream));
  }
  static void end_of(base::Json& json, std::string_view name, const flow::End& end) {
    add_end(json.key(name).quoted(), end);
    json.end_quoted();
  }
  static void headers(base::Json& json, const Said& said) {
    json.key("headers").open('[');
    for (const Said::Header& h : said.headers) json.open('[').text(h.name).text(h.value).close(']');
    json.close(']');
  }
  // Text as text; else the bytes in hexadecimal, under a name that says so.
  static void part(base::Json& json, const Said::Part& part) {
    if (base::is_utf8(as_text(part.bytes)) && reads_as_text(as_text(part.bytes))) {
      json.member(part.name, as_text(part.bytes));
    } else {
      json.key(part.name + "_hex").quoted().hex_bytes(part.bytes);
      json.end_quoted();
    }
  }
};

// ---- As it is ----

class AsItIs final : public SaidPrinter {
 public:
  void conversation(const Conversation&, Text&) override {}
  void said(const Conversation&, const Said& said, Text& out) override {
    for (const Said::Part& part : said.parts) {
      if (part.payload) out.add(as_text(part.bytes));
    }
  }
  void gap(const Conversation&, Side, u64, Text&) override {}
  void unanswered(std::span<const Unanswered>, Text&) override {}
};

}  // namespace

void Said::clear() {
  title.clear();
  facts.clear();
  headers.clear();
  parts.clear();
  frames = {};
  trouble = {};
}

std::unique_ptr<SaidPrinter> said_text(const SaidLook& look) {
  return std::make_unique<ForPeople>(look);
}
std::unique_ptr<SaidPrinter> said_json() { return std::make_unique<ForPrograms>(); }
std::unique_ptr<SaidPrinter> said_raw() { return std::make_unique<AsItIs>(); }

std::string_view transport_name(Conversation::Kind kind) {
  return kind == Conversation::Kind::tcp ? "tcp" : "udp";
}
std::string_view side_name(Side side) { return side == Side::client ? "client" : "server"; }

void add_end(Text& out, const flow::End& end) {
  if (end.v6) {
    out.add('[').ipv6(end.address).add(']');
  } else {
    out.ipv4(end.address);
  }
  out.add(':').dec(end.port);
}

}  // namespace netpeel::view
