// A TOML file as a document. The only door to toml++, which no other file sees.
//
//     const TomlDocument document(text, file);
//     Table root(document.root());
//
// Whatever is wrong is a Failure (Failure::invalid) of one line: "FILE:LINE: what is wrong; what is allowed".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/document/value.hpp"

namespace sesame::document {

// No file of hw-profiles comes near these. They keep a hostile one from costing memory or stack.
inline constexpr std::size_t kMaxFileSize = 1U << 20;  // bytes
inline constexpr std::size_t kMaxLineSize = 1024;      // bytes
inline constexpr std::size_t kMaxDepth = 8;            // lists and tables inside each other

// The root table. Refuses what is not TOML 1.0 in UTF-8; `file` is the name to print.
Node parse_toml(std::string_view text, std::string_view file);

// The line that every mistake in a file is reported with.
[[noreturn]] void refuse(std::string_view file, std::size_t line, std::string_view what);

class TomlReporter final : public Reporter {
 public:
  explicit TomlReporter(std::string_view file) : file_(file) {}

  [[noreturn]] void wrong_kind(const Node& node, const std::string& path, Node::Kind expected) const override;
  [[noreturn]] void out_of_range(const Node& node, const std::string& path,
                                 const Range& range) const override;
  [[noreturn]] void unknown(const Node& member, const std::string& path,
                            std::span<const std::string_view> keys) const override;
  [[noreturn]] void missing(const Node& table, const std::string& path,
                            std::span<const std::string_view> keys) const override;
  [[noreturn]] void refuse(const Node& node, const std::string& path, std::string_view why) const override;
  std::string entry(const std::string& path, std::size_t) const override { return path; }

 private:
  std::string file_;
};

class TomlDocument {
 public:
  TomlDocument(std::string_view text, std::string_view file)
      : root_(parse_toml(text, file)), reporter_(file) {}
  TomlDocument(const TomlDocument&) = delete;
  TomlDocument& operator=(const TomlDocument&) = delete;

  Value root() const { return {root_, reporter_, {}}; }

 private:
  Node root_;
  TomlReporter reporter_;
};

}  // namespace sesame::document
