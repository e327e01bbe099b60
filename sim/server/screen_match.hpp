// Whether a screen shows what somebody waits for.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace sesame::sim {

// An ECMAScript regular expression, searched for anywhere in the text. It sees characters, not bytes. Without back
// references: its time is bounded by the lengths of both.
class ScreenMatch {
 public:
  static constexpr std::size_t kLongest = 200;  // bytes
  // ApiError bad_regex.
  explicit ScreenMatch(std::string_view pattern);
  bool operator()(std::string_view text) const;

 private:
  std::wregex regex_;
};

}  // namespace sesame::sim
