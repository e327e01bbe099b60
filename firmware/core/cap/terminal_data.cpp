#include "firmware/core/cap/terminal_data.hpp"

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::cap {

namespace {

using emv::Format;
namespace tag = emv::tag;

struct Value {
  Bytes bytes;  // shorter than asked for: filled up with zeros
  Format format = Format::other;
  bool known = true;
};

// Constants of the terminal, which lie in read-only memory.
template <int... kByte>
Value bytes() {
  static constexpr std::array<std::uint8_t, sizeof...(kByte)> all{kByte...};
  return {all};
}

Value number(Bytes bcd) { return {bcd, Format::number}; }
Value as_number(const Value& value) { return number(value.bytes); }

Value terminal_value(emv::Tag asked, const TerminalContext& context) {
  const bool dedicated = made_for_codes(context.family);
  const bool belgian = context.belgian_payment();
  const bool visa_payment = context.family == Family::visa;
  switch (asked) {
    case tag::unpredictable_number: return number(context.inputs.unpredictable_number);
    case tag::amount_authorised: return number(context.inputs.amount);
    case tag::transaction_currency: return number(context.inputs.currency);
    // Offline data authentication not performed; Belgian: merchant forced the transaction online.
    case tag::tvr: return belgian ? bytes<0x80, 0, 0, 0x08, 0>() : bytes<0x80, 0, 0, 0, 0>();
    case tag::transaction_date:
      return as_number(context.family == Family::dpa || (visa_payment && !belgian) ? bytes<1, 1, 1>()
                                                                                   : bytes<0, 0, 0>());
    case tag::terminal_type: return as_number(belgian || visa_payment ? bytes<0x37>() : bytes<0x34>());
    // Plaintext PIN verified by the card, successful.
    case tag::cvm_results: return dedicated ? bytes<0x01, 0x00, 0x02>() : bytes<0, 0, 0>();
    // IC with contacts; plaintext PIN for ICC verification.
    case tag::terminal_capabilities: return bytes<0x20, 0x80, 0x00>();
    // Z3: unable to go online, declined. Z1: declined offline.
    case tag::authorisation_response_code: return belgian ? bytes<'Z', '1'>() : bytes<'Z', '3'>();
    case tag::amount_other:
    case tag::terminal_country:
    case tag::transaction_type:
    case tag::merchant_category:
    case tag::additional_terminal_capabilities:
    case tag::data_authentication_code:
    case tag::icc_dynamic_number:
    case tag::issuer_authentication_data:
    case tag::terminal_df40: return {};
    default: {
      Value unknown;
      unknown.known = false;
      return unknown;
    }
  }
}

void note(UnknownTags& unknown, emv::Tag tag) {
  if (std::find(unknown.begin(), unknown.end(), tag) != unknown.end()) return;
  static_cast<void>(unknown.push(tag));  // a ninth is not named: the zeros are sent all the same
}

}  // namespace

bool asks_too_early(Bytes dol, const TypedLater& later) {
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) return false;
    const bool amount = entry->tag == tag::amount_authorised || entry->tag == tag::transaction_currency;
    if (amount ? later.amount : later.number && entry->tag == tag::unpredictable_number) return true;
  }
  return false;
}

bool append_dol_data(emv::CommandBuffer& out, Bytes dol, const TerminalContext& context,
                     UnknownTags& unknown) {
  const auto length = emv::data_length(dol);
  if (!length || *length > 255) return false;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) return false;
    const Value value = terminal_value(entry->tag, context);
    if (!value.known) note(unknown, entry->tag);
    if (!append_fitted(out, value.bytes, entry->length, value.format)) return false;
  }
  return true;
}

}  // namespace sesame::cap
