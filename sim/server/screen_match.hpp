// Whether a screen shows what somebody waits for.
#pragma once

#include <optional>
#include <string_view>

#include "sim/reader/pattern.hpp"

namespace sesame::sim {

class ScreenMatch {
 public:
  // Of a request: "" is on any screen. ApiError bad_regex: what Pattern::mistake() says.
  explicit ScreenMatch(std::string_view pattern);
  bool operator()(std::string_view text) const { return !pattern_ || pattern_->matches(text); }

 private:
  std::optional<Pattern> pattern_;
};

}  // namespace sesame::sim
