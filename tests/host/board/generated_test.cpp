// The constants of one reader and one board, compiled, against the loaders. Built once for each pair, with
// the names in SESAME_READER and SESAME_BOARD, as two of them have the same names in C++.
#include <catch2/catch.hpp>

#include <algorithm>

#include "firmware/generated/board.hpp"
#include "firmware/generated/reader.hpp"
#include "host/board/board_file.hpp"
#include "host/board/constants.hpp"
#include "host/profile/reader_file.hpp"

namespace sesame::board {
namespace {

// Known to the compiler: nothing is left to do when a board starts.
constexpr const ReaderProfile& kReader = generated::kReader;
static_assert(!kReader.name.empty() && !kReader.functions.front().key.empty());
static_assert(!kReader.card.applications.back().aid.empty());
static_assert(!kReader.languages.back().messages.front().empty());

template <class A, class B>
void check_same(std::span<const A> a, std::span<const B> b) {
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

void check_same(const Prompt& a, const Prompt& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.place == b.place);
  CHECK(a.optional == b.optional);
  CHECK(a.max_digits == b.max_digits);
  CHECK(a.repeat == b.repeat);
}

void check_same(const Function& a, const Function& b) {
  CHECK(a.key == b.key);
  REQUIRE(a.prompts.size() == b.prompts.size());
  for (std::size_t i = 0; i < a.prompts.size(); ++i) check_same(a.prompts[i], b.prompts[i]);
  check_same(a.menu, b.menu);
  CHECK(a.on_insertion == b.on_insertion);
}

TEST_CASE("the compiled reader is the loaded one: its functions") {
  const profile::LoadedReader loaded = profile::load_reader(SESAME_READER);
  const ReaderProfile& profile = loaded.profile();
  CHECK(kReader.name == profile.name);
  CHECK(kReader.title == profile.title);
  CHECK(generated::kDigest == digest(profile));
  REQUIRE(kReader.functions.size() == profile.functions.size());
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    check_same(kReader.functions[i], profile.functions[i]);
  }
}

TEST_CASE("the compiled reader is the loaded one: its card dialogue") {
  const profile::LoadedReader loaded = profile::load_reader(SESAME_READER);
  const cap::TransactionRules &a = kReader.card, &b = loaded.profile().card;
  CHECK(a.directory_fallback == b.directory_fallback);
  CHECK(a.belgian == b.belgian);
  REQUIRE(a.applications.size() == b.applications.size());
  for (std::size_t i = 0; i < a.applications.size(); ++i) {
    check_same(a.applications[i].aid, b.applications[i].aid);
    CHECK(a.applications[i].family == b.applications[i].family);
  }
}

TEST_CASE("the compiled reader is the loaded one: its numbers") {
  const profile::LoadedReader loaded = profile::load_reader(SESAME_READER);
  const ReaderProfile& profile = loaded.profile();
  CHECK(kReader.code.min_digits == profile.code.min_digits);
  CHECK(kReader.code.max_digits == profile.code.max_digits);
  check_same(kReader.code.groups, profile.code.groups);
  CHECK(kReader.currency.code == profile.currency.code);
  CHECK(kReader.currency.exponent == profile.currency.exponent);
  CHECK(kReader.timeouts.code == profile.timeouts.code);
  CHECK(kReader.timeouts.inactivity == profile.timeouts.inactivity);
  CHECK(kReader.timeouts.card == profile.timeouts.card);
  CHECK(kReader.min_pin_digits == profile.min_pin_digits);
  CHECK(kReader.reset_after_pin == profile.reset_after_pin);
  CHECK(kReader.display.rows == profile.display.rows);
  CHECK(kReader.display.columns == profile.display.columns);
}

TEST_CASE("the compiled reader is the loaded one: its words") {
  const profile::LoadedReader loaded = profile::load_reader(SESAME_READER);
  const ReaderProfile& profile = loaded.profile();
  CHECK(kReader.card_language == profile.card_language);
  REQUIRE(kReader.languages.size() == profile.languages.size());
  for (std::size_t i = 0; i < profile.languages.size(); ++i) {
    CHECK(kReader.languages[i].code == profile.languages[i].code);
    CHECK(kReader.languages[i].messages == profile.languages[i].messages);
  }
}

TEST_CASE("the compiled board is the loaded one: clock and card") {
  const Board loaded = load_board(SESAME_BOARD);
  CHECK(board::kName == loaded.name);
  CHECK(board::kQuartzHz == loaded.quartz_hz);
  CHECK(board::kCardUsart == loaded.card.usart);
  CHECK(board::kCardIo == loaded.card.io);
  CHECK(board::kCardClk == loaded.card.clk);
  CHECK(board::kCardRst == loaded.card.rst);
  CHECK(board::kCardVcc == loaded.card.vcc);
  CHECK(board::kCardDetect == loaded.card.detect);
  CHECK(board::kCardVccOnHigh == loaded.card.vcc_on_high);
  CHECK(board::kCardInHigh == loaded.card.card_in_high);
  CHECK(board::kCardClockHz == loaded.card.clock_hz);
  CHECK(board::kCardLeastClocksPerEtu == loaded.card.least_clocks_per_etu);
}

TEST_CASE("the compiled board is the loaded one: panel and keys") {
  const Board loaded = load_board(SESAME_BOARD);
  CHECK(board::kPanelUsart == loaded.panel.usart);
  CHECK(board::kPanelTx == loaded.panel.tx);
  CHECK(board::kPanelRx == loaded.panel.rx);
  CHECK(board::kPanelStrap == loaded.panel.strap);
  CHECK(board::kKeyRows == loaded.keys.rows);
  CHECK(board::kKeyColumns == loaded.keys.columns);
  CHECK(board::kKeyLayout == loaded.keys.layout);
}

TEST_CASE("the compiled board is the loaded one: its LED") {
  const auto loaded = load_board(SESAME_BOARD).led;
  REQUIRE(board::kLed.has_value() == loaded.has_value());
  if (!loaded) return;
  CHECK(board::kLed->pin == loaded->pin);
  CHECK(board::kLed->on_high == loaded->on_high);
}

TEST_CASE("the compiled board is the loaded one: its display") {
  const BoardDisplay loaded = load_board(SESAME_BOARD).display;
#ifdef SESAME_DISPLAY_HD44780
  const auto& lcd = std::get<Hd44780Pins>(loaded.pins);
  CHECK(board::kLcdRs == lcd.rs);
  CHECK(board::kLcdEnable == lcd.enable);
  CHECK(board::kLcdData == lcd.data);
  CHECK(board::kLcdRows == loaded.rows);
  CHECK(board::kLcdColumns == loaded.columns);
#else
  const auto& oled = std::get<Ssd1306Pins>(loaded.pins);
  CHECK(board::kOledClock == oled.clock);
  CHECK(board::kOledData == oled.data);
  CHECK(board::kOledDc == oled.dc);
  CHECK(board::kOledReset == oled.reset);
  CHECK(board::kOledSelect == oled.select);
#endif
}

}  // namespace
}  // namespace sesame::board
