#include "host/terminal/screen_printer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace sesame;
using terminal::ScreenPrinter;

namespace {

// With these in its first cells.
Screen screen_of(std::u16string_view cells) {
  Screen screen;
  for (auto& row : screen.cells) row.fill(u' ');
  screen.lit = true;
  screen.rows = 2;
  screen.columns = 16;
  std::copy(cells.begin(), cells.end(), screen.cells[0].begin());
  return screen;
}

}  // namespace

TEST_CASE("whatever a board has in its cells, a terminal gets a box, and obeys nothing") {
  std::string drawn;
  ScreenPrinter printer(ScreenPrinter::Where::below, [&](std::string_view drawing) {
    drawn += drawing;
    return true;
  });
  // ESC, CSI, a line feed, half a surrogate pair, right to left; and a letter.
  const char16_t cells[] = {0x1B, 0x9B, u'\n', 0xD800, 0x202E, u'é'};
  printer.look(screen_of({cells, std::size(cells)}));
  CHECK(drawn.find('\x1B') == std::string::npos);
  CHECK(drawn.find("\xC2\x9B") == std::string::npos);
  CHECK(drawn.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(drawn.find("│???\xEF\xBF\xBD?é") != std::string::npos);
  CHECK(std::count(drawn.begin(), drawn.end(), '\n') == 4);
}

TEST_CASE("a box that was not taken is not moved up over") {
  std::string drawn;
  bool taken = false;
  ScreenPrinter printer(ScreenPrinter::Where::in_place, [&](std::string_view drawing) {
    drawn = drawing;
    return taken;
  });
  printer.look(screen_of(u"one"));
  taken = true;
  printer.look(screen_of(u"two"));
  CHECK(drawn.find('\x1B') == std::string::npos);
  printer.look(screen_of(u"three"));
  CHECK(drawn.find("\x1B[4A\r") == 0);
}
