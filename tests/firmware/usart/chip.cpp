#include "tests/firmware/usart/chip.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>

#include "firmware/boards/cpu.hpp"
#include "firmware/boards/register.hpp"

namespace sesame::board::model {

namespace {

Chip* the_chip = nullptr;

constexpr std::uintptr_t kSystemControlSpace = 0xE000'E000;
constexpr unsigned kLowestPriority = 256;  // no handler's

}  // namespace

// The parts of the processor that are registers: SysTick, NVIC, SCB (PM0214, 4.3 to 4.5).
class Chip::Core final : public Peripheral {
 public:
  Core(Chip& chip, unsigned interrupts) : lines(interrupts), chip_(chip) {}

  struct Line {
    bool allowed = false, high = false;
    std::uint8_t priority = 0;
  };
  std::vector<Line> lines;
  std::set<unsigned> pending;  // of them: none, as a rule, when it is asked for
  bool tick_pending = false, pend_sv = false;
  std::uint32_t scr = 0, shpr3 = 0, cfsr = 0, vtor = 0;
  std::uint32_t mpu[4] = {};

  bool sleep_deep() const { return (scr & bit(2)) != 0; }

  std::uint32_t read(std::uint32_t offset) override {
    switch (offset) {
      case 0x010: return ctrl_;
      case 0x014: return load_;
      case 0x018: return value();
      case 0xD04: return tick_pending ? bit(26) : 0;
      case 0xD08: return vtor;
      case 0xD10: return scr;
      case 0xD20: return shpr3;
      case 0xD28: return cfsr;
      default: return of_lines(offset, [](const Line& line) { return line.allowed; });
    }
  }

  void write(std::uint32_t offset, std::uint32_t value) override {
    switch (offset) {
      case 0x010: return set_ctrl(value);
      case 0x014: load_ = value & 0xFFFFFF; return;
      case 0x018: begun_ = chip_.now(); return;
      case 0xD04:
        if ((value & bit(25)) != 0) tick_pending = false;
        if ((value & bit(28)) != 0) pend_sv = true;
        return;
      case 0xD08: vtor = value; return;
      case 0xD10: scr = value; return;
      case 0xD0C:
        if (value == 0x05FA'0004) chip_.end(Ending::reset);
        return;
      case 0xD20: shpr3 = value; return;
      case 0xD28: cfsr &= ~value; return;
      case 0xD94:
      case 0xD98:
      case 0xD9C:
      case 0xDA0: return;  // the MPU guards addresses that no driver has
      default: break;
    }
    if (offset >= 0x400 && offset < 0x400 + lines.size()) {
      for (unsigned i = 0; i < 4 && offset - 0x400 + i < lines.size(); ++i) {
        lines[offset - 0x400 + i].priority = static_cast<std::uint8_t>(value >> (8 * i));
      }
    } else if (offset >= 0x100 && offset < 0x120) {
      each(offset - 0x100, value, [this](unsigned number) { lines[number].allowed = true; });
    } else if (offset >= 0x180 && offset < 0x1A0) {
      each(offset - 0x180, value, [this](unsigned number) { lines[number].allowed = false; });
    } else if (offset >= 0x200 && offset < 0x220) {
      each(offset - 0x200, value, [this](unsigned number) { pending.insert(number); });
    } else if (offset >= 0x280 && offset < 0x2A0) {
      each(offset - 0x280, value, [this](unsigned number) { settle(number); });
    } else {
      throw std::logic_error("the core has no register there");
    }
  }

  // ICPR: where the line is high it is pending again at once.
  void settle(unsigned number) {
    if (lines[number].high)
      pending.insert(number);
    else
      pending.erase(number);
  }

  // The end of a millisecond.
  std::optional<Time> next() const override {
    if ((ctrl_ & 1) == 0 || chip_.sleeps_deeply()) return std::nullopt;
    return begun_ + period();
  }
  void happen() override {
    begun_ += period();
    if ((ctrl_ & 2) != 0) tick_pending = true;
  }

 private:
  Time period() const { return chip_.cycles(std::uint64_t{load_} + 1); }
  std::uint32_t value() const {
    if ((ctrl_ & 1) == 0) return 0;
    const auto gone = static_cast<long double>(chip_.now() - begun_) * chip_.core_hz() / kSecond;
    const auto cycles = std::min<std::uint64_t>(static_cast<std::uint64_t>(gone), load_);
    return cycles == 0 ? 0 : static_cast<std::uint32_t>(load_ + 1 - cycles);
  }
  void set_ctrl(std::uint32_t value) {
    if ((ctrl_ & 1) == 0 && (value & 1) != 0) begun_ = chip_.now();
    ctrl_ = value;
  }

  template <class What>
  void each(std::uint32_t offset, std::uint32_t bits, What what) {
    for (unsigned i = 0; i < 32; ++i) {
      const unsigned number = offset * 8 + i;
      if ((bits >> i & 1) != 0 && number < lines.size()) what(number);
    }
  }
  template <class Is>
  std::uint32_t of_lines(std::uint32_t offset, Is is) const {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < 32; ++i) {
      const std::size_t number = (offset & 0x1F) * 8 + i;
      if (number < lines.size() && is(lines[number])) bits |= bit(i);
    }
    return bits;
  }

  Chip& chip_;
  std::uint32_t ctrl_ = 0, load_ = 0;
  Time begun_ = 0;
};

Chip::Chip(unsigned interrupts) : core_(std::make_unique<Core>(*this, interrupts)) {
  if (the_chip != nullptr) throw std::logic_error("there is a chip already");
  the_chip = this;
  add(kSystemControlSpace, kPage, *core_);
}
Chip::~Chip() { the_chip = nullptr; }

Chip& Chip::the() {
  if (the_chip == nullptr) throw std::logic_error("there is no chip");
  return *the_chip;
}

void Chip::at(Time when, std::function<void()> what) {
  script_.emplace(when, std::move(what));
  due_known_ = false;
}

// ---- a run

// The drivers are C++ without exceptions, in destructors too: they are left as an interrupted program is.
Ending Chip::run(const std::function<void()>& drivers) {
  active_.clear();
  held_ = sleeps_deeply_ = due_known_ = false;
  run_until_ = now_ + kLongestRun;
  ending_ = Ending::returned;
  running_ = true;
  if (setjmp(way_out_) == 0) drivers();
  running_ = false;
  return ending_;
}

void Chip::end(Ending ending) {
  if (!running_) throw std::logic_error("the drivers ended outside a run");
  ending_ = ending;
  std::longjmp(way_out_, 1);
}

// ---- registers

void Chip::add(std::uintptr_t address, std::uint32_t size, Peripheral& peripheral) {
  ranges_.push_back({address, size, &peripheral});
}

void* Chip::place_of(std::uintptr_t address) {
  const std::uintptr_t begin = address & ~std::uintptr_t{kPage - 1};
  auto page = std::find_if(pages_.begin(), pages_.end(), [&](const Page& p) { return p.address == begin; });
  if (page == pages_.end()) {
    pages_.push_back({begin, std::make_unique<std::array<std::uint32_t, kPage / 4>>()});
    page = std::prev(pages_.end());
  }
  return page->words->data() + (address - begin) / 4;
}

std::uintptr_t Chip::address_of(const void* place) const {
  const auto* word = static_cast<const std::uint32_t*>(place);
  for (const Page& page : pages_) {
    const std::less<> before;
    if (!before(word, page.words->data()) && before(word, page.words->data() + page.words->size())) {
      return page.address + 4 * static_cast<std::uintptr_t>(word - page.words->data());
    }
  }
  throw std::logic_error("no register is there");
}

std::pair<Peripheral*, std::uint32_t> Chip::find(std::uintptr_t address) const {
  for (const Range& range : ranges_) {
    if (address >= range.address && address < range.address + range.size) {
      return {range.peripheral, static_cast<std::uint32_t>(address - range.address)};
    }
  }
  throw std::logic_error("no peripheral is there");
}

void Chip::access() {
  if (active_.empty()) {
    const std::uint64_t place = place_++;
    if (hang_at_ && place >= *hang_at_) {
      place_ = *hang_at_;
      hang_at_.reset();
      held_ = held_ || hangs_held_;
      for (;;) pass(kMicro);
    }
    if (place == at_access_) {
      then_();
      due_known_ = false;
    }
  }
  pass(cycles(kAccess));
}

std::uint32_t Chip::read(const void* place) {
  access();
  const auto [peripheral, offset] = find(address_of(place));
  const std::uint32_t value = peripheral->read(offset);
  take_interrupts();
  return value;
}

void Chip::write(void* place, std::uint32_t value) {
  access();
  const auto [peripheral, offset] = find(address_of(place));
  peripheral->write(offset, value);
  due_known_ = false;
  take_interrupts();
}

// ---- time

// What is read changes nothing that would come earlier.
std::optional<Time> Chip::next() {
  if (due_known_) return due_;
  std::optional<Time> earliest;
  const auto consider = [&](std::optional<Time> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  if (!script_.empty()) consider(script_.begin()->first);
  for (const Range& range : ranges_) consider(range.peripheral->next());
  due_known_ = true;
  return due_ = earliest;
}

// All that is due now.
void Chip::happen() {
  while (!script_.empty() && script_.begin()->first <= now_) {
    const auto what = std::move(script_.begin()->second);
    script_.erase(script_.begin());
    what();
  }
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    Peripheral& peripheral = *ranges_[i].peripheral;
    for (auto due = peripheral.next(); due && *due <= now_; due = peripheral.next()) peripheral.happen();
  }
}

// What happens does not make time pass itself, but the handlers that run in between do: the rest of it counts
// from there, as for an instruction that was interrupted.
void Chip::pass(Time time) {
  Time left = time;
  for (;;) {
    const auto due = next();
    const Time step = due ? std::min(left, *due > now_ ? *due - now_ : 0) : left;
    now_ += step;
    left -= step;
    if (running_ && now_ > run_until_) end(Ending::stuck);
    if (due && *due <= now_) {
      due_known_ = false;
      happen();
    }
    take_interrupts();
    if (left == 0) return;
  }
}

void Chip::pause(int turns) { pass(cycles(4 * static_cast<std::uint64_t>(turns))); }

// ---- interrupts

void Chip::set_interrupt(unsigned number, bool high) {
  Core::Line& line = core_->lines.at(number);
  if (high && !line.high) core_->pending.insert(number);
  line.high = high;
}

unsigned Chip::priority(unsigned vector) const {
  if (vector >= kFirstInterrupt) return core_->lines[vector - kFirstInterrupt].priority;
  return vector == kSysTick ? core_->shpr3 >> 24 : core_->shpr3 >> 16 & 0xFF;
}

unsigned Chip::current_priority() const {
  unsigned least = kLowestPriority;
  for (const unsigned vector : active_) least = std::min(least, priority(vector));
  return least;
}

// The lowest number of those of the highest priority, where that may preempt (PM0214, 2.3.5).
std::optional<unsigned> Chip::most_urgent(bool masked_too) const {
  if (held_ && !masked_too) return std::nullopt;
  if (!core_->pend_sv && !core_->tick_pending && core_->pending.empty()) return std::nullopt;
  std::optional<unsigned> best;
  unsigned than = current_priority();
  const auto consider = [&](unsigned vector, bool pending) {
    if (!pending || priority(vector) >= than) return;
    than = priority(vector);
    best = vector;
  };
  consider(kPendSv, core_->pend_sv);
  consider(kSysTick, core_->tick_pending);
  for (const unsigned number : core_->pending) {
    consider(kFirstInterrupt + number, core_->lines[number].allowed);
  }
  return best;
}

void Chip::take_interrupts() {
  if (!running_) return;
  while (const auto vector = most_urgent(false)) {
    if (*vector == kPendSv) core_->pend_sv = false;
    if (*vector == kSysTick) core_->tick_pending = false;
    if (*vector >= kFirstInterrupt) core_->pending.erase(*vector - kFirstInterrupt);
    active_.push_back(*vector);
    pass(cycles(kEntry));
    if (*vector == hang_in_ && --hang_nth_ == 0) {
      hang_in_ = 0;
      hangs_();
      for (;;) pass(kMicro);
    }
    handle(*vector);
    pass(cycles(kEntry));
    active_.pop_back();
    if (*vector >= kFirstInterrupt && core_->lines[*vector - kFirstInterrupt].high) {
      core_->pending.insert(*vector - kFirstInterrupt);
    }
  }
}

std::uint32_t Chip::hold_handlers() {
  const std::uint32_t before = held_ ? 1 : 0;
  held_ = true;
  return before;
}

void Chip::release_handlers(std::uint32_t before) {
  held_ = before != 0;
  take_interrupts();
}

void Chip::wait_for_interrupt() {
  if (core_->sleep_deep() && !most_urgent(true)) {
    ++deep_sleeps_;
    sleeps_deeply_ = true;
    stop_clocks();
    due_known_ = false;
  }
  while (!most_urgent(true)) {
    const auto due = next();
    if (!due || *due > run_until_) end(Ending::stuck);
    pass(*due > now_ ? *due - now_ : 0);
  }
  if (sleeps_deeply_) {
    sleeps_deeply_ = false;
    wake_clocks();
    due_known_ = false;
  }
  take_interrupts();
}

// ---- what firmware/boards/register.hpp and cpu.hpp want

void* place_of(std::uintptr_t address) { return Chip::the().place_of(address); }
std::uint32_t read(const void* place) { return Chip::the().read(place); }
void write(void* place, std::uint32_t value) { Chip::the().write(place, value); }

}  // namespace sesame::board::model

namespace sesame::board {

std::uint32_t hold_handlers() { return model::Chip::the().hold_handlers(); }
void release_handlers(std::uint32_t before) { model::Chip::the().release_handlers(before); }
void wait_for_interrupt() { model::Chip::the().wait_for_interrupt(); }
void pause(int turns) { model::Chip::the().pause(turns); }

}  // namespace sesame::board
