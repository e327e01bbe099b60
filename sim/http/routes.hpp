// Which route of an API a request is for: a table of rows with a `method`, a `pattern` and what else the API
// needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/http/message.hpp"

namespace sesame::sim {

// What stands for each {…} in the pattern, in its order; nothing where the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path);

// ApiError not_found, 404; with methods that the path takes ("GET, POST") method_not_allowed, 405.
[[noreturn]] void refuse_route(const std::string& allowed);

// HEAD is for the route of GET.
template <class Route>
const Route& find_route(std::span<const Route> routes, const Request& request,
                        std::vector<std::string>& parameters) {
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allowed;
  for (const Route& route : routes) {
    auto found = match(route.pattern, request.path);
    if (!found) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    parameters = std::move(*found);
    return route;
  }
  refuse_route(allowed);
}

}  // namespace sesame::sim
