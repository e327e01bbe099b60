#include "sim/reader/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace sesame::sim {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// UTF-8 as characters; what is none as U+FFFD.
std::wstring characters(std::string_view text) {
  std::wstring out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xC0 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF8 ? 4
                                            : 0;
    if (size == 0 || text.size() - i < size) {
      out += L'\xFFFD';
      ++i;
      continue;
    }
    unsigned value = size == 1 ? first : first & (0x7Fu >> size);
    for (std::size_t k = 1; k < size; ++k)
      value = value << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    out += static_cast<wchar_t>(value);
    i += size;
  }
  return out;
}

// The largest number of the {n,m} that begins there, or one that is too large.
unsigned times(std::string_view rest) {
  unsigned most = 0, number = 0;
  for (const char c : rest) {
    if (is_digit(c)) number = std::min(10 * number + static_cast<unsigned>(c - '0'), Pattern::kMostTimes + 1);
    most = std::max(most, number);
    if (c == ',') number = 0;
    if (c == '}') break;
  }
  return most;
}

// What libstdc++ would not refuse, or not before a number of it has overflowed.
std::optional<std::string> beyond_bounds(std::string_view pattern) {
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
      if (i < pattern.size() && is_digit(pattern[i]) && pattern[i] != '0') return "it has a back reference";
    } else if (pattern[i] == '[') {
      in_class = true;
    } else if (pattern[i] == ']') {
      in_class = false;
    } else if (pattern[i] == '{' && !in_class && times(pattern.substr(i + 1)) > Pattern::kMostTimes) {
      return fmt::format("it repeats something more than {} times", Pattern::kMostTimes);
    }
  }
  return std::nullopt;
}

}  // namespace

// Breadth-first, as libstdc++ calls it: the other matcher takes exponential time for (.*)*Z.
Pattern::Pattern(std::string_view pattern)
    : regex_(characters(pattern), std::regex::ECMAScript | std::regex_constants::__polynomial) {}

bool Pattern::matches(std::string_view text) const { return std::regex_search(characters(text), regex_); }

std::optional<std::string> Pattern::mistake(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > kLongest) return fmt::format("it has 1 to {} bytes", kLongest);
  if (auto wrong = beyond_bounds(pattern)) return wrong;
  try {
    const Pattern tried(pattern);
    return std::nullopt;
  } catch (const std::regex_error& error) {
    return error.code() == std::regex_constants::error_space ? "it is too large" : error.what();
  }
}

}  // namespace sesame::sim
