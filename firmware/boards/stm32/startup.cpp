// From reset to main(): the vector table and what C++ expects of memory (PM0214, 2.3.4).
#include <algorithm>
#include <array>
#include <cstdint>

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/last_run.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/boards/stm32/vectors.hpp"
#include "firmware/generated/family.hpp"
#include "firmware/hal/fatal.hpp"

int main();

// From the linker script. Only their addresses mean something.
extern "C" {
extern std::uint32_t __stack_low[], __stack_top[];
extern std::uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[];
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();
[[noreturn]] void Reset_Handler();
}

namespace sesame::board {
namespace {

struct VectorTable {
  std::uint32_t* stack_top = __stack_top;
  std::array<Handler, kHandlers.size() - 1> handlers{};  // from Reset on
};

constexpr VectorTable vector_table() {
  VectorTable table;
  std::copy(kHandlers.begin() + 1, kHandlers.end(), table.handlers.begin());
  table.handlers[0] = Reset_Handler;
  return table;
}

[[gnu::section(".vectors"), gnu::used]] constexpr VectorTable kVectors = vector_table();

constexpr std::uint32_t kPaint = 0xC5C5'C5C5;  // what the stack never reached still has it

// What no pointer means: below the stack, where an overflow would find memory of the chip's own, and around
// 0, where the flash is a second time. Everything else is as without.
void guard_memory() {
  using namespace mpu_bits;
  constexpr std::uint32_t kBelow = 12, kFlash = 20;  // 4 KiB, 1 MiB
  const auto stack = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(__stack_low));
  mpu().rbar = (stack - (1U << kBelow)) | kValid | 0;
  mpu().rasr = guard(kBelow);
  mpu().rbar = 0 | kValid | 1;
  mpu().rasr = guard(kFlash);
  mpu().ctrl = kEnable | kElseAsUsual;
}

inline std::uint32_t* stack_pointer() {
  std::uint32_t* here = nullptr;
  __asm__ __volatile__("mov %0, sp" : "=r"(here));
  return here;
}

}  // namespace
}  // namespace sesame::board

void Reset_Handler() {
  using namespace sesame::board;
  for (auto* word = __stack_low; word < stack_pointer(); ++word) *word = kPaint;
  const auto* from = __data_load;
  for (auto* to = __data_start; to < __data_end; ++to) *to = *from++;
  for (auto* word = __bss_start; word < __bss_end; ++word) *word = 0;
  keep_reset_cause();
  rest_pins();
  scb().vtor = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&kVectors));
  guard_memory();
  for (auto* construct = __init_array_start; construct < __init_array_end; ++construct) (*construct)();
  main();
  sesame::hal::fatal();
}
