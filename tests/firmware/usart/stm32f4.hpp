// An STM32F405 or F407 around the core of chip.hpp: what the drivers of firmware/boards/stm32f4 touch of it,
// after RM0090 and its errata. A peripheral without a clock reads 0 and forgets what is written. What must
// not be done, a bus too fast for one, a flash too slow for the core, throws.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "firmware/boards/stm32f4/chip.hpp"
#include "tests/firmware/usart/chip.hpp"
#include "tests/firmware/usart/line_card.hpp"
#include "tests/firmware/usart/smartcard_port.hpp"

namespace sesame::board::model {

class Stm32f4 final : public Chip {
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

  using Pin = stm32f4::Pin;

  // What stands at a pin from outside: high, low, or nothing.
  void wire(Pin pin, std::optional<bool> level);
  bool level(Pin pin) const;
  // A key: joins a row to a column, or lets them go.
  void press(Pin row, Pin column);
  void release();
  enum class Mode : std::uint8_t { input, output, alternate, analog };
  Mode mode(Pin pin) const;
  // Every alternate function that a pin had while it was in that mode, in order.
  struct Function {
    Pin pin;
    unsigned function;
  };
  std::vector<Function> functions;

  // A card in the slot, until it is taken away; the caller keeps it.
  void insert(LineCard& card);
  void remove();
  Line& line() { return line_; }
  SmartcardPort& port() { return port_; }
  std::uint32_t overruns() const { return overruns_; }
  // As where one ends between the reads of SR and of DR that take the one before it: ORE, and no RXNE.
  void lose_character();

  // Supply below the level of the voltage detector, or above it again.
  void set_supply_low(bool low);

  bool prefetches() const;
  bool from_quartz() const;
  std::uint32_t core_hz() const override;
  std::uint32_t wait_states() const;

 protected:
  void handle(unsigned vector) override;
  void stop_clocks() override;
  void wake_clocks() override;

 private:
  class Rcc;
  class Flash;
  class Pwr;
  class Gpio;
  class Syscfg;
  class Exti;
  class Usart;
  class Watchdog;
  class Dbgmcu;
  class Adc;
  class Factory;
  class CardSide;
  struct Parts;

  void contacts_changed();
  bool clocked(std::uint32_t enable_register, unsigned bit) const;

  Made made_;
  Line line_;
  SmartcardPort port_{line_};
  LineCard* card_ = nullptr;
  std::optional<std::pair<Pin, Pin>> key_;  // the one that is down: row and column
  std::uint32_t overruns_ = 0;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sesame::board::model
