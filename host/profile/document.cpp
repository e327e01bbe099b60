#include "host/profile/document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/core/bytes.hpp"
#include "host/failure.hpp"
#include "host/profile/ascii.hpp"

// toml++ asserts, or lets the compiler assume, things that a bad file can make false, and then handles them
// all the same ("[!]"). Neither may happen: without NDEBUG it assumes nothing, and with this it asserts nothing.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 8
#include <toml++/toml.h>

namespace sesame::profile {

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

}  // namespace

Node parse_document(std::string_view text, std::string_view file) {
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
  throw Failure(Exit::usage, safe::one_line(fmt::format("{}:{}: {}", file, line, what)));
}

}  // namespace sesame::profile
