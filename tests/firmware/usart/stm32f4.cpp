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

[[noreturn]] void refuse(const std::string& what) { throw std::logic_error("STM32F4: " + what); }

constexpr unsigned kPorts = stm32f4::kLastPort + 1;
constexpr std::uint32_t kInternalHz = 16'000'000;
constexpr UsartWiring kCard = usart_wiring(kCardUsart);
constexpr stm32f4::Pin outside(Pin pin) { return {pin.port, pin.number}; }

// A part that other registers than its own switch on: while its clock stands it does not listen.
class Store : public Peripheral {
 public:
  std::uint32_t read(std::uint32_t offset) override { return words_.at(offset / 4); }
  void write(std::uint32_t offset, std::uint32_t value) override { words_.at(offset / 4) = value; }

 protected:
  std::array<std::uint32_t, 64> words_{};
};

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

class Stm32f4::Flash final : public Store {
 public:
  std::uint32_t acr() const { return words_[0]; }
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

class Stm32f4::Syscfg final : public Store {
 public:
  explicit Syscfg(Stm32f4& chip) : chip_(chip) {}
  std::uint32_t read(std::uint32_t offset) override { return on() ? Store::read(offset) : 0; }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (on()) Store::write(offset, value);
  }
  unsigned port_of(unsigned line) const { return words_[2 + line / 4] >> (line % 4 * 4) & 15; }

 private:
  bool on() const { return chip_.clocked(0x44, 14); }
  Stm32f4& chip_;
};

// 12.3. A flag in PR is set by an edge whether the line is masked or not. Cleared, it is gone only when the
// write has come through: a while later, or before the next read of one of these registers.
class Stm32f4::Exti final : public Peripheral {
 public:
  explicit Exti(Stm32f4& chip) : chip_(chip) {}

  std::uint32_t read(std::uint32_t offset) override {
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
  void write(std::uint32_t offset, std::uint32_t value) override {
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
  std::optional<Time> next() const override { return settles_at_; }
  void happen() override { settle(); }

  void edge(unsigned line, bool rising) {
    if (((rising ? rtsr_ : ftsr_) >> line & 1) == 0) return;
    pr_ |= bit(line);
    to_clear_ &= ~bit(line);
    drive();
  }

 private:
  void settle() {
    pr_ &= ~to_clear_;
    to_clear_ = 0;
    settles_at_.reset();
    drive();
  }
  // Table 62: which interrupt a line has.
  void drive() {
    const std::uint32_t pending = pr_ & imr_;
    for (unsigned line = 0; line < 5; ++line) chip_.set_interrupt(6 + line, (pending >> line & 1) != 0);
    chip_.set_interrupt(23, (pending & 0x03E0) != 0);
    chip_.set_interrupt(40, (pending & 0xFC00) != 0);
    chip_.set_interrupt(1, (pending & bit(16)) != 0);
  }

  Stm32f4& chip_;
  std::uint32_t imr_ = 0, rtsr_ = 0, ftsr_ = 0, pr_ = 0, to_clear_ = 0;
  std::optional<Time> settles_at_;
};

// 8.4. In Stop mode pins keep what they do.
class Stm32f4::Gpio final : public Peripheral {
 public:
  Gpio(Stm32f4& chip, std::uint8_t port) : chip_(chip), port_(port) {
    if (port == 0) moder_ = 0xA800'0000;  // SWD and JTAG (8.4.1)
    if (port == 1) moder_ = 0x0000'0280;
  }

  std::uint32_t read(std::uint32_t offset) override {
    if (!on()) return 0;
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
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (!on()) return;
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

  Mode mode(unsigned n) const { return static_cast<Mode>(moder_ >> (2 * n) & 3); }
  unsigned function(unsigned n) const { return afr_[n / 8] >> (n % 8 * 4) & 15; }
  bool level(unsigned n) const;
  void wire(unsigned n, std::optional<bool> level) {
    while_levels_change([&] { wired_[n] = level; });
  }
  template <class What>
  void while_levels_change(What what) {
    const std::uint16_t before = levels();
    what();
    changed(before);
  }

 private:
  bool on() const { return chip_.clocked(0x30, port_); }
  // The card's clock, which is seen where a pin is looked at, and moves nothing here.
  bool is_clock(unsigned n) const;
  bool clock_is_high() const { return chip_.now() / (kSecond / (2 * kCardClockHz)) % 2 != 0; }
  std::uint16_t levels() const {
    std::uint16_t all = 0;
    for (unsigned n = 0; n < 16; ++n) all = static_cast<std::uint16_t>(all | (level(n) ? 1U << n : 0U));
    return all;
  }
  void changed(std::uint16_t before);

  Stm32f4& chip_;
  std::uint8_t port_;
  std::uint32_t moder_ = 0, otyper_ = 0, ospeedr_ = 0, pupdr_ = 0, odr_ = 0, afr_[2] = {};
  std::array<std::optional<bool>, 16> wired_{};
  std::array<int, 16> functions_{};  // those that pins in alternate mode have, and 1 more
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

// 22.6: the window watchdog counts down by the clock of APB1 and resets the chip below 40 hex; just before,
// it may call for help. In Stop mode it stands still.
class Stm32f4::Watchdog final : public Peripheral {
 public:
  explicit Watchdog(Stm32f4& chip) : chip_(chip) {}

  std::uint32_t read(std::uint32_t offset) override {
    if (!on()) return 0;
    return offset == 0 ? (active_ ? 0x80 : 0) | counter() : offset == 4 ? cfr_ : sr_;
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (!on()) return;
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
  std::optional<Time> next() const override {
    if (!active_ || chip_.sleeps_deeply()) return std::nullopt;
    return since_ + (start_ - 0x40 + (called_ ? 1 : 0)) * tick();
  }
  void happen() override {
    if (called_) chip_.end(Ending::reset);
    called_ = true;
    if ((cfr_ & bit(9)) == 0) return;
    sr_ = 1;
    chip_.set_interrupt(0, true);
  }
  void woken(Time slept) { since_ += slept; }

 private:
  bool on() const { return chip_.clocked(0x40, 11); }
  Time tick() const;
  std::uint32_t counter() const {
    if (!active_) return start_;
    return start_ - static_cast<std::uint32_t>((chip_.now() - since_) / tick());
  }

  Stm32f4& chip_;
  bool active_ = false, called_ = false;
  std::uint32_t start_ = 0x7F, cfr_ = 0x7F, sr_ = 0;
  Time since_ = 0;
};

// The card at the other end, as a part of the chip's time.
class Stm32f4::CardSide final : public Peripheral {
 public:
  explicit CardSide(Stm32f4& chip) : chip_(chip) {}
  std::uint32_t read(std::uint32_t) override { return 0; }
  void write(std::uint32_t, std::uint32_t) override {}
  std::optional<Time> next() const override {
    return chip_.card_ == nullptr ? std::nullopt : chip_.card_->next();
  }
  void happen() override { chip_.card_->happen(chip_.now()); }

 private:
  Stm32f4& chip_;
};

struct Stm32f4::Parts {
  explicit Parts(Stm32f4& chip)
      : rcc(chip),
        pwr(chip),
        syscfg(chip),
        exti(chip),
        usart(chip, true),
        other_usart(chip, false),
        watchdog(chip),
        dbgmcu(chip.made_),
        adc(chip.made_),
        adc_common(chip.made_),
        card_side(chip) {
    for (std::uint8_t port = 0; port < kPorts; ++port) ports.push_back(std::make_unique<Gpio>(chip, port));
  }
  Rcc rcc;
  Flash flash;
  Pwr pwr;
  Syscfg syscfg;
  Exti exti;
  Usart usart, other_usart;
  Watchdog watchdog;
  Dbgmcu dbgmcu;
  Adc adc, adc_common;
  Factory factory;
  CardSide card_side;
  std::vector<std::unique_ptr<Gpio>> ports;
  Time stopped_at = 0;
};

Stm32f4::Stm32f4(const Made& made) : Chip(kInterrupts), made_(made) {
  parts_ = std::make_unique<Parts>(*this);
  add(0x4002'3800, 0x80, parts_->rcc);
  add(0x4002'3C00, 0x40, parts_->flash);
  add(0x4000'7000, 0x08, parts_->pwr);
  add(0x4001'3800, 0x24, parts_->syscfg);
  add(0x4001'3C00, 0x18, parts_->exti);
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
  for (std::uint8_t port = 0; port < kPorts; ++port) {
    add(0x4002'0000 + std::uintptr_t{0x400} * port, 0x28, *parts_->ports[port]);
  }
  add(0, 0, parts_->card_side);
  power_on();
}
Stm32f4::~Stm32f4() = default;

// ---- the world outside

void Stm32f4::wire(Pin pin, std::optional<bool> level) {
  parts_->ports.at(pin.port)->wire(pin.number, level);
}
void Stm32f4::press(Pin row, Pin column) {
  parts_->ports.at(column.port)->while_levels_change([&] { key_ = {row, column}; });
}
void Stm32f4::release() {
  if (!key_) return;
  parts_->ports.at(key_->second.port)->while_levels_change([&] { key_.reset(); });
}
bool Stm32f4::level(Pin pin) const { return parts_->ports.at(pin.port)->level(pin.number); }
Stm32f4::Mode Stm32f4::mode(Pin pin) const { return parts_->ports.at(pin.port)->mode(pin.number); }

void Stm32f4::insert(LineCard& card) {
  card_ = &card;
  wire(outside(kCardDetect), kCardInHigh ? std::nullopt : std::optional(false));
  contacts_changed();
}
void Stm32f4::remove() {
  card_->contacts(false, false, false, now());
  card_ = nullptr;
  wire(outside(kCardDetect), !kCardInHigh);
}

void Stm32f4::contacts_changed() {
  if (card_ == nullptr) return;
  const bool clk = mode(outside(kCardClk)) == Mode::alternate && parts_->usart.gives_clock();
  card_->contacts(level(outside(kCardVcc)) == kCardVccOnHigh && mode(outside(kCardVcc)) == Mode::output, clk,
                  level(outside(kCardRst)), now());
}

void Stm32f4::lose_character() { parts_->usart.lose_character(); }
void Stm32f4::set_supply_low(bool low) { parts_->pwr.set_supply_low(low); }

bool Stm32f4::from_quartz() const { return parts_->rcc.from_quartz(); }
bool Stm32f4::prefetches() const { return (parts_->flash.acr() & flash_bits::kPrefetch) != 0; }
std::uint32_t Stm32f4::core_hz() const { return parts_->rcc.core_hz(); }
std::uint32_t Stm32f4::wait_states() const { return parts_->flash.acr() & 7; }

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
  if (low() != before) chip_.parts_->exti.edge(16, low());
}
void Stm32f4::Pwr::set_supply_low(bool is_low) {
  const bool before = low();
  supply_low_ = is_low;
  if (low() != before) chip_.parts_->exti.edge(16, low());
}

bool Stm32f4::Gpio::level(unsigned n) const {
  const auto outside = wired_[n];
  if (mode(n) == Mode::output) {
    const bool set = (odr_ >> n & 1) != 0, drain = (otyper_ >> n & 1) != 0;
    if (!set || !drain) return set;
  }
  if (outside) return *outside;
  if (chip_.key_ && chip_.key_->second == Pin{port_, static_cast<std::uint8_t>(n)}) {
    const Gpio& rows = *chip_.parts_->ports[chip_.key_->first.port];
    if (rows.mode(chip_.key_->first.number) == Mode::output) return rows.level(chip_.key_->first.number);
  }
  const unsigned pull = pupdr_ >> (2 * n) & 3;
  return pull == 1;
}
bool Stm32f4::Gpio::is_clock(unsigned n) const {
  return outside(kCardClk) == Pin{port_, static_cast<std::uint8_t>(n)} && mode(n) == Mode::alternate &&
         chip_.parts_->usart.gives_clock();
}
void Stm32f4::Gpio::changed(std::uint16_t before) {
  for (unsigned n = 0; n < 16; ++n) {
    const int function_now = mode(n) == Mode::alternate ? static_cast<int>(function(n)) + 1 : 0;
    if (function_now != functions_[n] && function_now != 0) {
      chip_.functions.push_back({{port_, static_cast<std::uint8_t>(n)}, function(n)});
    }
    functions_[n] = function_now;
  }
  const std::uint16_t after = levels();
  for (unsigned n = 0; n < 16; ++n) {
    if (((before ^ after) >> n & 1) == 0 || chip_.parts_->syscfg.port_of(n) != port_) continue;
    chip_.parts_->exti.edge(n, (after >> n & 1) != 0);
  }
  chip_.parts_->usart.changed();
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
  const bool on_line = chip_.mode(outside(kCardIo)) == Mode::alternate;
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

Time Stm32f4::Watchdog::tick() const {
  const std::uint32_t hz = chip_.parts_->rcc.apb1_hz();
  return 4096ULL * kSecond / hz << (cfr_ >> 7 & 3);
}

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
