// A file of hw-profiles, or of the user's own: found, read, and named for messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/document/file.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::profile {

// Text in memory, and the name that messages call it by.
class Source {
 public:
  // By the rule of names_a_path(). Failure (Failure::invalid) where there is no such shipped file
  // (naming those there are), and what FileText says.
  Source(ProfileKind kind, std::string_view argument);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::string_view text() const { return text_; }
  std::string_view file() const { return file_; }

 private:
  void find_shipped(ProfileKind kind);

  std::string file_;
  std::optional<document::FileText> content_;  // of a file
  std::string_view text_;                      // the content, or a shipped file
};

}  // namespace sesame::profile
