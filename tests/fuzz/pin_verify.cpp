// Any order for a PIN: refused, or the PIN stands in the command where the order says, and nothing else has
// changed.
#include "firmware/core/pinpad/pin_verify.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;
using namespace sesame::pinpad;

namespace {

constexpr std::size_t kDataField = 5;

// So many bits from so many bits after the first of the data field; beyond the command they are 1.
unsigned bits(Bytes command, std::size_t at, unsigned count) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const std::size_t byte = kDataField + i / 8;
    const unsigned bit = byte < command.size() ? command[byte] >> (7 - i % 8) & 1U : 1U;
    value = value << 1 | bit;
  }
  return value;
}

unsigned digit_bits(const PinVerify& how) { return how.form == PinForm::bcd ? 4 : 8; }
unsigned value(const PinVerify& how, char digit) {
  return static_cast<unsigned>(how.form == PinForm::ascii ? digit : digit - '0');
}

void check(const PinVerify& how, std::string_view digits, Bytes command) {
  require(starts_with(command, how.command.first(4)), "the header is the order's");
  require(command.size() == kDataField + command[4], "Lc is true");

  const std::size_t before = how.command.size() > kDataField ? how.command.size() - kDataField : 0;
  const std::size_t after = command.size() - kDataField;
  const std::size_t pin_bits = digits.size() * digit_bits(how);
  const bool grown = how.block == 0 && how.position == 8 * before;
  require(after == before + (grown ? (pin_bits + 7) / 8 : 0), "a command grows by its PIN, or not at all");

  std::size_t start = how.position;
  if (how.right_justified) {
    const std::size_t end = how.block == 0 ? 8 * before : how.position + std::size_t{8} * how.block;
    start = std::min(end, 8 * before) - pin_bits;
  }
  for (std::size_t i = 0; i < digits.size(); ++i) {
    require(bits(command, start + i * digit_bits(how), digit_bits(how)) == value(how, digits[i]),
            "the PIN stands there");
  }
  require(bits(command, how.length_position, how.length_bits) == (how.length_bits == 0 ? 0 : digits.size()),
          "its length stands there");
  for (std::size_t i = 0; i < 8 * after; ++i) {
    const bool pin = i >= start && i < start + pin_bits;
    const bool length = i >= how.length_position && i < how.length_position + std::size_t{how.length_bits};
    require(pin || length || bits(command, i, 1) == bits(how.command, i, 1), "nothing else has changed");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::uint8_t count = input.byte();
  const std::vector<std::uint8_t> structure = input.take(size);
  const auto how = parse_pin_verify(structure);
  if (!how) {
    require(!to_string(how.error()).empty(), "an error has words");
    return 0;
  }
  require(points_into(how->command, structure), "the command is the order's");
  require(how->least >= 1 && how->least <= how->most && how->most <= cap::kMaxPinDigits,
          "some number of digits is possible");

  const std::string digits = std::string("123456789012").substr(0, count % 13U);
  cap::Pin pin;
  require(pin.append(digits), "a PIN is made");
  PinCommand command;
  require(command.assign(how->command), "the command is an APDU");
  const bool allowed = digits.size() >= how->least && digits.size() <= how->most;
  require(insert_pin(*how, pin, command) == allowed, "a PIN of the digits that are allowed fits");
  if (allowed) check(*how, digits, command);
  return 0;
}
