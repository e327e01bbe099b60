// From the log of port writes to the picture, without QEMU.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include "firmware/drivers/hd44780.hpp"
#include "firmware/drivers/ssd1306.hpp"
#include "tests/firmware/drivers/screens.hpp"
#include "tests/firmware/pixels/display_probe.hpp"

namespace sesame::test {
namespace {

using board::BoardPin;

std::vector<Level> levels_of(std::string_view text, std::size_t piece) {
  std::vector<Level> levels;
  PortLog log([&](const Level& level) { levels.push_back(level); });
  for (std::size_t i = 0; i < text.size(); i += piece) log.feed(text.substr(i, piece));
  return levels;
}

constexpr std::string_view kLog =
    "RCC: unimplemented device read  (size 4, offset 0x030)\n"
    "GPIOA: unimplemented device write (size 4, offset 0x018, value 0x00010000)\n"
    "GPIOA: unimplemented device read  (size 4, offset 0x010)\n"
    "GPIOD: unimplemented device write (size 4, offset 0x000, value 0x00000055)\n"
    "GPIOD: unimplemented device write (size 4, offset 0x018, value 0x80000001)\n"
    "GPIOI: unimplemented device write (size 4, offset 0x018, value 0x08000800)\n"
    "FLASH: unimplemented device write (size 4, offset 0x018, value 0x00000001)\n";

TEST_CASE("the levels of pins are read from QEMU's log, however it is cut") {
  const std::vector<Level> expected{{0, 0, false}, {3, 0, true}, {3, 15, false}, {8, 11, true}};
  for (std::size_t piece = 1; piece <= kLog.size(); piece += 7) CHECK(levels_of(kLog, piece) == expected);
}

TEST_CASE("a line that is not whole yet is waited for") {
  CHECK(levels_of("GPIOA: unimplemented device write (size 4, offset 0x018, value 0x0001", 100).empty());
}

TEST_CASE("a pin that is set otherwise than by BSRR cannot be followed") {
  for (const char* access : {"size 4, offset 0x014", "size 2, offset 0x018", "size 2, offset 0x01a"}) {
    CHECK_THROWS_WITH(
        levels_of("GPIOA: unimplemented device write (" + std::string(access) + ", value 0x1)\n", 100),
        Catch::Contains("otherwise than by BSRR"));
  }
}

// Pins that write such a log.
std::string written;
void set(BoardPin pin, bool high) {
  char line[96];
  std::snprintf(line, sizeof line,
                "GPIO%c: unimplemented device write (size 4, offset 0x018, value 0x%08x)\n", 'A' + pin.port,
                1U << (pin.number + (high ? 0 : 16)));
  written += line;
}

struct LcdWires {
  static constexpr std::size_t kColumns = 16;
  static void rs(bool high) { set({3, 0}, high); }
  static void enable(bool high) { set({3, 1}, high); }
  static void data(std::uint8_t nibble) {
    for (std::uint8_t i = 0; i < 4; ++i) set({4, static_cast<std::uint8_t>(i + 12)}, (nibble >> i & 1) != 0);
  }
  static void wait_us(std::uint32_t) {}
};
struct OledWires {
  static void clock(bool high) { set({0, 5}, high); }
  static void data(bool high) { set({0, 7}, high); }
  static void dc(bool high) { set({1, 0}, high); }
  static void reset(bool high) { set({2, 0}, high); }
  static void select(bool high) { set({1, 1}, high); }
  static void settle() {}
  static void wait_us(std::uint32_t) {}
};

board::Board lcd_board() {
  board::Board board;
  board.display = {board::Hd44780Pins{{3, 0}, {3, 1}, {{{4, 12}, {4, 13}, {4, 14}, {4, 15}}}}, 2, 16};
  return board;
}
board::Board oled_board() {
  board::Board board;
  board.display = {board::Ssd1306Pins{{0, 5}, {0, 7}, {1, 0}, {2, 0}, {1, 1}}, 4, 20};
  return board;
}

// The rows of a picture in which anything is on, without the blanks around.
std::string lit_rows(const Picture& picture) {
  std::string text = to_text(picture), rows;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
    if (text.substr(0, end).find('#') != std::string::npos) rows += text.substr(0, end + 1);
  }
  return rows;
}

TEST_CASE("an LCD's cells are seen through its pins, accents that it was taught included") {
  DisplayProbe probe(lcd_board());
  drivers::Hd44780<LcdWires> lcd;
  written.clear();
  lcd.init();
  lcd.show(screen_of({u"Lé…", u""}));
  probe.feed(written);
  const Picture picture = probe.picture();
  CHECK(picture.width == 95);
  CHECK(picture.height == 17);
  std::string corner;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 18; ++x) corner += " .#"[static_cast<std::size_t>(picture.at(x, y))];
    corner += '\n';
  }
  CHECK(corner ==
        "#.... ...#. ..... \n"
        "#.... ..#.. ..... \n"
        "#.... .###. ..... \n"
        "#.... #...# ..... \n"
        "#.... ##### ..... \n"
        "#.... #.... #.#.# \n"
        "##### .###. #.#.# \n"
        "..... ..... ..... \n");
  CHECK(probe.faults().empty());
}

TEST_CASE("an OLED's dots are seen through its pins, twice as high as the font has them") {
  DisplayProbe probe(oled_board());
  drivers::Ssd1306<OledWires> oled;
  written.clear();
  oled.init();
  oled.show(screen_of({u"L", u""}));
  probe.feed(written);
  const std::string narrow = std::string("#") + std::string(120, '.') + "\n", right(126, '.');
  std::string expected;
  for (int i = 0; i < 12; ++i) expected += ".#" + right + "\n";
  for (int i = 0; i < 2; ++i) expected += ".#####" + right.substr(4) + "\n";
  CHECK(lit_rows(probe.picture()) == expected);
  CHECK(probe.picture().at(1, 8) == Picture::Dot::on);
  CHECK(probe.picture().at(1, 7) == Picture::Dot::off);

  written.clear();
  oled.show(dark_screen());
  probe.feed(written);
  CHECK(lit_rows(probe.picture()).empty());
  CHECK(probe.faults() == std::vector<std::string>{});
}

TEST_CASE("a picture that was written as PNG is read as it was") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "sesame-pixels-test.png";
  for (const Picture::Look look : {Picture::Look::lcd, Picture::Look::oled}) {
    Picture picture(look, 7, 3);
    picture.at(0, 0) = picture.at(6, 2) = Picture::Dot::on;
    picture.at(3, 1) = Picture::Dot::off;
    const Image image = render(picture);
    write_png(path.string(), image);
    CHECK(read_png(path.string()) == image);
    picture.at(3, 2) = Picture::Dot::on;
    CHECK_FALSE(render(picture) == image);
  }
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(read_png(path.string()), Catch::StartsWith(path.string() + ": cannot be read"));
}

}  // namespace
}  // namespace sesame::test
