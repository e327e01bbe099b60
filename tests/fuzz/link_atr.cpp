// Resets: whatever a card says to them, they end, with a whole answer to reset or an error.
#include "firmware/core/iso7816/atr.hpp"
#include "tests/fuzz/hostile_line.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const unsigned kind = input.byte();
  const iso7816::Interface interface {
    (kind & 1) != 0 ? 1'000'000U : 4'200'000U, static_cast<std::uint16_t>((kind & 2) != 0 ? 372 : 8)
  };
  HostileLine line(interface, input);

  // Each character is two bytes of the input: what becomes of it, and its value.
  const auto talk = [&](const auto& say) {
    const unsigned what = input.byte();
    if (what == 0xFF) return;
    say(input.byte(), what < 0xF0);
  };
  const auto hear = [](std::uint8_t) {};
  for (int resets = 0; resets < 3; ++resets) {
    const iso7816::Millis now = line.now();
    if (resets == 1) {
      line.link.warm_reset(now);
    } else {
      line.link.activate(now);
    }
    const auto outcome = line.run(60'000, hear, talk);
    if (outcome.error != iso7816::LinkError::none) continue;

    const auto atr = iso7816::parse_atr(outcome.bytes);
    require(static_cast<bool>(atr), "what is accepted is an answer to reset");
    require(atr->inverse == line.link.settings().inverse, "the line has the convention of the card");
    const auto settings = line.link.settings();
    const bool slow_enough = settings.f >= interface.least_clocks_per_etu * settings.d;
    require(slow_enough, "a rate is one that the line can do");
    const bool offered = atr->specific_protocol() || atr->offers(settings.error_signal ? 0 : 1);
    require(offered, "the protocol is one of the card's");
  }
  return 0;
}
