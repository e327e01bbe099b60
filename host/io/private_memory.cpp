#include "host/io/private_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace sesame::io {

// Above 0 is left as a hard limit of one byte: with a soft limit of 0 a core still goes where the system
// pipes them, with one of 1 it does not (core(5)), and who needs that sets it. A core has no less than a
// page.
void keep_memory_private() {
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  core = {0, std::min<rlim_t>(core.rlim_max, 1)};
  ::setrlimit(RLIMIT_CORE, &core);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Not inlined: its own frame is what it overwrites. Deeper than anything here goes, as tests/memory shows.
[[gnu::noinline]] void wipe_stack() {
  std::array<std::uint8_t, std::size_t{64} * 1024> frames;
  wipe(frames.data(), frames.size());
}

std::optional<SecretString> take_variable(const std::string& name) {
  const char* const value = ::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  SecretString taken(value);
  // The bytes themselves: /proc shows them, and unsetenv() forgets only where they are.
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with(name) || text.substr(name.size(), 1) != "=") continue;
    wipe(*entry + name.size() + 1, text.size() - name.size() - 1);
  }
  ::unsetenv(name.c_str());
  return taken;
}

}  // namespace sesame::io
