// The issuer's cards and audit as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "host/issuer/store/registry.hpp"

namespace sesame::sim {

// Without a key, and with its PAN masked.
nlohmann::ordered_json issued_card_json(const issuer::CardInfo& card);
nlohmann::ordered_json audit_row_json(const issuer::AuditRow& row);
nlohmann::ordered_json audit_check_json(const issuer::AuditCheck& check, const issuer::AuditHead& head);

}  // namespace sesame::sim
