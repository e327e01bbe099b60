// Issuer application data (9F10): whose format it is, and what the card verification results (CVR) in it
// tell. Visa's and Mastercard's are known from public sources alone; that of CCD is EMV 4.3 Book 3, annex C7
// and C9.
#pragma once

#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::explain {

// A line for each part and each bit that tells something; one line where the format is none of these.
std::vector<std::string> explain_issuer_data(Bytes iad);

}  // namespace sesame::explain
