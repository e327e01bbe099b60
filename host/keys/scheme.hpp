// What the card schemes have chosen among the functions of derivation.hpp and mac.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"

namespace sesame::keys {

enum class Scheme : std::uint8_t {
  cvn10,     // Visa
  cvn16,     // M/Chip, without counters in the MAC's input
  cvn17,     // M/Chip, with them
  cvn18,     // Visa; CVN 22 is the same
  cvn20,     // M/Chip, common session key, without counters
  cvn21,     // M/Chip, common session key, with them
  ccd_3des,  // Common Core Definitions, cryptogram version 5
  ccd_aes,   // Common Core Definitions, cryptogram version 6
  tree,      // EMV2000 session keys; the tree's shape is the card's
};

// `option` and `padding` are defaults, which a card may override.
struct SchemeRules {
  Scheme scheme;
  std::string_view name;  // "cvn10" … "ccd-3des", "ccd-aes", "tree"
  MasterKeyOption option;
  SessionKeyMethod session_key;
  MacAlgorithm mac;
  Padding padding;  // without meaning for CMAC
};

// All of them, in the order of the enumeration.
std::span<const SchemeRules> schemes();

const SchemeRules& rules(Scheme scheme);

// Nothing if no scheme has that name.
std::optional<Scheme> scheme_named(std::string_view name);

}  // namespace sesame::keys
