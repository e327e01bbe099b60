#include "sim/server/screen_match.hpp"

#include "sim/server/message.hpp"

namespace sesame::sim {

namespace {

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

}  // namespace

ScreenMatch::ScreenMatch(std::string_view pattern) {
  if (pattern.size() > kLongest) {
    throw ApiError{400, "bad_regex", "match is too long", "at most " + std::to_string(kLongest) + " bytes"};
  }
  try {
    // A breadth-first matcher, which libstdc++ has under this name: the other takes exponential time for (a*)*b.
    regex_.assign(characters(pattern), std::regex_constants::ECMAScript | std::regex_constants::__polynomial);
  } catch (const std::regex_error&) {
    throw ApiError{400, "bad_regex", "match is no regular expression",
                   "ECMAScript, without back references; percent-encode it"};
  }
}

bool ScreenMatch::operator()(std::string_view text) const {
  return std::regex_search(characters(text), regex_);
}

}  // namespace sesame::sim
