// The keys of the self-test: a script, each key at its time.
#include "firmware/hal/keys.hpp"

namespace sesame::hal::keys {

namespace {

struct Press {
  std::uint32_t at;  // milliseconds
  Key key;
};
constexpr Press kPresses[] = {{500, Key::f1},  {1000, Key::d1}, {1300, Key::d2},
                              {1600, Key::d3}, {1900, Key::d4}, {2500, Key::ok}};
std::size_t next = 0;

}  // namespace

void init() {}

std::optional<Event> poll(Millis now) {
  if (next == std::size(kPresses) || now < kPresses[next].at) return std::nullopt;
  return Event::press(kPresses[next++].key);
}

bool busy() { return true; }

}  // namespace sesame::hal::keys
