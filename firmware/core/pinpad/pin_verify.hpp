// The order of a program on a computer to have a PIN typed at the reader: PC/SC part 10 (2.02.09), 2.5.2,
// PIN_VERIFY_STRUCTURE, as FEATURE_VERIFY_PIN_DIRECT carries it. It has a VERIFY without its PIN, and says
// where the PIN goes and in which form; the reader fills it in, and the program never sees it.
//
//   offset  size
//        0     1  bTimeOut                  seconds until the first key; 00: the reader's own
//        1     1  bTimeOut2                 seconds after a key; 00: the reader's own
//        2     1  bmFormatString            where the PIN begins, on which side, binary, BCD or ASCII
//        3     1  bmPINBlockString          bits of the PIN's length, bytes of its block
//        4     1  bmPINLengthFormat         where the length goes
//        5     2  wPINMaxExtraDigit         most digits, then least
//        7     1  bEntryValidationCondition 01 at the most digits, 02 at OK (always one), 04 at the time-out
//        8     1  bNumberMessage            the reader always says what it wants
//        9     2  wLangId
//       11     1  bMsgIndex
//       12     3  bTeoPrologue              T=1 framing, which is the slot's own business
//       15     4  ulDataLength
//       19        abData                    the command APDU
//
// Numbers are little-endian. Positions count from the first bit of the data field. Programs disagree on the
// PIN's block, in two ways that both are taken: it counts from the PIN, or from the data field (a block that
// would reach beyond the data ends with it); and it may be shorter than the most digits (the PIN then goes on
// to the end of the data). A block of 0 is the rest of the data field, or, where the data ends before the PIN
// begins, as long as the PIN: Lc then follows.
//
// Only a VERIFY is filled in: a PIN in another command might be stored, and read back.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/cap/transaction.hpp"
#include "firmware/core/emv/apdu.hpp"

namespace sesame::pinpad {

enum class PinVerifyError {
  length,    // the structure is not as long as it says
  command,   // not a VERIFY of case 3, nor one that waits for its data
  digits,    // no number of digits is both allowed there and possible here
  format,    // a form of PIN that is not defined
  position,  // the PIN would stand outside the command's data, or its length not before it
};
std::string_view to_string(PinVerifyError);

enum class PinForm : std::uint8_t { binary, bcd, ascii };  // 1 is 01, the nibble 1, 31

struct PinVerify {
  std::uint8_t timeout = 0, timeout_after_key = 0;  // seconds; 0: the reader's own
  PinForm form = PinForm::bcd;
  bool right_justified = false;
  std::uint16_t position = 0, length_position = 0;  // in bits, from the first bit of the data field
  std::uint8_t length_bits = 0;                     // 0: the length is not told
  std::uint8_t block = 0;                           // bytes
  std::uint8_t least = 0, most = 0;                 // digits; at most cap::kMaxPinDigits
  bool ends_at_most = false, ends_at_timeout = false;
  std::uint16_t language_id = 0;  // USB LANGID
  Bytes command;                  // points into what was parsed
};
Result<PinVerify, PinVerifyError> parse_pin_verify(Bytes structure);

using PinCommand = SecretVector<std::uint8_t, emv::kMaxCommand>;

// Puts the PIN, of `least` to `most` digits, into the command that stands there. False: it does not fit.
[[nodiscard]] bool insert_pin(const PinVerify& how, const cap::Pin& pin, PinCommand& command);

}  // namespace sesame::pinpad
