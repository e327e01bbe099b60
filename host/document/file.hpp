// A document's file.
#pragma once

#include <string>
#include <string_view>

namespace sesame::document {

// The text of a file, in memory that is overwritten in the end: card files hold keys.
class FileText {
 public:
  // Failure (Failure::invalid) "FILE: why" where the file cannot be read, is empty, or is larger than
  // kMaxFileSize.
  explicit FileText(const std::string& path);
  // As a command line names it: "-" is standard input.
  static FileText given(const std::string& path);
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;
  ~FileText();

  std::string_view text() const { return text_; }

 private:
  FileText(int file, std::string_view name);

  std::string text_;
};

// "sesame" of "hw-profiles/readers/sesame.toml".
std::string_view stem(std::string_view file);

}  // namespace sesame::document
