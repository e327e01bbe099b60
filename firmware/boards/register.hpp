// The seam between what a family of chips is and the drivers that use it. On the chip a register is a word at
// an address that the compiler knows, and an access one instruction. Compiled for a computer, each access
// goes to a model of the chip (tests/firmware/usart), which may count it as time, change other registers, and
// run a handler before it comes back.
//
//   struct Usart {
//     Register sr;
//     Register dr;
//   };
//   Usart& usart = at<Usart>(0x4000'4400);
//   usart.dr = 'A';
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sesame::board {

#if defined(__arm__)

using Register = volatile std::uint32_t;

template <class Peripheral>
Peripheral& at(std::uintptr_t address) {
  return *reinterpret_cast<Peripheral*>(address);
}

#else

// What a model is to define.
namespace model {
// Where the register at this address of the chip lies in the computer's memory, and those that follow it, up
// to the next multiple of 1024.
void* place_of(std::uintptr_t address);
std::uint32_t read(const void* place);
void write(void* place, std::uint32_t value);
}  // namespace model

class Register {
 public:
  Register() = default;
  Register(const Register&) = delete;
  Register& operator=(const Register&) = delete;
  ~Register() = default;

  operator std::uint32_t() const { return model::read(this); }
  Register& operator=(std::uint32_t value) {
    model::write(this, value);
    return *this;
  }

 private:
  [[maybe_unused]] std::uint32_t place_;  // the value is the model's
};
static_assert(sizeof(Register) == 4);

template <class Peripheral>
Peripheral& at(std::uintptr_t address) {
  return *static_cast<Peripheral*>(model::place_of(address));
}

#endif

template <std::size_t kWords>
using Unused = std::array<std::uint32_t, kWords>;

constexpr std::uint32_t bit(unsigned number) { return std::uint32_t{1} << number; }
inline void set_bits(Register& reg, std::uint32_t bits) { reg = reg | bits; }
inline void clear_bits(Register& reg, std::uint32_t bits) { reg = reg & ~bits; }

}  // namespace sesame::board
