// The end of everything, and the ways there that compiler and library know.
#include "firmware/hal/fatal.hpp"

#include "firmware/boards/stm32f4/interrupts.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/display.hpp"

extern "C" std::uint32_t __stack_top[];

namespace sesame::hal {
namespace {

[[noreturn, gnu::noinline]] void end() {
  card::set(iso7816::Contacts{});
  display::show(Screen{});
  board::systick().ctrl = 0;
  for (;;) board::wait_for_interrupt();
}

}  // namespace

void fatal() {
  // Begins the stack anew: what is left of it may not be enough for a screen. No handler runs from here on.
  __asm__ __volatile__("cpsid i\n\tmsr msp, %0" : : "r"(__stack_top) : "memory");
  end();
}

}  // namespace sesame::hal

extern "C" {
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
