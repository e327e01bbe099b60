// An image that runs out of stack. Whatever is left then, the card must lose its power: hal::fatal() says so
// by this image's slot, and by nothing else.
#include "firmware/selftest/semihosting.hpp"

namespace {

volatile int depth = 0, deepest = 1 << 20;

// Each call keeps some of the stack until the next has returned.
[[gnu::noinline]] int deeper(int level) {
  volatile int kept[16] = {level};
  depth = level;
  return level == deepest ? 0 : deeper(level + 1) + kept[0];
}

}  // namespace

int main() { return deeper(0); }
