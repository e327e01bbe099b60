#include "firmware/core/entry.hpp"

#include <algorithm>

namespace sesame {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool accepts(const Prompt& prompt, std::uint8_t exponent, std::span<const char> typed, char next) {
  if (prompt.kind != PromptKind::amount) return is_digit(next) && typed.size() < prompt.max_digits;

  const auto point = std::find(typed.begin(), typed.end(), '.');
  const bool has_point = point != typed.end();
  if (next == '.') return !has_point && !typed.empty() && exponent > 0;
  if (!is_digit(next)) return false;
  if (has_point) return typed.end() - point <= exponent;
  return typed.size() + exponent < prompt.max_digits;
}

bool complete(const Prompt& prompt, std::span<const char> typed) {
  if (typed.empty()) return prompt.optional;
  return typed.back() != '.';
}

std::array<std::uint8_t, 6> amount_bcd(std::span<const char> typed, std::uint8_t exponent) {
  FixedVector<char, 2 * kMaxEntry> minor;
  std::size_t decimals = 0;
  bool behind_point = false;
  for (const char c : typed) {
    if (c == '.') {
      behind_point = true;
      continue;
    }
    static_cast<void>(minor.push(c));
    if (behind_point) ++decimals;
  }
  for (; decimals < exponent; ++decimals) static_cast<void>(minor.push('0'));
  return to_bcd<6>(minor);
}

}  // namespace sesame
