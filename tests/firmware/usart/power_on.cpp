#include "tests/firmware/usart/power_on.hpp"

#include <cstddef>
#include <vector>

// Made by the linker, as the section's name is one that C can say.
extern "C" {
extern std::byte __start_board_ram[], __stop_board_ram[];  // NOLINT(bugprone-reserved-identifier)
}

namespace sesame::board::model {

namespace {

// Between two variables a sanitizer has what must not be touched: this is no access of theirs, and no call of
// the library's.
__attribute__((no_sanitize("address"), noinline)) void take_over(const std::byte* from, const std::byte* end,
                                                                 volatile std::byte* to) {
  while (from != end) *to++ = *from++;
}

}  // namespace

void power_on() {
  static const std::vector<std::byte> first = [] {
    std::vector<std::byte> bytes(static_cast<std::size_t>(__stop_board_ram - __start_board_ram));
    take_over(__start_board_ram, __stop_board_ram, bytes.data());
    return bytes;
  }();
  take_over(first.data(), first.data() + first.size(), __start_board_ram);
}

}  // namespace sesame::board::model
