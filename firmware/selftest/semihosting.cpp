#include "firmware/selftest/semihosting.hpp"

namespace sesame::selftest {

namespace {

constexpr std::uint32_t kWrite0 = 0x04, kExitExtended = 0x20, kApplicationExit = 0x20026;

void call(std::uint32_t operation, const void* parameter) {
  register std::uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

}  // namespace

void print(const char* text) { call(kWrite0, text); }

void print(std::uint32_t number) {
  char digits[11] = {};
  std::uint32_t at = sizeof digits - 1;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(digits + at);
}

void end(std::uint32_t status) {
  const std::uint32_t block[] = {kApplicationExit, status};
  for (;;) call(kExitExtended, block);
}

}  // namespace sesame::selftest
