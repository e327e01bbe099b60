#include "tests/firmware/usart/stm32f4.hpp"

#include <bit>
#include <stdexcept>

#include "firmware/boards/register.hpp"
#include "firmware/boards/stm32f4/usart.hpp"
#include "firmware/generated/board.hpp"
#include "tests/firmware/usart/glue.hpp"
#include "tests/firmware/usart/power_on.hpp"

namespace sesame::board::model {

namespace {

constexpr std::uint32_t kInternalHz = 16'000'000;
constexpr UsartWiring kCard = usart_wiring(kCardUsart);
constexpr Pin kIo = kCardIo;

}  // namespace

// RM0090, 7.3: oscillators that take their time, and the tree behind them.
class Stm32f4::Rcc final : public Peripheral {
 public:
  explicit Rcc(Stm32f4& chip) : chip_(chip), csr_(chip.made_.reset_flags) {}

  std::uint32_t read(std::uint32_t offset) override {
    switch (offset) {
      case 0x00:
        return cr_ | (hse_ready() ? rcc_bits::kHseReady : 0) | (pll_ready() ? rcc_bits::kPllReady : 0);
      case 0x04: return pllcfgr_;
      case 0x08: return cfgr_ | (switched() ? rcc_bits::kStatusPll : 0);
      case 0x30: return ahb1enr;
      case 0x40: return apb1enr;
      case 0x44: return apb2enr;
      case 0x74: return csr_;
      default: refuse("RCC has no such register here");
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    switch (offset) {
      case 0x00: set_cr(value); break;
      case 0x04:
        if (pll_on()) refuse("PLLCFGR is written while the PLL is on (7.3.2)");
        pllcfgr_ = value;
        break;
      case 0x08: set_cfgr(value); break;
      case 0x30: ahb1enr = value; break;
      case 0x40: apb1enr = value; break;
      case 0x44: apb2enr = value; break;
      case 0x74:
        if ((value & rcc_bits::kForgetReset) != 0) csr_ = 0;
        break;
      default: refuse("RCC has no such register here");
    }
  }

  std::uint32_t core_hz() const {
    const std::uint32_t source = switched() ? pll_hz() : kInternalHz;
    const std::uint32_t hpre = cfgr_ >> 4 & 15;
    return hpre < 8 ? source : source >> (hpre - 7);
  }
  bool from_quartz() const { return switched() && (pllcfgr_ & rcc_bits::kPllFromHse) != 0; }
  std::uint32_t apb1_hz() const { return divided(cfgr_ >> 10 & 7); }
  std::uint32_t apb2_hz() const { return divided(cfgr_ >> 13 & 7); }

  // Stop mode stops them, and the internal one is taken after it (5.3.5).
  void stopped() {
    cr_ &= ~(rcc_bits::kHseOn | rcc_bits::kPllOn);
    cfgr_ &= ~rcc_bits::kSwitch;
  }

  std::uint32_t ahb1enr = 0x0010'0000, apb1enr = 0, apb2enr = 0;

 private:
  // The switch waits for a PLL that is ready (7.2.6).
  bool switched() const { return (cfgr_ & rcc_bits::kSwitch) == rcc_bits::kSwitchPll && pll_ready(); }
  bool pll_on() const { return (cr_ & rcc_bits::kPllOn) != 0; }
  bool hse_ready() const {
    return (cr_ & rcc_bits::kHseOn) != 0 && chip_.made_.quartz_hz && chip_.now() >= hse_since_ + 2 * kMilli;
  }
  bool pll_ready() const {
    return pll_on() && chip_.made_.pll_locks && chip_.now() >= pll_since_ + 200 * kMicro;
  }

  void set_cr(std::uint32_t value) {
    if ((value & ~cr_ & rcc_bits::kHseOn) != 0) hse_since_ = chip_.now();
    if ((value & ~cr_ & rcc_bits::kPllOn) != 0) {
      if ((pllcfgr_ & rcc_bits::kPllFromHse) != 0 && !hse_ready()) refuse("the PLL waits for a quartz");
      pll_since_ = chip_.now();
    }
    cr_ = value & ~(rcc_bits::kHseReady | rcc_bits::kPllReady);
  }
  void set_cfgr(std::uint32_t value) {
    cfgr_ = value & ~(rcc_bits::kSwitch << 2);
    // Table 11, for 2.7 to 3.6 V; the buses: 7.2.
    if (core_hz() > (chip_.wait_states() + 1) * 30'000'000) refuse("the flash is too slow for the core");
    if (core_hz() > 168'000'000 || apb1_hz() > 42'000'000 || apb2_hz() > 84'000'000) refuse("too fast");
  }
  // 7.3.2
  std::uint32_t pll_hz() const {
    const std::uint32_t m = pllcfgr_ & 63, n = pllcfgr_ >> 6 & 511, p = 2 * ((pllcfgr_ >> 16 & 3) + 1);
    const bool from_quartz = (pllcfgr_ & rcc_bits::kPllFromHse) != 0;
    const std::uint32_t in = (from_quartz ? chip_.made_.quartz_hz.value_or(0) : kInternalHz) / m;
    if (in < 1'000'000 || in > 2'000'000) refuse("the PLL's input is 1 to 2 MHz");
    if (in * n < 100'000'000 || in * n > 432'000'000) refuse("the PLL's oscillator is 100 to 432 MHz");
    return in * n / p;
  }
  std::uint32_t divided(std::uint32_t by) const { return by < 4 ? core_hz() : core_hz() >> (by - 3); }

  Stm32f4& chip_;
  std::uint32_t cr_ = 0x0000'0083, pllcfgr_ = 0x2400'3010, cfgr_ = 0, csr_;
  Time hse_since_ = 0, pll_since_ = 0;
};

// 5.4, and the voltage detector on line 16 of EXTI (5.2.2).
class Stm32f4::Pwr final : public Peripheral {
 public:
  explicit Pwr(Stm32f4& chip) : chip_(chip) {}
  std::uint32_t read(std::uint32_t offset) override {
    if (!chip_.clocked(0x40, 28)) return 0;
    return offset == 0 ? cr_ : (low() ? bit(2) : 0);
  }
  void write(std::uint32_t offset, std::uint32_t value) override;
  bool low() const { return supply_low_ && (cr_ & bit(4)) != 0; }
  std::uint32_t cr() const { return cr_; }
  void set_supply_low(bool low);

 private:
  Stm32f4& chip_;
  std::uint32_t cr_ = 0x0000'C000;
  bool supply_low_ = false;
};

class Stm32f4::Dbgmcu final : public Peripheral {
 public:
  explicit Dbgmcu(const Made& made) : idcode_(made.emulated ? 0 : made.idcode) {}
  std::uint32_t read(std::uint32_t offset) override { return offset == 0 ? idcode_ : 0; }
  void write(std::uint32_t, std::uint32_t) override {}

 private:
  std::uint32_t idcode_;
};

// ADC1 (13.13), of the internal reference alone, and what all ADCs share: in a register of its own.
class Stm32f4::Adc final : public Peripheral {
 public:
  static constexpr std::uint32_t kAtCalibration = 1'500;

  explicit Adc(const Made& made) : made_(made) {}
  std::uint32_t read(std::uint32_t offset) override {
    if (offset == 0x00) return started_ && made_.converts ? 2 : 0;
    if (offset == 0x4C) return kAtCalibration * 3'300 / made_.millivolts;
    return 0;
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (offset == 0x34) channel_ = value;
    if (offset == 0x08) started_ = (value & 1) != 0 && (value >> 30 & 1) != 0 && channel_ == kReference;
  }

 private:
  static constexpr std::uint32_t kReference = 17;

  const Made& made_;
  std::uint32_t channel_ = 0;
  bool started_ = false;
};

// What ST has written into the chip: VREFINT at 3.3 V.
class Stm32f4::Factory final : public Peripheral {
 public:
  std::uint32_t read(std::uint32_t) override { return Adc::kAtCalibration << 16; }
  void write(std::uint32_t, std::uint32_t) override {}
};

// 30.6: the registers in front of the port to the line. The one of the panel is never on here.
class Stm32f4::Usart final : public Peripheral {
 public:
  Usart(Stm32f4& chip, bool is_cards) : chip_(chip), is_cards_(is_cards) {}

  std::uint32_t read(std::uint32_t offset) override {
    if (!clocked()) return 0;
    switch (offset) {
      case 0x00: sr_was_read_ = sr_; return sr_ | (chip_.now() < complete_until_ ? usart_bits::kComplete : 0);
      case 0x04:
        // SR, then DR: the errors go, and RXNE; TC by SR and a write of DR (30.6.1).
        sr_ &= ~(usart_bits::kReceived | (sr_was_read_ & kErrors));
        drive();
        return rdr_;
      case 0x08: return brr_;
      case 0x0C: return cr1_;
      case 0x10: return cr2_;
      case 0x14: return cr3_;
      case 0x18: return gtpr_;
      default: refuse("the USART has no such register");
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (!clocked()) return;
    using namespace usart_bits;
    switch (offset) {
      case 0x00:  // written 0 clears these two
        sr_ &= value | ~(kReceived | kComplete);
        if ((value & kComplete) == 0) sr_was_read_ &= ~kComplete;
        break;
      case 0x04: write_dr(value); break;
      case 0x08: brr_ = value & 0xFFFF; break;
      case 0x0C: cr1_ = value; break;
      case 0x10: cr2_ = value; break;
      case 0x14: cr3_ = value; break;
      case 0x18: gtpr_ = value; break;
      default: refuse("the USART has no such register");
    }
    changed();
  }

  std::optional<Time> next() const override { return is_cards_ ? chip_.port_.next() : std::nullopt; }
  void happen() override {
    using namespace usart_bits;
    const auto news = chip_.port_.step(chip_.now());
    if (chip_.made_.emulated && news.heard && chip_.card_ != nullptr && chip_.card_->heard_last()) return;
    if (news.complete) {
      if (waiting_) {
        waiting_ = false;
        chip_.port_.send(tdr_, chip_.now());
        sr_ |= kEmpty;
      } else {
        sr_ |= kComplete;
      }
    }
    if (news.heard) {
      if ((sr_ & kReceived) != 0) {
        sr_ |= kOverrun;
        ++chip_.overruns_;
      } else {
        rdr_ = news.heard->character | 0x100U;  // the ninth bit, which is for none
        sr_ |= kReceived | (news.heard->parity_error ? kParityError : 0) |
               (news.heard->framing_error ? kFramingError : 0);
      }
    }
    drive();
  }

  bool enabled() const { return clocked() && (cr1_ & usart_bits::kEnable) != 0; }
  bool gives_clock() const {
    return enabled() && (cr2_ & usart_bits::kClock) != 0 && (cr3_ & usart_bits::kSmartcard) != 0 &&
           (gtpr_ & 31) != 0 && !chip_.sleeps_deeply();
  }
  void changed();
  void lose_character() {
    sr_ |= usart_bits::kOverrun;
    drive();
  }

 private:
  static constexpr std::uint32_t kErrors = 0x1F & ~bit(4);

  bool clocked() const;
  Time etu() const;
  void write_dr(std::uint32_t value) {
    using namespace usart_bits;
    if (!enabled() || (cr1_ & kTransmit) == 0 || !is_cards_) return;
    if (chip_.made_.emulated) {
      const Time start = std::max(chip_.now(), out_until_);
      chip_.line_.put(Line::frame(static_cast<std::uint8_t>(value), false), start, etu());
      out_until_ = start + 12 * etu();
      sr_ |= kComplete;
      return;
    }
    if ((sr_was_read_ & kComplete) != 0) {
      complete_until_ = chip_.now() + chip_.made_.complete_stays_us * kMicro;
      sr_ &= ~kComplete;
    }
    if (chip_.port_.free()) {
      chip_.port_.send(static_cast<std::uint8_t>(value), chip_.now());
    } else {
      tdr_ = static_cast<std::uint8_t>(value);
      waiting_ = true;
      sr_ &= ~kEmpty;
    }
  }
  void drive() {
    using namespace usart_bits;
    const bool high = (cr1_ & kReceiveInterrupt) != 0 && (sr_ & (kReceived | kOverrun)) != 0;
    if (is_cards_) chip_.set_interrupt(kCard.interrupt, high);
  }

  Stm32f4& chip_;
  bool is_cards_;
  std::uint32_t sr_ = 0xC0, rdr_ = 0, brr_ = 0, cr1_ = 0, cr2_ = 0, cr3_ = 0, gtpr_ = 0, sr_was_read_ = 0;
  std::uint8_t tdr_ = 0;
  bool waiting_ = false;
  Time complete_until_ = 0;
  Time out_until_ = 0;  // of an emulated one
};

struct Stm32f4::Parts {
  explicit Parts(Stm32f4& chip)
      : rcc(chip),
        flash([] { return true; }),
        pwr(chip),
        usart(chip, true),
        other_usart(chip, false),
        watchdog(
            chip, [this] { return (rcc.apb1enr & bit(11)) != 0; }, [this] { return rcc.apb1_hz(); }),
        dbgmcu(chip.made_),
        adc(chip.made_),
        adc_common(chip.made_) {}
  Rcc rcc;
  Store flash;
  Pwr pwr;
  Usart usart, other_usart;
  Watchdog watchdog;
  Dbgmcu dbgmcu;
  Adc adc, adc_common;
  Factory factory;
  Time stopped_at = 0;
};

// The pins of SWD and JTAG have their function after a reset (8.4.1).
Stm32f4::Stm32f4(const Made& made)
    : Stm32(
          kInterrupts, {.exti = 0x4001'3C00, .syscfg = 0x4001'3800, .gpio = 0x4002'0000},
          {0xA800'0000, 0x0000'0280, 0, 0, 0, 0, 0, 0, 0}, [this] { return clocked(0x44, 14); },
          [this](unsigned port) { return clocked(0x30, port); }),
      made_(made) {
  parts_ = std::make_unique<Parts>(*this);
  add(0x4002'3800, 0x80, parts_->rcc);
  add(0x4002'3C00, 0x40, parts_->flash);
  add(0x4000'7000, 0x08, parts_->pwr);
  add(0x4000'2C00, 0x0C, parts_->watchdog);
  add(0xE004'2000, 0x10, parts_->dbgmcu);
  add(0x4001'2000, 0x50, parts_->adc);
  add(0x4001'2300, 0x08, parts_->adc_common);
  add(0x1FFF'7A28, 0x04, parts_->factory);
  for (const int number : {1, 2, 3, 6}) {
    const std::uintptr_t address = number == 1   ? kUsart1Address
                                   : number == 2 ? kUsart2Address
                                   : number == 3 ? kUsart3Address
                                                 : kUsart6Address;
    add(address, 0x1C, number == kCardUsart ? parts_->usart : parts_->other_usart);
  }
  power_on();
}
Stm32f4::~Stm32f4() = default;

void Stm32f4::lose_character() { parts_->usart.lose_character(); }
void Stm32f4::set_supply_low(bool low) { parts_->pwr.set_supply_low(low); }

bool Stm32f4::from_quartz() const { return parts_->rcc.from_quartz(); }
bool Stm32f4::prefetches() const { return (parts_->flash.word(0) & flash_bits::kPrefetch) != 0; }
std::uint32_t Stm32f4::core_hz() const { return parts_->rcc.core_hz(); }
std::uint32_t Stm32f4::wait_states() const { return parts_->flash.word(0) & 7; }

bool Stm32f4::clocked(std::uint32_t enable_register, unsigned number) const {
  const Rcc& rcc = parts_->rcc;
  const std::uint32_t enabled = enable_register == 0x30   ? rcc.ahb1enr
                                : enable_register == 0x40 ? rcc.apb1enr
                                                          : rcc.apb2enr;
  return (enabled >> number & 1) != 0;
}

// ---- what needs the others

void Stm32f4::Pwr::write(std::uint32_t offset, std::uint32_t value) {
  if (!chip_.clocked(0x40, 28) || offset != 0) return;
  const bool before = low();
  cr_ = value;
  if (low() != before) chip_.exti_.edge(16, low());
}
void Stm32f4::Pwr::set_supply_low(bool is_low) {
  const bool before = low();
  supply_low_ = is_low;
  if (low() != before) chip_.exti_.edge(16, low());
}

bool Stm32f4::Usart::clocked() const {
  if (!is_cards_) return false;
  return chip_.clocked(kCard.on_apb2 ? 0x44 : 0x40, static_cast<unsigned>(std::countr_zero(kCard.clock_bit)));
}
Time Stm32f4::Usart::etu() const {
  const Rcc& rcc = chip_.parts_->rcc;
  const std::uint32_t bus_hz = kCardUsart == 1 || kCardUsart == 6 ? rcc.apb2_hz() : rcc.apb1_hz();
  return Time{brr_} * (kSecond / 1000) / (bus_hz / 1000);
}
void Stm32f4::Usart::changed() {
  if (!is_cards_) return;
  using namespace usart_bits;
  const bool on_line = chip_.mode(kIo) == Mode::alternate;
  SmartcardPort::Settings settings;
  settings.on = gives_clock() && brr_ != 0 && on_line && (cr1_ & kTransmit) != 0 && (cr1_ & kReceive) != 0;
  settings.etu = etu();
  settings.guard = gtpr_ >> 8 & 0xFF;
  settings.half_stop_more = (cr2_ >> 12 & 3) == 3;
  settings.nack = (cr3_ & kNack) != 0;
  settings.odd_parity = (cr1_ & kOddParity) != 0;
  chip_.port_.set(settings, chip_.now());
  chip_.contacts_changed();
  drive();
}

bool Stm32f4::gives_clock() const { return parts_->usart.gives_clock(); }
void Stm32f4::pins_changed() { parts_->usart.changed(); }

// ---- sleep, and handlers

void Stm32f4::stop_clocks() {
  if ((parts_->pwr.cr() & pwr_bits::kStandby) != 0) refuse("Standby, where Stop was meant");
  parts_->stopped_at = now();
  parts_->rcc.stopped();
  parts_->usart.changed();
}
void Stm32f4::wake_clocks() {
  parts_->watchdog.woken(now() - parts_->stopped_at);
  parts_->usart.changed();
}

void Stm32f4::handle(unsigned vector) { handler_of(vector)(); }

}  // namespace sesame::board::model
