#include "sim/bank/fields.hpp"

namespace sesame::bank {

using document::Value;

Cents amount_of(const Value& value) {
  const auto cents = read_money(value.text(16));
  if (!cents) value.refuse("is no amount in euros, such as 12.00");
  return *cents;
}

std::string iban_of(const Value& value) {
  const auto iban = read_iban(value.text(42));
  if (!iban)
    value.refuse("is no IBAN: its check digits are wrong, or it has something else than letters and digits");
  return *iban;
}

std::string name_of(const Value& value) {
  if (value.text(kLongestName).empty()) value.refuse("is empty");
  return std::string(value.text(kLongestName));
}

Entitlements entitlements_of(const Value& value) {
  Entitlements all = 0;
  for (const Value& one : value.list(0, std::size(kEntitlementNames))) {
    all |= static_cast<Entitlements>(1U << static_cast<unsigned>(one.enumerator<Entitlement>()));
  }
  return all;
}

}  // namespace sesame::bank
