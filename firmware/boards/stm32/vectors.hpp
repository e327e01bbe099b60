// Which handler an exception or an interrupt has (PM0214, 2.3.4; RM0090, table 62).
#pragma once

#include <array>

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::board {

using Handler = void (*)();

// By the number that IPSR gives. 0 and 1 are the stack and the start (startup.cpp).
inline constexpr auto kHandlers = [] {
  constexpr std::size_t kSysTick = 15;
  constexpr std::size_t kPinLines[] = {6, 7, 8, 9, 10, 23, 40}, kSupply = 1;
  std::array<Handler, kFirstInterrupt + kInterrupts> handlers{};
  for (std::size_t number = 2; number < handlers.size(); ++number) handlers[number] = on_unexpected;
  handlers[kSysTick] = on_tick;
  for (const std::size_t line : kPinLines) handlers[kFirstInterrupt + line] = on_pin_moved;
  handlers[kFirstInterrupt + kSupply] = on_supply_moved;
  handlers[kFirstInterrupt + usart_wiring(kCardUsart).interrupt] = on_card_character;
  handlers[kFirstInterrupt + usart_wiring(kPanelUsart).interrupt] = on_panel_byte;
  return handlers;
}();

}  // namespace sesame::board
