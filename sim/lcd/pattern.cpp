#include "sim/lcd/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdint>

#include "host/base/safe_text.hpp"

namespace sesame::sim {

namespace {

using re2::RE2;

constexpr std::int64_t kMostMemory = 1 << 20;  // bytes, of one pattern

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return options;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Most patterns are a word or two, and looking for these needs nothing that is compiled first.
bool stands_for_itself(std::string_view pattern) {
  return std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ';
  });
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

// What RE2 would take for a text, or refuse in other words.
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

Pattern::Pattern(std::string_view pattern) {
  if (stands_for_itself(pattern)) {
    text_ = pattern;
  } else {
    regex_ = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options());
  }
}

bool Pattern::matches(std::string_view text) const {
  if (!regex_) return text.find(text_) != std::string_view::npos;
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::optional<std::string> Pattern::mistake(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > kLongest) return fmt::format("it has 1 to {} bytes", kLongest);
  if (stands_for_itself(pattern)) return std::nullopt;
  if (auto wrong = beyond_bounds(pattern)) return wrong;
  const Pattern tried(pattern);
  switch (tried.regex_->error_code()) {
    case RE2::NoError: return std::nullopt;
    case RE2::ErrorRepeatSize:
    case RE2::ErrorPatternTooLarge: return "it is too large";
    default: return safe::one_line(tried.regex_->error());
  }
}

}  // namespace sesame::sim
