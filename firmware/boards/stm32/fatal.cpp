// The end of everything, and the ways there: the processor's, the program's, and those that compiler and
// library know.
#include "firmware/hal/fatal.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/last_run.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/display.hpp"

// From the linker script. Only their addresses mean something.
extern "C" {
extern volatile std::uint32_t __stack_low[], __data_start[], __bss_end[];
}

// Both ways begin the stack anew before anything else: there may be none left, not even for a return address.
// No handler runs from here on. PC and LR of what was interrupted are in the frame that the processor has put
// on the stack (PM0214, 2.3.7), where there was room for one.
#define SESAME_END_ON_A_NEW_STACK      \
  "movw r3, #:lower16:__stack_top\n\t" \
  "movt r3, #:upper16:__stack_top\n\t" \
  "msr msp, r3\n\t"                    \
  "b sesame_end"

namespace sesame::hal {

[[gnu::naked]] void fatal() {
  __asm__ __volatile__(
      "cpsid i\n\t"
      "mov r0, lr\n\t"
      "movs r1, #0\n\t" SESAME_END_ON_A_NEW_STACK);
}

}  // namespace sesame::hal

namespace sesame::board {

[[gnu::naked]] void on_unexpected() {
  __asm__ __volatile__(
      "cpsid i\n\t"
      "movs r0, #0\n\t"
      "movs r1, #0\n\t"
      "mrs r2, msp\n\t"
      "movw r3, #:lower16:__stack_low\n\t"
      "movt r3, #:upper16:__stack_low\n\t"
      "cmp r2, r3\n\t"
      "blo 1f\n\t"
      "movw r3, #:lower16:__stack_top\n\t"
      "movt r3, #:upper16:__stack_top\n\t"
      "subs r3, #32\n\t"
      "cmp r2, r3\n\t"
      "bhi 1f\n\t"
      "ldrd r1, r0, [r2, #20]\n"
      "1:\n\t" SESAME_END_ON_A_NEW_STACK);
}

namespace {

constexpr std::uint32_t kBlinkMillis = 250;

std::uint32_t active_vector() {
  std::uint32_t number = 0;
  __asm__ __volatile__("mrs %0, ipsr" : "=r"(number));
  return number;
}

std::uint32_t* stack_pointer() {
  std::uint32_t* here = nullptr;
  __asm__ __volatile__("mov %0, sp" : "=r"(here));
  return here;
}

// A PIN, a code, a key of a session: whatever was there. Inlined: what it returns to is above the stack
// pointer.
[[gnu::always_inline]] inline void wipe_memory() {
  for (auto* word = __data_start; word < __bss_end; ++word) *word = 0;
  for (auto* word = __stack_low; word < stack_pointer(); ++word) *word = 0;
}

[[noreturn]] void blink() {
  if constexpr (kLed) make_output(kLed->pin, kLed->on_high);
  for (bool lit = true;; lit = !lit) {
    if constexpr (kLed) set(kLed->pin, lit == kLed->on_high);
    for (std::uint32_t millis = 0; millis < kBlinkMillis; ++millis) {
      // A watchdog that runs cannot be stopped, and a reset would be the end of the blinking.
      if ((wwdg().cr & wwdg_bits::kActive) != 0) wwdg().cr = wwdg_bits::kActive | wwdg_bits::kFull;
      wait_us(1000);
    }
  }
}

}  // namespace
}  // namespace sesame::board

extern "C" {
[[noreturn, gnu::used]] void sesame_end(std::uint32_t pc, std::uint32_t lr) {
  using namespace sesame;
  board::feed_watchdog();  // what is left to do takes some of its time
  board::keep_fault(board::active_vector(), pc, lr);
  hal::card::set(iso7816::Contacts{});
  hal::display::show(Screen{});
  board::wipe_memory();
  board::blink();
}

[[gnu::noreturn]] void abort() { sesame::hal::fatal(); }
[[gnu::noreturn]] void __cxa_pure_virtual() { sesame::hal::fatal(); }
}

// What the headers of libstdc++ call where they would throw.
namespace std {
[[gnu::noreturn]] void __throw_length_error(const char*) { sesame::hal::fatal(); }
[[gnu::noreturn]] void __throw_logic_error(const char*) { sesame::hal::fatal(); }
[[gnu::noreturn]] void __throw_out_of_range(const char*) { sesame::hal::fatal(); }
[[gnu::noreturn]] void __throw_out_of_range_fmt(const char*, ...) { sesame::hal::fatal(); }
}  // namespace std
