// An STM32L476 around the core of chip.hpp: what the drivers of firmware/boards/stm32l4 touch of it, after
// RM0351.
#pragma once

#include "tests/firmware/usart/l4_usart.hpp"
#include "tests/firmware/usart/stm32.hpp"

namespace sesame::board::model {

class Stm32l4 final : public Stm32 {
 public:
  struct Made {
    std::optional<std::uint32_t> quartz_hz = 8'000'000;  // none: it does not start
    bool pll_locks = true;
    std::uint32_t idcode = 0x1007'6415;  // DBGMCU_IDCODE: revision 4 of an L475, L476 or L486
    std::uint32_t millivolts = 3'000;    // the supply, as ADC1 measures it
    bool calibrates = true, starts = true, converts = true;  // what ADC1 does when asked
    std::uint32_t reset_flags = 0x0C00'0000;  // RCC_CSR: brown-out, which is power-on, and the pin
    L4Usart::Heard refusals = L4Usart::Heard::the_last;
  };
  Stm32l4() : Stm32l4(Made{}) {}
  explicit Stm32l4(const Made& made);
  ~Stm32l4() override;

  void lose_character() override;
  L4Usart& card_usart();
  enum class Source : std::uint8_t { msi, hsi, hse, pll };
  Source source() const;
  bool msi_runs() const;
  std::optional<Source> woken_with() const;  // from Stop mode, the last time
  void set_supply_low(bool low) override;
  bool from_quartz() const override;
  std::uint32_t wait_states() const override;
  std::uint32_t core_hz() const override;

 protected:
  void handle(unsigned vector) override;
  void stop_clocks() override;
  void wake_clocks() override;
  bool gives_clock() const override;
  void pins_changed() override;

 private:
  class Rcc;
  class Pwr;
  class Dbgmcu;
  class Adc;
  class Factory;
  struct Parts;

  Made made_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sesame::board::model
