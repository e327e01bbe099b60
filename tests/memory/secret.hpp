// Something that must not be found in a process's memory, in all the forms in which a program has such
// things.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::memory {

// Of digits, a PIN or a code:
//   - the digits, as characters or as numbers, at any equal distance up to 64 bytes: text, UTF-16 and UTF-32,
//     the texts of a JSON array and its values, a list of keys; also with a blank in the middle, as a display
//     shows a code
//   - packed, two in a byte: BCD, the block of a VERIFY; and such bytes as hex, with blanks between
// Of a key: its bytes, and their hex in either case, without blanks, with blanks between the bytes, and as
// UTF-16.
//
// A part is enough, as code that frees memory or moves a text overwrites its beginning: 8 digits in a row of
// a longer PIN, 7 of a code, half of a key.
class Secret {
 public:
  static Secret digits(std::string name, std::string_view digits);
  static Secret key(std::string name, std::string_view hex);

  const std::string& name() const { return name_; }
  // Where it begins, and in which form; a place once, however much of it is there.
  struct Place {
    std::size_t offset = 0;
    std::string form;
  };
  std::vector<Place> find_in(Bytes memory) const;

 private:
  // Characters at equal distances, of 1 to `farthest` bytes.
  struct Form {
    std::string name;
    std::string characters;
    std::size_t farthest;
  };
  explicit Secret(std::string name) : name_(std::move(name)) {}
  void add(const char* form, std::string characters, std::size_t farthest = 1) {
    forms_.push_back({form, std::move(characters), farthest});
  }

  std::string name_;
  std::vector<Form> forms_;
};

}  // namespace sesame::memory
