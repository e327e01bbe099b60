#include "host/profile/shipped.hpp"

#include <algorithm>

#include "host/base/file_name.hpp"
#include "host/document/toml.hpp"

namespace sesame::profile {

namespace {

constexpr std::string_view kExtension = ".toml";

// Without its extension.
std::string_view name_of(const EmbeddedFile& file) {
  return file.name.substr(0, file.name.size() - kExtension.size());
}

}  // namespace

std::string_view folder_of(ProfileKind kind) {
  switch (kind) {
    case ProfileKind::readers: return "readers";
    case ProfileKind::texts: return "texts";
    case ProfileKind::cards: return "cards";
    case ProfileKind::boards: return "boards";
  }
  return "";
}

std::optional<std::string_view> shipped_text(ProfileKind kind, std::string_view name) {
  for (const EmbeddedFile& file : shipped_files()) {
    if (file.folder == folder_of(kind) && name_of(file) == name) return file.content;
  }
  return std::nullopt;
}

std::vector<std::string_view> shipped_names(ProfileKind kind) {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : shipped_files()) {
    if (file.folder == folder_of(kind)) names.push_back(name_of(file));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Listed> list_shipped(ProfileKind kind) {
  std::vector<Listed> list;
  for (const std::string_view name : shipped_names(kind)) {
    const document::TomlDocument document(*shipped_text(kind, name), name);
    document::Table table(document.root());
    if (const auto title = table.find("title")) list.push_back({name, title->title()});
  }
  return list;
}

bool names_a_path(std::string_view argument) {
  return argument.find('/') != std::string_view::npos || has_extension(argument, kExtension);
}

}  // namespace sesame::profile
