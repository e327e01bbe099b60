// What a CAP reader answers where a card's PDOL or CDOL asks for terminal data. A wrong value still gives a
// code, but one that the bank rejects: each value here is pinned by a recorded card.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/emv/tlv.hpp"

namespace sesame::cap {

// What kind of application was selected; a reader model's list of applications says it of each.
enum class Family : std::uint8_t {
  cap,         // A0000000048002, made for this
  dpa,         // A0000000038002, made for this
  visa,        // Visa payment applications
  mastercard,  // Mastercard payment
  maestro,
  bancontact,
  other,
};
inline constexpr std::string_view kFamilyNames[] = {"cap",     "dpa",        "visa", "mastercard",
                                                    "maestro", "bancontact", "other"};
constexpr std::span<const std::string_view> names(Family) { return kFamilyNames; }
constexpr bool made_for_codes(Family family) { return family == Family::cap || family == Family::dpa; }

// What the user typed, as the card gets it.
struct Inputs {
  std::array<std::uint8_t, 4> unpredictable_number{};  // 9F37: challenge or reference, 8 digits BCD
  std::array<std::uint8_t, 6> amount{};                // 9F02: n12 BCD, in minor units
  std::array<std::uint8_t, 2> currency{};              // 5F2A: n3 BCD, where amount and currency are used
};

// What the user is asked for only once the card has accepted the PIN.
struct TypedLater {
  bool number = false;
  bool amount = false;
};

struct TerminalContext {
  Family family = Family::other;
  bool belgian = false;  // a Belgian card, in a reader that knows the Belgian rules
  Inputs inputs;

  // The rules for Belgian cards whose application was not made for codes.
  bool belgian_payment() const {
    return belgian && (family == Family::maestro || family == Family::bancontact || family == Family::visa);
  }
};

// Tags that a card asked for and this reader does not know: answered with zeros, and named in a trace.
using UnknownTags = FixedVector<emv::Tag, 8>;

// Whether the list asks for what was not typed yet: a zero would be a wrong value.
bool asks_too_early(Bytes dol, const TypedLater& later);

// The data for one list. False where the list is malformed, asks for more than the 255 bytes of a command's
// data, or for more than there is room for.
[[nodiscard]] bool append_dol_data(emv::CommandBuffer& out, Bytes dol, const TerminalContext& context,
                                   UnknownTags& unknown);

}  // namespace sesame::cap
