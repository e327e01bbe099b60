// T=0: whatever a card says, a command ends, and the card gets no more than the command.
#include "tests/fuzz/hostile_line.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const bool inverse = (input.byte() & 1) != 0;
  const std::vector<std::uint8_t> atr{static_cast<std::uint8_t>(inverse ? 0x3F : 0x3B), 0x00};
  HostileLine line({}, input);
  require(line.activate(atr, inverse), "the card is ready");

  while (input.more()) {
    std::vector<std::uint8_t> command = input.chunk();
    std::vector<std::uint8_t> heard;
    line.link.transmit(command, line.now());
    const auto hear = [&](std::uint8_t character) { heard.push_back(character); };
    const auto talk = [&](const auto& say) {
      const unsigned what = input.byte();
      const std::uint8_t ins = command[1];
      if (what < 0x60) return say(inverse ? iso7816::inverted(ins) : ins, true);
      if (what < 0x80) return say(static_cast<std::uint8_t>(~(inverse ? iso7816::inverted(ins) : ins)), true);
      if (what < 0xF0) return say(input.byte(), true);
      if (what < 0xFE) return say(input.byte(), false);
    };
    const auto outcome = line.run(iso7816::Link::kLongestCommand + 10, hear, talk);

    if (command.size() == 4) command.push_back(0);
    require(heard.size() <= command.size(), "no more is sent than the command");
    require(std::equal(heard.begin(), heard.end(), command.begin()), "what is sent is the command");
    if (outcome.error != iso7816::LinkError::none) break;
    const Bytes answer = outcome.bytes;
    require(answer.size() >= 2 && answer.size() <= 258, "an answer is an APDU");
    const unsigned sw1 = answer[answer.size() - 2];
    require((sw1 >> 4 == 6 && sw1 != 0x60) || sw1 >> 4 == 9, "an answer ends with SW1 SW2");
  }
  return 0;
}
