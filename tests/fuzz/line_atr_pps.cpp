// Any answer to reset that a card file could have, and any PPS request, contacts and time: what is sent
// begins with a TS, a PPS response says what was asked, or less, and after a reset the card is back at its
// first rate.
#include "tests/fuzz/line_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  card::Personalization personalization = card::test::personalization(card::Protocol::t1);
  std::vector<std::uint8_t> atr = input.take(1 + input.below(33));
  if (atr.empty()) atr = {0x3B, 0x00};
  // With a TCK that fits, every other time: more of them are answers to reset.
  if (input.below(2) == 1 && atr.size() > 2) {
    atr[0] = 0x3B;
    atr.back() = 0;
    for (std::size_t i = 1; i + 1 < atr.size(); ++i)
      atr.back() = static_cast<std::uint8_t>(atr.back() ^ atr[i]);
  }
  personalization.atr.assign(atr.begin(), atr.end());

  LineCard line(personalization, {});
  line.power_up();
  const auto ts = line.card.next();
  require(ts && ((ts->character == 0x3B && ts->parity_ok) || (ts->character == 0x03 && !ts->parity_ok)),
          "the card begins with a TS");
  const bool inverse = ts->character == 0x03;
  while (line.card.next()) line.card.sent(true, line.now = std::max(line.now, line.card.next()->at));

  std::vector<std::uint8_t> request = input.take(3 + input.below(4));
  std::uint8_t check = 0;
  for (const std::uint8_t character : request) check = static_cast<std::uint8_t>(check ^ character);
  for (const std::uint8_t character : request) line.say(character);
  const bool valid = request.size() >= 3 && request[0] == 0xFF && check == 0;
  std::vector<std::uint8_t> response;
  while (const auto next = line.card.next()) {
    response.push_back(next->character);
    line.card.sent(true, line.now = std::max(line.now, next->at));
    require(response.size() < 1000, "what answers a few characters is short");
  }
  if (!inverse && valid && response.size() >= 3 && response[0] == 0xFF) {
    check = 0;
    for (const std::uint8_t character : response) check = static_cast<std::uint8_t>(check ^ character);
    require(check == 0, "PCK fits");
    require((response[1] & 0x0F) == (request[1] & 0x0F), "the protocol is what was asked for");
    require((response[1] & 0x70 & ~request[1]) == 0, "nothing is in the response that was not asked for");
  } else if (response.empty()) {
    require(line.card.rate().f > 0 && line.card.rate().d > 0, "there is a rate");
  }
  while (input.more()) line.anything(input);
  line.require_back();
  require(line.card.rate() == card::iso7816::Rate{}, "after a reset the rate is the first");
  return 0;
}
