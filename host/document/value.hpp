// Asks a document for its values, and refuses it where one is not what it must be. Each key is spelled once,
// where it is asked for; done() refuses what was not asked for, and what was not there.
//
//     Table table(document.root());
//     const Value title = table.at("title"), code = table.at("code");
//     const auto groups = table.find("groups");
//     table.done();
//     profile.title = title.title();
//
// What a mistake is told as is the document's own (Reporter): TOML's is a Failure with FILE:LINE (toml.hpp).
// No message repeats a string, except one that should have been the name of something: strings may be PINs
// and keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/core/names.hpp"
#include "host/base/safe_text.hpp"
#include "host/document/node.hpp"

namespace sesame::document {

using safe::quoted;

// "a, b, c"
std::string joined(std::span<const std::string_view> names);

// How many, or which, are allowed; nothing less than `least` or more than `most`.
struct Range {
  std::int64_t given, least, most;
  std::string_view unit;  // "bytes", "digits", "entries"; empty: it is the number itself
};

// Tells what is wrong with a document. `path` leads to the value ("code.min_digits"), and is empty for the
// root.
class Reporter {
 public:
  virtual ~Reporter() = default;
  [[noreturn]] virtual void wrong_kind(const Node& node, const std::string& path,
                                       Node::Kind expected) const = 0;
  [[noreturn]] virtual void out_of_range(const Node& node, const std::string& path,
                                         const Range& range) const = 0;
  // Of a table: a key that was not asked for, or one that is not there. `keys` are those that were asked for.
  [[noreturn]] virtual void unknown(const Node& member, const std::string& path,
                                    std::span<const std::string_view> keys) const = 0;
  [[noreturn]] virtual void missing(const Node& table, const std::string& path,
                                    std::span<const std::string_view> keys) const = 0;
  // PATH `why`
  [[noreturn]] virtual void refuse(const Node& node, const std::string& path, std::string_view why) const = 0;
  // The path of an entry of the list at `path`.
  virtual std::string entry(const std::string& path, std::size_t index) const = 0;
};

// One value of a document. Lives as long as the document does.
class Value {
 public:
  Value(const Node& node, const Reporter& reporter, std::string path)
      : node_(&node), reporter_(&reporter), path_(std::move(path)) {}

  Node::Kind kind() const { return node_->kind; }
  const Node& node() const { return *node_; }
  bool is_text() const { return kind() == Node::Kind::string; }
  std::size_t line() const { return node_->line; }
  const std::string& path() const { return path_; }
  std::string_view key() const { return node_->key; }  // of a table's member
  std::size_t key_line() const { return node_->key_line; }

  std::string_view text() const;
  std::string_view text(std::size_t most) const;  // bytes
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
  // The enumerator of that name (firmware/core/names.hpp).
  template <class Enum>
  Enum enumerator() const {
    return static_cast<Enum>(one_of(names(Enum{})));
  }

  std::vector<Value> list(std::size_t least, std::size_t most) const;
  // Of a table whose keys are for the caller to judge.
  std::vector<Value> members() const;

  [[noreturn]] void refuse(std::string_view why) const;

 private:
  friend class Table;

  void expect(Node::Kind kind) const;
  void expect_count(std::size_t count, std::size_t least, std::size_t most, std::string_view unit) const;

  const Node* node_;
  const Reporter* reporter_;
  std::string path_;
};

class Table {
 public:
  explicit Table(const Value& value);

  // Must be there: done() says so, or what uses the value first. Keys are literals.
  Value at(std::string_view key);
  std::optional<Value> find(std::string_view key);
  bool flag(std::string_view key, bool otherwise);  // a boolean, with a default
  void done() const;

  // At the place where the table is, without its path.
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  const Node* node(std::string_view key);
  std::string path_to(std::string_view key) const;

  Value value_;
  std::vector<std::string_view> asked_;
  std::string_view missing_;  // the first
};

}  // namespace sesame::document
