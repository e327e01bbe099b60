#include "host/issuer/spread.hpp"

#include <algorithm>
#include <bit>

namespace sesame::issuer {

namespace {

using Field = FormatFault::Field;
using Problem = FormatFault::Problem;

constexpr std::size_t kMaxDigits = 106;           // of 8·kMaxData bits
constexpr std::size_t kMaxCode = 4 * kMaxDigits;  // with blanks

// A number of 8·kMaxData bits, most significant byte first.
using Number = Buffer<kMaxData>;

// Number·10 + digit. False where that is too large.
bool push_digit(Number& number, unsigned digit) {
  unsigned carry = digit;
  for (std::size_t i = number.size(); i-- > 0;) {
    const unsigned value = number[i] * 10U + carry;
    number[i] = static_cast<std::uint8_t>(value);
    carry = value >> 8;
  }
  return carry == 0;
}

std::optional<FormatFault> read_number(std::string_view code, Number& number) {
  static constexpr std::array<std::uint8_t, kMaxData> kZero{};
  static_cast<void>(number.assign(kZero));
  if (code.size() > kMaxCode) return FormatFault{Field::code, Problem::malformed};
  std::size_t digits = 0;
  for (const char c : code) {
    if (c == ' ' || c == '\t') continue;
    if (c < '0' || c > '9' || ++digits > kMaxDigits) return FormatFault{Field::code, Problem::malformed};
    if (!push_digit(number, static_cast<unsigned>(c - '0'))) {
      return FormatFault{Field::code, Problem::does_not_fit};
    }
  }
  if (digits == 0) return FormatFault{Field::code, Problem::missing};
  return std::nullopt;
}

// Into `data`, the bits of the number under the ones of the mask, from the last on. False where some are
// left.
bool spread_under_mask(Number& number, Bytes mask, Number& data) {
  std::size_t next = 0;  // bit of the number, from the lowest
  for (std::size_t i = mask.size(); i-- > 0;) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((mask[i] >> bit & 1) == 0) continue;
      std::uint8_t& byte = number[number.size() - 1 - next / 8];
      const unsigned one = byte >> next % 8 & 1U;
      byte = static_cast<std::uint8_t>(byte & ~(1U << next % 8));
      data[i] = static_cast<std::uint8_t>(data[i] | one << bit);
      ++next;
    }
  }
  return std::all_of(number.begin(), number.end(), [](std::uint8_t byte) { return byte == 0; });
}

// The data under its layout. `data` has kMaxData bytes, zeros after what there is.
Answer parts(Bytes data, bool psn) {
  Answer answer;
  if (psn) answer.psn = data[0];
  const Bytes rest = data.subspan(psn ? 1 : 0);
  answer.cid = rest[0];
  answer.atc = static_cast<std::uint16_t>(rest[1] << 8 | rest[2]);
  std::copy_n(rest.begin() + 3, 8, answer.ac.begin());
  const Bytes iad = rest.subspan(11).first(std::min(kMaxIad, rest.size() - 11));
  std::copy(iad.begin(), iad.end(), answer.iad.begin());
  return answer;
}

bool psn_in_data(const CardRecord& card) { return (card.iaf & iaf::psn) != 0; }

// n = high·2^16 + ATClo·2^8 + AC[7], where high is ten bits of AC bytes 5 and 6, becomes (n + d·10^7) mod
// 10^8 with d its last decimal digit. 10^7 ends in a zero: d is also the last digit of the result, so that
// one n at most gives it, which is there where it has 26 bits.
std::optional<FormatFault> spread_belgian(Bytes number, Answer& answer) {
  constexpr std::uint64_t kModulus = 100'000'000, kCarried = 10'000'000, kRange = std::uint64_t{1} << 26;
  const auto high = number.first(number.size() - 4);
  const bool large = std::any_of(high.begin(), high.end(), [](std::uint8_t byte) { return byte != 0; });
  std::uint64_t shown = 0;
  for (const std::uint8_t byte : number.last(4)) shown = shown << 8 | byte;
  const std::uint64_t n = (shown + kModulus - shown % 10 * kCarried) % kModulus;
  if (large || shown >= kModulus || n >= kRange) return FormatFault{Field::code, Problem::does_not_fit};
  answer.ac[5] = static_cast<std::uint8_t>(n >> 24);
  answer.ac[6] = static_cast<std::uint8_t>(n >> 16);
  answer.atc = static_cast<std::uint16_t>(n >> 8 & 0xFF);
  answer.ac[7] = static_cast<std::uint8_t>(n);
  return std::nullopt;
}

}  // namespace

Answer told_by_codes(const CardRecord& card) {
  Answer told;
  if (card.rule == CodeRule::belgian) {
    told.atc = 0x00FF;
    told.ac = {0, 0, 0, 0, 0, 0x03, 0xFF, 0xFF};
    return told;
  }
  Number mask;
  static_cast<void>(mask.append(Bytes(card.mask).first(std::min(card.mask.size(), kMaxData))));
  while (!mask.full()) static_cast<void>(mask.push(0));
  return parts(mask, psn_in_data(card));
}

unsigned ac_bits(const CardRecord& card) {
  int bits = 0;
  for (const std::uint8_t byte : told_by_codes(card).ac) bits += std::popcount(byte);
  return static_cast<unsigned>(bits);
}

std::optional<FormatFault> spread(std::string_view code, const CardRecord& card, Answer& answer) {
  SecretVector<std::uint8_t, kMaxData> number, data;
  if (const auto fault = read_number(code, number)) return fault;
  if (card.rule == CodeRule::belgian) return spread_belgian(number, answer);
  while (!data.full()) static_cast<void>(data.push(0));
  const Bytes mask = Bytes(card.mask).first(std::min(card.mask.size(), kMaxData));
  if (!spread_under_mask(number, mask, data)) return FormatFault{Field::code, Problem::does_not_fit};
  answer = parts(data, psn_in_data(card));
  return std::nullopt;
}

}  // namespace sesame::issuer
