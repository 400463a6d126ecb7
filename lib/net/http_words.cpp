#include "net/http_words.hpp"

#include <algorithm>

#include "net/http.hpp"

namespace netpeel::net {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

// What cannot be decoded stays as it is: forms are people's.
std::string lenient(std::string_view text) {
  return percent_decoded(text, true).value_or(std::string(text));
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::vector<std::string_view> list_members(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view member = trimmed(list.substr(0, comma));
    if (!member.empty()) out.push_back(member);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += char(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> form_fields(std::string_view form) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!form.empty()) {
    const std::size_t end = std::min(form.find('&'), form.size());
    const std::string_view field = form.substr(0, end);
    const std::size_t equals = std::min(field.find('='), field.size());
    if (!field.empty()) {
      out.emplace_back(lenient(field.substr(0, equals)),
                       lenient(field.substr(std::min(equals + 1, field.size()))));
    }
    form.remove_prefix(std::min(end + 1, form.size()));
  }
  return out;
}

std::optional<std::string> form_field(std::string_view form, std::string_view name) {
  for (auto& [key, value] : form_fields(form)) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

const std::string* HttpRequest::header(std::string_view name) const {
  for (const HttpHeader& one : headers) {
    if (same_word(one.name, name)) return &one.value;
  }
  return nullptr;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return std::size_t(std::count_if(headers.begin(), headers.end(), [&](const HttpHeader& one) {
    return same_word(one.name, name);
  }));
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  return form_field(query, name);
}

}  // namespace netpeel::net
