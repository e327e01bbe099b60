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

Ssd1306Model* wired = nullptr;

struct Wires {
  static void clock(bool high) { wired->clock(high); }
  static void data(bool high) { wired->data(high); }
  static void dc(bool high) { wired->dc(high); }
  static void select(bool high) { wired->select(high); }
  static void reset(bool high) { wired->reset(high); }
  static void settle() {}
  static void wait_us(std::uint32_t) {}
};

struct Desk {
  Desk() {
    wired = &model;
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
  Ssd1306<Wires> oled;
};

TEST_CASE("after its start a display is dark, and its RAM blank") {
  const Desk desk;
  CHECK_FALSE(desk.model.lit());
  CHECK(desk.model.dots_in_ram() == 0);
  CHECK(desk.model.faults() == std::vector<std::string>{});
}

TEST_CASE("the display can be started again at any moment") {
  Desk desk;
  desk.show(screen_of({u"Code secret ?", u"****"}));
  desk.model.dc(false);
  desk.model.select(false);
  for (const bool level : {false, true, false, true}) desk.model.clock(level);  // half of something
  desk.model.reset(false);
  desk.oled.init();
  CHECK(desk.model.dots_in_ram() == 0);
  desk.show(screen_of({u"Code bon", u""}));
  CHECK(desk.shows(screen_of({u"Code bon", u""})));
}

TEST_CASE("every dot of every screen is where it is meant to be") {
  Desk desk;
  for (const Screen& screen :
       {screen_of({u"Insérez", u"votre carte"}), screen_of({u"Patientez…", u""}), dark_screen(),
        screen_of({u"Code Sésame", u"4251 1495"}), screen_of({u"ABCDEFGHIJKLMNOP", u"éèêëàâçôîïûùÉ€…°"})}) {
    desk.show(screen);
    CHECK(desk.shows(screen));
    CHECK(desk.model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("one row, three, four and twenty columns are in the middle, too") {
  for (const Screen& screen :
       {screen_of({u"one", u"two", u"three"}),
        screen_of({u"The first row of 20.", u"2", u"Référence", u"12345678901234567890"}, 20)}) {
    Desk desk;
    desk.show(screen);
    CHECK(desk.shows(screen));
  }
}

TEST_CASE("a character that stays is not drawn again") {
  Desk desk;
  desk.show(screen_of({u"Code secret ?", u""}));
  const std::size_t before = desk.model.written();
  desk.show(screen_of({u"Code secret ?", u"*"}));
  CHECK(desk.model.written() == before + 16);
}

TEST_CASE("a dark screen leaves nothing in the display's RAM") {
  Desk desk;
  desk.show(screen_of({u"Code Sésame", u"4251 1495"}));
  CHECK(desk.model.dots_in_ram() > 0);
  desk.show(dark_screen());
  CHECK_FALSE(desk.model.lit());
  CHECK(desk.model.dots_in_ram() == 0);
}

TEST_CASE("what no font has is a question mark") {
  Desk desk;
  desk.show(screen_of({u"Ω中", u""}));
  CHECK(desk.shows(screen_of({u"??", u""})));
}

TEST_CASE("each dot is doubled") {
  CHECK(doubled(0x00) == 0x0000);
  CHECK(doubled(0x01) == 0x0003);
  CHECK(doubled(0x81) == 0xC003);
  CHECK(doubled(0xFF) == 0xFFFF);
}

}  // namespace
}  // namespace sesame::drivers
