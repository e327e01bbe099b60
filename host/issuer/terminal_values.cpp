#include "host/issuer/terminal_values.hpp"

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::issuer {

namespace {

namespace tag = emv::tag;

constexpr std::size_t kMostData = 255;

struct Sent {
  ByteString value;     // none: zeros
  bool number = false;  // right-justified in the length asked for (EMV 4.3 Book 3, 5.4)
};

Sent sent_for(emv::Tag asked, Terminal terminal, const Inputs& inputs) {
  const bool made_for_codes = terminal == Terminal::cap || terminal == Terminal::dpa;
  const bool belgian = terminal == Terminal::belgian_payment;
  const bool visa = terminal == Terminal::dpa || terminal == Terminal::visa_payment;
  switch (asked) {
    case tag::unpredictable_number:
      return {{inputs.unpredictable_number.begin(), inputs.unpredictable_number.end()}, true};
    case tag::amount_authorised: return {{inputs.amount.begin(), inputs.amount.end()}, true};
    case tag::transaction_currency: return {{inputs.currency.begin(), inputs.currency.end()}, true};
    case tag::tvr: return {{0x80, 0x00, 0x00, static_cast<std::uint8_t>(belgian ? 0x08 : 0x00), 0x00}};
    case tag::transaction_date: return visa ? Sent{{0x01, 0x01, 0x01}, true} : Sent{};
    case tag::terminal_type:
      return {{static_cast<std::uint8_t>(belgian || terminal == Terminal::visa_payment ? 0x37 : 0x34)}, true};
    case tag::cvm_results: return made_for_codes ? Sent{{0x01, 0x00, 0x02}} : Sent{};
    case tag::terminal_capabilities: return {{0x20, 0x80, 0x00}};
    case tag::authorisation_response_code: return {{'Z', static_cast<std::uint8_t>(belgian ? '1' : '3')}};
    default: return {};  // known to be zeros, or zeros as this reader does not know it
  }
}

}  // namespace

std::optional<ByteString> terminal_data(Bytes dol, Terminal terminal, const Inputs& inputs) {
  const auto length = emv::data_length(dol);
  if (!length || *length > kMostData) return std::nullopt;
  ByteString data;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) return std::nullopt;
    const auto [value, number] = sent_for(entry->tag, terminal, inputs);
    const std::size_t kept = std::min<std::size_t>(value.size(), entry->length);
    const std::size_t zeros = entry->length - kept;
    if (number) data.insert(data.end(), zeros, 0);
    const auto from = number ? value.end() - static_cast<std::ptrdiff_t>(kept) : value.begin();
    data.insert(data.end(), from, from + static_cast<std::ptrdiff_t>(kept));
    if (!number) data.insert(data.end(), zeros, 0);
  }
  return data;
}

std::optional<Place> place_in(Bytes dol, emv::Tag tag) {
  std::optional<Place> found;
  std::size_t offset = 0;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) return std::nullopt;
    if (entry->tag == tag && !found) found = Place{offset, entry->length};
    offset += entry->length;
  }
  return found;
}

}  // namespace sesame::issuer
