// A new card from the text of another: everything as it is, but for what no two cards may share.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/card/personalization.hpp"

namespace sesame::card {

using Random = std::function<void(std::span<std::uint8_t>)>;

// `text` is a card file. PAN (the issuer's six digits stay, the check digit is right), every `mk` and
// `imk` are drawn anew from `random`; `pin` replaces the PIN where given. What the comment at
// the top says of the other card is left out.
std::string personalize(std::string_view text, const std::optional<std::string>& pin, const Random& random);

// The same with the PAN, the PSN and the keys of `card`, which is the text as card::read_card() reads it for
// one of an issuer's cards. The issuer's own key is in the text no longer. Failure(Failure::invalid): the
// text has one of these where it is not found by its line, as in `imk = "…"`; `file` is what the message
// calls it.
std::string personalize(std::string_view text, const std::optional<std::string>& pin,
                        const Personalization& card, std::string_view file);

// The check digit after these digits (ISO/IEC 7812-1, annex B).
char luhn(std::string_view digits);

// The card number after this one, its check digit right; nothing where the issuer's six digits would change.
std::optional<std::string> next_pan(std::string_view pan);

}  // namespace sesame::card
