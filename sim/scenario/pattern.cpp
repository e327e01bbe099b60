#include "sim/scenario/pattern.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kLongest = 200;

// UTF-8 that a TOML file or a screen has: known to be whole.
std::wstring wide(std::string_view text) {
  std::wstring out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    std::uint32_t c = first < 0x80   ? first
                      : first < 0xE0 ? first & 0x1FU
                      : first < 0xF0 ? first & 0x0FU
                                     : first & 0x07U;
    while (first >= 0x80 && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) {
      c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    }
    out += static_cast<wchar_t>(c);
  }
  return out;
}

}  // namespace

// Breadth-first, as libstdc++ calls it: the other matcher takes exponential time for (.*)*Z.
Pattern::Pattern(std::string_view pattern)
    : regex_(wide(pattern), std::regex::ECMAScript | std::regex_constants::__polynomial) {}

bool Pattern::matches(std::string_view text) const { return std::regex_search(wide(text), regex_); }

std::optional<std::string> Pattern::mistake(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > kLongest) return "it has 1 to 200 bytes";
  try {
    const Pattern tried(pattern);
    return std::nullopt;
  } catch (const std::regex_error& error) {
    return error.what();
  }
}

}  // namespace sesame::sim
