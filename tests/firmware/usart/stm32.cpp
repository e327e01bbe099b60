#include "tests/firmware/usart/stm32.hpp"

#include <stdexcept>

#include "firmware/boards/register.hpp"
#include "firmware/generated/board.hpp"

namespace sesame::board::model {

namespace {

constexpr Pin kDetect = kCardDetect, kVcc = kCardVcc, kClk = kCardClk, kRst = kCardRst;

}  // namespace

// A card, with the time it has next, as a part of the chip's time.
class Stm32::CardSide final : public Peripheral {
 public:
  explicit CardSide(Chip& chip) : chip_(chip) {}
  LineCard* card = nullptr;

  std::uint32_t read(std::uint32_t) override { return 0; }
  void write(std::uint32_t, std::uint32_t) override {}
  std::optional<Time> next() const override { return card == nullptr ? std::nullopt : card->next(); }
  void happen() override { card->happen(chip_.now()); }

 private:
  Chip& chip_;
};

void Stm32::refuse(const std::string& what) { throw std::logic_error("STM32: " + what); }

Stm32::Stm32(unsigned interrupts, const Addresses& addresses, const std::vector<std::uint32_t>& moder,
             const Clocked& syscfg_on, const std::function<bool(unsigned port)>& gpio_on)
    : Chip(interrupts), syscfg_(syscfg_on), card_side_(std::make_unique<CardSide>(*this)) {
  add(addresses.exti, 0x18, exti_);
  add(addresses.syscfg, 0x24, syscfg_);
  for (std::uint8_t port = 0; port < moder.size(); ++port) {
    ports_.push_back(
        std::make_unique<Gpio>(*this, port, moder[port], [gpio_on, port] { return gpio_on(port); }));
    add(addresses.gpio + std::uintptr_t{0x400} * port, 0x28, *ports_.back());
  }
  add(0, 0, *card_side_);
}
Stm32::~Stm32() = default;

// ---- the world outside

void Stm32::wire(Pin pin, std::optional<bool> level) { ports_.at(pin.port)->wire(pin.number, level); }
void Stm32::press(Pin row, Pin column) {
  ports_.at(column.port)->while_levels_change([&] { key_ = {row, column}; });
}
void Stm32::release() {
  if (!key_) return;
  ports_.at(key_->second.port)->while_levels_change([&] { key_.reset(); });
}
bool Stm32::level(Pin pin) const { return ports_.at(pin.port)->level(pin.number); }
Stm32::Mode Stm32::mode(Pin pin) const { return ports_.at(pin.port)->mode(pin.number); }

void Stm32::insert(LineCard& card) {
  card_ = card_side_->card = &card;
  wire(kDetect, kCardInHigh ? std::nullopt : std::optional(false));
  contacts_changed();
}
void Stm32::remove() {
  card_->contacts(false, false, false, now());
  card_ = card_side_->card = nullptr;
  wire(kDetect, !kCardInHigh);
}

void Stm32::contacts_changed() {
  if (card_ == nullptr) return;
  const bool vcc = level(kVcc) == kCardVccOnHigh && mode(kVcc) == Mode::output;
  card_->contacts(vcc, mode(kClk) == Mode::alternate && gives_clock(), level(kRst), now());
}

// ---- EXTI

std::uint32_t Stm32::Exti::read(std::uint32_t offset) {
  settle();
  switch (offset) {
    case 0x00: return imr_;
    case 0x04: return 0;
    case 0x08: return rtsr_;
    case 0x0C: return ftsr_;
    case 0x14: return pr_;
    default: refuse("EXTI has no such register here");
  }
}

void Stm32::Exti::write(std::uint32_t offset, std::uint32_t value) {
  if (settles_at_ && *settles_at_ <= chip_.now()) settle();
  switch (offset) {
    case 0x00: imr_ = value; break;
    case 0x08: rtsr_ = value; break;
    case 0x0C: ftsr_ = value; break;
    case 0x14:
      to_clear_ |= value;
      settles_at_ = chip_.now() + chip_.cycles(12);
      break;
    default: refuse("EXTI has no such register here");
  }
  drive();
}

void Stm32::Exti::edge(unsigned line, bool rising) {
  if (((rising ? rtsr_ : ftsr_) >> line & 1) == 0) return;
  pr_ |= bit(line);
  to_clear_ &= ~bit(line);
  drive();
}

void Stm32::Exti::settle() {
  pr_ &= ~to_clear_;
  to_clear_ = 0;
  settles_at_.reset();
  drive();
}

// Which interrupt a line has: the same in both families.
void Stm32::Exti::drive() {
  const std::uint32_t pending = pr_ & imr_;
  for (unsigned line = 0; line < 5; ++line) chip_.set_interrupt(6 + line, (pending >> line & 1) != 0);
  chip_.set_interrupt(23, (pending & 0x03E0) != 0);
  chip_.set_interrupt(40, (pending & 0xFC00) != 0);
  chip_.set_interrupt(1, (pending & bit(16)) != 0);
}

// ---- GPIO

Stm32::Gpio::Gpio(Stm32& chip, std::uint8_t port, std::uint32_t moder, Clocked on)
    : chip_(chip), port_(port), on_(std::move(on)), moder_(moder) {}

std::uint32_t Stm32::Gpio::read(std::uint32_t offset) {
  if (!on_()) return 0;
  switch (offset) {
    case 0x00: return moder_;
    case 0x04: return otyper_;
    case 0x08: return ospeedr_;
    case 0x0C: return pupdr_;
    case 0x10: {
      std::uint32_t levels = 0;
      for (unsigned n = 0; n < 16; ++n) {
        if (mode(n) != Mode::analog && (is_clock(n) ? clock_is_high() : level(n))) levels |= bit(n);
      }
      return levels;
    }
    case 0x14: return odr_;
    case 0x20:
    case 0x24: return afr_[(offset - 0x20) / 4];
    default: refuse("GPIO has no such register here");
  }
}

void Stm32::Gpio::write(std::uint32_t offset, std::uint32_t value) {
  if (!on_()) return;
  const std::uint16_t before = levels();
  switch (offset) {
    case 0x00: moder_ = value; break;
    case 0x04: otyper_ = value; break;
    case 0x08: ospeedr_ = value; break;
    case 0x0C: pupdr_ = value; break;
    case 0x18: odr_ = (odr_ | (value & 0xFFFF)) & ~(value >> 16 & ~value & 0xFFFF); break;
    case 0x20:
    case 0x24: afr_[(offset - 0x20) / 4] = value; break;
    default: refuse("GPIO has no such register here");
  }
  changed(before);
}

bool Stm32::Gpio::level(unsigned n) const {
  if (mode(n) == Mode::output) {
    const bool set = (odr_ >> n & 1) != 0, drain = (otyper_ >> n & 1) != 0;
    if (!set || !drain) return set;
  }
  if (wired_[n]) return *wired_[n];
  if (chip_.key_ && chip_.key_->second == Pin{port_, static_cast<std::uint8_t>(n)}) {
    const Gpio& rows = *chip_.ports_[chip_.key_->first.port];
    if (rows.mode(chip_.key_->first.number) == Mode::output) return rows.level(chip_.key_->first.number);
  }
  return (pupdr_ >> (2 * n) & 3) == 1;
}

void Stm32::Gpio::wire(unsigned n, std::optional<bool> level) {
  while_levels_change([&] { wired_[n] = level; });
}

bool Stm32::Gpio::is_clock(unsigned n) const {
  return kClk == Pin{port_, static_cast<std::uint8_t>(n)} && mode(n) == Mode::alternate &&
         chip_.gives_clock();
}
bool Stm32::Gpio::clock_is_high() const { return chip_.now() / (kSecond / (2 * kCardClockHz)) % 2 != 0; }

std::uint16_t Stm32::Gpio::levels() const {
  std::uint16_t all = 0;
  for (unsigned n = 0; n < 16; ++n) all = static_cast<std::uint16_t>(all | (level(n) ? 1U << n : 0U));
  return all;
}

void Stm32::Gpio::changed(std::uint16_t before) {
  for (unsigned n = 0; n < 16; ++n) {
    const int function_now = mode(n) == Mode::alternate ? static_cast<int>(function(n)) + 1 : 0;
    if (function_now != functions_[n] && function_now != 0) {
      chip_.functions.push_back({{port_, static_cast<std::uint8_t>(n)}, function(n)});
    }
    functions_[n] = function_now;
  }
  const std::uint16_t after = levels();
  for (unsigned n = 0; n < 16; ++n) {
    const unsigned port_of_line = chip_.syscfg_.word(2 + n / 4) >> (n % 4 * 4) & 15;
    if (((before ^ after) >> n & 1) != 0 && port_of_line == port_) chip_.exti_.edge(n, (after >> n & 1) != 0);
  }
  chip_.pins_changed();
}

// ---- the window watchdog

std::uint32_t Stm32::Watchdog::read(std::uint32_t offset) {
  if (!on_()) return 0;
  return offset == 0 ? (active_ ? 0x80 : 0) | counter() : offset == 4 ? cfr_ : sr_;
}

void Stm32::Watchdog::write(std::uint32_t offset, std::uint32_t value) {
  if (!on_()) return;
  if (offset == 0) {
    if ((value & 0x40) == 0) chip_.end(Ending::reset);
    if (active_ && counter() > (cfr_ & 0x7F)) refuse("the window watchdog is fed too early");
    active_ = active_ || (value & 0x80) != 0;
    start_ = value & 0x7F;
    since_ = chip_.now();
    called_ = false;
  } else if (offset == 4) {
    cfr_ = value;
  } else {
    sr_ &= value;
    chip_.set_interrupt(0, false);
  }
}

std::optional<Time> Stm32::Watchdog::next() const {
  if (!active_ || chip_.sleeps_deeply()) return std::nullopt;
  return since_ + (start_ - 0x40 + (called_ ? 1 : 0)) * tick();
}

void Stm32::Watchdog::happen() {
  if (called_) chip_.end(Ending::reset);
  called_ = true;
  if ((cfr_ & bit(9)) == 0) return;
  sr_ = 1;
  chip_.set_interrupt(0, true);
}

std::uint32_t Stm32::Watchdog::counter() const {
  if (!active_) return start_;
  return start_ - static_cast<std::uint32_t>((chip_.now() - since_) / tick());
}

}  // namespace sesame::board::model
