#include "host/base/safe_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/base/utf8.hpp"

namespace sesame::safe {

namespace {

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Unicode's line and paragraph separator, and the controls of its bidirectional algorithm (UAX #9, 2).
bool turns_the_line(char32_t c) {
  return c == 0x2028 || c == 0x2029 || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

// XML 1.0 (fifth edition), 2.2, production [2].
bool is_in_xml(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xFFFD) || c >= 0x10000;
}

// What `written` makes of each character, and `instead` of each byte that belongs to none.
template <class Written>
std::string each(std::string_view text, std::string_view instead, Written written) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const utf8::Character c = utf8::first_character(text);
    const std::string_view bytes = text.substr(0, c.length);
    out += c.length == 0 ? instead : written(c.code, bytes);
    text.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  return out;
}

std::string harmless(std::string_view text, bool keeps_line_feeds) {
  return each(text, "?", [&](char32_t c, std::string_view bytes) -> std::string_view {
    if (c == '\n' && keeps_line_feeds) return bytes;
    return is_control(c) || turns_the_line(c) ? "?" : bytes;
  });
}

}  // namespace

std::string one_line(std::string_view text) { return harmless(text, false); }

std::string lines(std::string_view text) { return harmless(text, true); }

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.size() <= longest) return fmt::format("\"{}\"", one_line(text));
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return fmt::format("\"{}…\"", one_line(text.substr(0, end)));
}

bool may_be_secret(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto hex = [&](char c) {
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ' ';
  };
  constexpr std::ptrdiff_t kShortestKey = 16;  // digits, of eight bytes
  return text.size() >= 4 &&
         (std::all_of(text.begin(), text.end(), hex) || std::all_of(text.begin(), text.begin() + 4, digit) ||
          (text.size() > kShortestKey && std::all_of(text.begin(), text.begin() + kShortestKey, hex)));
}

std::string named(std::string_view text) {
  return may_be_secret(text) ? "that" : fmt::format("'{}'", one_line(text));
}

std::string xml(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  return each(text, replacement, [&](char32_t c, std::string_view bytes) -> std::string_view {
    switch (c) {
      case '&': return "&amp;";
      case '<': return "&lt;";
      case '>': return "&gt;";
      case '"': return "&quot;";
      case '\t': return "&#9;";
      case '\n': return "&#10;";
      case '\r': return "&#13;";
      default: return is_in_xml(c) ? bytes : replacement;
    }
  });
}

}  // namespace sesame::safe
