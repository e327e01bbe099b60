// A card whose answers the fuzzer makes up: the right one, the right one with a byte changed, or its own.
#pragma once

#include "firmware/core/emv/apdu.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace sesame::fuzz {

class HostileCard {
 public:
  std::vector<std::uint8_t> answer(Bytes command, Input& input) {
    std::vector<std::uint8_t> bytes = right_answer(command);
    switch (input.below(8)) {
      case 0: return input.chunk();
      case 1: {  // 61xx: the answer comes in two pieces
        const std::vector<std::uint8_t> own = input.chunk();
        pending_ = bytes;
        return {own.begin(), own.end()};
      }
      case 2: {
        const std::size_t at = input.byte() % bytes.size();
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ input.byte());
        return bytes;
      }
      case 3: return {static_cast<std::uint8_t>(input.below(2) == 0 ? 0x63 : 0x69), input.byte()};
      default: return bytes;
    }
  }

 private:
  std::vector<std::uint8_t> right_answer(Bytes command) {
    static const std::vector<std::vector<std::uint8_t>> right = [] {
      std::vector<std::vector<std::uint8_t>> all;
      for (const test::Step& step : test::identify()) all.push_back(test::bytes(step.response));
      return all;
    }();
    switch (command.size() > 2 ? command[1] : 0) {
      case 0xA4: return right[0];
      case 0xA8: return right[1];
      case 0xB2: return right[command[2] == 1 ? 2 : 3];
      case 0xCA: return right[4];
      case 0x20: return right[5];
      case 0xAE: return right[6];
      case 0xC0:
        if (!pending_.empty()) return pending_;
        break;
      default: break;
    }
    return {0x6D, 0x00};
  }

  std::vector<std::uint8_t> pending_;
};

}  // namespace sesame::fuzz
