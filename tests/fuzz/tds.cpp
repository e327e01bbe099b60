// The MAC agrees with the one over the padded bytes, written out.
#include "firmware/core/cap/tds.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::cap;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  crypto::DesBlock ac{};
  for (std::uint8_t& byte : ac) byte = input.byte();
  std::vector<TdsNumber> numbers(input.below(kMaxTdsNumbers + 1));
  std::string nibbles;
  for (TdsNumber& number : numbers) {
    if (&number != numbers.data()) nibbles += 'F';
    for (unsigned digits = input.below(kMaxTdsDigits + 1); digits > 0; --digits) {
      const auto digit = static_cast<char>('0' + input.below(10));
      require(number.push(digit), "a number has up to ten digits");
      nibbles += digit;
    }
  }

  if (nibbles.size() % 2 != 0) nibbles += 'F';
  nibbles += "80";
  while (nibbles.size() % 16 != 0) nibbles += '0';
  const crypto::Des des(ac);
  crypto::DesBlock chain{};
  for (std::size_t i = 0; i < nibbles.size(); ++i) {
    const int value = nibbles[i] == 'F' ? 15 : nibbles[i] - '0';
    std::uint8_t& byte = chain[i / 2 % 8];
    byte = static_cast<std::uint8_t>(byte ^ (i % 2 == 0 ? value << 4 : value));
    if (i % 16 == 15) chain = des.encrypt(chain);
  }
  require(mix_tds(ac, numbers) == chain, "the MAC is a CBC-MAC over the padded numbers");
  return 0;
}
