#include "sim/http/routes.hpp"

namespace sesame::sim {

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parameters;
  for (;;) {
    const std::string_view wanted = pattern.substr(0, pattern.find('/', 1));
    const std::string_view given = path.substr(0, path.find('/', 1));
    if (wanted.substr(0, 2) == "/{") {
      if (given.size() < 2) return std::nullopt;
      parameters.emplace_back(given.substr(1));
    } else if (wanted != given) {
      return std::nullopt;
    }
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(given.size());
    if (pattern.empty() || path.empty()) break;
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

void refuse_route(const std::string& allowed) {
  if (allowed.empty()) throw ApiError{404, "not_found", "there is nothing at this path", "see /openapi.json"};
  throw ApiError{405,
                 "method_not_allowed",
                 "this path does not take that method",
                 "allowed: " + allowed,
                 {{"Allow", allowed}}};
}

}  // namespace sesame::sim
