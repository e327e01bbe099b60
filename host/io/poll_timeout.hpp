// How long poll(2) is to wait.
#pragma once

#include <algorithm>
#include <chrono>

namespace sesame::io {

// In milliseconds, rounded up, so that who waits is rather late than early and no loop spins. At least 0, and
// at most an hour: after that one looks at the clock again.
constexpr int poll_timeout(std::chrono::nanoseconds left) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{3'600'000};
  return static_cast<int>(
      std::clamp(std::chrono::ceil<milliseconds>(left), milliseconds{0}, kLongest).count());
}

}  // namespace sesame::io
