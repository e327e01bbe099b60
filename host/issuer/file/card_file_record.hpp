// A card file as the issuer of that card has it. What the two sides know of each other goes through here, and
// it is data alone: what is computed with them is written on each side.
#pragma once

#include <cstddef>
#include <optional>

#include "host/card/personalization.hpp"
#include "host/issuer/card_record.hpp"

namespace sesame::issuer {

// The application that readers make codes with: the first of those they try in their order that the card has,
// else the card's first. With an AID, or the beginning of one: that application; nothing where the card has
// none.
std::optional<std::size_t> code_application(const card::Personalization& card, Bytes aid = {});

// It may have a fault(): a payment application without a mask, for example.
CardRecord record_of(const card::Personalization& card, std::size_t application);

}  // namespace sesame::issuer
