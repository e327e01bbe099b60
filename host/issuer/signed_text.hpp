// A text that a connected reader has shown, and that has its OK there: its code is that of a TDS with these
// numbers. The reader's side is firmware/core/signing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sesame::issuer {

// The eight words of the text's SHA-256, each as ten decimal digits.
std::vector<std::string> numbers_of_text(std::string_view text);

}  // namespace sesame::issuer
