// What makes one virtual card: the content of a file in hw-profiles/cards. Test keys and made-up PANs only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/emv/tlv.hpp"
#include "host/base/secret.hpp"
#include "host/card/behavior.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/key.hpp"
#include "host/keys/mac.hpp"
#include "host/keys/scheme.hpp"

namespace sesame::card {

using ByteString = std::vector<std::uint8_t>;
inline void append(ByteString& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

// How the answers to GET PROCESSING OPTIONS and GENERATE AC are laid out (EMV 4.3 Book 3, 6.5.5.4
// and 6.5.8.4).
enum class AnswerFormat : std::uint8_t { format1 = 1, format2 = 2 };

// Where the card verification results keep what happened in this transaction.
enum class CvrFormat : std::uint8_t {
  visa,   // 4 bytes: 03, then three
  mchip,  // 6 bytes
  ccd,    // 5 bytes (EMV 4.3 Book 3, annex C9.3)
};
inline constexpr std::string_view kCvrFormatNames[] = {"visa", "mchip", "ccd"};
constexpr std::span<const std::string_view> names(CvrFormat) { return kCvrFormatNames; }

// The bits that depend on the transaction are set live; the rest stays as it is here.
struct CvrTemplate {
  CvrFormat format = CvrFormat::visa;
  ByteString bytes;
};

// The issuer application data, piece by piece: at most 32 bytes in all.
struct IadPiece {
  enum class Kind : std::uint8_t { fixed, cvr, counters };
  Kind kind = Kind::fixed;
  ByteString bytes;  // fixed
};

// Which terminal data the card puts under its MAC.
enum class MacInput : std::uint8_t {
  list,  // 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37, whatever else CDOL1 has
  cdol,  // all data of the CDOL: CDOL1's for the first cryptogram, CDOL2's for the second
};
inline constexpr std::string_view kMacInputNames[] = {"list", "cdol"};
constexpr std::span<const std::string_view> names(MacInput) { return kMacInputNames; }

// How the card computes its cryptograms.
struct CryptogramRules {
  keys::Scheme scheme = keys::Scheme::cvn18;
  keys::Key master_key;  // of this card: given, or derived from an IMK, PAN and PSN when the file was read
  keys::MasterKeyOption option = keys::MasterKeyOption::b;  // how one comes from an IMK
  keys::Tree tree;
  MacInput mac_input = MacInput::list;
  std::vector<IadPiece> iad;
  CvrTemplate cvr;                     // the {cvr} of the IAD
  std::optional<CvrTemplate> mac_cvr;  // the CVR under the MAC, where it is another
  ByteString counters;                 // 8 bytes, for M/Chip CVN 17 and 21, and {counters}
};

struct Record {
  std::uint8_t sfi = 0;     // 1 to 30
  std::uint8_t number = 0;  // 1 to 255
  std::vector<emv::Tag> tags;
};

struct Application {
  ByteString aid;                        // 5 to 16 bytes
  std::string label;                     // up to 16 characters
  std::optional<std::uint8_t> priority;  // 1 to 15
  bool in_directory = true;              // listed in the PSE, where the card has one
  ByteString aip;                        // 2 bytes
  ByteString pdol, cdol1, cdol2;         // data object lists; no PDOL: empty
  AnswerFormat answer_format = AnswerFormat::format2;
  bool needs_pin = true;                // answers AAC where the PIN was not verified
  std::vector<emv::Tag> discretionary;  // what the FCI has in BF0C
  std::vector<Record> records;          // in the order of the AFL
  // Every data object that a record or BF0C can name; 5A, 5F34, 8C, 8D, 9F55, 9F56 come from their own keys.
  std::map<emv::Tag, ByteString> data;
  CryptogramRules cryptogram;
};

enum class Protocol : std::uint8_t { t0, t1 };
inline constexpr std::string_view kProtocolNames[] = {"T=0", "T=1"};
constexpr std::span<const std::string_view> names(Protocol) { return kProtocolNames; }

struct Personalization {
  std::string name;            // of the file, without .toml
  std::string title;           // one line for a person
  std::string pan;             // 12 to 19 digits
  std::string psn = "00";      // two digits
  SecretString pin;            // 4 to 12 digits
  std::uint8_t try_limit = 3;  // 1 to 15
  ByteString atr;
  std::optional<ByteString> warm_atr;  // what a warm reset answers, where it differs
  Protocol protocol = Protocol::t0;
  std::string language;  // 5F2D: "fr", "fren"; may be empty
  bool pse = false;      // 1PAY.SYS.DDF01
  std::vector<Application> applications;
  Behavior behavior;
};

}  // namespace sesame::card
