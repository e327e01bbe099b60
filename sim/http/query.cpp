#include "sim/http/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sesame::sim {

void check_query(const Request& request, std::initializer_list<std::string_view> allowed) {
  for (const auto& [name, value] : request.query) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    throw ApiError{
        400, "unknown_field", fmt::format("there is no parameter {}", name.substr(0, 64)),
        allowed.size() == 0 ? "this takes none" : fmt::format("allowed: {}", fmt::join(allowed, ", "))};
  }
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint64_t number_parameter(const Request& request, const std::string& name, std::uint64_t otherwise,
                               std::uint64_t most) {
  const auto text = request.parameter(name);
  if (!text) return otherwise;
  const auto value = whole_number(*text);
  if (!value)
    throw ApiError{400, "wrong_type", name + " must be a whole number", fmt::format("from 0 to {}", most)};
  if (*value > most)
    throw ApiError{400, "out_of_range", name + " is out of range", fmt::format("from 0 to {}", most)};
  return *value;
}

}  // namespace sesame::sim
