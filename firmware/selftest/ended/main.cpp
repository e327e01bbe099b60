// An image that ends as it reads by a null pointer: the run after it tells where that was, and its memory was
// wiped by then. The slot and the clock are its own: the clock, which the LED's
// blinking waits for, presses the reset button.
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/hal/fatal.hpp"
#include "firmware/selftest/ended/secret.hpp"
#include "firmware/selftest/semihosting.hpp"

namespace {

using namespace sesame;

constexpr std::uint32_t kHardFault = 3, kNotPermitted = board::bit(1);  // PM0214, 2.3.2 and 4.4.10

[[gnu::naked, gnu::noinline]] void crash() { __asm__ __volatile__("movs r0, #0\n\tldr r0, [r0]\n\tbx lr"); }

bool in_flash(std::uint32_t address) { return address >= 0x0800'0000 && address < 0x0810'0000; }

// The first of these that is wrong, or nothing.
const char* wrong(const hal::Fault& fault) {
  if (fault.cause != hal::FaultCause::exception) return "cause";
  if (fault.vector != kHardFault) return "vector";
  const auto crashed = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&crash)) & ~1U;
  if (fault.pc != crashed + 2) return "PC";
  if (!in_flash(fault.lr)) return "LR";
  if ((fault.cfsr & kNotPermitted) == 0) return "CFSR";
  if (selftest::kept.contacts_off != 1) return "contacts";
  if (selftest::kept.secret != 0) return "memory";
  return nullptr;
}

}  // namespace

int main() {
  const auto fault = hal::last_fault();
  if (!fault) {
    selftest::kept = {};
    selftest::secret = 0x1234;
    crash();
    selftest::print("nothing ended\n");
    selftest::end(1);
  }
  const char* what = wrong(*fault);
  if (what == nullptr) {
    hal::forget_fault();
    if (hal::last_fault()) what = "forgetting";
  }
  if (what != nullptr) selftest::print(what);
  selftest::print(what == nullptr ? "the record is right\n" : " is wrong\n");
  selftest::end(what == nullptr ? 0 : 1);
}
