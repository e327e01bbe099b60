// A file that is part of the program: what embed.cmake makes of it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sesame {

struct EmbeddedFile {
  std::string_view folder;  // that it is in: "web"
  std::string_view name;    // "index.html"
  std::string_view content;
};

constexpr std::optional<std::string_view> content_of(std::span<const EmbeddedFile> files,
                                                     std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name) return file.content;
  }
  return std::nullopt;
}

}  // namespace sesame
