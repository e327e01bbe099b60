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
  // Of a challenge at most 8; of a reference, and of an amount in minor units, as many as the display has
  // room for, and the last 8 and the last 12 count; of a number to sign 10.
  std::uint8_t max_digits = 8;
  std::uint8_t repeat = 1;  // tds: asked again up to so many times, until OK on an empty field
};

// What a menu shows, one item after the other.
enum class MenuItem : std::uint8_t {
  counter,   // the card's ATC: what an issuer asks for that has lost track of it
  version,   // of the reader's software
  contrast,  // a setting: 1 less, 3 more
  language,  // a setting: 1 the one before, 3 the next; then it is no longer the card's
};
inline constexpr std::string_view kMenuItemNames[] = {"counter", "version", "contrast", "language"};
constexpr std::span<const std::string_view> names(MenuItem) { return kMenuItemNames; }
inline constexpr std::size_t kMenuItems = 4;

// What a key begins: a code, or a menu.
struct Function {
  std::string_view key;  // as engraved: CODE, M1, IDENTIFY
  std::span<const Prompt> prompts;
  std::span<const MenuItem> menu = {};  // of a menu, which has no prompts
  // Begun by the card that is put in, and without a key; the name is then for programs. At most one.
  bool on_insertion = false;
};

// How a code is shown. A number of more digits than `max_digits` is never cut: it has its own screen.
struct CodeFormat {
  std::uint8_t min_digits = 8;  // zeros in front
  std::uint8_t max_digits = 8;  // at most kMaxCodeDigits
  // {4, 4}: 0000 0000, and a shorter code from the left. {1, 3, 3, 0, 2, 3, 3, 0}: lists, a zero after each,
  // for a code of as many digits as it has: 0 000 000, 00 000 000. Empty: no grouping.
  std::span<const std::uint8_t> groups;
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

// Of a display, from the faintest; the middle is what a reader begins with.
inline constexpr std::uint8_t kLeastContrast = 1, kContrast = 3, kMostContrast = 5;

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
  std::uint8_t min_pin_digits = cap::kMinPinDigits;
  bool reset_after_pin = false;  // the card is reset once the PIN is typed, and the dialogue begins anew
  bool connected_mode = false;   // has a cable to a computer, whose texts it signs: signing/link.hpp
};

}  // namespace sesame
