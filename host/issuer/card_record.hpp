// What the issuer knows of one application of a card. Written from the documents, as the card's own data are
// (host/card/personalization.hpp), and not shared with them: the two must be able to disagree.
//
// Data alone: a record may come from a file or a store, and hold anything. fault() says what is wrong with
// it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/key.hpp"
#include "host/keys/scheme.hpp"

namespace sesame::issuer {

using ByteString = std::vector<std::uint8_t>;
inline void append(ByteString& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

// How the digits come from the card's answer.
enum class CodeRule : std::uint8_t {
  mask,     // the bits of PSN? ‖ CID ‖ ATC ‖ AC ‖ IAD under the ones of the IPB
  belgian,  // the function of Belgian cards without an IPB, and of Bancontact always
};
inline constexpr std::string_view kCodeRuleNames[] = {"mask", "belgian"};
constexpr std::span<const std::string_view> names(CodeRule) { return kCodeRuleNames; }

// The mask of Visa cards that have no IPB: 33 bits.
inline constexpr std::array<std::uint8_t, 18> kVisaMask{0x00, 0x00, 0xFF, 0xFF, 0xFF, 0, 0,    0,    0,
                                                        0,    0,    0,    0,    0,    0, 0x20, 0xB9, 0x38};

// What readers answer where this application asks for terminal data.
enum class Terminal : std::uint8_t {
  cap,              // an application made for codes, Mastercard's
  dpa,              // and Visa's
  visa_payment,     // of a card that is not Belgian
  payment,          // any other payment application of such a card
  belgian_payment,  // Maestro, Bancontact or Visa on a Belgian card
};
inline constexpr std::string_view kTerminalNames[] = {"cap", "dpa", "visa-payment", "payment",
                                                      "belgian-payment"};
constexpr std::span<const std::string_view> names(Terminal) { return kTerminalNames; }

// Which terminal data are under the MAC.
enum class MacInput : std::uint8_t {
  list,  // 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37, in this order, whatever else CDOL1 asks for
  cdol,  // all that CDOL1 asks for
};
inline constexpr std::string_view kMacInputNames[] = {"list", "cdol"};
constexpr std::span<const std::string_view> names(MacInput) { return kMacInputNames; }

// Where the card verification results say what happened.
enum class CvrFormat : std::uint8_t {
  visa,   // 4 bytes: 03, then three
  mchip,  // 6 bytes
  ccd,    // 5 bytes (EMV 4.3 Book 3, annex C9.3)
};
inline constexpr std::string_view kCvrFormatNames[] = {"visa", "mchip", "ccd"};
constexpr std::span<const std::string_view> names(CvrFormat) { return kCvrFormatNames; }

// The bits for cryptogram and PIN are set by who uses it (issuer_data.hpp); all others are as here.
struct CvrTemplate {
  CvrFormat format = CvrFormat::visa;
  ByteString bytes;
};

struct IadPiece {
  enum class Kind : std::uint8_t { fixed, cvr, counters };
  Kind kind = Kind::fixed;
  ByteString bytes;  // fixed
};
inline constexpr std::string_view kIadPieceNames[] = {"fixed", "cvr", "counters"};
constexpr std::span<const std::string_view> names(IadPiece::Kind) { return kIadPieceNames; }

// The first byte of the IAF (9F55).
namespace iaf {
inline constexpr std::uint8_t amount = 0x80;       // Mode 1 takes the amount, and the currency
inline constexpr std::uint8_t psn = 0x40;          // the PSN is part of the data
inline constexpr std::uint8_t amount_only = 0x20;  // with 0x80: the amount without the currency
}  // namespace iaf

inline constexpr std::size_t kMaxIad = 32;
inline constexpr std::size_t kMaxData = 1 + 1 + 2 + 8 + kMaxIad;  // PSN, CID, ATC, AC, IAD

// A CAP or DPA application counts only what it makes codes of.
inline constexpr std::uint16_t kUsualWindow = 10;

struct CardRecord {
  keys::Key master_key;  // the card's own
  keys::Scheme scheme = keys::Scheme::cvn18;
  keys::Tree tree;

  Terminal terminal = Terminal::cap;
  MacInput mac_input = MacInput::list;
  ByteString aip;    // 2 bytes
  ByteString cdol1;  // asks for at most 255 bytes

  std::vector<IadPiece> iad;           // 1 to 32 bytes in all, with at most one CVR and one counters
  CvrTemplate cvr;                     // of the IAD
  std::optional<CvrTemplate> mac_cvr;  // under the MAC, where it is another
  ByteString counters;                 // 8 bytes where CVN 17 or 21, or the IAD, needs them
  std::uint8_t pin_tries = 3;          // left after a right PIN, which a CVR of format ccd tells: 1 to 15

  CodeRule rule = CodeRule::mask;
  ByteString mask;       // with CodeRule::mask
  std::uint8_t iaf = 0;  // the first byte
  std::uint8_t psn = 0;  // BCD; of use where the IAF has iaf::psn

  std::uint16_t window = kUsualWindow;  // how far above the last accepted ATC a code may be: 1 or more
};

// Why no code of this card can be checked, as one clause; nothing where it can.
std::optional<std::string_view> fault(const CardRecord& card);

}  // namespace sesame::issuer
