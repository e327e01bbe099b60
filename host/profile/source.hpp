// A file of hw-profiles, or of the user's own: found, read, and named for messages.
#pragma once

#include <string>
#include <string_view>

#include "host/profile/shipped.hpp"

namespace sesame::profile {

// Text in memory, and the name that messages call it by. Overwritten in the end: card files hold
// keys.
class Source {
 public:
  // By the rule of names_a_path(). Failure (Exit::usage) where there is no such shipped file
  // (naming those there are), or where the file cannot be read, is empty, or is larger than
  // kMaxFileSize.
  Source(Shelf shelf, std::string_view argument);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source();

  std::string_view text() const { return text_; }
  std::string_view file() const { return file_; }

 private:
  void find_shipped(Shelf shelf);
  void read_file();

  std::string file_;
  std::string content_;    // of a file
  std::string_view text_;  // the content, or a shipped file
};

// "sesame" of "hw-profiles/readers/sesame.toml".
std::string_view stem(std::string_view file);

}  // namespace sesame::profile
