// Any blocks to a card at T=1, with LRC or CRC: each is answered with one block at most, of the right form,
// and after a RESYNCH the card talks again unless it is mute.
#include "tests/fuzz/line_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

card::Personalization with_atr(const char* atr) {
  card::Personalization made = card::test::personalization(card::Protocol::t1);
  const auto all = card::test::bytes(atr);
  made.atr.assign(all.begin(), all.end());
  return made;
}

std::uint8_t lrc(Bytes bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum ^ byte);
  return sum;
}

// What the card says, all taken.
std::vector<std::uint8_t> hear(LineCard& line) {
  std::vector<std::uint8_t> heard;
  for (;;) {
    if (const auto next = line.card.next()) {
      line.now = std::max(line.now, next->at);
      heard.push_back(next->character);
      line.card.sent(true, line.now);
    } else if (const auto deadline = line.card.deadline()) {
      line.now = std::max(line.now, *deadline);
      line.card.tick(line.now);
    } else {
      return heard;
    }
    require(heard.size() <= 259, "one block at most answers a block");
  }
}

void say_block(LineCard& line, std::vector<std::uint8_t> block) {
  block.push_back(lrc(block));
  for (const std::uint8_t character : block) line.say(character);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<card::Personalization, 2> cards{with_atr("3B800181"), with_atr("3B808171FE4501CA")};
  Input input(data, size);
  const bool crc = input.below(2) == 1;
  const bool behaves = input.below(2) == 0;
  LineCard line(cards[crc ? 1 : 0], behaves ? card::iso7816::Misbehavior{} : any_misbehavior(input));
  line.power_up();
  line.drain(input);
  while (input.more()) {
    if (!behaves || crc) {
      line.anything(input);
      continue;
    }
    // A block that is well-formed but for what is in it: 00 PCB LEN INF.
    std::vector<std::uint8_t> block{0x00, input.byte(), 0x00};
    const auto information = input.take(input.byte() % 60);
    block[2] = static_cast<std::uint8_t>(information.size());
    block.insert(block.end(), information.begin(), information.end());
    say_block(line, block);
    const auto answer = hear(line);
    require(answer.size() >= 4 && answer.size() == 4U + answer[2] && lrc(answer) == 0,
            "a block is answered with a block");
    require(answer[0] == 0x00, "it is for the reader");
  }
  if (behaves && !crc) {
    say_block(line, {0x00, 0xC0, 0x00});
    const std::vector<std::uint8_t> agreed{0x00, 0xE0, 0x00, 0xE0};
    require(hear(line) == agreed, "RESYNCH is agreed to");
  }
  line.require_back();
  return 0;
}
