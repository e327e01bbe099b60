// The parameters of OAuth 2.0, which come in a query or as application/x-www-form-urlencoded (RFC 6749,
// appendix B).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sesame::bank {

using Parameters = std::map<std::string, std::string>;

// Nothing: one is given twice (RFC 6749, 3.1 and 3.2), or there are too many.
std::optional<Parameters> read_form(std::string_view body);

// Empty where there is none: "parameters sent without a value must be treated as if they were omitted".
const std::string& parameter_of(const Parameters& parameters, const std::string& name);

// `url` with these in its query; those without a value are left out.
std::string with_query(std::string url, const std::vector<std::pair<std::string, std::string>>& parameters);

// What is separated by spaces.
std::vector<std::string_view> words(std::string_view text);

}  // namespace sesame::bank
