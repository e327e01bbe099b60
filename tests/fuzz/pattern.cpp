// Any pattern and any screen: the pattern is refused in one line, or matches in a time that fits the lengths;
// and one of words alone, for which nothing is compiled, matches what RE2 would.
#include "sim/lcd/pattern.hpp"

#include <string>

#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

// The pattern is the first line; what follows it is the screen.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view pattern = text.substr(0, end), screen = text.substr(std::min(end + 1, size));
  const auto mistake = sim::Pattern::mistake(pattern);
  require(!mistake || mistake->find('\n') == std::string::npos, "what is wrong with it is one line");
  if (mistake) return 0;
  const bool matches = sim::Pattern(pattern).matches(screen);
  // In brackets it is RE2's, whatever it is.
  const std::string wrapped = "(?:" + std::string(pattern) + ")";
  if (!sim::Pattern::mistake(wrapped))
    require(matches == sim::Pattern(wrapped).matches(screen), "letters stand for themselves");
  return 0;
}
