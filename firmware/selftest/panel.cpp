// The self-test has no panel link.
#include "firmware/hal/panel.hpp"

#include "firmware/boards/stm32/interrupts.hpp"

namespace sesame::hal::panel {

void init() {}
bool on() { return false; }
std::optional<std::uint8_t> receive() { return std::nullopt; }
bool ready() { return false; }
void send(std::uint8_t) {}

}  // namespace sesame::hal::panel

namespace sesame::board {

void on_panel_byte() {}

}  // namespace sesame::board
