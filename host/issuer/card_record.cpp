#include "host/issuer/card_record.hpp"

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/issuer/issuer_data.hpp"
#include "host/issuer/spread.hpp"
#include "host/issuer/terminal_values.hpp"

namespace sesame::issuer {

namespace {

using keys::Scheme;
using Kind = IadPiece::Kind;
using Fault = std::optional<std::string_view>;

std::ptrdiff_t count(const CardRecord& card, Kind kind) {
  return std::count_if(card.iad.begin(), card.iad.end(),
                       [&](const IadPiece& piece) { return piece.kind == kind; });
}

Fault terminal_fault(const CardRecord& card) {
  if (card.aip.size() != 2) return "the AIP has other than 2 bytes";
  const auto length = emv::data_length(card.cdol1);
  if (card.cdol1.empty() || !length || *length > 255) {
    return "CDOL1 is no list of tags and lengths of at most 255 bytes";
  }
  const auto un = place_in(card.cdol1, emv::tag::unpredictable_number);
  const bool in_key = keys::needs_un(keys::rules(card.scheme).session_key);
  if (in_key && (!un || un->length != keys::Un{}.size())) {
    return "CDOL1 does not ask for 9F3704, which the session key needs";
  }
  return std::nullopt;
}

bool well_formed(const CvrTemplate& cvr) { return cvr.bytes.size() == cvr_size(cvr.format); }

// A code made without the PIN is told by the CVR under the MAC, or by nothing.
Fault cvr_fault(const CardRecord& card) {
  const bool in_iad = count(card, Kind::cvr) > 0;
  if (in_iad && !well_formed(card.cvr)) return "the CVR template has not the length of its format";
  if (whole_iad_under_mac(card.scheme)) {
    const auto format = card.scheme == Scheme::cvn18 ? CvrFormat::visa : CvrFormat::ccd;
    if (!in_iad) return "the IAD has no CVR: nothing would tell a code made without the PIN";
    if (card.cvr.format != format) return "the CVR has not the format of the scheme";
    return std::nullopt;
  }
  const CvrTemplate& under_mac = card.mac_cvr ? *card.mac_cvr : card.cvr;
  const auto format = card.scheme == Scheme::cvn10 ? CvrFormat::visa : CvrFormat::mchip;
  if (!well_formed(under_mac))
    return "the template of the CVR under the MAC has not the length of its format";
  if (under_mac.format != format) return "the CVR under the MAC has not the format of the scheme";
  return std::nullopt;
}

Fault iad_fault(const CardRecord& card) {
  if (count(card, Kind::cvr) > 1 || count(card, Kind::counters) > 1) {
    return "the IAD has a CVR, or counters, twice";
  }
  const bool in_mac = card.scheme == Scheme::cvn17 || card.scheme == Scheme::cvn21;
  if ((in_mac || count(card, Kind::counters) > 0) && card.counters.size() != 8) {
    return "the counters have other than 8 bytes";
  }
  if (const Fault fault = cvr_fault(card)) return fault;
  if (!issuer_data(card, {})) return "the IAD has not 1 to 32 bytes";
  return std::nullopt;
}

Fault mask_fault(const CardRecord& card) {
  if (card.rule == CodeRule::belgian) return std::nullopt;
  if (card.mask.empty()) return "the application has no mask (IPB), and there is no usual one";
  const std::size_t psn = (card.iaf & iaf::psn) != 0 ? 1 : 0;
  const std::size_t data = psn + 1 + 2 + 8 + issuer_data(card, {})->iad.size();
  if (card.mask.size() > data) return "the mask (IPB) is longer than the data under it";
  if (ac_bits(card) == 0) return "the mask (IPB) takes no bit of the AC: any code would do";
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> fault(const CardRecord& card) {
  if (static_cast<std::size_t>(card.scheme) >= keys::schemes().size()) return "the key scheme is unknown";
  if (card.window == 0) return "the window is 0: no code would be good";
  if (card.pin_tries < 1 || card.pin_tries > 15) return "the PIN tries are not 1 to 15";
  if (const Fault fault = terminal_fault(card)) return fault;
  if (const Fault fault = iad_fault(card)) return fault;
  return mask_fault(card);
}

}  // namespace sesame::issuer
