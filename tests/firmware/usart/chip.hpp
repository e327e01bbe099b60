// A microcontroller with a Cortex-M core, as the drivers of firmware/boards see it when they are compiled for
// a computer (firmware/boards/register.hpp): what an access to a register gives, and what happens meanwhile.
//
// Time is simulated, in picoseconds, and passes with each access, with each pause and while the core sleeps.
// Whatever is due happens in its order, and handlers run in between as on the chip: preempting by priority,
// held off by PRIMASK, pending until they may. Nothing here waits, and two runs are the same.
//
//   class Stm32f4 : public Chip { …peripherals, and how fast the core is… };
//   Stm32f4 chip(…);                  // one at a time; the drivers' variables are as after power-on
//   chip.at(now + 5 * kMilli, [&] { …the world changes… });
//   const Ending ending = chip.run([&] { hal::clock::init(); … });
#pragma once

#include <array>
#include <csetjmp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sesame::board::model {

using Time = std::uint64_t;
inline constexpr Time kMicro = 1'000'000, kMilli = 1000 * kMicro, kSecond = 1000 * kMilli;

// Some registers, and what goes on behind them.
class Peripheral {
 public:
  Peripheral() = default;
  Peripheral(const Peripheral&) = delete;
  Peripheral& operator=(const Peripheral&) = delete;
  virtual ~Peripheral() = default;

  virtual std::uint32_t read(std::uint32_t offset) = 0;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;
  // When something happens by itself, which happen() then is told; not after that moment.
  virtual std::optional<Time> next() const { return std::nullopt; }
  virtual void happen() {}
};

// How a run of the drivers ended.
enum class Ending : std::uint8_t {
  returned,  // it came back by itself
  fatal,     // hal::fatal(), or a handler that ends everything
  reset,     // the chip was reset
  stuck,     // it was still going on after kLongestRun
};

class Chip {
 public:
  static constexpr Time kLongestRun = 300 * kSecond;

  explicit Chip(unsigned interrupts);
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;
  virtual ~Chip();

  static Chip& the();

  // ---- for tests

  Time now() const { return now_; }
  // Does this at that moment, whatever the drivers do then.
  void at(Time when, std::function<void()> what);
  // The drivers, until they come back or cannot go on. What ends them skips whatever they have on the stack.
  Ending run(const std::function<void()>& drivers);
  // From this access to a register on (place()) nothing goes on any more but time and handlers, or time
  // alone.
  void hang_at(std::uint64_t place, bool handlers_held = false) {
    hang_at_ = place;
    hangs_held_ = handlers_held;
  }
  // Likewise in the handler of this vector, when it runs for the n-th time; `then` is told.
  void hang_in_handler(unsigned vector, unsigned nth, std::function<void()> then) {
    hang_in_ = vector;
    hang_nth_ = nth;
    hangs_ = std::move(then);
  }
  // Does this at that access, counted from the next one.
  void at_access(std::uint64_t access, std::function<void()> what) {
    at_access_ = place_ + access;
    then_ = std::move(what);
  }
  // How many accesses the program has made, without those of handlers: in the place of its PC.
  std::uint64_t place() const { return place_; }
  // The vector of the handler that runs; 0: none does.
  unsigned active() const { return active_.empty() ? 0 : active_.back(); }
  bool sleeps_deeply() const { return sleeps_deeply_; }
  unsigned deep_sleeps() const { return deep_sleeps_; }

  // ---- for the drivers, by firmware/boards/register.hpp and cpu.hpp

  void* place_of(std::uintptr_t address);
  std::uint32_t read(const void* place);
  void write(void* place, std::uint32_t value);
  std::uint32_t hold_handlers();
  void release_handlers(std::uint32_t before);
  void wait_for_interrupt();
  void pause(int turns);
  [[noreturn]] void end(Ending ending);

  // ---- for peripherals

  void add(std::uintptr_t address, std::uint32_t size, Peripheral& peripheral);
  // The line of an interrupt: while it is high the interrupt becomes pending again and again.
  void set_interrupt(unsigned number, bool high);
  void pass(Time time);
  virtual std::uint32_t core_hz() const = 0;  // now
  Time cycles(std::uint64_t count) const {
    return static_cast<Time>(static_cast<long double>(count) * kSecond / core_hz());
  }

 protected:
  // What a handler of this vector is, from the family's vector table.
  virtual void handle(unsigned vector) = 0;
  virtual void stop_clocks() {}  // the core sleeps deeply
  virtual void wake_clocks() {}

 private:
  static constexpr std::uint32_t kPage = 4096, kAccess = 16,
                                 kEntry = 12;  // bytes; cycles, with what is computed around one
  static constexpr unsigned kFirstInterrupt = 16, kSysTick = 15, kPendSv = 14;

  struct Page {
    std::uintptr_t address;
    std::unique_ptr<std::array<std::uint32_t, kPage / 4>> words;
  };
  struct Range {
    std::uintptr_t address;
    std::uint32_t size;
    Peripheral* peripheral;
  };
  class Core;

  std::uintptr_t address_of(const void* place) const;
  std::pair<Peripheral*, std::uint32_t> find(std::uintptr_t address) const;
  void access();
  std::optional<Time> next();
  void happen();
  void take_interrupts();
  std::optional<unsigned> most_urgent(bool masked_too) const;
  unsigned priority(unsigned vector) const;
  unsigned current_priority() const;

  Time now_ = 0;
  std::optional<Time> due_;  // of next(), as long as nothing has changed but time
  bool due_known_ = false;
  std::vector<Page> pages_;
  std::vector<Range> ranges_;
  std::multimap<Time, std::function<void()>> script_;
  std::unique_ptr<Core> core_;
  std::vector<unsigned> active_;
  bool held_ = false;  // PRIMASK
  bool sleeps_deeply_ = false;
  unsigned deep_sleeps_ = 0;
  std::uint64_t place_ = 0;
  std::optional<std::uint64_t> hang_at_, at_access_;
  bool hangs_held_ = false;
  std::function<void()> then_;
  unsigned hang_in_ = 0, hang_nth_ = 0;
  std::function<void()> hangs_;
  std::jmp_buf way_out_{};
  bool running_ = false;
  Time run_until_ = 0;
  Ending ending_ = Ending::returned;
};

}  // namespace sesame::board::model
