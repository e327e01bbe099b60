// The image: one reader model on one board.
#include "firmware/app/shell.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/reader.hpp"
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
  hal::card::init();  // before what takes longer: VCC is off from here on
  hal::display::init();
  hal::keys::init();
  app::Shell& shell = app::the_shell(
      generated::kReader,
      {board::kName, generated::kDigest, generated::kSoftware, generated::kRevision, generated::kLowBattery},
      {board::kCardClockHz, board::kCardLeastClocksPerEtu});
  hal::watchdog::start();
  for (;;) {
    if (!shell.turn()) shell.sleep();
    hal::watchdog::turned();
  }
}
