#include "host/document/toml.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/core/bytes.hpp"
#include "host/base/failure.hpp"
#include "host/document/ascii.hpp"

// toml++ asserts, or lets the compiler assume, things that a bad file can make false, and then handles them
// all the same ("[!]"). Neither may happen: without NDEBUG it assumes nothing, and with this it asserts
// nothing.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 8
#include <toml++/toml.h>

namespace sesame::document {

namespace {

void take_value(toml::node& from, Node& node) {
  if (auto* string = from.as_string()) {
    node.kind = Node::Kind::string;
    node.text = SecretString(string->get());
    wipe(string->get().data(), string->get().size());
  } else if (const auto* integer = from.as_integer()) {
    node.kind = Node::Kind::integer;
    node.number = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.kind = Node::Kind::boolean;
    node.number = boolean->get() ? 1 : 0;
  }
}

Node take(toml::node& from, std::string_view file, std::size_t depth) {
  Node node;
  node.line = from.source().begin.line;
  if (depth > kMaxDepth) {
    refuse(file, node.line, fmt::format("nested too deep; at most {} levels", kMaxDepth));
  }
  if (auto* table = from.as_table()) {
    node.kind = Node::Kind::table;
    std::vector<std::pair<toml::source_position, Node>> members;
    for (auto&& [key, value] : *table) {
      Node member = take(value, file, depth + 1);
      member.key = key.str();
      member.key_line = key.source().begin.line;
      members.emplace_back(key.source().begin, std::move(member));
    }
    // toml++ sorts by name; a person reads from the top.
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& member : members) node.items.push_back(std::move(member.second));
  } else if (auto* array = from.as_array()) {
    node.kind = Node::Kind::list;
    for (auto&& value : *array) node.items.push_back(take(value, file, depth + 1));
  } else {
    take_value(from, node);
  }
  return node;
}

std::string_view a(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::string: return "a string";
    case Node::Kind::integer: return "an integer";
    case Node::Kind::boolean: return "a boolean (true or false)";
    case Node::Kind::list: return "a list";
    case Node::Kind::table: return "a table";
    case Node::Kind::null: return "nothing";
    case Node::Kind::other: return "a number with a point, or a date or time";
  }
  return "";
}

// "3", "1 to 8"
std::string allowed(const Range& range) {
  if (range.least == range.most) return fmt::format("{}", range.least);
  return fmt::format("{} to {}", range.least, range.most);
}

}  // namespace

Node parse_toml(std::string_view text, std::string_view file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string ascii = to_ascii(text, file);
  toml::parse_result result = toml::parse(std::string_view(ascii));
  wipe(ascii.data(), ascii.size());
  if (!result) {
    const toml::parse_error& error = result.error();
    refuse(file, error.source().begin.line, fmt::format("not TOML: {}", error.description()));
  }
  Node root = take(result.table(), file, 0);
  root.line = 1;
  return root;
}

void refuse(std::string_view file, std::size_t line, std::string_view what) {
  throw Failure(Failure::invalid, safe::one_line(fmt::format("{}:{}: {}", file, line, what)));
}

void TomlReporter::refuse(const Node& node, const std::string& path, std::string_view why) const {
  document::refuse(file_, node.line, path.empty() ? std::string(why) : fmt::format("{} {}", path, why));
}

void TomlReporter::wrong_kind(const Node& node, const std::string& path, Node::Kind expected) const {
  refuse(node, path, fmt::format("is {}; it must be {}", a(node.kind), a(expected)));
}

void TomlReporter::out_of_range(const Node& node, const std::string& path, const Range& range) const {
  const std::string is = range.unit.empty() ? fmt::format("is {}", range.given)
                                            : fmt::format("has {} {}", range.given, range.unit);
  refuse(node, path, fmt::format("{}; allowed: {}", is, allowed(range)));
}

void TomlReporter::unknown(const Node& member, const std::string& path,
                           std::span<const std::string_view> keys) const {
  const std::string where = path.empty() ? "" : fmt::format(" in {}", path);
  document::refuse(
      file_, member.key_line,
      fmt::format("unknown key {}{}; allowed: {}", safe::quoted(member.key), where, joined(keys)));
}

void TomlReporter::missing(const Node& table, const std::string& path,
                           std::span<const std::string_view> keys) const {
  document::refuse(file_, table.line, fmt::format("{} is missing; keys here: {}", path, joined(keys)));
}

}  // namespace sesame::document
