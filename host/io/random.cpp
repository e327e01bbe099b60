#include "host/io/random.hpp"

#include <sys/random.h>
#include <sys/types.h>

#include <cerrno>

#include "host/base/failure.hpp"

namespace sesame::io {

void system_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Failure(Failure::environment, "the system gives no random numbers");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace sesame::io
