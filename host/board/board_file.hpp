// Boards as files: hw-profiles/boards/*.toml. Which pin of the microcontroller does what; and what stands
// around it.
//
//     title = "STM32F407G-DISC1, character LCD"
//     family = "stm32f4"            # STM32F405, F407; "stm32l4": L475, L476, L486
//
//     [clock]
//     quartz_hz = 8000000           # whole MHz, 4 to 26; L4: 4, 8, … 32; 0: internal oscillator
//
//     [card]                        # ISO 7816-3; the USART is in smartcard mode
//     usart = 2                     # 1, 2, 3 or 6; L4: 1 to 3; QEMU has the card on 2 and the panel on 1
//     io = "PA2"                    # TX of that USART
//     clk = "PA4"                   # CK of that USART
//     rst = "PC1"
//     vcc = "PC2"                   # switches the card's supply
//     vcc_on = "low"                # low or high: the level of vcc that gives power
//     detect = "PC4"
//     card_in = "high"              # low or high: the level of detect with a card in
//     clock_hz = 4200000            # CLK: 1 to 5 MHz; the USART's clock (42 MHz; L4: 32) by 2 * 1…15
//     least_clocks_per_etu = 31     # 8 to 372: the fastest line that a PPS asks for; 372: no PPS
//
//     [panel]                       # the panel link, firmware/panel/protocol.hpp
//     usart = 1
//     tx = "PB6"
//     rx = "PB7"
//     strap = "PC5"                 # low at reset: the link is on
//
//     [keys]
//     rows = ["PE7", …]             # 4, driven
//     columns = ["PE11", …]         # 4, read
//     layout = [["1", …], …]        # 4 rows of 4: 0 to 9, C, OK; if there is room . and F1 to F8; each once
//
//     [display]
//     kind = "hd44780"              # character LCD on 4 bits, R/W tied low
//     rows = 2                      # 2 to 4; default 2
//     columns = 16                  # 16 to 20; default 16
//     rs = "PD0"
//     enable = "PD1"
//     data = ["PD2", …]             # 4: D4 to D7
//     # or
//     kind = "ssd1306"              # OLED of 128×64 on 4 wires, where 4 rows of 20 fit
//     clock = "PA5"
//     data = "PA7"
//     dc = "PB0"
//     reset = "PC0"
//     select = "PB1"
//
//     [led]                         # optional: blinks where the reader has ended (hal::fatal())
//     pin = "PD14"
//     on = "high"                   # low or high: the level of pin that lights it
//
// Everything without a default must be there, but for `led`. A pin is PA0 to PI11 (L4: to PE15), does one
// thing, and does not belong to the debug port (PA13, PA14) or the quartz (PH0, PH1). The columns and
// `detect` wake the board, each by the interrupt line of its number (EXTI; RM0090, 12.2.5), so that their
// numbers must differ, whatever their ports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "firmware/boards/chip.hpp"
#include "firmware/core/reader.hpp"

namespace sesame::board {

using BoardPin = Pin;
using FourPins = std::array<BoardPin, 4>;

struct BoardCard {
  std::uint8_t usart = 0;
  BoardPin io, clk, rst, vcc, detect;
  bool vcc_on_high = false;
  bool card_in_high = false;
  std::uint32_t clock_hz = 0;
  std::uint16_t least_clocks_per_etu = 0;
};

struct BoardPanel {
  std::uint8_t usart = 0;
  BoardPin tx, rx, strap;
};

struct BoardKeys {
  FourPins rows{}, columns{};
  std::array<std::array<Key, 4>, 4> layout{};  // by row and column

  bool has(Key key) const;
};

struct Hd44780Pins {
  BoardPin rs, enable;
  FourPins data{};
};
struct Ssd1306Pins {
  BoardPin clock, data, dc, reset, select;
};
struct BoardDisplay {
  std::variant<Hd44780Pins, Ssd1306Pins> pins;  // by the chip there is
  std::uint8_t rows = 0, columns = 0;           // the largest screen it can show
};

struct BoardLed {
  BoardPin pin;
  bool on_high = false;
};

struct Board {
  std::string name;  // the file's, without .toml
  std::string title;
  std::string family;
  std::uint32_t quartz_hz = 0;
  BoardCard card;
  BoardPanel panel;
  BoardKeys keys;
  BoardDisplay display;
  std::optional<BoardLed> led;
};

// "PA2"
std::string to_string(BoardPin pin);

// A shipped board by its name, or a file by its path (names_a_path()). What is wrong with the file is a
// Failure (Failure::invalid): "FILE:LINE: what; what is allowed".
Board load_board(std::string_view name_or_path);

// The same of a text; `file` is what messages call it.
Board read_board(std::string_view text, std::string_view file);

}  // namespace sesame::board
