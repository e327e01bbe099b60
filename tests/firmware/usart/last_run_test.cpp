// firmware/boards/stm32/last_run.cpp: what one run leaves to the next.
#include <catch2/catch.hpp>

#include "firmware/boards/stm32/last_run.hpp"
#include "firmware/generated/family.hpp"
#include "tests/firmware/usart/the_chip.hpp"

namespace sesame::board::model {
namespace {

TEST_CASE("what began a run is told by the most telling of the chip's flags, which are then forgotten") {
  using namespace rcc_bits;
  using hal::ResetCause;
  struct Row {
    std::uint32_t flags;
    ResetCause cause;
  };
  // Every reset pulls the pin, and a power-on is a brown-out, too.
  const Row rows[] = {
      {0, ResetCause::unknown},
      {kPinReset, ResetCause::pin},
      {kPinReset | kBrownOutReset, kBrownOutReset != 0 ? ResetCause::brown_out : ResetCause::pin},
      {kPinReset | kBrownOutReset | kPowerOnReset, ResetCause::power_on},
      {kPinReset | kSoftwareReset, ResetCause::software},
      {kPinReset | kWatchdogReset, ResetCause::watchdog},
      {kPinReset | kWindowReset, ResetCause::window_watchdog},
      {kPinReset | kLowPowerReset, ResetCause::low_power},
  };
  for (const auto& [flags, cause] : rows) {
    CAPTURE(flags);
    TheChip::Made made;
    made.reset_flags = flags;
    TheChip chip(made);
    std::uint32_t left = 1;
    CHECK(chip.run([&] {
      keep_reset_cause();
      left = rcc().csr;
    }) == Ending::returned);
    CHECK(hal::reset_cause() == cause);
    CHECK(left == 0);
  }
}

TEST_CASE("where a run ended is there for the next ones, until it is forgotten") {
  {
    TheChip chip;
    CHECK(chip.run([] { hal::fatal(); }) == Ending::fatal);
  }
  TheChip chip;  // its variables are new
  const auto fault = hal::last_fault();
  REQUIRE(fault);
  CHECK(fault->cause == hal::FaultCause::program);
  CHECK(fault->vector == 0);
  hal::forget_fault();
  CHECK_FALSE(hal::last_fault());
}

TEST_CASE("the handler that ran tells why a run ended") {
  using hal::FaultCause;
  const std::pair<std::uint32_t, FaultCause> rows[] = {
      {0, FaultCause::program},   {3, FaultCause::exception},  {14, FaultCause::hang},
      {16, FaultCause::watchdog}, {17, FaultCause::interrupt}, {97, FaultCause::interrupt},
  };
  for (const auto& [vector, cause] : rows) {
    CAPTURE(vector);
    TheChip chip;
    const std::uint32_t number = vector;
    CHECK(chip.run([number] { keep_fault(number, 0x0800'1234, 0x0800'5678); }) == Ending::returned);
    CHECK(hal::last_fault() ==
          hal::Fault{cause, static_cast<std::uint8_t>(number), 0x0800'1234, 0x0800'5678, 0});
    hal::forget_fault();
  }
}

}  // namespace
}  // namespace sesame::board::model
