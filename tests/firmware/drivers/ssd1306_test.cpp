#include "firmware/drivers/ssd1306.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/firmware/drivers/screens.hpp"
#include "tests/firmware/drivers/ssd1306_model.hpp"

namespace sesame::drivers {
namespace {

using test::dark_screen;
using test::screen_of;
using test::Ssd1306Model;

Ssd1306Model* wired_oled = nullptr;

struct OledWires {
  static void clock(bool high) { wired_oled->clock(high); }
  static void data(bool high) { wired_oled->data(high); }
  static void dc(bool high) { wired_oled->dc(high); }
  static void select(bool high) { wired_oled->select(high); }
  static void reset(bool high) { wired_oled->reset(high); }
  static void settle() {}
  static void wait_us(std::uint32_t time) { wired_oled->wait_us(time); }
};

struct WiredOled {
  WiredOled() {
    wired_oled = &model;
    oled.init();
  }

  // Every dot of the display is as the screen wants it: the glyphs twice as high, around them nothing.
  bool shows(const Screen& screen) const {
    const std::size_t width = screen.columns <= 16 ? 8 : 6;
    const std::size_t left = (128 - width * screen.columns) / 2;
    static constexpr std::size_t kTops[4][4] = {
        {24}, {8, 40}, {0, 24, 48}, {0, 16, 32, 48}};  // by number of rows
    std::array<std::array<bool, 128>, 64> wanted{};
    for (std::size_t row = 0; row < screen.rows && screen.lit; ++row) {
      for (std::size_t column = 0; column < screen.columns; ++column) {
        const Glyph dots = glyph(font_code(screen.cells[row][column]));
        const std::size_t x = left + column * width + (width == 8 ? 1 : 0), y = kTops[screen.rows - 1][row];
        for (std::size_t i = 0; i < 80; ++i) wanted[y + i / 5][x + i % 5] = (dots[i % 5] >> i / 10 & 1) != 0;
      }
    }
    for (std::size_t i = 0; i < 128 * 64; ++i) {
      if (model.dot(i % 128, i / 128) != wanted[i / 128][i % 128]) return false;
    }
    return model.lit() == screen.lit;
  }
  void show(const Screen& screen) { oled.show(screen); }

  Ssd1306Model model;
  Ssd1306<OledWires> oled;
};

TEST_CASE("after its start a display is dark, and its RAM blank") {
  const WiredOled display;
  CHECK_FALSE(display.model.lit());
  CHECK(display.model.dots_in_ram() == 0);
  CHECK(display.model.faults() == std::vector<std::string>{});
}

// What modules have at their reset line takes longer than the chip.
TEST_CASE("a module is reset for 10 ms, and left alone for 100") {
  const WiredOled display;
  CHECK(display.model.reset_for() >= 10'000);
  CHECK(display.model.left_alone_for() >= 100'000);
}

TEST_CASE("the display can be started again at any moment") {
  WiredOled display;
  display.show(screen_of({u"Code secret ?", u"****"}));
  display.model.dc(false);
  display.model.select(false);
  for (const bool level : {false, true, false, true}) display.model.clock(level);  // half of something
  display.model.reset(false);
  display.oled.init();
  CHECK(display.model.dots_in_ram() == 0);
  display.show(screen_of({u"Code bon", u""}));
  CHECK(display.shows(screen_of({u"Code bon", u""})));
}

TEST_CASE("every dot of every screen is where it is meant to be") {
  WiredOled display;
  for (const Screen& screen :
       {screen_of({u"Insérez", u"votre carte"}), screen_of({u"Patientez…", u""}), dark_screen(),
        screen_of({u"Code Sésame", u"4251 1495"}), screen_of({u"ABCDEFGHIJKLMNOP", u"éèêëàâçôîïûùÉ€…°"})}) {
    display.show(screen);
    CHECK(display.shows(screen));
    CHECK(display.model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("one row, three, four and twenty columns are in the middle, too") {
  for (const Screen& screen :
       {screen_of({u"one", u"two", u"three"}),
        screen_of({u"The first row of 20.", u"2", u"Référence", u"12345678901234567890"}, 20)}) {
    WiredOled display;
    display.show(screen);
    CHECK(display.shows(screen));
  }
}

TEST_CASE("a character that stays is not drawn again") {
  WiredOled display;
  display.show(screen_of({u"Code secret ?", u""}));
  const std::size_t before = display.model.written();
  display.show(screen_of({u"Code secret ?", u"*"}));
  CHECK(display.model.written() == before + 16);
}

TEST_CASE("a dark screen leaves nothing in the display's RAM") {
  WiredOled display;
  display.show(screen_of({u"Code Sésame", u"4251 1495"}));
  CHECK(display.model.dots_in_ram() > 0);
  display.show(dark_screen());
  CHECK_FALSE(display.model.lit());
  CHECK(display.model.dots_in_ram() == 0);
}

TEST_CASE("what no font has is a question mark") {
  WiredOled display;
  display.show(screen_of({u"Ω中", u""}));
  CHECK(display.shows(screen_of({u"??", u""})));
}

TEST_CASE("each dot is doubled") {
  CHECK(doubled(0x00) == 0x0000);
  CHECK(doubled(0x01) == 0x0003);
  CHECK(doubled(0x81) == 0xC003);
  CHECK(doubled(0xFF) == 0xFFFF);
}

}  // namespace
}  // namespace sesame::drivers
