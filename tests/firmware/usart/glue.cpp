#include "tests/firmware/usart/glue.hpp"

#include "firmware/boards/stm32/last_run.hpp"
#include "firmware/boards/stm32/vectors.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/display.hpp"
#include "firmware/hal/fatal.hpp"
#include "tests/firmware/usart/chip.hpp"

namespace sesame {

using board::model::Chip;

namespace {

[[noreturn]] void end() {
  const auto where = static_cast<std::uint32_t>(Chip::the().place());
  board::keep_fault(Chip::the().active(), where, 0);
  hal::card::set(iso7816::Contacts{});
  Chip::the().end(board::model::Ending::fatal);
}

}  // namespace

namespace hal {
void fatal() { end(); }
}  // namespace hal
namespace board {
void on_unexpected() { end(); }

namespace model {
void (*handler_of(unsigned vector))() { return kHandlers[vector]; }
}  // namespace model
}  // namespace board

namespace hal::display {
void init() {}
void show(const Screen&) {}
}  // namespace hal::display

}  // namespace sesame
