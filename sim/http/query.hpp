// The query of a request: what is not understood is refused, never ignored. Each throws ApiError.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "sim/http/message.hpp"

namespace sesame::sim {

// The query has these parameters at most: unknown_field.
void check_query(const Request& request, std::initializer_list<std::string_view> allowed);

std::optional<std::uint64_t> whole_number(std::string_view text);

// wrong_type, out_of_range
std::uint64_t number_parameter(const Request& request, const std::string& name, std::uint64_t otherwise,
                               std::uint64_t most);

}  // namespace sesame::sim
