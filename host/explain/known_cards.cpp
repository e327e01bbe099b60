#include "host/explain/known_cards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace sesame::explain {

namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Most entries are digits and dots alone, and thousands of regular expressions take a while.
bool fits(std::string_view entry, const std::string& atr) {
  constexpr std::string_view kPlain = "0123456789ABCDEFabcdef .";
  if (entry.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::equal(entry.begin(), entry.end(), atr.begin(), atr.end(),
                      [](char wanted, char there) { return wanted == '.' || upper(wanted) == there; });
  }
  try {
    return std::regex_match(atr, std::regex(entry.begin(), entry.end(), std::regex::icase));
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> known_as(std::string_view list, Bytes atr) {
  std::string text;
  for (const std::uint8_t byte : atr) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
  std::vector<std::string> words;
  bool fitting = false;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    std::string_view line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '\t') {
      if (fitting && line.size() > 1) words.emplace_back(line.substr(1));
    } else {
      fitting = fits(line, text);
    }
  }
  return words;
}

}  // namespace sesame::explain
