#include "firmware/core/pinpad/pin_verify.hpp"

#include <algorithm>

namespace sesame::pinpad {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(PinVerifyError error) {
  switch (error) {
    case PinVerifyError::length: return "the structure is not as long as it says"sv;
    case PinVerifyError::command: return "no VERIFY that a PIN could be put into"sv;
    case PinVerifyError::digits: return "no number of digits is possible"sv;
    case PinVerifyError::format: return "a form of PIN that is not defined"sv;
    case PinVerifyError::position: return "the PIN or its length would stand in a wrong place"sv;
  }
  return "unknown error"sv;
}

namespace {

constexpr std::size_t kAbData = 19;
constexpr std::size_t kIns = 1, kHeader = 4, kLc = 4, kDataField = 5;  // CLA INS P1 P2, Lc, data
constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kInBytes = 0x80;  // bmFormatString: its position counts bytes, not bits
constexpr std::uint8_t kLengthInBytes = 0x10;
constexpr std::uint8_t kAtMost = 0x01, kAtTimeout = 0x04;

unsigned digit_bits(PinForm form) { return form == PinForm::bcd ? 4 : 8; }

unsigned digit_value(PinForm form, char digit) {
  return static_cast<unsigned>(form == PinForm::ascii ? digit : digit - '0');
}

// The `count` low bits of `value`, most significant first.
void put_bits(PinCommand& command, std::size_t at, unsigned value, unsigned count) {
  for (unsigned i = 0; i < count; ++i, ++at) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> at % 8);
    std::uint8_t& byte = command[kDataField + at / 8];
    const bool set = (value >> (count - 1 - i) & 1U) != 0;
    byte = static_cast<std::uint8_t>(set ? byte | mask : byte & ~mask);
  }
}

// The data that the PIN goes into. Where the PIN is all of it, a program may leave it out, and Lc too.
std::optional<Bytes> data_of(Bytes command) {
  const bool header = command.size() == kHeader || (command.size() == kDataField && command[kLc] == 0);
  if (header && command[kIns] == kVerify) return Bytes();
  const auto apdu = emv::parse_command(command);
  if (!apdu || apdu->iso_case() != 3 || apdu->ins != kVerify) return std::nullopt;
  return apdu->data;
}

// The command grows with the PIN.
bool appends(const PinVerify& how, std::size_t data_bits) {
  return how.block == 0 && how.position == data_bits;
}

// Where the PIN's block ends, in bits.
std::size_t block_end(const PinVerify& how, std::size_t data_bits) {
  if (how.block == 0) return data_bits;
  return std::min(how.position + std::size_t{8} * how.block, data_bits);
}

bool fits(const PinVerify& how, std::size_t data_bits) {
  if (how.length_bits != 0 && how.length_position + how.length_bits > how.position) return false;
  if (appends(how, data_bits)) return !how.right_justified;
  if (std::size_t{8} * how.block > data_bits) return false;
  const std::size_t end = how.right_justified ? block_end(how, data_bits) : data_bits;
  return how.position + how.most * digit_bits(how.form) <= end;
}

// As many bytes after the command as the PIN needs, F where a nibble is left over.
bool make_room(std::size_t pin_bits, PinCommand& command) {
  if (command.size() == kHeader && !command.push(0)) return false;
  for (std::size_t i = 0; i < pin_bits; i += 8) {
    if (!command.push(0xFF)) return false;
  }
  command[kLc] = static_cast<std::uint8_t>(command.size() - kDataField);
  return true;
}

}  // namespace

Result<PinVerify, PinVerifyError> parse_pin_verify(Bytes structure) {
  if (structure.size() < kAbData) return PinVerifyError::length;
  const auto at = [&](std::size_t i) -> unsigned { return structure[i]; };
  const std::size_t length = at(15) | at(16) << 8 | at(17) << 16 | std::size_t{at(18)} << 24;
  if (structure.size() - kAbData != length) return PinVerifyError::length;

  PinVerify how;
  how.timeout = structure[0];
  how.timeout_after_key = structure[1];
  how.language_id = static_cast<std::uint16_t>(at(9) | at(10) << 8);
  how.ends_at_most = (at(7) & kAtMost) != 0;
  how.ends_at_timeout = (at(7) & kAtTimeout) != 0;

  how.most = static_cast<std::uint8_t>(std::min<std::size_t>(at(5), cap::kMaxPinDigits));
  how.least = static_cast<std::uint8_t>(std::max(at(6), 1U));
  if (how.least > how.most) return PinVerifyError::digits;

  switch (at(2) & 0x03) {
    case 0: how.form = PinForm::binary; break;
    case 1: how.form = PinForm::bcd; break;
    case 2: how.form = PinForm::ascii; break;
    default: return PinVerifyError::format;
  }
  how.right_justified = (at(2) & 0x04) != 0;
  const unsigned unit = (at(2) & kInBytes) != 0 ? 8 : 1;
  how.position = static_cast<std::uint16_t>((at(2) >> 3 & 0x0F) * unit);
  how.length_bits = static_cast<std::uint8_t>(at(3) >> 4);
  how.block = static_cast<std::uint8_t>(at(3) & 0x0F);
  const unsigned length_unit = (at(4) & kLengthInBytes) != 0 ? 8 : 1;
  how.length_position = static_cast<std::uint16_t>((at(4) & 0x0F) * length_unit);

  if (how.length_bits != 0 && how.most >> how.length_bits != 0) return PinVerifyError::digits;

  how.command = structure.subspan(kAbData);
  const auto data = data_of(how.command);
  if (!data) return PinVerifyError::command;
  if (!fits(how, 8 * data->size())) return PinVerifyError::position;
  return how;
}

bool insert_pin(const PinVerify& how, const cap::Pin& pin, PinCommand& command) {
  if (pin.size() < how.least || pin.size() > how.most) return false;
  const auto data = data_of(command);
  if (!data) return false;
  const std::size_t data_bits = 8 * data->size();
  const unsigned bits = digit_bits(how.form);
  const std::size_t pin_bits = pin.size() * bits;
  if (appends(how, data_bits) && !make_room(pin_bits, command)) return false;

  std::size_t at = how.right_justified ? block_end(how, data_bits) - pin_bits : how.position;
  for (const char digit : pin) {
    put_bits(command, at, digit_value(how.form, digit), bits);
    at += bits;
  }
  put_bits(command, how.length_position, static_cast<unsigned>(pin.size()), how.length_bits);
  return true;
}

}  // namespace sesame::pinpad
