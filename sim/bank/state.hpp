// All that a bank of a test has, as JSON, to begin another one with: its tables, and its customers' cards
// with the last accepted ATC of each.
//
//     {"now_ms": …, "tables": {"users": [{"id": 1, …}, …], …}, "cards": [{"customer": "10002000/1",
//       "toml": "…", "last_atc": "0007"}]}
//
// Bytes are {"hex": "…"}. What is worth nothing elsewhere is not in it: sessions and what hangs on them,
// failures that were counted, and signing keys.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/bank/tenants.hpp"

namespace sesame::bank {

nlohmann::ordered_json state_json(Tenant& tenant);
// Into a bank without customers. Failure(Failure::invalid): it is no such state.
void load_state(Tenant& tenant, const nlohmann::ordered_json& state);

}  // namespace sesame::bank
