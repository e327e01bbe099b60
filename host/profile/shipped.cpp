#include "host/profile/shipped.hpp"

#include <algorithm>

#include "host/base/file_name.hpp"
#include "host/document/toml.hpp"

namespace sesame::profile {

std::optional<std::string_view> shipped_text(ProfileKind shelf, std::string_view name) {
  for (const ShippedFile& file : shipped_files()) {
    if (file.shelf == shelf && file.name == name) return file.text;
  }
  return std::nullopt;
}

std::vector<std::string_view> shipped_names(ProfileKind shelf) {
  std::vector<std::string_view> names;
  for (const ShippedFile& file : shipped_files()) {
    if (file.shelf == shelf) names.push_back(file.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Listed> list_shipped(ProfileKind shelf) {
  std::vector<Listed> list;
  for (const std::string_view name : shipped_names(shelf)) {
    const document::TomlDocument document(*shipped_text(shelf, name), name);
    document::Table table(document.root());
    if (const auto title = table.find("title")) list.push_back({name, title->title()});
  }
  return list;
}

bool names_a_path(std::string_view argument) {
  return argument.find('/') != std::string_view::npos || has_extension(argument, ".toml");
}

}  // namespace sesame::profile
