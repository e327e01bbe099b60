// A regular expression over what a screen shows, by characters and not by bytes of UTF-8. The syntax is RE2's
// (https://github.com/google/re2/wiki/Syntax): that of ECMAScript without back references and assertions that
// look ahead. What it costs is linear in the screen, whatever the pattern.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sesame::sim {

class Pattern {
 public:
  static constexpr std::size_t kLongest = 200;   // bytes
  static constexpr unsigned kMostTimes = 1'000;  // of a {n,m}

  // What mistake() says nothing about.
  explicit Pattern(std::string_view pattern);

  // Somewhere in the text.
  bool matches(std::string_view text) const;

  // What is wrong with a pattern, as a clause: a stranger's is asked about before it is used.
  static std::optional<std::string> mistake(std::string_view pattern);

 private:
  std::string text_;                       // of letters, digits and blanks; else
  std::shared_ptr<const re2::RE2> regex_;  // anything
};

}  // namespace sesame::sim
