// A word to the debugger or emulator: ARM's semihosting (Semihosting for AArch32 and AArch64, 6.17 and 6.6).
#pragma once

#include <cstdint>

namespace sesame::selftest {

void print(const char* text);
void print(std::uint32_t number);
// Ends the emulator with this exit status.
[[noreturn]] void end(std::uint32_t status);

}  // namespace sesame::selftest
