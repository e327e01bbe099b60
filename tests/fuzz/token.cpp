// The digits agree with long division of the bits under the mask.
#include "firmware/core/cap/token.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::cap;
using namespace sesame::fuzz;

namespace {

std::vector<std::uint8_t> selected_bits(Bytes data, Bytes mask) {
  std::vector<bool> bits;
  for (std::size_t i = 0; i < 8 * mask.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(0x80 >> i % 8);
    if ((mask[i / 8] & bit) != 0) bits.push_back((data[i / 8] & bit) != 0);
  }
  std::vector<std::uint8_t> number(bits.size() / 8 + 1);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const std::size_t from_end = bits.size() - 1 - i;
    std::uint8_t& byte = number[number.size() - 1 - from_end / 8];
    if (bits[i]) byte = static_cast<std::uint8_t>(byte | 1U << from_end % 8);
  }
  return number;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  TokenInput answer;
  if (input.below(2) == 1) answer.psn = input.byte();
  answer.cid = input.byte();
  for (std::uint8_t& byte : answer.atc) byte = input.byte();
  for (std::uint8_t& byte : answer.ac) byte = input.byte();
  const std::vector<std::uint8_t> iad = input.take(input.below(33));
  answer.iad = iad;
  const TokenData whole = token_data(answer);
  require(whole.size() == 11 + iad.size() + (answer.psn ? 1 : 0), "the data are all the parts");

  const std::vector<std::uint8_t> mask = input.take(64);
  Digits digits;
  const auto error = token_by_ipb(whole, mask, digits);
  require(error.has_value() == (mask.size() > whole.size()),
          "a mask longer than the data is refused, and no other");
  if (error) {
    require(digits.empty(), "and gives no digits");
  } else {
    require(std::string(digits.begin(), digits.end()) == decimal(selected_bits(whole, mask)),
            "the digits are the number in decimal");
    const std::size_t before = digits.size();
    require(pad_with_zeros(digits, 16) && digits.size() == std::max<std::size_t>(before, 16),
            "zeros go in front");
  }

  Digits belgian;
  token_belgian(answer, belgian);
  require(!belgian.empty() && belgian.size() <= 8, "the Belgian function gives up to eight digits");
  return 0;
}
