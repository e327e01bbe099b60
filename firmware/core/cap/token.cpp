#include "firmware/core/cap/token.hpp"

namespace sesame::cap {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(TokenError error) {
  switch (error) {
    case TokenError::ipb_longer_than_data: return "the IPB is longer than the data it masks"sv;
  }
  return "unknown error"sv;
}

TokenData token_data(const TokenInput& input) {
  TokenData data;
  // Cannot fail: the capacity is the sum of the largest parts.
  bool fits = !input.psn || data.push(*input.psn);
  fits = fits && data.push(input.cid) && data.append(input.atc) && data.append(input.ac) &&
         data.append(input.iad.size() <= 32 ? input.iad : input.iad.first(32));
  static_cast<void>(fits);
  return data;
}

bool takes_cryptogram(Bytes ipb, bool psn_in_data) {
  const std::size_t begin = psn_in_data ? 2 : 1;  // ATC 2, AC 8
  for (std::size_t i = begin; i < ipb.size() && i < begin + 10; ++i) {
    if (ipb[i] != 0) return true;
  }
  return false;
}

namespace {

// A number of up to kMaxTokenDigits decimal digits, built bit by bit: doubled, plus the next bit.
// Quadratic in the length, and the length is small.
void double_and_add(Digits& digits, unsigned bit) {
  unsigned carry = bit;
  for (std::size_t i = digits.size(); i-- > 0;) {
    const unsigned doubled = 2 * static_cast<unsigned>(digits[i] - '0') + carry;
    digits[i] = static_cast<char>('0' + doubled % 10);
    carry = doubled / 10;
  }
  if (carry != 0) static_cast<void>(pad_with_zeros(digits, digits.size() + 1));
  if (carry != 0) digits[0] = static_cast<char>('0' + carry);
}

}  // namespace

std::optional<TokenError> token_by_ipb(const TokenData& data, Bytes ipb, Digits& digits) {
  digits.clear();
  if (ipb.size() > data.size()) return TokenError::ipb_longer_than_data;
  static_cast<void>(digits.push('0'));
  for (std::size_t i = 0; i < ipb.size(); ++i) {
    for (int bit = 7; bit >= 0; --bit) {
      if ((ipb[i] >> bit & 1) != 0) double_and_add(digits, data[i] >> bit & 1U);
    }
  }
  return std::nullopt;
}

void token_belgian(const TokenInput& input, Digits& digits) {
  const std::uint32_t high = (static_cast<std::uint32_t>(input.ac[5]) << 8 | input.ac[6]) & 0x3FF;
  std::uint32_t number = high << 16 | static_cast<std::uint32_t>(input.atc[1]) << 8 | input.ac[7];
  number = (number + number % 10 * 10'000'000) % 100'000'000;

  digits.clear();
  for (std::uint32_t unit = 10'000'000; unit > 0; unit /= 10) {
    const std::uint32_t digit = number / unit % 10;
    if (digit == 0 && digits.empty() && unit > 1) continue;
    static_cast<void>(digits.push(static_cast<char>('0' + digit)));
  }
}

bool pad_with_zeros(Digits& digits, std::size_t minimum) {
  if (minimum > Digits::capacity()) return false;
  if (digits.size() >= minimum) return true;
  const std::size_t zeros = minimum - digits.size();
  const std::size_t size = digits.size();
  for (std::size_t i = 0; i < zeros; ++i) static_cast<void>(digits.push('0'));
  for (std::size_t i = size; i-- > 0;) digits[i + zeros] = digits[i];
  for (std::size_t i = 0; i < zeros; ++i) digits[i] = '0';
  return true;
}

}  // namespace sesame::cap
