#include "tests/firmware/pixels/display_probe.hpp"

namespace sesame::test {

namespace {

using Dot = Picture::Dot;
using Model = std::variant<Hd44780Model, Ssd1306Model>;
using board::Hd44780Pins;
using board::Ssd1306Pins;

// A log has no times.
Model model_of(const board::BoardDisplay& display) {
  if (std::holds_alternative<Ssd1306Pins>(display.pins)) return Ssd1306Model();
  return Hd44780Model(display.rows, display.columns, Hd44780Model::Found::eight_bits,
                      Hd44780Model::Time::unknown);
}

bool is(const Level& level, board::BoardPin pin) {
  return level.port == pin.port && level.number == pin.number;
}

void take(Hd44780Model& lcd, const Hd44780Pins& pins, const Level& level) {
  if (is(level, pins.rs)) lcd.rs(level.high);
  if (is(level, pins.enable)) lcd.enable(level.high);
  for (std::size_t i = 0; i < pins.data.size(); ++i) {
    if (is(level, pins.data[i])) lcd.data(i, level.high);
  }
}

void take(Ssd1306Model& oled, const Ssd1306Pins& pins, const Level& level) {
  if (is(level, pins.clock)) oled.clock(level.high);
  if (is(level, pins.data)) oled.data(level.high);
  if (is(level, pins.dc)) oled.dc(level.high);
  if (is(level, pins.reset)) oled.reset(level.high);
  if (is(level, pins.select)) oled.select(level.high);
}

// Cells of 5 × 8 dots, one dot apart.
Picture picture_of(const Hd44780Model& lcd) {
  Picture picture(Picture::Look::lcd, lcd.columns() * 6 - 1, lcd.rows() * 9 - 1);
  for (std::size_t row = 0; row < lcd.rows(); ++row) {
    for (std::size_t column = 0; column < lcd.columns(); ++column) {
      const Cell cell = lcd.dots(row, column);
      for (std::size_t y = 0; y < cell.size(); ++y) {
        for (std::size_t x = 0; x < 5; ++x) {
          picture.at(column * 6 + x, row * 9 + y) = (cell[y] >> (4 - x) & 1) != 0 ? Dot::on : Dot::off;
        }
      }
    }
  }
  return picture;
}

Picture picture_of(const Ssd1306Model& oled) {
  Picture picture(Picture::Look::oled, Ssd1306Model::kWidth, Ssd1306Model::kHeight);
  for (std::size_t y = 0; y < picture.height; ++y) {
    for (std::size_t x = 0; x < picture.width; ++x) picture.at(x, y) = oled.dot(x, y) ? Dot::on : Dot::off;
  }
  return picture;
}

}  // namespace

DisplayProbe::DisplayProbe(const board::Board& board)
    : display_(board.display),
      model_(model_of(display_)),
      log_([this](const Level& level) { take(level); }) {}

void DisplayProbe::take(const Level& level) {
  if (auto* lcd = std::get_if<Hd44780Model>(&model_)) {
    test::take(*lcd, std::get<Hd44780Pins>(display_.pins), level);
  } else {
    test::take(std::get<Ssd1306Model>(model_), std::get<Ssd1306Pins>(display_.pins), level);
  }
}

Picture DisplayProbe::picture() const {
  return std::visit([](const auto& model) { return picture_of(model); }, model_);
}

const std::vector<std::string>& DisplayProbe::faults() const {
  return std::visit([](const auto& model) -> const std::vector<std::string>& { return model.faults(); },
                    model_);
}

}  // namespace sesame::test
