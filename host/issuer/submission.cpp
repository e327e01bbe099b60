#include "host/issuer/submission.hpp"

#include <algorithm>

namespace sesame::issuer {

namespace {

using Field = FormatFault::Field;
using Problem = FormatFault::Problem;

constexpr std::size_t kMaxTdsNumbers = 10, kMaxTdsDigits = 10;
// A challenge is as long as what the card gets of it. An account or reference may be as long as a row of the
// widest display: its last 8 count.
constexpr std::size_t kMaxChallenge = 8, kMaxReference = 20;

bool digits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Right-justified: the last 2N digits.
template <std::size_t N>
void to_bcd(std::string_view text, std::array<std::uint8_t, N>& bcd) {
  for (const char digit : text) {
    for (std::size_t i = 0; i < N; ++i) {
      const int next = i + 1 < N ? bcd[i + 1] >> 4 : digit - '0';
      bcd[i] = static_cast<std::uint8_t>(bcd[i] << 4 | next);
    }
  }
}

// A number that a function may or must take. What was filled with zeros was filled with nothing.
template <std::size_t N>
std::optional<FormatFault> read_number(Field field, const std::optional<std::string>& given, bool takes,
                                       bool needs, std::size_t most, std::array<std::uint8_t, N>& bcd) {
  if (!given) return needs ? std::optional(FormatFault{field, Problem::missing}) : std::nullopt;
  if (!takes) return FormatFault{field, Problem::not_taken};
  if (!digits(*given, 1, most)) return FormatFault{field, Problem::malformed};
  to_bcd(*given, bcd);
  if (std::all_of(bcd.begin(), bcd.end(), [](std::uint8_t byte) { return byte == 0; })) {
    return FormatFault{field, Problem::zero};
  }
  return std::nullopt;
}

// The numbers joined by F, one more F where the nibbles would be odd.
std::optional<FormatFault> read_tds(const std::vector<std::string>& numbers, bool takes, ByteString& out) {
  if (numbers.empty()) return takes ? std::optional(FormatFault{Field::tds, Problem::missing}) : std::nullopt;
  if (!takes) return FormatFault{Field::tds, Problem::not_taken};
  if (numbers.size() > kMaxTdsNumbers) return FormatFault{Field::tds, Problem::malformed};
  std::string nibbles;
  for (const std::string& number : numbers) {
    if (!digits(number, 1, kMaxTdsDigits)) return FormatFault{Field::tds, Problem::malformed};
    if (!nibbles.empty()) nibbles += static_cast<char>('0' + 0xF);
    nibbles += number;
  }
  if (nibbles.size() % 2 != 0) nibbles += static_cast<char>('0' + 0xF);
  for (std::size_t i = 0; i < nibbles.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>((nibbles[i] - '0') << 4 | (nibbles[i + 1] - '0')));
  }
  return std::nullopt;
}

}  // namespace

std::optional<FormatFault> read_inputs(const Submission& submission, const CardRecord& card, Inputs& inputs) {
  const bool sign = submission.mode == Mode::sign;
  const bool respond = submission.mode == Mode::respond;
  const bool amount = (card.iaf & iaf::amount) != 0;
  const bool currency = amount && (card.iaf & iaf::amount_only) == 0;
  if (const auto fault = read_number(Field::challenge, submission.challenge, respond || sign, respond,
                                     sign ? kMaxReference : kMaxChallenge, inputs.unpredictable_number)) {
    return fault;
  }
  if (const auto fault = read_number(Field::amount, submission.amount, sign, sign, 12, inputs.amount)) {
    return fault;
  }
  if (sign && !amount) return FormatFault{Field::amount, Problem::not_bound};
  if (const auto fault =
          read_number(Field::currency, submission.currency, sign, sign && currency, 3, inputs.currency)) {
    return fault;
  }
  if (!currency) inputs.currency = {};
  return read_tds(submission.tds, submission.mode == Mode::tds, inputs.signed_data);
}

}  // namespace sesame::issuer
