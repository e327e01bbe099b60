#include "firmware/drivers/hd44780.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/firmware/drivers/hd44780_model.hpp"
#include "tests/firmware/drivers/screens.hpp"

namespace sesame::drivers {
namespace {

using test::Cell;
using test::dark_screen;
using test::Hd44780Model;
using test::screen_of;

Hd44780Model* wired = nullptr;

struct Wires {
  static constexpr std::size_t kColumns = 16;
  static void rs(bool high) { wired->rs(high); }
  static void enable(bool high) { wired->enable(high); }
  static void data(std::uint8_t nibble) {
    for (std::size_t i = 0; i < 4; ++i) wired->data(i, (nibble >> i & 1) != 0);
  }
  static void wait_us(std::uint32_t microseconds) { wired->pass(microseconds); }
};
struct WideWires : Wires {
  static constexpr std::size_t kColumns = 20;
};

template <class Pins = Wires>
struct WiredDisplay {
  explicit WiredDisplay(Hd44780Model::Found found = Hd44780Model::Found::eight_bits, std::size_t rows = 2)
      : model(rows, Pins::kColumns, found) {
    wired = &model;
    lcd.init();
  }

  // A cell shows this character of the ROM, or of the font.
  bool shows(std::size_t row, std::size_t column, char16_t character) const {
    if (const auto code = rom_code(character)) return model.dots(row, column) == test::rom_a00(*code);
    const Glyph dots = glyph(font_code(character));
    const Cell cell = model.dots(row, column);
    for (std::size_t y = 0; y < cell.size(); ++y) {
      for (std::size_t x = 0; x < dots.size(); ++x) {
        if ((cell[y] >> (4 - x) & 1) != (dots[x] >> y & 1)) return false;
      }
    }
    return true;
  }
  bool shows(const Screen& screen) const {
    for (std::size_t row = 0; row < screen.rows; ++row) {
      for (std::size_t column = 0; column < screen.columns; ++column) {
        if (!shows(row, column, screen.cells[row][column])) return false;
      }
    }
    return model.lit() == screen.lit;
  }
  void show(const Screen& screen) { lcd.show(screen); }

  Hd44780Model model;
  Hd44780<Pins> lcd;
};

TEST_CASE("a display is ready whatever state it was found in, and dark") {
  using Found = Hd44780Model::Found;
  for (const Found found : {Found::eight_bits, Found::four_bits, Found::half_a_byte}) {
    WiredDisplay<> display(found);
    CHECK_FALSE(display.model.lit());
    display.show(screen_of({u"Code secret ?", u"****"}));
    CHECK(display.shows(screen_of({u"Code secret ?", u"****"})));
    CHECK(display.model.faults().empty());
  }
}

TEST_CASE("the waits at the start are those of a display that cannot be asked whether it is busy") {
  const WiredDisplay<> display;
  const auto& taken = display.model.taken();
  REQUIRE(taken.size() > 4);
  CHECK(taken[0] >= 40'000);
  CHECK(taken[1] - taken[0] >= 4'100);
  CHECK(taken[2] - taken[1] >= 100);
}

TEST_CASE("every screen is seen as it was meant, and nothing is written to a busy display") {
  WiredDisplay<> display;
  for (const Screen& screen :
       {screen_of({u"Insérez", u"votre carte"}), screen_of({u"Patientez…", u""}),
        screen_of({u"Choisir la", u"fonction"}), screen_of({u"Code Sésame", u"4251 1495"}), dark_screen(),
        screen_of({u"éèêëàâç", u"€"}), screen_of({u"îïûùÉÈÊ…", u"äöüñ°"}),
        screen_of({u"g\\j~p|q{y}", u"!\"#$%&'()*+,-./"})}) {
    display.show(screen);
    CHECK(display.shows(screen));
    CHECK(display.model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("only what differs is written") {
  WiredDisplay<> display;
  display.show(screen_of({u"Code secret ?", u""}));
  const std::size_t before = display.model.written();
  display.show(screen_of({u"Code secret ?", u"*"}));
  CHECK(display.model.written() == before + 1);
  display.show(screen_of({u"Code secret ?", u"*"}));
  CHECK(display.model.written() == before + 1);
}

TEST_CASE("a glyph is defined once, and keeps its place while a screen needs it") {
  WiredDisplay<> display;
  display.show(screen_of({u"é", u""}));
  std::size_t before = display.model.written();
  display.show(screen_of({u"éé", u"é"}));
  CHECK(display.model.written() == before + 2);
  before = display.model.written();
  display.show(screen_of({u"éé…", u"é"}));
  CHECK(display.model.written() == before + 8 + 1);
}

TEST_CASE("a ninth glyph on one screen is the letter without its accent") {
  WiredDisplay<> display;
  display.show(screen_of({u"éèêëàâçô", u"ù€"}));
  for (std::size_t i = 0; i < 8; ++i) CHECK(display.shows(0, i, u"éèêëàâçô"[i]));
  CHECK(display.shows(1, 0, u'u'));
  CHECK(display.shows(1, 1, u'E'));
  display.show(screen_of({u"", u"ù€"}));
  CHECK(display.shows(screen_of({u"", u"ù€"})));
}

TEST_CASE("what no font has is a question mark, and takes the place of no glyph") {
  WiredDisplay<> display;
  display.show(screen_of({u"éèêëàâçΩ", u"中ô"}));
  CHECK(display.shows(screen_of({u"éèêëàâç?", u"?ô"})));
}

TEST_CASE("a dark screen keeps nothing of what was shown") {
  WiredDisplay<> display;
  display.show(screen_of({u"Code Sésame", u"4251 1495"}));
  display.show(dark_screen());
  CHECK_FALSE(display.model.lit());
  for (std::size_t i = 0; i < 32; ++i) CHECK(display.model.code(i / 16, i % 16) == ' ');
}

TEST_CASE("four rows of twenty are where such a display has them") {
  WiredDisplay<WideWires> display(Hd44780Model::Found::eight_bits, 4);
  const Screen screen = screen_of({u"The first row of 20.", u"2", u"Référence", u"12345678901234567890"}, 20);
  display.show(screen);
  CHECK(display.shows(screen));
  CHECK(display.model.faults().empty());
}

TEST_CASE("a screen smaller than its display stands in the corner") {
  WiredDisplay<WideWires> display(Hd44780Model::Found::eight_bits, 4);
  const Screen screen = screen_of({u"one", u"two", u"three"});
  display.show(screen);
  CHECK(display.shows(screen));
}

}  // namespace
}  // namespace sesame::drivers
