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

#if defined(__x86_64__)
// memcpy() of a processor with AVX-512 copies by way of registers 16 to 31, that hardly anything else uses:
// what it copied last stays there, until the dynamic linker looks up a function at its first call, or a
// signal comes, and all of them are put on the stack.
[[gnu::target("avx512f")]] void wipe_vector_registers() {
  __asm__ __volatile__(
      "vzeroall\n\t"
      "vpxorq %%zmm16, %%zmm16, %%zmm16\n\tvpxorq %%zmm17, %%zmm17, %%zmm17\n\t"
      "vpxorq %%zmm18, %%zmm18, %%zmm18\n\tvpxorq %%zmm19, %%zmm19, %%zmm19\n\t"
      "vpxorq %%zmm20, %%zmm20, %%zmm20\n\tvpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
      "vpxorq %%zmm22, %%zmm22, %%zmm22\n\tvpxorq %%zmm23, %%zmm23, %%zmm23\n\t"
      "vpxorq %%zmm24, %%zmm24, %%zmm24\n\tvpxorq %%zmm25, %%zmm25, %%zmm25\n\t"
      "vpxorq %%zmm26, %%zmm26, %%zmm26\n\tvpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
      "vpxorq %%zmm28, %%zmm28, %%zmm28\n\tvpxorq %%zmm29, %%zmm29, %%zmm29\n\t"
      "vpxorq %%zmm30, %%zmm30, %%zmm30\n\tvpxorq %%zmm31, %%zmm31, %%zmm31"
      :
      :
      : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
        "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22",
        "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}
#endif

// Not inlined: its own frame is what it overwrites. Deeper than anything here goes, as tests/memory shows.
[[gnu::noinline]] void wipe_stack() {
  std::array<std::uint8_t, std::size_t{64} * 1024> frames;
  wipe(frames.data(), frames.size());
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) wipe_vector_registers();
#endif
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
