// Fields that seeds and requests have in common. A mistake is told as is the document's own.
#pragma once

#include <string>

#include "host/document/value.hpp"
#include "sim/bank/ledger.hpp"

namespace sesame::bank {

inline constexpr std::size_t kLongestName = 70;  // bytes; SEPA's

std::string name_of(const document::Value& value);
std::string iban_of(const document::Value& value);
Cents amount_of(const document::Value& value);
Entitlements entitlements_of(const document::Value& value);

}  // namespace sesame::bank
