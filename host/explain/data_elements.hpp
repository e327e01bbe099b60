// What the value of a data element says, bit by bit or part by part: EMV 4.3 Book 3, annex A to C and Book 4,
// annex A; and the elements of CAP, which have no public specification (docs of the reader's mask,
// firmware/core/cap).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/tlv.hpp"

namespace sesame::explain {

// A line for each thing that it says; none where its bytes say it themselves, and where nothing is known of
// the tag. A bit that is set and reserved is said to be that, and a length that the element cannot have is.
std::vector<std::string> explain_value(emv::Tag tag, Bytes value);

// Issuer Code Table Index (9F11), two digits: n of ISO/IEC 8859-n, 1 to 16; nothing where it is none.
std::optional<int> code_table(Bytes index);

}  // namespace sesame::explain
