// A regular expression over what a screen shows. ECMAScript, by characters and not by bytes of UTF-8, and without back
// references: what it costs, in time and in stack, is bounded by the lengths of pattern and screen.
#pragma once

#include <cstddef>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

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
  std::wregex regex_;
};

}  // namespace sesame::sim
