#include "sim/reader/happening.hpp"

#include <utility>

namespace sesame::sim {

void hide_code(Happening& happening) {
  if (happening.kind != Happening::Kind::screen || happening.state != State::code) return;
  std::string text;
  for (const char c : happening.text) text += c >= '0' && c <= '9' ? std::string("•") : std::string(1, c);
  happening.text = std::move(text);
}

}  // namespace sesame::sim
