// The bring-up image: a board's own drivers, one by one. Over the panel link a host asks for a test at a time
// (firmware/panel/bringup.hpp), and the display says which and what came of it. Without the link the display
// goes through what the board knows of itself, and shows keys and the card switch as they are; the LED
// blinks.
#include "firmware/bringup/link.hpp"
#include "firmware/bringup/pages.hpp"
#include "firmware/bringup/test_bench.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/version.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/display.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/panel.hpp"
#include "firmware/hal/watchdog.hpp"

int main() {
  using namespace sesame;
  hal::clock::init();
  hal::panel::init();
  hal::card::init();
  hal::display::init();
  hal::keys::init();
  bringup::Bench bench({board::kCardClockHz, board::kCardLeastClocksPerEtu});
  bringup::Pages pages(bench, board::kName);
  bringup::Link link(bench, {board::kName, generated::kSoftware, generated::kRevision});
  hal::watchdog::start();
  for (;;) {
    if (const auto done = link.poll(pages.screen())) pages.show(done->test, done->result);
    if (!hal::panel::on()) pages.go_on(hal::clock::now());
    hal::display::show(pages.screen());
    hal::clock::sleep();
    hal::watchdog::turned();
  }
}
