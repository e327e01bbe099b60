// What the display of the bring-up image shows: two rows of sixteen, which every display has.
#pragma once

#include <string_view>

#include "firmware/bringup/test_bench.hpp"
#include "firmware/core/screen.hpp"

namespace sesame::bringup {

class Pages {
 public:
  Pages(Bench& bench, std::string_view board);

  const Screen& screen() const { return screen_; }

  // The test that was run for a host, and the first values of what it said; or the characters it asked for.
  void show(std::uint8_t test, Bytes result);
  // Without a host: a page every two seconds, and at once what keys and card switch do. The LED changes with
  // each page.
  void go_on(Millis now);

 private:
  void clear();
  void text(std::size_t row, std::string_view text);
  void hex(std::size_t row, Bytes bytes);
  void page(std::uint8_t number);

  Bench& bench_;
  std::string_view board_;
  Screen screen_;
  Millis next_ = 0;
  std::uint8_t number_ = 0;
  std::uint32_t live_ = 0;  // keys and card switch, as they were
};

}  // namespace sesame::bringup
