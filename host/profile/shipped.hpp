// The files of hw-profiles, which are part of the program: `sesame` runs from anywhere without
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::profile {

// The folders of hw-profiles.
enum class ProfileKind : std::uint8_t { readers, texts, cards, boards };

struct ShippedFile {
  ProfileKind shelf;
  std::string_view name;  // without .toml
  std::string_view text;
};

// All of them, by shelf and name.
std::span<const ShippedFile> shipped_files();

// The content of one, comments and all: a template for a file of one's own. Nothing if none has
// that name.
std::optional<std::string_view> shipped_text(ProfileKind shelf, std::string_view name);

std::vector<std::string_view> shipped_names(ProfileKind shelf);  // in alphabetical order

// Name and title of all readers, or of all cards, in alphabetical order. Parses each of them.
struct Listed {
  std::string_view name;
  std::string title;
};
std::vector<Listed> list_shipped(ProfileKind shelf);

// What an argument on a command line means: a path, if it has a '/' or ends in .toml; else the name
// of a shipped file.
bool names_a_path(std::string_view argument);

}  // namespace sesame::profile
