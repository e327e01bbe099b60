#include "sim/issuer/card_json.hpp"

#include <fmt/format.h>

#include "host/base/hex.hpp"
#include "host/issuer/spread.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;
using issuer::Mode;

Json mode_list(const issuer::Policy& policy) {
  Json modes = Json::array();
  for (const Mode mode : {Mode::identify, Mode::respond, Mode::sign, Mode::tds}) {
    if (policy.allows(mode)) modes.push_back(to_string(mode));
  }
  return modes;
}

}  // namespace

Json issued_card_json(const issuer::CardInfo& card) {
  Json json{{"id", card.id},
            {"customer", card.customer},
            {"pan", card.pan},
            {"psn", card.psn},
            {"aid", to_hex(card.aid)},
            {"state", to_string(card.state)},
            {"last_atc", fmt::format("{:04X}", card.last_atc)},
            {"tries_left", card.tries_left},
            {"replaces", nullptr},
            {"tampered", card.tampered},
            {"window", card.policy.record.window},
            {"tries", card.policy.tries},
            {"reach", card.policy.reach},
            {"unblock_after", card.policy.unblock_after},
            {"modes", mode_list(card.policy)}};
  if (card.replaces != 0) json["replaces"] = card.replaces;
  return json;
}

Json audit_row_json(const issuer::AuditRow& row) {
  Json detail = Json::parse(row.detail, nullptr, false);
  if (!detail.is_object()) detail = Json{{"text", row.detail}};  // not written by us
  return {{"number", row.number},
          {"at_ms", row.at},
          {"card", row.card},
          {"event", row.event},
          {"detail", detail}};
}

Json audit_check_json(const issuer::AuditCheck& check, const issuer::AuditHead& head) {
  Json json{{"whole", check.broken_at == 0 && check.tampered.empty()},
            {"rows", check.rows},
            {"broken_at", nullptr},
            {"tampered", check.tampered},
            {"head", {{"number", head.number}, {"chain", to_hex(head.chain)}}}};
  if (check.broken_at != 0) json["broken_at"] = check.broken_at;
  return json;
}

}  // namespace sesame::sim
