// The order to a reader with a pinpad: take a PIN, put it in this VERIFY, send it.
#pragma once

#include <array>
#include <cstddef>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"

namespace sesame::pcsc {

inline constexpr std::size_t kPinVerifyHeader = 19;

using Language = std::array<char, 2>;  // ISO 639-1

// PIN_VERIFY_STRUCTURE of PC/SC part 10, 2.5.2, little-endian, without padding, for a PIN block of EMV's format 2
// (EMV 4.3 Book 3, 6.5.12: 2, length, digits, F…) of 4 to 12 digits, ended by the reader's OK. `command` is a
// command APDU whose PIN block is empty.
Buffer<kPinVerifyHeader + emv::kMaxCommand> pin_verify_structure(Bytes command, Language language);

}  // namespace sesame::pcsc
