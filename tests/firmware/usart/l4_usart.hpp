// A USART of the STM32L4 in smartcard mode (RM0351, USART): the registers around a SmartcardPort. What it
// has beyond that of the STM32F4: flags that are cleared by ICR; settings that may be written while UE = 0
// only, which is insisted on; and repeats of its own. A character that the card refuses goes out again 2.5
// etu after the refusal, SCARCNT times, and one that comes wrong is refused SCARCNT times, before the
// program is told.
#pragma once

#include <functional>
#include <utility>

#include "tests/firmware/usart/smartcard_port.hpp"

namespace sesame::board::model {

class L4Usart final : public Peripheral {
 public:
  // Which of its own refused characters the receiver shows: the manual does not say.
  enum class Heard : std::uint8_t { each, the_last, none };

  // What is around it in the chip.
  struct Place {
    unsigned interrupt;
    std::function<bool()> clocked;            // its registers answer
    std::function<bool()> on_line;            // its TX is at the pin
    std::function<std::uint32_t()> clock_hz;  // of what BRR and the prescaler divide
    std::function<void()> changed;            // what the card has of it may be another
    std::function<void()> overrun;            // one more
  };
  L4Usart(Chip& chip, SmartcardPort& port, Place place, Heard heard)
      : chip_(chip), port_(port), place_(std::move(place)), heard_(heard) {}

  // CK, whatever UE is.
  std::uint32_t card_hz() const;
  void lose_character();

  // The pins are others, or the clock.
  void look();

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  std::optional<Time> next() const override;
  void happen() override;

 private:
  static constexpr std::uint32_t kPe = 1, kFe = 2, kOre = 8, kRxne = 0x20, kTc = 0x40, kTxe = 0x80;

  static constexpr std::uint32_t bit(unsigned number) { return std::uint32_t{1} << number; }
  bool clocked() const { return place_.clocked(); }
  bool on() const { return (cr1_ & 1) != 0; }
  bool nacks() const { return (cr3_ & bit(4)) != 0; }
  unsigned repeats() const { return cr3_ >> 17 & 7; }

  void write_cr1(std::uint32_t value);
  void write_off(std::uint32_t& reg, std::uint32_t value);
  void apply();
  void start(std::uint8_t character);
  void take(const SmartcardPort::Heard& heard);
  void show(const SmartcardPort::Heard& heard);
  void tell();

  Chip& chip_;
  SmartcardPort& port_;
  Place place_;
  Heard heard_;
  std::uint32_t cr1_ = 0, cr2_ = 0, cr3_ = 0, brr_ = 0, gtpr_ = 0, isr_ = kTc | kTxe, rdr_ = 0;
  std::optional<std::uint8_t> out_;      // on the line, until it is complete
  std::optional<std::uint8_t> waiting_;  // in TDR
  unsigned tries_ = 0;                   // of out_, refused
  std::optional<Time> again_at_;         // out_ goes out once more
  unsigned wrong_ = 0;                   // times that the character that comes has come wrong
};

}  // namespace sesame::board::model
