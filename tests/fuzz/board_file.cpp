// Any text as a board's file: refused in one line; or a board no pin of which does two things, with constants
// for its image.
#include "host/board/board_file.hpp"

#include "host/board/constants.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;
using board::Board;
using board::BoardPin;

namespace {

std::vector<BoardPin> pins_of(const Board& board) {
  std::vector<BoardPin> pins{board.card.io,     board.card.clk, board.card.rst, board.card.vcc,
                             board.card.detect, board.panel.tx, board.panel.rx, board.panel.strap};
  const auto add = [&](const board::FourPins& four) { pins.insert(pins.end(), four.begin(), four.end()); };
  add(board.keys.rows);
  add(board.keys.columns);
  if (const auto* lcd = std::get_if<board::Hd44780Pins>(&board.display.pins)) {
    pins.insert(pins.end(), {lcd->rs, lcd->enable});
    add(lcd->data);
  }
  if (const auto* oled = std::get_if<board::Ssd1306Pins>(&board.display.pins))
    pins.insert(pins.end(), {oled->clock, oled->data, oled->dc, oled->reset, oled->select});
  return pins;
}

void check(const Board& board) {
  const std::vector<BoardPin> pins = pins_of(board);
  for (auto pin = pins.begin(); pin != pins.end(); ++pin) {
    require(pin->port <= 'I' - 'A' && pin->number <= 15, "a pin is one of the microcontroller's");
    require(std::find(pin + 1, pins.end(), *pin) == pins.end(), "a pin does one thing");
  }
  require(board.display.rows <= Screen::kMaxRows && board.display.columns <= Screen::kMaxColumns,
          "a display is not larger than a screen");
  require(board.card.clock_hz >= 1'000'000 && board.card.clock_hz <= 5'000'000, "a card can bear its clock");
  require(board.panel.usart != board.card.usart, "card and panel have a USART each");
  require(!board::board_header(board).empty(), "a board has constants");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check(board::read_board(text_of(data, size), "fuzz.toml"));
  } catch (const Failure& failure) {
    require_told(failure, "fuzz.toml:");
  }
  return 0;
}
