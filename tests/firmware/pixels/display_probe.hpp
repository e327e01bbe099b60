// Looks at the display of a board through its pins.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/board/board_file.hpp"
#include "tests/firmware/drivers/hd44780_model.hpp"
#include "tests/firmware/drivers/ssd1306_model.hpp"
#include "tests/firmware/pixels/picture.hpp"
#include "tests/firmware/pixels/port_log.hpp"

namespace sesame::test {

class DisplayProbe {
 public:
  explicit DisplayProbe(const board::Board& board);
  DisplayProbe(const DisplayProbe&) = delete;
  DisplayProbe& operator=(const DisplayProbe&) = delete;

  // The next piece of QEMU's log.
  void feed(std::string_view log) { log_.feed(log); }
  // What the display shows now.
  Picture picture() const;
  // What was done to it that it does not take.
  const std::vector<std::string>& faults() const;

 private:
  void take(const Level& level);

  board::BoardDisplay display_;
  std::variant<Hd44780Model, Ssd1306Model> model_;
  PortLog log_;
};

}  // namespace sesame::test
