// Any pattern and any screen: the patterns of scenarios and those of the API are refused, or match, alike; and in a time
// that fits their lengths.
#include "sim/reader/pattern.hpp"

#include "sim/server/message.hpp"
#include "sim/server/screen_match.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

std::optional<sim::ScreenMatch> screen_match(std::string_view pattern) {
  try {
    return sim::ScreenMatch(pattern);
  } catch (const sim::ApiError& error) {
    require(error.status == 400 && error.code == "bad_regex", "what is no pattern is refused as one");
    return std::nullopt;
  }
}

}  // namespace

// The pattern is the first line; what is behind it is the screen.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view pattern = text.substr(0, end), screen = text.substr(std::min(end + 1, size));
  const auto mistake = sim::Pattern::mistake(pattern);
  require(!mistake || mistake->find('\n') == std::string::npos, "what is wrong with it is one line");
  const auto match = screen_match(pattern);
  require(pattern.empty() || match.has_value() == !mistake, "both sides know the same patterns");
  if (!match || mistake) return 0;
  const bool matches = (*match)(screen);
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
  if (ascii) require(matches == sim::Pattern(pattern).matches(screen), "and mean the same by them");
  return 0;
}
