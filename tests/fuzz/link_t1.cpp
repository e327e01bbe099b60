// T=1: whatever a card says, a command ends; what is sent to the card are whole and correct blocks.
#include "firmware/core/iso7816/edc.hpp"
#include "tests/fuzz/hostile_line.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using Block = std::vector<std::uint8_t>;

Block with_edc(Block block, bool crc) {
  if (crc) {
    std::uint16_t sum = iso7816::kCrcInitial;
    for (const std::uint8_t byte : block) sum = iso7816::crc_add(sum, byte);
    block.push_back(static_cast<std::uint8_t>(~unsigned{sum} & 0xFF));
    block.push_back(static_cast<std::uint8_t>(~unsigned{sum} >> 8 & 0xFF));
  } else {
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : block) sum = iso7816::lrc_add(sum, byte);
    block.push_back(sum);
  }
  return block;
}

// What the card receives, put together to blocks.
class Ear {
 public:
  Ear(bool crc, std::size_t longest_command) : crc_(crc), longest_command_(longest_command) {}

  void hear(std::uint8_t character) {
    block_.push_back(character);
    if (block_.size() < 3 || block_.size() < 3 + std::size_t{block_[2]} + (crc_ ? 2 : 1)) return;
    check();
    last_pcb = block_[1];
    block_.clear();
  }
  bool amid_block() const { return !block_.empty(); }

  unsigned last_pcb = 0;

 private:
  void check() const {
    Block content(block_.begin(), block_.end() - (crc_ ? 2 : 1));
    require(with_edc(content, crc_) == block_, "a block that is sent has the right EDC");
    require(block_[0] == 0 && block_[2] != 0xFF, "a block that is sent has the right form");
    const unsigned pcb = block_[1];
    if (pcb < 0x80)
      require(block_[2] <= longest_command_ && (pcb & 0x1F) == 0, "an I-block is part of the command");
    if (pcb >> 6 == 2) require(block_[2] == 0, "an R-block has no information");
    if (pcb >= 0xC0) require(block_[2] <= 1 && (pcb & 0x1C) == 0, "an S-block is one of the four kinds");
  }

  bool crc_;
  std::size_t longest_command_;
  Block block_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const unsigned kind = input.byte();
  const bool crc = (kind & 1) != 0;
  // TA3: IFSC, TB3: BWI 0 and CWI 0, TC3.
  const auto ifsc = static_cast<std::uint8_t>((kind & 2) != 0 ? 254 : 7);
  Block atr{0x80, 0x81, 0x71, ifsc, 0x00, static_cast<std::uint8_t>(crc ? 1 : 0)};
  std::uint8_t tck = 0;
  for (const std::uint8_t byte : atr) tck = static_cast<std::uint8_t>(tck ^ byte);
  atr.insert(atr.begin(), 0x3B);
  atr.push_back(tck);
  HostileLine line({}, input);
  require(line.activate(atr, false), "the card is ready");

  while (input.more()) {
    Block command = input.chunk();
    command.resize(std::clamp<std::size_t>(command.size(), 4, 261));
    Ear ear(crc, command.size());
    line.link.transmit(command, line.now());
    const auto hear = [&](std::uint8_t character) { ear.hear(character); };
    const auto say_block = [&](const auto& say, std::uint8_t pcb, Block information, bool good) {
      Block block{0x00, pcb, static_cast<std::uint8_t>(information.size())};
      block.insert(block.end(), information.begin(), information.end());
      block = with_edc(block, crc);
      if (!good) block.back() = static_cast<std::uint8_t>(block.back() ^ 1);
      for (const std::uint8_t byte : block) say(byte, true);
    };
    const auto talk = [&](const auto& say) {
      const unsigned what = input.byte();
      if (what < 0x20) return;
      if (what < 0x30) return say(input.byte(), true);
      if (what < 0x38) return say(input.byte(), false);
      if (what < 0x40) return say_block(say, input.byte(), input.take(input.byte()), false);
      if (what < 0x80 && ear.last_pcb == 0xC1) return say_block(say, 0xE1, {254}, true);
      if (what < 0x80 && ear.last_pcb == 0xC0) return say_block(say, 0xE0, {}, true);
      const std::uint8_t pcb = input.byte();
      const unsigned length = input.byte();
      say_block(say, pcb, input.take(length == 0xFF ? 0 : length), true);
    };
    const auto outcome = line.run(iso7816::Link::kLongestCommand + 1000, hear, talk);

    require(!ear.amid_block(), "no block is broken off");
    if (outcome.error != iso7816::LinkError::none) break;
    require(outcome.bytes.size() <= 258, "an answer is no longer than an APDU");
  }
  return 0;
}
