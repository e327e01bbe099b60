// The files of hw-profiles, which are part of the program: `sesame` runs from anywhere without
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/embedded_file.hpp"

namespace sesame::profile {

// The folders of hw-profiles.
enum class ProfileKind : std::uint8_t { readers, texts, cards, boards };

// "readers"
std::string_view folder_of(ProfileKind kind);

// All of them.
std::span<const EmbeddedFile> shipped_files();

// The content of one, comments and all: a template for a file of one's own. Nothing if none has
// that name.
std::optional<std::string_view> shipped_text(ProfileKind kind, std::string_view name);

std::vector<std::string_view> shipped_names(ProfileKind kind);  // in alphabetical order

// Name and title of all readers, or of all cards, in alphabetical order. Parses each of them.
struct Listed {
  std::string_view name;
  std::string title;
};
std::vector<Listed> list_shipped(ProfileKind kind);

// What an argument on a command line means: a path, if it has a '/' or ends in .toml; else the name
// of a shipped file.
bool names_a_path(std::string_view argument);

}  // namespace sesame::profile
