#include "sim/server/screen_match.hpp"

#include "sim/server/message.hpp"

namespace sesame::sim {

ScreenMatch::ScreenMatch(std::string_view pattern) {
  if (pattern.empty()) return;
  if (const auto mistake = Pattern::mistake(pattern)) {
    throw ApiError{400, "bad_regex", "match is no regular expression: " + *mistake,
                   "ECMAScript, without back references; percent-encode it"};
  }
  pattern_.emplace(pattern);
}

}  // namespace sesame::sim
