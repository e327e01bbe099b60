#include "host/board/board_file.hpp"

#include "host/profile/shipped.hpp"
#include "tests/support/broken.hpp"

namespace sesame::board {
namespace {

std::string names(const FourPins& pins) {
  std::string all;
  for (const BoardPin pin : pins) all += (all.empty() ? "" : " ") + to_string(pin);
  return all;
}

TEST_CASE("the DISC1 has the card on USART2, the panel on USART1 and a character LCD") {
  const Board board = load_board("stm32f407g-disc1");
  CHECK(board.name == "stm32f407g-disc1");
  CHECK(board.title == "STM32F407G-DISC1, character LCD");
  CHECK(board.family == "stm32f4");
  CHECK(board.quartz_hz == 8'000'000);
  CHECK(board.card.usart == 2);
  CHECK(to_string(board.card.io) == "PA2");
  CHECK(to_string(board.card.clk) == "PD7");
  CHECK(to_string(board.card.rst) == "PC1");
  CHECK(to_string(board.card.vcc) == "PC2");
  CHECK(to_string(board.card.detect) == "PC4");
  CHECK_FALSE(board.card.vcc_on_high);
  CHECK(board.card.card_in_high);
  CHECK(board.card.clock_hz == 4'200'000);
  CHECK(board.card.least_clocks_per_etu == 31);
  CHECK(board.panel.usart == 1);
  CHECK(to_string(board.panel.tx) == "PB6");
  CHECK(to_string(board.panel.rx) == "PB7");
  CHECK(to_string(board.panel.strap) == "PC5");
  CHECK(names(board.keys.rows) == "PE7 PE8 PE9 PE10");
  CHECK(names(board.keys.columns) == "PE11 PE12 PE13 PE14");
  CHECK(board.keys.layout[0] == std::array{Key::d1, Key::d2, Key::d3, Key::f1});
  CHECK(board.keys.layout[3] == std::array{Key::clear, Key::d0, Key::ok, Key::point});
  CHECK(board.display.rows == 2);
  CHECK(board.display.columns == 16);
  const auto& lcd = std::get<Hd44780Pins>(board.display.pins);
  CHECK(to_string(lcd.rs) == "PD0");
  CHECK(to_string(lcd.enable) == "PD1");
  CHECK(names(lcd.data) == "PD2 PD3 PD6 PB5");
  REQUIRE(board.led);
  CHECK(to_string(board.led->pin) == "PD14");
  CHECK(board.led->on_high);
}

TEST_CASE("the H405 has an OLED that shows any screen") {
  const Board board = load_board("olimex-stm32-h405");
  CHECK(board.display.rows == 4);
  CHECK(board.display.columns == 20);
  const auto& oled = std::get<Ssd1306Pins>(board.display.pins);
  CHECK(to_string(oled.clock) == "PA5");
  CHECK(to_string(oled.data) == "PA7");
  CHECK(to_string(oled.dc) == "PB0");
  CHECK(to_string(oled.reset) == "PC0");
  CHECK(to_string(oled.select) == "PB1");
}

TEST_CASE("the Nucleo is of another family, and its panel is on the debug probe's USB") {
  const Board board = load_board("nucleo-l476rg");
  CHECK(board.title == "NUCLEO-L476RG, OLED");
  CHECK(board.family == "stm32l4");
  CHECK(board.quartz_hz == 0);
  CHECK(board.card.usart == 3);
  CHECK(to_string(board.card.io) == "PC4");
  CHECK(to_string(board.card.clk) == "PB12");
  CHECK(board.card.clock_hz == 4'000'000);
  CHECK(board.panel.usart == 2);
  CHECK(to_string(board.panel.tx) == "PA2");
  CHECK(to_string(board.panel.rx) == "PA3");
  CHECK(to_string(board.panel.strap) == "PC13");
  CHECK(names(board.keys.columns) == "PA0 PA1 PC2 PC3");
  CHECK(board.display.rows == 4);
}

// QEMU's netduinoplus2 has the panel on the first -serial, which is USART1, and the card on the second,
// USART2.
TEST_CASE(
    "every shipped board of the family that QEMU knows has its panel and its card where QEMU has them") {
  std::size_t known = 0;
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::boards)) {
    const Board board = load_board(name);
    if (board.family != "stm32f4") continue;
    CAPTURE(name);
    ++known;
    CHECK(board.panel.usart == 1);
    CHECK(board.card.usart == 2);
  }
  CHECK(known == 2);
}

constexpr std::string_view kBoard = R"(title = "A board"
family = "stm32f4"
[clock]
quartz_hz = 8000000
[card]
usart = 2
io = "PA2"
clk = "PA4"
rst = "PC1"
vcc = "PC2"
vcc_on = "low"
detect = "PC4"
card_in = "high"
clock_hz = 4200000
least_clocks_per_etu = 31
[panel]
usart = 1
tx = "PB6"
rx = "PB7"
strap = "PC5"
[keys]
rows = ["PE7", "PE8", "PE9", "PE10"]
columns = ["PE11", "PE12", "PE13", "PE14"]
layout = [["1", "2", "3", "F1"],
          ["4", "5", "6", "F2"],
          ["7", "8", "9", "F3"],
          ["C", "0", "OK", "."]]
[display]
kind = "hd44780"
rs = "PD0"
enable = "PD1"
data = ["PD2", "PD3", "PD6", "PD8"]
[led]
pin = "PC12"
on = "low"
)";

Board with(std::string_view good, std::string_view better) {
  std::string text(kBoard);
  const std::size_t at = text.find(good);
  REQUIRE(at != std::string::npos);
  return read_board(text.replace(at, good.size(), better), "my/file.toml");
}

TEST_CASE("a board is named after its file, and its LCD is of 2x16 where nothing else is said") {
  const Board board = read_board(kBoard, "my/file.toml");
  CHECK(board.name == "file");
  CHECK(board.display.rows == 2);
  CHECK(board.display.columns == 16);
}

TEST_CASE("what a board may have") {
  CHECK(with("quartz_hz = 8000000", "quartz_hz = 0").quartz_hz == 0);
  CHECK(with("quartz_hz = 8000000", "quartz_hz = 26000000").quartz_hz == 26'000'000);
  CHECK(with("vcc_on = \"low\"", "vcc_on = \"high\"").card.vcc_on_high);
  CHECK_FALSE(with("card_in = \"high\"", "card_in = \"low\"").card.card_in_high);
  CHECK(with("4200000", "1400000").card.clock_hz == 1'400'000);
  CHECK(with("etu = 31", "etu = 372").card.least_clocks_per_etu == 372);
  CHECK(with("rst = \"PC1\"", "rst = \"PI11\"").card.rst == BoardPin{8, 11});
  CHECK(with("kind = \"hd44780\"", "kind = \"hd44780\"\nrows = 4\ncolumns = 20").display.columns == 20);
  CHECK(with("\"F1\"", "\"F8\"").keys.has(Key::f8));
  CHECK(with("\"PC12\"\non = \"low\"", "\"PC12\"\non = \"high\"").led->on_high);
  CHECK_FALSE(with("[led]\npin = \"PC12\"\non = \"low\"\n", "").led);
}

TEST_CASE("a board with a mistake is refused, with the line and what is allowed") {
  sesame::test::check_refused(
      kBoard,
      {
          {"title = \"A board\"", "¶title = 1", {"title", "an integer"}},
          {"\"stm32f4\"", "¶\"stm32f1\"", {"family", "stm32f1", "allowed: stm32f4, stm32l4"}},
          {"[clock]\nquartz_hz = 8000000", "¶[clock]", {"clock.quartz_hz is missing"}},
          {"quartz_hz = 8000000", "¶quartz_hz = 27000000", {"0 to 26000000"}},
          {"quartz_hz = 8000000", "¶quartz_hz = 8192000", {"steps of 1000000"}},
          {"quartz_hz = 8000000", "¶quartz_hz = 3000000", {"4000000"}},
          {"usart = 2", "¶usart = 4", {"card.usart", "1, 2, 3, 6"}},
          {"usart = 2", "¶usart = 7", {"1 to 6"}},
          {"io = \"PA2\"", "¶io = \"PA3\"", {"card.io is PA3", "TX of USART2", "PA2, PD5"}},
          {"clk = \"PA4\"", "¶clk = \"PA8\"", {"CK of USART2", "PA4, PD7"}},
          {"rx = \"PB7\"", "¶rx = \"PA9\"", {"RX of USART1", "PA10, PB7"}},
          {"tx = \"PB6\"", "¶tx = \"PA2\"", {"panel.tx", "uses"}},
          {"[panel]\nusart = 1", "[panel]\n¶usart = 2", {"panel.usart", "the card's"}},
          {"\"PC1\"", "¶\"PJ1\"", {"card.rst", "PJ1", "PA0 to PH15"}},
          {"\"PC1\"", "¶\"PC16\"", {"PC16"}},
          {"\"PC1\"", "¶\"PC01\"", {"PC01"}},
          {"\"PC1\"", "¶\"PC\"", {"allowed"}},
          {"\"PC1\"", "¶\"PI12\"", {"PI0 to PI11"}},
          {"\"PC1\"", "¶\"pc1\"", {"pc1"}},
          {"\"PC1\"", "¶\"PA13\"", {"SWDIO"}},
          {"\"PC1\"", "¶\"PH0\"", {"the quartz"}},
          {"\"PC2\"", "¶\"PC1\"", {"card.vcc is PC1", "uses"}},
          {"vcc_on = \"low\"", "¶vcc_on = \"off\"", {"low, high"}},
          {"card_in = \"high\"", "¶card_in = true", {"card.card_in"}},
          {"4200000", "¶999999", {"1000000 to 5000000"}},
          {"4200000", "¶4000000", {"card.clock_hz", "4200000, 3500000, 3000000", "1400000"}},
          {"etu = 31", "¶etu = 7", {"8 to 372"}},
          {"\"PE14\"", "¶\"PE4\"", {"keys.columns is PE4", "PC4 has its interrupt line"}},
          {"\"PE14\"", "¶\"PD13\"", {"PE13"}},
          {"\"PE8\"", "¶\"PE7\"", {"keys.rows is PE7", "uses"}},
          {"[\"PE7\", ", "¶[", {"keys.rows has 3 entries", "allowed: 4"}},
          {"[\"1\", ", "¶[", {"keys.layout has 3 entries"}},
          {"\"F1\"", "¶\"F9\"", {"keys.layout is \"F9\"", "F8"}},
          {"\"F2\"", "¶\"F1\"", {"\"F1\" twice"}},
          {"layout = [[\"1\", \"2\"", "¶layout = [[\"F4\", \"F5\"", {"lacks 1, 2", "0 to 9, C, OK"}},
          {"\"OK\"", "¶\"OKAY\"", {"OKAY"}},
          {"kind = \"hd44780\"", "¶kind = \"st7920\"", {"display.kind", "hd44780, ssd1306"}},
          {"rs = \"PD0\"", "¶dc = \"PD0\"", {"unknown key \"dc\" in display"}},
          {"kind = \"hd44780\"", "kind = \"ssd1306\"\n¶rows = 4", {"unknown key \"rows\""}},
          {"kind = \"hd44780\"", "kind = \"hd44780\"\n¶rows = 5", {"2 to 4"}},
          {"kind = \"hd44780\"", "kind = \"hd44780\"\n¶columns = 8", {"16 to 20"}},
          {"\"PD8\"", "¶\"PC5\"", {"display.data is PC5"}},
          {"\"PC12\"", "¶\"PE7\"", {"led.pin is PE7", "uses"}},
          {"\"PC12\"\non = \"low\"", "\"PC12\"\n¶on = 1", {"led.on"}},
      },
      read_board);
}

// The same wires, where an L4 can have them.
constexpr std::string_view kL4Board = R"(title = "A handheld"
family = "stm32l4"
[clock]
quartz_hz = 8000000
[card]
usart = 3
io = "PC4"
clk = "PB12"
rst = "PC1"
vcc = "PC2"
vcc_on = "low"
detect = "PE15"
card_in = "high"
clock_hz = 4000000
least_clocks_per_etu = 31
[panel]
usart = 2
tx = "PA2"
rx = "PA3"
strap = "PC5"
[keys]
rows = ["PE7", "PE8", "PE9", "PE10"]
columns = ["PE11", "PE12", "PE13", "PE14"]
layout = [["1", "2", "3", "F1"],
          ["4", "5", "6", "F2"],
          ["7", "8", "9", "F3"],
          ["C", "0", "OK", "."]]
[display]
kind = "hd44780"
rs = "PD0"
enable = "PD1"
data = ["PD2", "PD3", "PD6", "PD8"]
)";

TEST_CASE("what a board of the other family may have") {
  const auto l4_with = [](std::string_view good, std::string_view better) {
    std::string text(kL4Board);
    const std::size_t at = text.find(good);
    REQUIRE(at != std::string::npos);
    return read_board(text.replace(at, good.size(), better), "my/file.toml");
  };
  CHECK(l4_with("quartz_hz = 8000000", "quartz_hz = 0").quartz_hz == 0);
  CHECK(l4_with("quartz_hz = 8000000", "quartz_hz = 32000000").quartz_hz == 32'000'000);
  CHECK(l4_with("\"PC4\"", "\"PB10\"").card.io == pin('B', 10));
  CHECK(l4_with("\"PB12\"", "\"PB0\"").card.clk == pin('B', 0));
  CHECK(l4_with("4000000", "1600000").card.clock_hz == 1'600'000);
}

TEST_CASE("what another family has not is refused, with what it has") {
  sesame::test::check_refused(
      kL4Board,
      {
          {"quartz_hz = 8000000", "¶quartz_hz = 6000000", {"4000000 to 32000000 in steps of 4000000"}},
          {"quartz_hz = 8000000", "¶quartz_hz = 36000000", {"0 to 32000000"}},
          {"usart = 3", "¶usart = 6", {"card.usart", "1 to 3"}},
          {"io = \"PC4\"", "¶io = \"PA9\"", {"TX of USART3", "PB10, PC4, PC10, PD8"}},
          {"clk = \"PB12\"", "¶clk = \"PA4\"", {"CK of USART3", "PB0, PB12, PC12, PD10"}},
          {"\"PC1\"", "¶\"PF1\"", {"card.rst", "PF1", "PA0 to PE15"}},
          {"\"PC1\"", "¶\"PI11\"", {"PI11", "PA0 to PE15"}},
          {"\"PC1\"", "¶\"PH1\"", {"the quartz"}},
          {"\"PC1\"", "¶\"PH2\"", {"PH2", "PA0 to PE15"}},
          {"4000000\nleast", "¶4200000\nleast", {"card.clock_hz", "4000000, 3200000, 2000000, 1600000"}},
      },
      read_board);
}

TEST_CASE("a board needs no key for the point and none for functions") {
  const Board board = with("\".\"", "\"F4\"");
  CHECK_FALSE(board.keys.has(Key::point));
  CHECK(board.keys.has(Key::f4));
}

TEST_CASE("a board cut short anywhere is a board or an error that names the file") {
  sesame::test::check_every_truncation(kBoard, read_board);
}

}  // namespace
}  // namespace sesame::board
