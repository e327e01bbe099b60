// The site's files, which are part of the program.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sesame::bank {

struct Asset {
  std::string_view name;  // "index.html"
  std::string_view content;
};

std::span<const Asset> assets();

std::optional<std::string_view> asset(std::string_view name);

}  // namespace sesame::bank
