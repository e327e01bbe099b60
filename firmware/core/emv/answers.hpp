// What a card answers to SELECT, GET PROCESSING OPTIONS and GENERATE AC, taken apart. Every field of a
// result points into the bytes that were parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "firmware/core/result.hpp"

namespace sesame::emv {

enum class AnswerError {
  not_tlv,           // not one well-formed data object, or bytes after it
  wrong_template,    // well-formed, but not the template that this command answers with
  missing_field,     // the template lacks a mandatory data object
  redundant_object,  // a data object that the dialogue needs stands in the template twice
  wrong_length,      // a data object has a length it cannot have
  bad_file_locator,  // an AFL entry that names no records (EMV 4.3 Book 3, 10.2)
};
std::string_view to_string(AnswerError);

// The FCI of an application: EMV 4.3 Book 1, 11.3.4. All fields are optional here: a caller that needs one
// checks for it. What serves the cardholder only (label, names, language, priority) is as good as absent
// where it stands there twice: it ends no session (Book 1, 12.2.5).
struct Fci {
  Bytes df_name;                         // 84: the full AID
  Bytes label;                           // 50
  Bytes preferred_name;                  // 9F12
  Bytes language_preference;             // 5F2D: two-letter codes, the first is preferred
  Bytes pdol;                            // 9F38
  Bytes issuer_discretionary;            // BF0C, its content
  std::optional<std::uint8_t> priority;  // 87
  std::optional<std::uint8_t> sfi;       // 88: the directory file of a PSE

  // Whether this answers a SELECT of `name`: the DF name is that name, or begins with it (Book 1, 12.3.3). A
  // card, and an applet that is selected by default, may answer with another one's FCI.
  bool answers(Bytes name) const { return starts_with(df_name, name); }
};
Result<Fci, AnswerError> parse_fci(Bytes data);

// GET PROCESSING OPTIONS: EMV 4.3 Book 3, 6.5.8.4, format 1 (80) or 2 (77).
struct ProcessingOptions {
  Bytes aip;  // 2 bytes
  Bytes afl;  // a multiple of 4 bytes
};
Result<ProcessingOptions, AnswerError> parse_processing_options(Bytes data);

// GENERATE AC: EMV 4.3 Book 3, 6.5.5.4, format 1 (80: CID, ATC, AC, IAD) or 2 (77, in any order).
struct Cryptogram {
  std::uint8_t cid = 0;
  Bytes atc;  // 2 bytes
  Bytes ac;   // 8 bytes
  Bytes iad;  // 0 to 32 bytes

  // Bits 8 and 7 of the CID: what the card gave (table 14).
  enum class Type : std::uint8_t { aac = 0x00, tc = 0x40, arqc = 0x80, rfu = 0xC0 };
  Type type() const { return static_cast<Type>(cid & 0xC0); }
};
Result<Cryptogram, AnswerError> parse_cryptogram(Bytes data);

// The records that an AFL names, one after the other: EMV 4.3 Book 3, 10.2.
struct RecordAddress {
  std::uint8_t sfi = 0;     // 1 to 30
  std::uint8_t record = 0;  // 1 to 255
};
class AflReader {
 public:
  AflReader() = default;
  explicit AflReader(Bytes afl) : afl_(afl) {}
  bool more() const { return offset_ < afl_.size(); }
  Result<RecordAddress, AnswerError> next();

 private:
  Bytes afl_;
  std::size_t offset_ = 0;
  std::uint8_t past_ = 0;  // records of this entry already given
};

}  // namespace sesame::emv
