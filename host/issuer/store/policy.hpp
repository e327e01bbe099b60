// What a store keeps of a card beside its secrets and its counters: how its codes are verified. It is text
// that people can read, and bound to the card's key: a changed mask, window or template is noticed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/issuer/card_record.hpp"
#include "host/issuer/submission.hpp"

namespace sesame::issuer {

struct Policy {
  CardRecord record;           // its key is not part of the text
  std::uint8_t tries = 3;      // consecutive failures, of which the last blocks: 1 to 15
  std::uint8_t modes = 0x0F;   // a bit for each Mode that is verified
  std::uint16_t reach = 1000;  // how far above the last accepted ATC two codes may resynchronize: 1 or more
  std::uint32_t unblock_after = 0;  // seconds, after which a blocked card has its tries again; 0: never
  bool weak_mask = false;           // a mask of fewer than kFewAcBits is meant

  bool allows(Mode mode) const { return (modes >> static_cast<unsigned>(mode) & 1) != 0; }
};

// What can be another after the card was added: the issuer's own choices. The rest is the card's.
struct PolicyChange {
  std::optional<std::uint16_t> window, reach;
  std::optional<std::uint8_t> tries, modes;
  std::optional<std::uint32_t> unblock_after;

  bool is_none() const { return !window && !reach && !tries && !modes && !unblock_after; }
};
void apply(const PolicyChange& change, Policy& policy);
// The choices of a policy as JSON, for the audit.
std::string choices_text(const Policy& policy);

// JSON, the same text for the same policy.
std::string policy_text(const Policy& policy);
// Nothing where it is no such text. The record may have a fault().
std::optional<Policy> read_policy(std::string_view text);

// Why a policy cannot be, as one clause; nothing where it can.
std::optional<std::string_view> fault(const Policy& policy);

}  // namespace sesame::issuer
