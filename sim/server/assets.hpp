// The files of the page, and the description of the API: part of the program.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sesame::sim {

struct Asset {
  std::string_view name;  // "index.html"
  std::string_view content;
};

std::span<const Asset> assets();

std::optional<std::string_view> asset(std::string_view name);
// By the end of the name: "text/html; charset=utf-8".
std::string_view content_type(std::string_view name);

}  // namespace sesame::sim
