#include "firmware/boards/stm32/last_run.hpp"

#include "firmware/generated/family.hpp"

namespace sesame::board {
namespace {

using hal::FaultCause;

// In memory that no start writes to (stm32f4.ld). After a time without supply it holds anything: the seal
// says whether it is one.
struct Record {
  std::uint32_t pc, lr, cfsr, what, seal;
};
[[gnu::section(".noinit")]] Record record;

constexpr std::uint32_t kSealed = 0x5E5A'4E00;
std::uint32_t seal_of(const Record& kept) { return kSealed ^ kept.pc ^ kept.lr ^ kept.cfsr ^ kept.what; }

FaultCause cause_of(std::uint32_t vector) {
  constexpr std::uint32_t kPendSv = 14, kWatchdog = kFirstInterrupt;  // watchdog.cpp
  if (vector == 0) return FaultCause::program;
  if (vector == kPendSv) return FaultCause::hang;
  if (vector == kWatchdog) return FaultCause::watchdog;
  return vector < kFirstInterrupt ? FaultCause::exception : FaultCause::interrupt;
}

std::uint32_t reset_flags = 0;

}  // namespace

void keep_fault(std::uint32_t vector, std::uint32_t pc, std::uint32_t lr) {
  record.pc = pc;
  record.lr = lr;
  record.cfsr = scb().cfsr;
  record.what = static_cast<std::uint32_t>(cause_of(vector)) | vector << 8;
  record.seal = seal_of(record);
}

void keep_reset_cause() {
  reset_flags = rcc().csr;
  set_bits(rcc().csr, rcc_bits::kForgetReset);
}

}  // namespace sesame::board

namespace sesame::hal {

using namespace board;

std::optional<Fault> last_fault() {
  if (record.seal != seal_of(record)) return std::nullopt;
  return Fault{static_cast<FaultCause>(record.what & 0xFF), static_cast<std::uint8_t>(record.what >> 8),
               record.pc, record.lr, record.cfsr};
}

void forget_fault() { record.seal = ~seal_of(record); }

// Every reset pulls the pin, and a power-on is a brown-out too: the pin alone, and the brown-out without the
// power-on, say so (RM0090, 7.3.21).
ResetCause reset_cause() {
  using namespace rcc_bits;
  struct Row {
    std::uint32_t flag;
    ResetCause cause;
  };
  constexpr Row kRows[] = {
      {kLowPowerReset, ResetCause::low_power},
      {kWindowReset, ResetCause::window_watchdog},
      {kWatchdogReset, ResetCause::watchdog},
      {kSoftwareReset, ResetCause::software},
      {kPowerOnReset, ResetCause::power_on},
      {kBrownOutReset, ResetCause::brown_out},
      {kPinReset, ResetCause::pin},
  };
  for (const Row& row : kRows) {
    if ((reset_flags & row.flag) != 0) return row.cause;
  }
  return ResetCause::unknown;
}

}  // namespace sesame::hal
