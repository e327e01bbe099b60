// A regular expression over what a screen shows. ECMAScript, by characters and not by bytes of UTF-8.
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace sesame::sim {

class Pattern {
 public:
  // What mistake() says nothing about.
  explicit Pattern(std::string_view pattern);

  // Somewhere in the text.
  bool matches(std::string_view text) const;

  // What is wrong with a pattern, as a clause. At most 200 bytes.
  static std::optional<std::string> mistake(std::string_view pattern);

 private:
  std::wregex regex_;
};

}  // namespace sesame::sim
