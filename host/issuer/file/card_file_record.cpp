#include "host/issuer/file/card_file_record.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/core/emv/tags.hpp"

namespace sesame::issuer {

namespace {

namespace tag = emv::tag;

enum class Network { cap, dpa, bancontact, visa, mastercard, maestro, other };

struct Known {
  std::array<std::uint8_t, 8> aid{};
  std::size_t size = 7;
  Network network = Network::other;
};
// In the order in which a Vasco 810 tries them.
constexpr std::array<Known, 8> kKnown{{
    {{0xA0, 0x00, 0x00, 0x00, 0x03, 0x80, 0x02}, 7, Network::dpa},
    {{0xA0, 0x00, 0x00, 0x00, 0x04, 0x80, 0x02}, 7, Network::cap},
    {{0xD0, 0x56, 0x00, 0x06, 0x66, 0x11, 0x10, 0x10}, 8, Network::bancontact},
    {{0xA0, 0x00, 0x00, 0x00, 0x03, 0x20, 0x10}, 7, Network::visa},  // Visa Electron
    {{0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10}, 7, Network::visa},
    {{0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10}, 7, Network::mastercard},
    {{0xA0, 0x00, 0x00, 0x00, 0x04, 0x30, 0x60}, 7, Network::maestro},
    {{0xA0, 0x00, 0x00, 0x02, 0x04, 0x00, 0x00}, 7, Network::cap},  // APACS, made for codes
}};

Bytes aid_of(const Known& known) { return Bytes(known.aid).first(known.size); }

Network network(Bytes aid) {
  const auto known = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const Known& row) { return starts_with(aid, aid_of(row)); });
  return known == kKnown.end() ? Network::other : known->network;
}

Bytes data(const card::Application& application, emv::Tag tag) {
  const auto found = application.data.find(tag);
  return found == application.data.end() ? Bytes{} : Bytes(found->second);
}

// Nationality Belgium and the mark of the Belgian network, both in BF0C.
bool is_belgian(const card::Application& application) {
  static constexpr std::array<std::uint8_t, 2> kBelgium{0x00, 0x56};
  static constexpr std::array<std::uint8_t, 6> kMark{'B', 'K', 'S', '0', '5', '6'};
  const auto in_fci = [&](emv::Tag tag) {
    const auto& list = application.discretionary;
    return std::find(list.begin(), list.end(), tag) != list.end() ? data(application, tag) : Bytes{};
  };
  return equal(in_fci(tag::cardholder_nationality), kBelgium) && starts_with(in_fci(tag::banksys), kMark);
}

Terminal terminal(Network network, bool belgian) {
  switch (network) {
    case Network::cap: return Terminal::cap;
    case Network::dpa: return Terminal::dpa;
    case Network::visa: return belgian ? Terminal::belgian_payment : Terminal::visa_payment;
    case Network::bancontact:
    case Network::maestro: return belgian ? Terminal::belgian_payment : Terminal::payment;
    case Network::mastercard:
    case Network::other: break;
  }
  return Terminal::payment;
}

// Visa's own names count on its cards.
Bytes code_data(const card::Application& application, bool visa, emv::Tag usual, emv::Tag visas) {
  const Bytes own = visa ? data(application, visas) : Bytes{};
  return own.empty() ? data(application, usual) : own;
}

CvrTemplate cvr(const card::CvrTemplate& cvr) {
  switch (cvr.format) {
    case card::CvrFormat::visa: return {CvrFormat::visa, cvr.bytes};
    case card::CvrFormat::mchip: return {CvrFormat::mchip, cvr.bytes};
    case card::CvrFormat::ccd: break;
  }
  return {CvrFormat::ccd, cvr.bytes};
}

IadPiece::Kind kind(card::IadPiece::Kind kind) {
  switch (kind) {
    case card::IadPiece::Kind::fixed: return IadPiece::Kind::fixed;
    case card::IadPiece::Kind::cvr: return IadPiece::Kind::cvr;
    case card::IadPiece::Kind::counters: break;
  }
  return IadPiece::Kind::counters;
}

void set_cryptogram(const card::CryptogramRules& rules, CardRecord& record) {
  record.master_key = rules.master_key.clone();
  record.scheme = rules.scheme;
  record.tree = rules.tree;
  record.mac_input = rules.mac_input == card::MacInput::cdol ? MacInput::cdol : MacInput::list;
  for (const card::IadPiece& piece : rules.iad) record.iad.push_back({kind(piece.kind), piece.bytes});
  record.cvr = cvr(rules.cvr);
  if (rules.mac_cvr) record.mac_cvr = cvr(*rules.mac_cvr);
  record.counters = rules.counters;
}

}  // namespace

std::optional<std::size_t> code_application(const card::Personalization& card, Bytes aid) {
  const auto position = [&](Bytes wanted) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < card.applications.size(); ++i) {
      if (starts_with(card.applications[i].aid, wanted)) return i;
    }
    return std::nullopt;
  };
  if (!aid.empty()) return position(aid);
  for (const Known& known : kKnown) {
    if (const auto found = position(aid_of(known))) return found;
  }
  return card.applications.empty() ? std::nullopt : std::optional<std::size_t>(0);
}

CardRecord record_of(const card::Personalization& card, std::size_t application) {
  const card::Application& from = card.applications.at(application);
  const Network of = network(from.aid);
  const bool visa = of == Network::visa || of == Network::dpa;
  const bool belgian = is_belgian(from);
  CardRecord record;
  set_cryptogram(from.cryptogram, record);
  record.terminal = terminal(of, belgian);
  record.aip = from.aip;
  record.cdol1 = from.cdol1;
  record.pin_tries = card.try_limit;
  const Bytes iaf = code_data(from, visa, tag::iaf, tag::visa_iaf);
  if (!iaf.empty()) record.iaf = iaf[0];
  record.psn = static_cast<std::uint8_t>((card.psn.at(0) - '0') << 4 | (card.psn.at(1) - '0'));
  const Bytes mask = code_data(from, visa, tag::ipb, tag::visa_ipb);
  record.mask.assign(mask.begin(), mask.end());
  if (of == Network::bancontact || (mask.empty() && belgian)) {
    record.rule = CodeRule::belgian;
    record.mask.clear();
  } else if (mask.empty() && visa) {
    record.mask.assign(kVisaMask.begin(), kVisaMask.end());
  }
  return record;
}

}  // namespace sesame::issuer
