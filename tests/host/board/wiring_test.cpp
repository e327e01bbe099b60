// The wiring tables of firmware/README.md, the boards of hw-profiles and what these say in comments about
// where a pin is: three things that a person wires by, and that must agree.
#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "host/board/board_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/support/broken.hpp"

namespace sesame::board {
namespace {

// "card.io: PA2 at P1-14", in alphabetical order.
using Wires = std::set<std::string>;

std::string wire(const std::string& signal, const std::string& pin, const std::string& place) {
  return signal + ": " + pin + " at " + place;
}

std::string readme() {
  std::ostringstream text;
  text << std::ifstream(SESAME_FIRMWARE_README, std::ios::binary).rdbuf();
  return text.str();
}

// The rows "| `SIGNAL` | PIN | PLACE | …" below "### `BOARD`", up to the next title.
Wires wires_of_readme(const std::string& text, const std::string& board) {
  const std::string title = "\n### `" + board + "`";
  const std::size_t at = text.find(title);
  REQUIRE(at != std::string::npos);
  std::istringstream section(text.substr(at + title.size(), text.find("\n#", at + 1) - at - title.size()));
  static const std::regex row(R"(\| `([a-z._]+(?: [1-4])?)` \| (P[A-I][0-9]+) \| ([A-Z0-9-]+) \|.*)");
  Wires wires;
  std::smatch match;
  for (std::string line; std::getline(section, line);) {
    if (!std::regex_match(line, match, row)) continue;
    CAPTURE(line);
    CHECK(wires.insert(wire(match[1], match[2], match[3])).second);
  }
  return wires;
}

// By pin: what stands after it, as in: io = "PA2"   # P1-14, open drain
std::map<std::string, std::string> places_of(std::string_view board) {
  std::istringstream lines{std::string(*profile::shipped_text(profile::ProfileKind::boards, board))};
  static const std::regex line_with_pin(R"re(.*"(P[A-I][0-9]+)",? +# ([A-Z0-9-]+)(?:,.*)?)re");
  std::map<std::string, std::string> places;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, line_with_pin)) places[match[1]] = match[2];
  }
  return places;
}

struct DisplaySignals {
  std::map<std::string, BoardPin>& signals;

  void operator()(const Hd44780Pins& lcd) const {
    signals["display.rs"] = lcd.rs;
    signals["display.enable"] = lcd.enable;
    for (std::size_t i = 0; i < 4; ++i) signals["display.data " + std::to_string(i + 1)] = lcd.data[i];
  }
  void operator()(const Ssd1306Pins& oled) const {
    signals["display.clock"] = oled.clock;
    signals["display.data"] = oled.data;
    signals["display.dc"] = oled.dc;
    signals["display.reset"] = oled.reset;
    signals["display.select"] = oled.select;
  }
};

std::map<std::string, BoardPin> signals_of(const Board& board) {
  std::map<std::string, BoardPin> signals = {
      {"card.io", board.card.io},   {"card.clk", board.card.clk},       {"card.rst", board.card.rst},
      {"card.vcc", board.card.vcc}, {"card.detect", board.card.detect}, {"panel.tx", board.panel.tx},
      {"panel.rx", board.panel.rx}, {"panel.strap", board.panel.strap},
  };
  for (std::size_t i = 0; i < 4; ++i) {
    signals["keys.rows " + std::to_string(i + 1)] = board.keys.rows[i];
    signals["keys.columns " + std::to_string(i + 1)] = board.keys.columns[i];
  }
  std::visit(DisplaySignals{signals}, board.display.pins);
  if (board.led) signals["led.pin"] = board.led->pin;
  return signals;
}

TEST_CASE("the wiring tables of the firmware page are the boards' own") {
  const std::string page = readme();
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::boards)) {
    CAPTURE(name);
    const auto places = places_of(name);
    Wires expected;
    for (const auto& [signal, pin] : signals_of(load_board(name))) {
      CAPTURE(signal, to_string(pin));
      REQUIRE(places.count(to_string(pin)) == 1);
      expected.insert(wire(signal, to_string(pin), places.at(to_string(pin))));
    }
    CHECK(wires_of_readme(page, std::string(name)) == expected);
  }
}

TEST_CASE("no two pins of a board are at the same place") {
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::boards)) {
    std::vector<std::string> places;
    for (const auto& [pin, place] : places_of(name)) places.push_back(place);
    std::sort(places.begin(), places.end());
    CAPTURE(name);
    CHECK(std::adjacent_find(places.begin(), places.end()) == places.end());
  }
}

}  // namespace
}  // namespace sesame::board
