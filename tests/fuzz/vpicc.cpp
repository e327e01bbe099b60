// Any frames to a served card of either protocol: whatever is no control is answered, in what fits a frame of
// vpcd, and asking for the ATR answers with it.
#include "host/vpcd/vpicc.hpp"
#include "host/card/virtual_card.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/host/card/cards.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<card::Personalization, 2> cards{card::test::personalization(card::Protocol::t0),
                                                          card::test::personalization(card::Protocol::t1)};
  Input input(data, size);
  const card::Personalization& personalization = cards[input.below(2)];
  state::EphemeralStore store;
  card::VirtualCard card(personalization, store);
  vpcd::Vpicc vpicc(card, [](const std::string&) { broken("a virtual card is never unrecorded"); });
  while (input.more()) {
    const std::vector<std::uint8_t> frame = input.chunk();
    emv::ResponseBuffer answer;
    const vpcd::Reply reply = vpicc.take(frame, answer);
    const bool due = vpcd::Vpicc::is_command(frame) || frame[0] == 4;
    require(reply == (due ? vpcd::Reply::answer : vpcd::Reply::none),
            "what is due is answered, and nothing else");
    if (!due) continue;
    require(answer.size() >= 2, "no answer is empty: vpcd would take it for a card pulled out");
    if (frame.size() == 1 && frame[0] == 4)
      require(equal(answer, personalization.atr), "04 is answered with the ATR");
  }
  return 0;
}
