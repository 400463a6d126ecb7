#include "net/ws_deflate.hpp"

#include <zlib.h>

#include <algorithm>

#include "stream/inflate.hpp"

namespace netpeel::net {

namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr u8 least_bits = 8, most_bits = 15;
constexpr u8 least_bits_of_zlib = 9;  // raw deflate with a window of 256 bytes is beyond it
constexpr u8 tail[] = {0x00, 0x00, 0xff, 0xff};  // §7.2.1: cut off, §7.2.2: put back

bool is_token(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

// Reads `name; parameter; parameter=value, name ...`.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool end() {
    space();
    return at_ == text_.size();
  }
  bool take(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string token() {
    space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_token(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // A token, or one in quotation marks (§9.1: unquoted it is a token, too). Empty: neither.
  std::string value() {
    if (!take('"')) return token();
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ == text_.size() || !is_token(text_[at_])) return {};
      out += text_[at_];
    }
    return at_++ < text_.size() ? out : std::string();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool read_parameters(Words& words, WsExtension& into) {
  while (words.take(';')) {
    WsExtension::Parameter parameter{words.token(), std::nullopt};
    if (parameter.name.empty()) return false;
    if (words.take('=')) {
      parameter.value = words.value();
      if (parameter.value->empty()) return false;
    }
    into.parameters.push_back(std::move(parameter));
  }
  return true;
}

// 8 to 15, without a leading zero (§7.1.2); 0: none of these.
u8 window_bits(const std::optional<std::string>& value) {
  if (!value || value->empty() || value->size() > 2) return 0;
  if (!std::all_of(value->begin(), value->end(), [](char c) { return c >= '0' && c <= '9'; }))
    return 0;
  if ((*value)[0] == '0') return 0;
  const int bits = std::stoi(*value);
  return bits >= least_bits && bits <= most_bits ? u8(bits) : u8(0);
}

// The four parameters of an offer or an answer.
struct Parameters {
  bool server_no_takeover = false, client_no_takeover = false;
  bool client_bits_said = false;
  u8 server_bits = 0, client_bits = 0;  // 0: not said, or without a value

  // False: one is unknown, comes twice, or has a value that it must not have.
  bool read(const WsExtension& extension, bool is_offer);
};

bool Parameters::read(const WsExtension& extension, bool is_offer) {
  for (const auto& [name, value] : extension.parameters) {
    if (name == "server_no_context_takeover") {
      if (server_no_takeover || value) return false;
      server_no_takeover = true;
    } else if (name == "client_no_context_takeover") {
      if (client_no_takeover || value) return false;
      client_no_takeover = true;
    } else if (name == "server_max_window_bits") {
      if (server_bits != 0 || (server_bits = window_bits(value)) == 0) return false;
    } else if (name == "client_max_window_bits") {
      if (client_bits_said) return false;
      client_bits_said = true;
      if (value || !is_offer) client_bits = window_bits(value);
      if ((value || !is_offer) && client_bits == 0) return false;
    } else {
      return false;
    }
  }
  return true;
}

std::optional<WsDeflateTerms> meet(const WsExtension& offer, const WsDeflateTerms& wanted) {
  Parameters asked;
  if (offer.name != extension_name || !asked.read(offer, true)) return std::nullopt;
  WsDeflateTerms out = wanted;
  out.server_no_context_takeover |= asked.server_no_takeover;
  out.client_no_context_takeover |= asked.client_no_takeover;
  if (asked.server_bits != 0)
    out.server_max_window_bits = std::min(wanted.server_max_window_bits, asked.server_bits);
  if (out.server_max_window_bits < least_bits_of_zlib) return std::nullopt;
  // Who does not name the parameter cannot be told it (§7.1.2.2).
  if (!asked.client_bits_said) out.client_max_window_bits = most_bits;
  if (asked.client_bits != 0)
    out.client_max_window_bits = std::min(wanted.client_max_window_bits, asked.client_bits);
  return out;
}

}  // namespace

std::optional<std::vector<WsExtension>> ws_extensions(std::string_view header) {
  std::vector<WsExtension> out;
  Words words(header);
  while (!words.end()) {
    if (words.take(',')) continue;  // empty elements are allowed in lists (RFC 9110 §5.6.1)
    WsExtension extension{words.token(), {}};
    if (extension.name.empty() || !read_parameters(words, extension)) return std::nullopt;
    out.push_back(std::move(extension));
    if (!words.end() && !words.take(',')) return std::nullopt;
  }
  return out;
}

std::string WsDeflateTerms::answer() const {
  std::string out(extension_name);
  if (server_no_context_takeover) out += "; server_no_context_takeover";
  if (client_no_context_takeover) out += "; client_no_context_takeover";
  if (server_max_window_bits < most_bits)
    out += "; server_max_window_bits=" + std::to_string(server_max_window_bits);
  if (client_max_window_bits < most_bits)
    out += "; client_max_window_bits=" + std::to_string(client_max_window_bits);
  return out;
}

std::string WsDeflateTerms::offer() const {
  return answer() + (client_max_window_bits < most_bits ? "" : "; client_max_window_bits");
}

std::optional<WsDeflateTerms> ws_deflate_accept(const std::vector<WsExtension>& offers,
                                                const WsDeflateTerms& wanted) {
  for (const WsExtension& offer : offers) {
    if (auto terms = meet(offer, wanted)) return terms;
  }
  return std::nullopt;
}

std::optional<WsDeflateTerms> ws_deflate_agreed(std::string_view answer,
                                                const WsDeflateTerms& offered) {
  const auto extensions = ws_extensions(answer);
  Parameters said;
  if (!extensions || extensions->size() != 1 || extensions->front().name != extension_name ||
      !said.read(extensions->front(), false))
    return std::nullopt;
  WsDeflateTerms out;
  // What was asked has to be granted (§7.1.1.1, §7.1.2.1); a server may always ask for no context.
  if (offered.server_no_context_takeover && !said.server_no_takeover) return std::nullopt;
  out.server_no_context_takeover = said.server_no_takeover;
  out.client_no_context_takeover = said.client_no_takeover || offered.client_no_context_takeover;
  if (said.server_bits != 0) out.server_max_window_bits = said.server_bits;
  if (out.server_max_window_bits > offered.server_max_window_bits) return std::nullopt;
  out.client_max_window_bits = said.client_bits != 0
                                   ? std::min(said.client_bits, offered.client_max_window_bits)
                                   : offered.client_max_window_bits;
  if (out.client_max_window_bits < least_bits_of_zlib) return std::nullopt;
  return out;
}

// ---- Out. ----

struct WsDeflate::Zlib {
  explicit Zlib(u8 bits) {
    constexpr int memory_level = 8;
    open = deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -int(bits), memory_level,
                        Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() {
    if (open) deflateEnd(&z);
  }
  z_stream z{};
  bool open = false;
};

WsDeflate::WsDeflate(u8 window_bits, bool context_takeover)
    : window_bits_(window_bits), takeover_(context_takeover) {}
WsDeflate::~WsDeflate() = default;

void WsDeflate::forget() { zlib_.reset(); }

std::string WsDeflate::message(std::string_view payload) {
  if (!zlib_) zlib_ = std::make_unique<Zlib>(window_bits_);
  if (!zlib_->open) throw std::bad_alloc();
  z_stream& z = zlib_->z;
  std::string out;
  const Bytes in = base::as_bytes(payload);
  z.next_in = const_cast<u8*>(in.data());  // zlib does not write there
  z.avail_in = uInt(in.size());
  do {
    constexpr std::size_t room = 1024;
    const std::size_t begin = out.size();
    out.resize(begin + std::max(room, std::size_t(z.avail_in) / 2));
    z.next_out = static_cast<u8*>(static_cast<void*>(out.data() + begin));
    z.avail_out = uInt(out.size() - begin);
    deflate(&z, Z_SYNC_FLUSH);
  } while (z.avail_out == 0);
  out.resize(out.size() - z.avail_out);
  if (out.size() >= sizeof tail) out.resize(out.size() - sizeof tail);
  if (out.empty()) out.assign(1, '\0');  // §7.2.3.6: an empty block
  if (!takeover_) zlib_.reset();
  return out;
}

// ---- In. ----

WsInflate::WsInflate(bool context_takeover) : takeover_(context_takeover) {}
WsInflate::~WsInflate() = default;

WsInflate::Verdict WsInflate::add(Bytes part, bool end, std::vector<u8>& out, std::size_t most) {
  using stream::Inflater;
  if (!inflater_) inflater_ = std::make_unique<Inflater>(Inflater::Form::raw);
  Inflater::Verdict verdict = inflater_->add(part, out, most);
  if (end && !Inflater::failed(verdict)) {
    verdict = inflater_->add(tail, out, most);
    // Cut short, the data swallow the tail, and the next message would be read as their rest.
    if (!Inflater::failed(verdict) && !inflater_->between_blocks())
      verdict = Inflater::Verdict::broken;
    if (!takeover_) inflater_.reset();
  }
  if (verdict == Inflater::Verdict::too_long) return Verdict::too_long;
  return verdict == Inflater::Verdict::broken ? Verdict::broken : Verdict::good;
}

}  // namespace netpeel::net
