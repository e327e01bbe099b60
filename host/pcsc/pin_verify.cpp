#include "host/pcsc/pin_verify.hpp"

#include <array>

namespace sesame::pcsc {

namespace {

// Everything before ulDataLength.
constexpr std::array<std::uint8_t, kPinVerifyHeader - 4> kFixed{
    30,                // bTimerOut: seconds
    30,                // bTimerOut2: seconds from the first key
    0x89,              // bmFormatString: the PIN begins one byte into the block, left-justified, BCD
    0x47,              // bmPINBlockString: a length of 4 bits, a PIN of 7 bytes
    0x04,              // bmPINLengthFormat: the length begins 4 bits into the block
    0x0C, 0x04,        // wPINMaxExtraDigit: at most 12 digits, at least 4
    0x02,              // bEntryValidationCondition: the OK key
    0x01,              // bNumberMessage: one
    0x00, 0x00,        // wLangId: put in later
    0x00,              // bMsgIndex: the first message, which asks for a PIN
    0x00, 0x00, 0x00,  // bTeoPrologue: the reader's affair
};

constexpr std::size_t kLanguage = 9;

}  // namespace

Buffer<kPinVerifyHeader + emv::kMaxCommand> pin_verify_structure(Bytes command, LanguageId language) {
  Buffer<kPinVerifyHeader + emv::kMaxCommand> out;
  bool fits = out.append(kFixed);
  const LanguageId id = language == 0 ? kEnglish : language;
  out[kLanguage] = static_cast<std::uint8_t>(id & 0xFF);
  out[kLanguage + 1] = static_cast<std::uint8_t>(id >> 8);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    fits = fits && out.push(static_cast<std::uint8_t>(command.size() >> shift & 0xFF));
  }
  if (!fits || !out.append(command)) out.clear();
  return out;
}

}  // namespace sesame::pcsc
