// What cards say in letters.
#pragma once

#include <optional>
#include <string>

#include "firmware/core/bytes.hpp"

namespace sesame::cli {

// In UTF-8, not judged. `code_table` n is ISO 8859-n, as the Issuer Code Table Index (9F11) has it for the
// Application Preferred Name (9F12; EMV 4.3 Book 3, annex A). Without one: ASCII as the standard has it, and
// what cards do all the same: UTF-8, else ISO 8859-1.
std::string label_text(Bytes label, std::optional<int> code_table = std::nullopt);

}  // namespace sesame::cli
