// An STM32F405 or F407 around the core of chip.hpp: what the drivers of firmware/boards/stm32f4 touch of it,
// after RM0090 and its errata.
#pragma once

#include <optional>

#include "tests/firmware/usart/stm32.hpp"

namespace sesame::board::model {

class Stm32f4 final : public Stm32 {
 public:
  struct Made {
    std::uint32_t idcode = 0x1007'6413;                  // DBGMCU_IDCODE: revision 2 of an F405 or F407
    std::optional<std::uint32_t> quartz_hz = 8'000'000;  // none: it does not start
    std::uint32_t reset_flags = 0x0C00'0000;             // RCC_CSR: power-on
    // As QEMU: the identification register is 0, and a USART has done everything as soon as it is asked.
    bool emulated = false;
    bool pll_locks = true;
    std::uint32_t millivolts = 3'000;  // the supply, as ADC1 measures it
    bool converts = true;
    // How long TC of the character before stays after a write of DR, where it was not cleared first.
    std::uint32_t complete_stays_us = 0;
  };
  Stm32f4() : Stm32f4(Made{}) {}
  explicit Stm32f4(const Made& made);
  ~Stm32f4() override;

  void lose_character() override;
  void set_supply_low(bool low) override;
  bool prefetches() const;
  bool from_quartz() const override;
  std::uint32_t core_hz() const override;
  std::uint32_t wait_states() const override;

 protected:
  void handle(unsigned vector) override;
  void stop_clocks() override;
  void wake_clocks() override;
  bool gives_clock() const override;
  void pins_changed() override;

 private:
  class Rcc;
  class Pwr;
  class Usart;
  class Dbgmcu;
  class Adc;
  class Factory;
  struct Parts;

  bool clocked(std::uint32_t enable_register, unsigned bit) const;

  Made made_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sesame::board::model
