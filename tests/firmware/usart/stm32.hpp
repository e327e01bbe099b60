// What STM32 families have in common around the core of chip.hpp: pins, their interrupt lines, the window
// watchdog, and the world outside. A family adds its clocks, its power control and its USART. A peripheral
// without a clock reads 0 and forgets what is written. What must not be done throws.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "firmware/boards/chip.hpp"
#include "tests/firmware/usart/chip.hpp"
#include "tests/firmware/usart/line_card.hpp"
#include "tests/firmware/usart/smartcard_port.hpp"

namespace sesame::board::model {

class Stm32 : public Chip {
 public:
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
  // As where one ends while the program takes the one before it: an overrun, and no character.
  virtual void lose_character() = 0;

  // Supply below the level of the voltage detector, or above it again.
  virtual void set_supply_low(bool low) = 0;
  virtual bool from_quartz() const = 0;
  virtual std::uint32_t wait_states() const = 0;

 protected:
  // Whether the clock of a part is on.
  using Clocked = std::function<bool()>;

  // Registers that keep what is written, and do nothing by it.
  class Store : public Peripheral {
   public:
    explicit Store(Clocked on) : on_(std::move(on)) {}
    std::uint32_t read(std::uint32_t offset) override { return on_() ? words_.at(offset / 4) : 0; }
    void write(std::uint32_t offset, std::uint32_t value) override {
      if (on_()) words_.at(offset / 4) = value;
    }
    std::uint32_t word(std::size_t index) const { return words_.at(index); }  // whatever its clock does

   private:
    Clocked on_;
    std::array<std::uint32_t, 64> words_{};
  };

  // A flag is set by an edge whether the line is masked or not. Cleared, it is gone only when the write has
  // come through: a while later, or before the next read of one of these registers.
  class Exti final : public Peripheral {
   public:
    explicit Exti(Chip& chip) : chip_(chip) {}
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;
    std::optional<Time> next() const override { return settles_at_; }
    void happen() override { settle(); }
    void edge(unsigned line, bool rising);
    bool pending() const { return (pr_ & ~to_clear_) != 0; }

   private:
    void settle();
    void drive();
    Chip& chip_;
    std::uint32_t imr_ = 0, rtsr_ = 0, ftsr_ = 0, pr_ = 0, to_clear_ = 0;
    std::optional<Time> settles_at_;
  };

  // In Stop mode pins keep what they do.
  class Gpio final : public Peripheral {
   public:
    Gpio(Stm32& chip, std::uint8_t port, std::uint32_t moder, Clocked on);
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;
    Mode mode(unsigned n) const { return static_cast<Mode>(moder_ >> (2 * n) & 3); }
    unsigned function(unsigned n) const { return afr_[n / 8] >> (n % 8 * 4) & 15; }
    bool level(unsigned n) const;
    void wire(unsigned n, std::optional<bool> level);
    template <class What>
    void while_levels_change(What what) {
      const std::uint16_t before = levels();
      what();
      changed(before);
    }

   private:
    // The card's clock, which is seen where a pin is looked at, and moves nothing here.
    bool is_clock(unsigned n) const;
    bool clock_is_high() const;
    std::uint16_t levels() const;
    void changed(std::uint16_t before);
    Stm32& chip_;
    std::uint8_t port_;
    Clocked on_;
    std::uint32_t moder_, otyper_ = 0, ospeedr_ = 0, pupdr_ = 0, odr_ = 0, afr_[2] = {};
    std::array<std::optional<bool>, 16> wired_{};
    std::array<int, 16> functions_{};  // those that pins in alternate mode have, and 1 more
  };

  // Counts down by the clock of its bus and resets the chip below 40 hex; just before, it may call for
  // help. In Stop mode it stands still.
  class Watchdog final : public Peripheral {
   public:
    Watchdog(Chip& chip, Clocked on, std::function<std::uint32_t()> bus_hz)
        : chip_(chip), on_(std::move(on)), bus_hz_(std::move(bus_hz)) {}
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;
    std::optional<Time> next() const override;
    void happen() override;
    void woken(Time slept) { since_ += slept; }

   private:
    Time tick() const { return (4096ULL * kSecond / bus_hz_()) << (cfr_ >> 7 & 3); }
    std::uint32_t counter() const;
    Chip& chip_;
    Clocked on_;
    std::function<std::uint32_t()> bus_hz_;
    bool active_ = false, called_ = false;
    std::uint32_t start_ = 0x7F, cfr_ = 0x7F, sr_ = 0;
    Time since_ = 0;
  };

  struct Addresses {
    std::uintptr_t exti, syscfg, gpio;  // ports are 0x400 apart
  };
  // `moder` is what the pins of a port are after a reset.
  Stm32(unsigned interrupts, const Addresses& addresses, const std::vector<std::uint32_t>& moder,
        const Clocked& syscfg_on, const std::function<bool(unsigned port)>& gpio_on);
  ~Stm32() override;

  [[noreturn]] static void refuse(const std::string& what);
  // Something that the card sees may be another now.
  void contacts_changed();
  // Whether the USART would give the card a clock, were the pin its.
  virtual bool gives_clock() const = 0;
  // Pins have changed.
  virtual void pins_changed() = 0;

  Exti exti_{*this};
  Line line_;
  SmartcardPort port_{line_};
  LineCard* card_ = nullptr;
  std::uint32_t overruns_ = 0;

 private:
  class CardSide;

  std::optional<std::pair<Pin, Pin>> key_;  // the one that is down: row and column
  Store syscfg_;
  std::vector<std::unique_ptr<Gpio>> ports_;
  std::unique_ptr<CardSide> card_side_;
};

}  // namespace sesame::board::model
