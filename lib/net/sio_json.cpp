#include "net/sio_json.hpp"

#include "net/sio_copy.hpp"

namespace netpeel::net {
namespace {

bool plain(std::string_view text) {  // may stand between quotes as it is
  for (const char c : text) {
    if (u8(c) < 0x20 || u8(c) >= 0x7f || c == '"' || c == '\\') return false;
  }
  return true;
}

bool has_binary(const Json& value) {
  if (value.is_binary()) return true;
  if (!value.is_structured()) return false;
  for (const Json& v : value) {
    if (has_binary(v)) return true;
  }
  return false;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write_with_binary(const Json& value, std::string& out, std::vector<Encoded>& attachments) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    write_placeholder(attachments.size(), out);
    attachments.push_back(encoded(std::string(bytes.begin(), bytes.end())));
  } else if (value.is_structured()) {
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (!std::exchange(first, false)) out += ',';
      if (value.is_object()) {
        write_json(it.key(), out);
        out += ':';
      }
      write_with_binary(*it, out, attachments);
    }
    out += value.is_object() ? '}' : ']';
  } else {
    out += dump(value);
  }
}

// Escapes of half a surrogate pair, which the parser refuses, made U+FFFD.
std::string without_halves(std::string_view text) {
  std::string out(text);
  const auto unit = [&](std::size_t at) -> unsigned {
    if (at + 6 > out.size() || out[at] != '\\' || out[at + 1] != 'u') return 0;
    return unsigned(std::strtoul(out.substr(at + 2, 4).c_str(), nullptr, 16));
  };
  for (std::size_t at = 0; at + 1 < out.size(); ++at) {
    if (out[at] != '\\') continue;
    const unsigned c = unit(at);
    if (c >= 0xd800 && c < 0xdc00) {
      const unsigned low = unit(at + 6);
      if (low >= 0xdc00 && low < 0xe000) {
        at += 11;
        continue;
      }
    }
    if (c >= 0xd800 && c < 0xe000) out.replace(at + 2, 4, "fffd");
    at += c != 0 ? 5 : 1;
  }
  return out;
}

void put_attachments(Json& value, const std::vector<Encoded>& attachments) {
  if (!value.is_structured()) return;
  if (value.is_object()) {
    const auto mark = value.find("_placeholder");
    const auto num = value.find("num");
    if (mark != value.end() && *mark == true && num != value.end() && num->is_number_unsigned() &&
        num->get<u64>() < attachments.size()) {
      const std::string& bytes = *attachments[num->get<u64>()];
      value = Json::binary(Json::binary_t::container_type(bytes.begin(), bytes.end()));
      return;
    }
  }
  for (Json& v : value) put_attachments(v, attachments);
}

}  // namespace

void write_json(std::string_view text, std::string& out) {
  if (!plain(text)) {
    out += dump(Json(std::string(text)));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void write_json(const Json& value, std::string& out, std::vector<Encoded>& attachments) {
  if (value.is_string()) {
    write_json(value.get_ref<const std::string&>(), out);
  } else if (has_binary(value)) {
    write_with_binary(value, out, attachments);
  } else {
    out += dump(value);
  }
}

std::function<i64(u64)> gathering(const std::vector<Encoded>& from, std::vector<Encoded>& to) {
  return [&, numbers = std::vector<i64>(from.size(), -1)](u64 n) mutable -> i64 {
    if (n >= numbers.size()) return -1;
    if (numbers[n] < 0) {
      numbers[n] = i64(to.size());
      to.push_back(from[n]);
    }
    return numbers[n];
  };
}

Json read_json(std::string_view text, const std::vector<Encoded>& attachments) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded() && text.find("\\u") != std::string_view::npos)
    value = Json::parse(without_halves(text), nullptr, false);
  if (value.is_discarded()) return nullptr;
  if (!attachments.empty()) put_attachments(value, attachments);
  return value;
}

}  // namespace netpeel::net
