// The end of a run, and what the next one can say of it.
#pragma once

#include <cstdint>
#include <optional>

namespace sesame::hal {

// A reader that is not sure of itself sends no PIN: card contacts off, display off, memory wiped; what is
// known of the end is kept for the next start, and the board's LED blinks until a reset.
[[noreturn]] void fatal();

enum class FaultCause : std::uint8_t {
  program,    // fatal(), or abort() in its place
  exception,  // of the processor
  interrupt,  // one that nothing has asked for
  hang,       // the loop did not turn any more (watchdog.hpp)
  watchdog,   // nor did a handler run
};

// Where a run ended. An address is 0 where there was none to be had: the stack was spent.
struct Fault {
  FaultCause cause = FaultCause::program;
  std::uint8_t vector = 0;  // of the handler that ran, as in the vector table: 3 a hard fault, 16 interrupt 0
  std::uint32_t pc = 0;     // the instruction; of the program's own end, who called for it
  std::uint32_t lr = 0;     // where it would have returned to
  std::uint32_t cfsr = 0;   // configurable fault status (PM0214, 4.4.10)

  friend bool operator==(const Fault&, const Fault&) = default;
};
// Of the run before this one, if that is how it ended and memory has kept it: it does so at a reset, and not
// without supply. There until it is forgotten.
std::optional<Fault> last_fault();
void forget_fault();

// What began this run.
enum class ResetCause : std::uint8_t {
  unknown,
  power_on,
  brown_out,  // the supply was too low for a moment
  pin,        // the reset button, or the debug probe
  software,
  watchdog,  // the independent one
  window_watchdog,
  low_power,
};
ResetCause reset_cause();

}  // namespace sesame::hal
