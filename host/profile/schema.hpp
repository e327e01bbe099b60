// Asks a document for its values, and refuses it where one is not what it must be. Whatever is
// wrong is a Failure (Exit::usage) of one line: "FILE:LINE: what is wrong; what is allowed". No
// message repeats a string, except one that should have been the name of something: strings may be
// PINs and keys.
//
//     constexpr std::string_view kRoot[] = {"title", "code"}, kCode[] = {"min_digits"};
//     const Table root(document, file, "", kRoot);
//     const Table code = root.at("code").table(kCode);
//     profile.code.min_digits = code.at("min_digits").number<std::uint8_t>(1, 16);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/profile/document.hpp"

namespace sesame::profile {

// "a, b, c"
std::string joined(std::span<const std::string_view> names);

class Table;

// One value of a file. Lives as long as the document and the name of the file do.
class Value {
 public:
  Value(const Node& node, std::string_view file, std::string path)
      : node_(&node), file_(file), path_(std::move(path)) {}

  std::string_view key() const { return node_->key; }  // of a table's member

  std::string_view text() const;
  // A string of printable characters on one line, 1 to 60 bytes.
  std::string title() const;
  // A string of decimal digits; says nothing about them but how many there are.
  std::string_view digits(std::size_t least, std::size_t most) const;
  // A string of hexadecimal, as bytes.
  std::vector<std::uint8_t> hex(std::size_t least, std::size_t most) const;
  std::vector<std::uint8_t> hex(std::size_t exactly) const { return hex(exactly, exactly); }
  // The same of `text`, a part of the string that begins `offset` characters into it.
  std::vector<std::uint8_t> hex_of(std::string_view text, std::size_t offset, std::size_t least,
                                   std::size_t most) const;
  bool boolean() const;
  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  template <class Number>
  Number number(Number least, Number most) const {
    return static_cast<Number>(integer(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most)));
  }

  // A string that is one of `names`, as its index.
  std::size_t one_of(std::span<const std::string_view> names) const;
  // The same, as the enumerator of that number.
  template <class Enum>
  Enum enumerator(std::span<const std::string_view> names) const {
    return static_cast<Enum>(one_of(names));
  }

  std::vector<Value> list(std::size_t least, std::size_t most) const;
  // A table with no other keys than these.
  Table table(std::span<const std::string_view> keys) const;
  // A table whose keys are for the caller to judge.
  std::vector<Value> members() const;

  // FILE:LINE: PATH `why`
  [[noreturn]] void refuse(std::string_view why) const;

 private:
  void expect(Node::Kind kind) const;
  void expect_count(std::size_t count, std::size_t least, std::size_t most, std::string_view of) const;

  const Node* node_;
  std::string_view file_;
  std::string path_;
};

// A table, all of whose keys are known.
class Table {
 public:
  // Refuses a key that is not among `keys`, which outlive the table.
  Table(const Node& node, std::string_view file, std::string path, std::span<const std::string_view> keys);

  Value at(std::string_view key) const;  // must be there
  std::optional<Value> find(std::string_view key) const;
  bool flag(std::string_view key, bool otherwise) const;  // a boolean, with a default

  // FILE:LINE: `what`, at the line where the table begins.
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  const Node* node(std::string_view key) const;
  std::string path_to(std::string_view key) const;

  const Node* node_;
  std::string_view file_;
  std::string path_;
  std::span<const std::string_view> keys_;
};

}  // namespace sesame::profile
