// The bodies of requests to the issuer, read strictly. Pure functions; each throws ApiError. What depends on
// the card alone is not looked at here: the caller learns nothing of it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/document/value.hpp"
#include "host/issuer/store/registry.hpp"
#include "host/issuer/submission.hpp"

namespace sesame::sim {

// One of: its number in the store; its PAN and PSN; its customer, who has no other.
struct WhichCard {
  std::optional<issuer::CardId> id;
  std::string pan, psn, customer;
};

struct VerificationRequest {
  WhichCard which;
  issuer::Submission submission;
};
// {card | pan, psn | customer, mode, code, challenge?, amount?, currency?, tds?}
VerificationRequest verification_request(const document::Value& body);

struct ResynchronizationRequest {
  WhichCard which;
  issuer::Submission first, second;
};
// {card | pan, psn | customer, codes: [{mode, code, …}, {…}]}
ResynchronizationRequest resynchronization_request(const document::Value& body);

// {toml | template, pan?, psn?, key?, aid?, customer?, last_atc?, replaces?, window?, tries?, reach?,
// unblock_after?, modes?, weak_mask?}: the text of a card file, or the name of a shipped one. `pan`, `psn`
// and `key` take the place of the file's, all three or none: the key is the card's own, as derived where the
// issuer's is, which never comes by HTTP. Failure(Failure::invalid): what is wrong with the card.
issuer::NewCard new_card(const document::Value& body);

enum class CardAction : std::uint8_t { suspend, resume, report_lost, unblock };
inline constexpr std::string_view kCardActionNames[] = {"suspend", "resume", "report-lost", "unblock"};
constexpr std::span<const std::string_view> names(CardAction) { return kCardActionNames; }

struct CardPatch {
  std::optional<CardAction> action;
  std::optional<std::uint16_t> last_atc;
  issuer::PolicyChange policy;
};
// {action}, {last_atc}, or {window?, tries?, reach?, unblock_after?, modes?} with one of these at least
CardPatch card_patch(const document::Value& body);

}  // namespace sesame::sim
