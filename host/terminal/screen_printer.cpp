#include "host/terminal/screen_printer.hpp"

#include <fmt/format.h>

#include "host/base/safe_text.hpp"
#include "host/terminal/output.hpp"

namespace sesame::terminal {

namespace {

// A reader elsewhere may have any characters in its cells.
std::string box(const Screen& screen) {
  std::string line;
  for (std::size_t i = 0; i < screen.columns; ++i) line += "─";
  const std::string dark(screen.columns, ' ');
  std::string all = fmt::format("┌{}┐\n", line);
  for (std::size_t i = 0; i < screen.rows; ++i) {
    all += fmt::format("│{}│\n", screen.lit ? safe::one_line(utf8(screen.row(i))) : dark);
  }
  return all + fmt::format("└{}┘\n", line);
}

bool put_on_standard_error(std::string_view drawing) {
  note_drawing(drawing);
  return true;
}

}  // namespace

ScreenPrinter::ScreenPrinter() : ScreenPrinter(Where::below, put_on_standard_error) {}

void ScreenPrinter::look(const Screen& screen) {
  if (screen == last_) return;
  last_ = screen;
  if (where_ == Where::below) {
    if (screen.lit) put_(box(screen));
    return;
  }
  const std::string up = lines_up_ > 0 ? fmt::format("\x1b[{}A\r", lines_up_) : "";
  if (put_(up + box(screen))) lines_up_ = screen.rows + 2U;
}

}  // namespace sesame::terminal
