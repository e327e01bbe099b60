// The end of everything, and the ways there that compiler and library know.
#include "firmware/hal/fatal.hpp"

#include "firmware/boards/stm32f4/interrupts.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/display.hpp"

namespace sesame::hal {

// Begins the stack anew before anything else: there may be none left, not even for a return address. No
// handler runs from here on.
[[gnu::naked]] void fatal() {
  __asm__ __volatile__(
      "cpsid i\n\t"
      "movw r0, #:lower16:__stack_top\n\t"
      "movt r0, #:upper16:__stack_top\n\t"
      "msr msp, r0\n\t"
      "b sesame_end");
}

}  // namespace sesame::hal

extern "C" {
[[noreturn, gnu::used]] void sesame_end() {
  using namespace sesame;
  hal::card::set(iso7816::Contacts{});
  hal::display::show(Screen{});
  board::systick().ctrl = 0;
  for (;;) board::wait_for_interrupt();
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
