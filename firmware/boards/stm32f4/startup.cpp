// From reset to main(): the vector table and what C++ expects of memory (PM0214, 2.3.4).
#include <array>
#include <cstdint>

#include "firmware/boards/stm32f4/interrupts.hpp"
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/boards/stm32f4/usart.hpp"
#include "firmware/generated/board.hpp"
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

using Handler = void (*)();

struct VectorTable {
  std::uint32_t* stack_top = __stack_top;
  std::array<Handler, 15 + kInterrupts> handlers{};
};

constexpr std::size_t kSysTick = 14, kFirstInterrupt = 15;  // PM0214, table 16; the first entry is Reset

constexpr VectorTable vector_table() {
  VectorTable table;
  for (Handler& handler : table.handlers) handler = hal::fatal;
  table.handlers[0] = Reset_Handler;
  table.handlers[kSysTick] = on_tick;
  table.handlers[kFirstInterrupt + usart_wiring(kCardUsart).interrupt] = on_card_character;
  table.handlers[kFirstInterrupt + usart_wiring(kPanelUsart).interrupt] = on_panel_byte;
  return table;
}

[[gnu::section(".vectors"), gnu::used]] constexpr VectorTable kVectors = vector_table();

constexpr std::uint32_t kPaint = 0xC5C5'C5C5;  // what the stack never reached still has it

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
  scb().vtor = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&kVectors));
  for (auto* construct = __init_array_start; construct < __init_array_end; ++construct) (*construct)();
  main();
  sesame::hal::fatal();
}
