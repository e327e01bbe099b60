// A TOML file as a tree of values that know their line. The only door to toml++, which no other
// file sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/safe_text.hpp"
#include "host/secret.hpp"

namespace sesame::profile {

struct Node {
  // other: a float, a date or a time, which no profile has.
  enum class Kind : std::uint8_t { string, integer, boolean, list, table, other };

  Kind kind = Kind::other;
  std::size_t line = 1;  // where the value begins
  std::string key;       // of a table's member
  std::size_t key_line = 1;
  SecretString text;        // string: it may be a PIN or a key
  std::int64_t number = 0;  // integer; boolean as 0 or 1
  std::vector<Node> items;  // of a list; of a table, in the order of the file
};

// No file of hw-profiles comes near these. They keep a hostile one from costing memory or stack.
inline constexpr std::size_t kMaxFileSize = 1U << 20;  // bytes
inline constexpr std::size_t kMaxLineSize = 1024;      // bytes
inline constexpr std::size_t kMaxDepth = 8;            // lists and tables inside each other

// The root table. What is not TOML 1.0 in UTF-8 is a Failure (Exit::usage) "FILE:LINE: …", `file`
// being the name to print.
Node parse_document(std::string_view text, std::string_view file);

// The line that every mistake in a file is reported with.
[[noreturn]] void refuse(std::string_view file, std::size_t line, std::string_view what);

using safe::quoted;

}  // namespace sesame::profile
