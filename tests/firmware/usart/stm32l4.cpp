#include "tests/firmware/usart/stm32l4.hpp"

#include <bit>

#include "firmware/boards/stm32l4/usart.hpp"
#include "firmware/generated/board.hpp"
#include "tests/firmware/usart/glue.hpp"
#include "tests/firmware/usart/power_on.hpp"

namespace sesame::board::model {

namespace {

constexpr std::uint32_t kMsiHz = 4'000'000, kHsiHz = 16'000'000;
constexpr Pin kIo = kCardIo;
constexpr UsartWiring kCard = usart_wiring(kCardUsart), kPanel = usart_wiring(kPanelUsart);
// Analog, but for the debug port; ports A to H.
const std::vector<std::uint32_t> kModer = {0xABFF'FFFF, 0xFFFF'FEBF, 0xFFFF'FFFF, 0xFFFF'FFFF,
                                           0xFFFF'FFFF, 0xFFFF'FFFF, 0xFFFF'FFFF, 0x0000'000F};

}  // namespace

// Oscillators that take their time, and the tree behind them. MSI runs after a reset.
class Stm32l4::Rcc final : public Peripheral {
 public:
  explicit Rcc(Stm32l4& chip) : chip_(chip), csr_(chip.made_.reset_flags) {}

  std::uint32_t read(std::uint32_t offset) override {
    switch (offset) {
      case 0x00:
        return cr_ | ((cr_ & 1) != 0 ? 2 : 0) | (hsi_ready() ? rcc_bits::kHsiReady : 0) |
               (hse_ready() ? rcc_bits::kHseReady : 0) | (pll_ready() ? rcc_bits::kPllReady : 0);
      case 0x08: return cfgr_ | (cfgr_ & rcc_bits::kSwitch) << 2;
      case 0x0C: return pllcfgr_;
      case 0x4C: return ahb2enr;
      case 0x58: return apb1enr;
      case 0x60: return apb2enr;
      case 0x94: return csr_;
      default: refuse("RCC has no such register here");
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    switch (offset) {
      case 0x00: set_cr(value); break;
      case 0x08: set_cfgr(value); break;
      case 0x0C:
        if ((cr_ & rcc_bits::kPllOn) != 0) refuse("PLLCFGR is written while the PLL is on");
        pllcfgr_ = value;
        break;
      case 0x4C: ahb2enr = value; break;
      case 0x58: apb1enr = value; break;
      case 0x60: apb2enr = value; break;
      case 0x94:
        if ((value & bit(23)) != 0) csr_ = 0;
        break;
      default: refuse("RCC has no such register here");
    }
  }

  Source source() const { return static_cast<Source>(cfgr_ & rcc_bits::kSwitch); }
  std::uint32_t core_hz() const {
    switch (source()) {
      case Source::msi: return kMsiHz;
      case Source::hsi: return kHsiHz;
      case Source::hse: return *chip_.made_.quartz_hz;
      case Source::pll: return pll_hz();
    }
    return 0;
  }
  void stopped() { cr_ &= ~(1U | rcc_bits::kHsiOn | rcc_bits::kHseOn | rcc_bits::kPllOn); }
  void woken() {
    const bool hsi = (cfgr_ & rcc_bits::kWakeHsi) != 0;
    cr_ |= hsi ? rcc_bits::kHsiOn : 1;
    hsi_since_ = 0;
    cfgr_ = (cfgr_ & ~rcc_bits::kSwitch) | (hsi ? rcc_bits::kSwitchHsi : 0);
    woken_with = source();
  }
  bool msi_runs() const { return on(rcc_bits::kMsiOn); }
  // PLLSRC
  bool from_quartz() const { return (pllcfgr_ & 3) == 3; }
  bool from_hsi() const { return (pllcfgr_ & 3) == 2; }
  std::optional<Source> woken_with;

  std::uint32_t ahb2enr = 0, apb1enr = 0, apb2enr = 0;

 private:
  bool on(std::uint32_t oscillator) const { return (cr_ & oscillator) != 0; }
  bool hsi_ready() const { return on(rcc_bits::kHsiOn) && chip_.now() >= hsi_since_ + 2 * kMicro; }
  bool hse_ready() const {
    return on(rcc_bits::kHseOn) && chip_.made_.quartz_hz && chip_.now() >= hse_since_ + 2 * kMilli;
  }
  bool pll_ready() const {
    return on(rcc_bits::kPllOn) && chip_.made_.pll_locks && chip_.now() >= pll_since_ + 40 * kMicro;
  }
  bool ready(Source source) const {
    switch (source) {
      case Source::msi: return on(1);
      case Source::hsi: return hsi_ready();
      case Source::hse: return hse_ready();
      case Source::pll: return pll_ready();
    }
    return false;
  }

  void set_cr(std::uint32_t value) {
    const std::uint32_t rises = value & ~cr_;
    if ((rises & rcc_bits::kHsiOn) != 0) hsi_since_ = chip_.now();
    if ((rises & rcc_bits::kHseOn) != 0) hse_since_ = chip_.now();
    if ((rises & rcc_bits::kPllOn) != 0) {
      if (!(from_quartz() ? hse_ready() : from_hsi() && hsi_ready())) refuse("the PLL waits for its source");
      pll_since_ = chip_.now();
      static_cast<void>(pll_hz());
    }
    cr_ = value & ~(2 | rcc_bits::kHsiReady | rcc_bits::kHseReady | rcc_bits::kPllReady);
    if (!ready(source()) && !chip_.sleeps_deeply()) refuse("the core's oscillator is switched off");
  }
  void set_cfgr(std::uint32_t value) {
    cfgr_ = value & ~(rcc_bits::kSwitch << 2);
    if (!ready(source())) refuse("the core is switched to what is not ready");
    if ((cfgr_ & 0x3FF0) != 0) refuse("the buses are meant to be as fast as the core");
    // Range 1 (RM0351, FLASH): 16 MHz for each wait state, and 80 in all.
    if (core_hz() > (chip_.wait_states() + 1) * 16'000'000 || core_hz() > 80'000'000) refuse("too fast");
  }
  std::uint32_t pll_hz() const {
    const std::uint32_t m = (pllcfgr_ >> 4 & 7) + 1, n = pllcfgr_ >> 8 & 0x7F,
                        r = 2 * ((pllcfgr_ >> 25 & 3) + 1);
    const std::uint32_t in = (from_quartz() ? chip_.made_.quartz_hz.value_or(0) : kHsiHz) / m;
    if (in < 4'000'000 || in > 16'000'000) refuse("the PLL's input is 4 to 16 MHz");
    if (n < 8 || n > 86 || in * n < 64'000'000 || in * n > 344'000'000)
      refuse("the PLL's oscillator is 64 to 344 MHz");
    if ((pllcfgr_ & rcc_bits::kPllEnableR) == 0) refuse("output R of the PLL is off");
    return in * n / r;
  }

  Stm32l4& chip_;
  std::uint32_t cr_ = 0x0000'0061, pllcfgr_ = 0x0000'1000, cfgr_ = 0, csr_;
  Time hsi_since_ = 0, hse_since_ = 0, pll_since_ = 0;
};

// And the voltage detector, on line 16 of EXTI.
class Stm32l4::Pwr final : public Peripheral {
 public:
  explicit Pwr(Stm32l4& chip) : chip_(chip) {}
  std::uint32_t read(std::uint32_t offset) override {
    if (!on()) return 0;
    switch (offset) {
      case 0x00: return cr1_;
      case 0x04: return cr2_;
      case 0x14: return low() ? bit(11) : 0;
      default: refuse("PWR has no such register here");
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (!on()) return;
    const bool before = low();
    if (offset == 0x00) {
      cr1_ = value;
    } else if (offset == 0x04) {
      cr2_ = value;
    } else {
      refuse("PWR has no such register here");
    }
    if (low() != before) chip_.exti_.edge(16, low());
  }
  void set_supply_low(bool is_low) {
    const bool before = low();
    supply_low_ = is_low;
    if (low() != before) chip_.exti_.edge(16, low());
  }
  // RM0351, PWR: LPMS; LPR must be 0, and no flag of EXTI set: the chip would go on.
  void enter() const {
    if ((cr1_ & 7) != 2) refuse("another mode than Stop 2");
    if ((cr1_ & bit(14)) != 0) refuse("Stop 2 from the low-power run mode");
    if (chip_.exti_.pending()) refuse("a flag of EXTI is set: Stop mode is not entered");
  }

 private:
  bool on() const;
  bool low() const { return supply_low_ && (cr2_ & 1) != 0; }
  Stm32l4& chip_;
  std::uint32_t cr1_ = 0x0000'0200, cr2_ = 0;
  bool supply_low_ = false;
};

class Stm32l4::Dbgmcu final : public Peripheral {
 public:
  explicit Dbgmcu(const Made& made) : made_(made) {}
  std::uint32_t read(std::uint32_t offset) override { return offset == 0 ? made_.idcode : 0; }
  void write(std::uint32_t, std::uint32_t) override {}

 private:
  const Made& made_;
};

// ADC1 (RM0351, ADC), of the internal reference alone, which is channel 0, and what all ADCs share.
class Stm32l4::Adc final : public Peripheral {
 public:
  static constexpr std::uint32_t kAtCalibration = 1'650;

  explicit Adc(const Made& made) : made_(made) {}
  std::uint32_t read(std::uint32_t offset) override {
    switch (offset) {
      case 0x00: return isr_;
      case 0x08: return cr_;
      case 0x40: return kAtCalibration * 3'000 / made_.millivolts;
      case 0x308: return ccr_;
      default: return 0;
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    using namespace adc_bits;
    if (offset == 0x00) isr_ &= ~value;
    if (offset == 0x308) ccr_ = value;
    if (offset != 0x08) return;
    if ((value & kCalibrate) != 0 && ((value & kRegulator) == 0 || (value & kOn) != 0))
      refuse("ADC1 is calibrated before it is on, with its regulator");
    cr_ = made_.calibrates ? value & ~kCalibrate : value;
    if ((value & kOn) != 0 && made_.starts) isr_ |= kReady;
    if ((value & kStart) != 0) {
      if ((ccr_ & kReference) == 0 || (isr_ & kReady) == 0) refuse("ADC1 is not ready for the reference");
      cr_ &= ~kStart;
      if (made_.converts) isr_ |= kEnd;
    }
    if ((value & kOff) != 0) cr_ &= ~(kOn | kOff);
  }

 private:
  const Made& made_;
  std::uint32_t isr_ = 0, cr_ = adc_bits::kDeepPowerDown, ccr_ = 0;
};

// What ST has written into the chip: VREFINT at 3 V.
class Stm32l4::Factory final : public Peripheral {
 public:
  std::uint32_t read(std::uint32_t) override { return Adc::kAtCalibration << 16; }
  void write(std::uint32_t, std::uint32_t) override {}
};

struct Stm32l4::Parts {
  explicit Parts(Stm32l4& chip)
      : rcc(chip),
        flash([] { return true; }),
        panel_usart([this] { return clocked(kPanel); }),
        pwr(chip),
        usart(chip, chip.port_,
              {.interrupt = kCard.interrupt,
               .clocked = [this] { return clocked(kCard); },
               .on_line = [&chip] { return chip.mode(kIo) == Mode::alternate; },
               .clock_hz = [this] { return rcc.core_hz(); },
               .changed = [&chip] { chip.contacts_changed(); },
               .overrun = [&chip] { ++chip.overruns_; }},
              chip.made_.refusals),
        watchdog(
            chip, [this] { return (rcc.apb1enr & bit(11)) != 0; }, [this] { return rcc.core_hz(); }),
        dbgmcu(chip.made_),
        adc(chip.made_) {}
  bool clocked(const UsartWiring& wiring) const {
    return ((wiring.on_apb2 ? rcc.apb2enr : rcc.apb1enr) & wiring.clock_bit) != 0;
  }

  Rcc rcc;
  Store flash, panel_usart;  // nothing is at the panel's line
  Pwr pwr;
  L4Usart usart;
  Watchdog watchdog;
  Dbgmcu dbgmcu;
  Adc adc;
  Factory factory;
  Time stopped_at = 0;
};

bool Stm32l4::Pwr::on() const { return (chip_.parts_->rcc.apb1enr & rcc_bits::kPwr) != 0; }

Stm32l4::Stm32l4(const Made& made)
    : Stm32(
          kInterrupts, {.exti = 0x4001'0400, .syscfg = 0x4001'0000, .gpio = 0x4800'0000}, kModer,
          [this] { return (parts_->rcc.apb2enr & rcc_bits::kSyscfg) != 0; },
          [this](unsigned port) { return (parts_->rcc.ahb2enr >> port & 1) != 0; }),
      made_(made) {
  parts_ = std::make_unique<Parts>(*this);
  add(0x4002'1000, 0x9C, parts_->rcc);
  add(0x4002'2000, 0x40, parts_->flash);
  add(0x4000'7000, 0x20, parts_->pwr);
  add(0x4000'2C00, 0x0C, parts_->watchdog);
  add(0xE004'2000, 0x10, parts_->dbgmcu);
  add(0x5004'0000, 0x310, parts_->adc);
  add(0x1FFF'75A8, 0x04, parts_->factory);
  add(kCard.address, 0x2C, parts_->usart);
  add(kPanel.address, 0x2C, parts_->panel_usart);
  power_on();
}
Stm32l4::~Stm32l4() = default;

void Stm32l4::lose_character() { parts_->usart.lose_character(); }
L4Usart& Stm32l4::card_usart() { return parts_->usart; }
Stm32l4::Source Stm32l4::source() const { return parts_->rcc.source(); }
bool Stm32l4::from_quartz() const { return source() == Source::pll && parts_->rcc.from_quartz(); }
bool Stm32l4::msi_runs() const { return parts_->rcc.msi_runs(); }
std::optional<Stm32l4::Source> Stm32l4::woken_with() const { return parts_->rcc.woken_with; }
void Stm32l4::set_supply_low(bool low) { parts_->pwr.set_supply_low(low); }
std::uint32_t Stm32l4::core_hz() const { return parts_->rcc.core_hz(); }
std::uint32_t Stm32l4::wait_states() const { return parts_->flash.word(0) & 7; }

bool Stm32l4::gives_clock() const { return parts_->usart.card_hz() != 0; }
void Stm32l4::pins_changed() { parts_->usart.look(); }

void Stm32l4::stop_clocks() {
  parts_->pwr.enter();
  parts_->stopped_at = now();
  parts_->rcc.stopped();
  parts_->usart.look();
}
void Stm32l4::wake_clocks() {
  parts_->rcc.woken();
  parts_->watchdog.woken(now() - parts_->stopped_at);
  parts_->usart.look();
}

void Stm32l4::handle(unsigned vector) { handler_of(vector)(); }

}  // namespace sesame::board::model
