// Commands as text, for traces and error lines. What may hold a PIN is never shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::transcript {

// Whether the data field of the command holds a PIN or a PUK, in whatever class (ISO 7816-4:2005,
// 7.5: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER and the like).
bool carries_pin(Bytes command);

// Hexadecimal, with a `*` for every nibble of a data field that carries a PIN; its length stays. Of such
// a command that is no APDU of case 1 to 4, everything after the header is masked.
std::string masked_hex(Bytes command);

// The command with FF for every byte that masked_hex() masks, and of which it makes the same.
std::vector<std::uint8_t> without_pin(Bytes command);

// The name that EMV 4.3 Book 3, 6.5 or ISO 7816-4 gives it, with what its header says; "the command"
// where it has none. "READ RECORD 2, SFI 3", "GET DATA 9F17", "GENERATE AC for an ARQC".
std::string command_name(Bytes command);

}  // namespace sesame::transcript
