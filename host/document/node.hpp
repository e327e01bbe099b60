// What a document says, as a tree of values, whether it was TOML or JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/secret.hpp"

namespace sesame::document {

struct Node {
  // null: of JSON, and as if it were not there. other: a float, a date or a time, which no document of ours
  // has.
  enum class Kind : std::uint8_t { string, integer, boolean, list, table, null, other };

  Kind kind = Kind::other;
  std::size_t line = 1;  // where the value begins
  std::string key;       // of a table's member
  std::size_t key_line = 1;
  SecretString text;        // string: it may be a PIN or a key
  std::int64_t number = 0;  // integer; boolean as 0 or 1
  std::vector<Node> items;  // of a list; of a table, in the order of the document
};

}  // namespace sesame::document
