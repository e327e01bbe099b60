#include "sim/http/content_type.hpp"

#include <array>
#include <utility>

namespace sesame::sim {

std::string_view content_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes{{
      {"html", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"svg", "image/svg+xml"},
      {"json", "application/json"},
      {"png", "image/png"},
  }};
  const std::string_view end = name.substr(name.rfind('.') + 1);
  for (const auto& [suffix, type] : kTypes) {
    if (end == suffix) return type;
  }
  return "application/octet-stream";
}

}  // namespace sesame::sim
