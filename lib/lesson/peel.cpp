#include "lesson/peel.hpp"

#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "lesson/lesson.hpp"
#include "stream/inflate.hpp"

namespace netpeel::lesson {
namespace {

using Json = nlohmann::json;
constexpr std::string_view first_line = "netpeel peel ";
constexpr int deepest = 16;                        // JSON nested deeper is none of ours
constexpr i64 latest = 4'000'000'000'000'000'000;  // a time of a hand-in, nanoseconds; 2096
constexpr std::string_view pcapng_magic = "\x0a\x0d\x0d\x0a";

// ---- Writing. ----

std::string zipped(const std::string& plain) {
  z_stream z{};
  deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, plain.size()), '\0');
  z.next_in =
      static_cast<Bytef*>(static_cast<void*>(const_cast<char*>(plain.data())));  // only read
  z.avail_in = uInt(plain.size());
  z.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  z.avail_out = uInt(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

void entry(std::string& to, std::string_view name, std::string_view body) {
  to.append(name).append(" ").append(std::to_string(body.size())).append("\n");
  to.append(body).append("\n");
}

std::string lesson_json(const Peel& peel) {
  Json chain = Json::array();
  for (const Link& link : peel.chain) chain.push_back({link.step, link.digest, link.hash});
  return Json{
      {"lesson",  peel.lesson  },
      {"format",  peel.format  },
      {"edition", peel.edition },
      {"student", peel.student },
      {"token",   peel.token   },
      {"level",   std::string(1, peel.level)},
      {"began",         peel.began               },
      {"netpeel",         peel.netpeel},
      {"chain",         std::move(chain)                 }
  }
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- Reading. ----

base::Complaint refuse(std::string what) { return {.what = std::move(what)}; }

bool no_controls(std::string_view text) {
  return base::is_utf8(text) && std::all_of(text.begin(), text.end(),
                                            [](char c) { return u8(c) >= 0x20 && u8(c) != 0x7f; });
}
bool is_lesson(std::string_view id) {
  return id.size() == 3 && id[0] == 'L' && id[1] >= '0' && id[1] <= '9' && id[2] >= '0' &&
         id[2] <= '9';
}

class Reader {
 public:
  explicit Reader(std::string_view plain) : plain_(plain) {}

  base::Result<Peel> read() {
    const std::string_view line = take_line();
    if (!line.starts_with(first_line)) return refuse("this is no hand-in of netpeel");
    if (line.substr(first_line.size()) != std::to_string(Peel::version))
      return refuse("it was packed by another version of netpeel than this one reads");
    while (complaint_.empty() && !ended_) next();
    if (complaint_.empty() && at_ != plain_.size()) fail("something stands behind its end");
    if (!complaint_.empty()) return refuse(complaint_);
    return std::move(peel_);
  }

 private:
  void fail(std::string what) {
    if (complaint_.empty()) complaint_ = std::move(what);
  }

  std::string_view take_line() {
    const std::size_t end = plain_.substr(at_, 40).find('\n');
    if (end == std::string_view::npos) return {};
    const std::string_view out = plain_.substr(at_, end);
    at_ += end + 1;
    return out;
  }

  void next() {
    const std::size_t start = at_;
    if (at_ == plain_.size()) return fail("it is cut off: its end is missing");
    const std::string_view line = take_line();
    const std::size_t blank = line.find(' ');
    const std::string_view name = line.substr(0, blank);
    const std::string_view digits =
        blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    if (digits.empty() || digits.size() > 9 ||
        digits.find_first_not_of("0123456789") != std::string_view::npos)
      return fail("an entry has no name and size");
    const std::size_t size = std::stoul(std::string(digits));
    if (size > (name == "packets" ? Peel::most_packets : Peel::most_json))
      return fail("an entry is larger than a hand-in may have");
    if (plain_.size() - at_ < size + 1) return fail("it is cut off in the middle of an entry");
    const std::string_view body = plain_.substr(at_, size);
    at_ += size;
    if (plain_[at_++] != '\n') return fail("an entry is longer than it says");
    take(name, body, start);
  }

  void take(std::string_view name, std::string_view body, std::size_t start) {
    const bool first = peel_.lesson.empty();
    if (first != (name == "lesson")) return fail("its entries are not in their order");
    try {
      if (name == "lesson") return lesson(shallow(body));
      if (name == "step") return step(shallow(body));
    } catch (const Json::exception&) {
      return fail("what it says of a lesson or step cannot be read");
    }
    if (name == "packets") return packets(body);
    if (name != "end") return fail("it has an entry that no hand-in has");
    ended_ = true;
    peel_.sealed = body == base::sha256_hex(base::as_bytes(plain_.substr(0, start)));
  }

  // What prints or compares values later goes as deep as they do, on the stack.
  Json shallow(std::string_view body) {
    bool deep = false;
    Json out = Json::parse(body, [&](int depth, Json::parse_event_t, Json&) {
      deep = deep || depth > deepest;
      return !deep;
    });
    return deep ? Json() : out;
  }

  void lesson(const Json& json) {
    Peel& to = peel_;
    to.lesson = json.at("lesson").get<std::string>();
    to.format = json.at("format").get<u32>();
    to.edition = json.at("edition").get<std::string>();
    to.student = json.at("student").get<std::string>();
    to.token = json.at("token").get<std::string>();
    to.netpeel = json.at("netpeel").get<std::string>();
    to.began = json.at("began").get<i64>();
    const std::string level = json.at("level").get<std::string>();
    if (!is_lesson(to.lesson)) return fail("its lesson's name is none");
    if (to.student.empty() || to.student.size() > Peel::most_name || !no_controls(to.student))
      return fail("its student's name is none");
    if (to.token.size() > 32 || !no_controls(to.token) || to.netpeel.size() > 64 ||
        !no_controls(to.netpeel) || to.edition.size() > 64 || !no_controls(to.edition))
      return fail("what it says of itself cannot be read");
    if (level != "A" && level != "B" && level != "C") return fail("its level is none");
    if (to.began < 0 || to.began > latest) return fail("its beginning is no time");
    to.level = level[0];
    const Json& chain = json.at("chain");
    if (chain.size() > most_links) return fail("its chain is longer than any can be");
    for (const Json& link : chain)
      to.chain.push_back({link.at(0).get<std::string>(), link.at(1).get<std::string>(),
                          link.at(2).get<std::string>()});
  }

  void step(const Json& json) {
    HandedStep handed;
    handed.id = json.at("id").get<std::string>();
    const auto state = read_step(json.at("state").dump());
    if (!is_id(handed.id) || !state || state->ended < 0 || state->ended > latest)
      return fail("one of its steps cannot be read");
    for (const HandedStep& other : peel_.steps) {
      if (other.id == handed.id) return fail("a step stands in it twice");
    }
    if (peel_.steps.size() == Peel::most_steps) return fail("it has more steps than any lesson");
    handed.state = *state;
    peel_.steps.push_back(std::move(handed));
  }

  void packets(std::string_view body) {
    if (peel_.steps.empty() || !peel_.steps.back().packets.empty())
      return fail("its entries are not in their order");
    // Nothing else: what reads captures would also unpack another gzip stream.
    if (!body.starts_with(pcapng_magic)) return fail("its packets are no pcapng file");
    peel_.steps.back().packets = body;
  }

  std::string_view plain_;
  std::size_t at_ = 0;
  bool ended_ = false;
  Peel peel_;
  std::string complaint_;
};

}  // namespace

std::string write_peel(const Peel& peel) {
  std::string plain = std::string(first_line) + std::to_string(Peel::version) + "\n";
  entry(plain, "lesson", lesson_json(peel));
  for (const HandedStep& step : peel.steps) {
    const std::string id = Json(step.id).dump();
    entry(plain, "step", "{\"id\":" + id + ",\"state\":" + step_json(step.state) + "}");
    if (!step.packets.empty()) entry(plain, "packets", step.packets);
  }
  entry(plain, "end", base::sha256_hex(base::as_bytes(plain)));
  return zipped(plain);
}

base::Result<Peel> read_peel(Bytes file) {
  if (file.size() > Peel::most_file) return refuse("it is larger than a hand-in may be");
  if (file.size() < 2 || file[0] != 0x1f || file[1] != 0x8b)
    return refuse("this is no hand-in of netpeel");
  stream::Inflater inflater(stream::Inflater::Form::gzip);
  std::vector<u8> plain;
  switch (inflater.add(file, plain, Peel::most_plain)) {
    case stream::Inflater::Verdict::good: return refuse("it is cut off: its end is missing");
    case stream::Inflater::Verdict::broken: return refuse("it is damaged: it cannot be unpacked");
    case stream::Inflater::Verdict::too_long:
      return refuse("it unpacks to more than a hand-in may have");
    case stream::Inflater::Verdict::ended: break;
  }
  return Reader(base::as_text(plain)).read();
}

}  // namespace netpeel::lesson
