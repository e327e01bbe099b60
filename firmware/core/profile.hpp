// Everything by which reader models differ, as plain data. The host loads it from
// hw-profiles/readers/*.toml; a board gets it as constants. Nothing here owns memory: the maker of a
// profile keeps what it points to alive for as long as a Reader uses it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/core/cap/transaction.hpp"
#include "firmware/core/names.hpp"
#include "firmware/core/text.hpp"

namespace sesame {

using Millis = std::uint64_t;  // the reader's own monotonic time; only differences matter

enum class PromptKind : std::uint8_t {
  challenge,  // a number from the bank's page; to the card as unpredictable number
  reference,  // an account or reference number; likewise
  amount,     // typed as 12.34, to the card in minor units
  tds,        // a number mixed into the cryptogram after the card has answered
};
inline constexpr std::string_view kPromptKindNames[] = {"challenge", "reference", "amount", "tds"};
constexpr std::span<const std::string_view> names(PromptKind) { return kPromptKindNames; }

enum class PromptPlace : std::uint8_t { before_pin, after_pin, after_card };
inline constexpr std::string_view kPromptPlaceNames[] = {"before-pin", "after-pin", "after-card"};
constexpr std::span<const std::string_view> names(PromptPlace) { return kPromptPlaceNames; }

struct Prompt {
  PromptKind kind = PromptKind::challenge;
  PromptPlace place = PromptPlace::before_pin;
  bool optional = false;  // OK on an empty field goes on without it
  std::uint8_t max_digits =
      8;                    // challenge and reference at most 8; amount at most 12, in minor units; tds 10
  std::uint8_t repeat = 1;  // tds: asked again up to so many times, until OK on an empty field
};

struct Function {
  std::string_view key;  // as engraved: CODE, M1, IDENTIFY
  std::span<const Prompt> prompts;
};

// How a code is shown. A number of more digits than `max_digits` is never cut: it has its own screen.
struct CodeFormat {
  std::uint8_t min_digits = 8;           // zeros in front
  std::uint8_t max_digits = 8;           // at most kMaxCodeDigits
  std::span<const std::uint8_t> groups;  // {4, 4}: 0000 0000; empty: no grouping
};
inline constexpr std::size_t kMaxCodeDigits = 16;

struct Currency {
  std::array<std::uint8_t, 2> code{};  // ISO 4217 numeric, n3 BCD: 09 78
  std::uint8_t exponent = 2;           // digits after the point
};

struct Timeouts {
  Millis code = 35'000;        // how long a code is shown
  Millis inactivity = 30'000;  // power-off elsewhere
  Millis card = 20'000;        // how long the slot may take over one request
};

struct Display {
  std::uint8_t rows = 2;      // 2 to 4
  std::uint8_t columns = 16;  // 16 to 20
};

struct Language {
  std::array<char, 2> code{};  // ISO 639-1, as in 5F2D
  std::uint16_t language_id =
      0;  // USB LANGID, by which a program asks for a PIN in it; 0: none, as on a board
  Messages messages{};
};

struct ReaderProfile {
  std::string_view name;
  std::string_view title;
  std::span<const Function> functions;  // 1 to 8, in the order of their keys
  cap::TransactionRules card;
  CodeFormat code;
  Currency currency;
  Timeouts timeouts;
  Display display;
  std::span<const Language> languages;  // the first is the profile's own
  bool card_language = true;            // the card's 5F2D chooses among the languages
};

}  // namespace sesame
