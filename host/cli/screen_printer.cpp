#include "host/cli/screen_printer.hpp"

#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

std::string box(const Screen& screen) {
  std::string line;
  for (std::size_t i = 0; i < screen.columns; ++i) line += "─";
  const std::string dark(screen.columns, ' ');
  std::string text = fmt::format("┌{}┐\n", line);
  for (std::size_t i = 0; i < screen.rows; ++i) {
    text += fmt::format("│{}│\n", screen.lit ? utf8(screen.row(i)) : dark);
  }
  return text + fmt::format("└{}┘", line);
}

}  // namespace

void ScreenPrinter::look(const Screen& screen) {
  if (screen == last_) return;
  last_ = screen;
  if (where_ == Where::below) {
    if (screen.lit) note_line(box(screen));
    return;
  }
  const std::string up = lines_up_ > 0 ? fmt::format("\x1b[{}A\r", lines_up_) : "";
  note_line(up + box(screen));
  lines_up_ = screen.rows + 2U;
}

void ScreenPrinter::note(const std::string& line) {
  note_line(line);
  lines_up_ = 0;
}

}  // namespace sesame::cli
