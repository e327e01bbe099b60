// JSON as it goes out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sesame::safe {

// Valid JSON in UTF-8 whatever bytes its strings hold, and never an exception: what is no UTF-8 becomes
// U+FFFD. What a terminal would obey (safe_text.hpp) is escaped, so that nothing of it is lost. `indent` -1:
// on one line.
std::string json(const nlohmann::ordered_json& value, int indent = -1);
std::string json(const nlohmann::json& value, int indent = -1);

}  // namespace sesame::safe
