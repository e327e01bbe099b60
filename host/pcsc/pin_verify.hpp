// The order to a reader with a pinpad: take a PIN, put it in this VERIFY, send it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"

namespace sesame::pcsc {

inline constexpr std::size_t kPinVerifyHeader = 19;

// In which the pinpad speaks: a USB LANGID, as a file of hw-profiles/texts has it.
using LanguageId = std::uint16_t;
inline constexpr LanguageId kEnglish = 0x0409;

// PIN_VERIFY_STRUCTURE of PC/SC part 10, 2.5.2, little-endian, without padding, for a PIN block of EMV's
// format 2 (EMV 4.3 Book 3, 6.5.12: 2, length, digits, F…) of 4 to 12 digits, ended by the reader's OK.
// `command` is a command APDU whose PIN block is empty. English where the language is 0.
Buffer<kPinVerifyHeader + emv::kMaxCommand> pin_verify_structure(Bytes command, LanguageId language);

}  // namespace sesame::pcsc
