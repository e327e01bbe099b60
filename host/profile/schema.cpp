#include "host/profile/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/profile/hex.hpp"

namespace sesame::profile {

namespace {

std::string_view a(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::string: return "a string";
    case Node::Kind::integer: return "an integer";
    case Node::Kind::boolean: return "a boolean (true or false)";
    case Node::Kind::list: return "a list";
    case Node::Kind::table: return "a table";
    case Node::Kind::other: return "a number with a point, or a date or time";
  }
  return "";
}

// "3", "1 to 8"
std::string range(std::int64_t least, std::int64_t most) {
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

}  // namespace

std::string joined(std::span<const std::string_view> names) {
  return fmt::format("{}", fmt::join(names.begin(), names.end(), ", "));
}

// ---- Value

void Value::refuse(std::string_view why) const {
  profile::refuse(file_, node_->line, fmt::format("{} {}", path_, why));
}

void Value::expect(Node::Kind kind) const {
  if (node_->kind != kind) refuse(fmt::format("is {}; it must be {}", a(node_->kind), a(kind)));
}

void Value::expect_count(std::size_t count, std::size_t least, std::size_t most, std::string_view of) const {
  if (count >= least && count <= most) return;
  const auto allowed = range(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
  refuse(fmt::format("has {} {}; allowed: {}", count, of, allowed));
}

std::string_view Value::text() const {
  expect(Node::Kind::string);
  return node_->text.view();
}

std::string Value::title() const {
  const std::string_view title = text();
  expect_count(title.size(), 1, 60, "bytes");
  if (safe::one_line(title) != title) refuse("must be printable characters on one line");
  return std::string(title);
}

std::string_view Value::digits(std::size_t least, std::size_t most) const {
  if (node_->kind == Node::Kind::integer) refuse("is an integer; it must be a string of digits, in quotes");
  const std::string_view digits = text();
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(digits.begin(), digits.end(), digit)) refuse("must be decimal digits and nothing else");
  expect_count(digits.size(), least, most, "digits");
  return digits;
}

std::vector<std::uint8_t> Value::hex(std::size_t least, std::size_t most) const {
  return hex_of(text(), 0, least, most);
}

std::vector<std::uint8_t> Value::hex_of(std::string_view text, std::size_t offset, std::size_t least,
                                        std::size_t most) const {
  auto parsed = parse_hex(text);
  if (auto* error = std::get_if<HexError>(&parsed)) {
    if (error->kind == HexError::Kind::not_a_hex_digit) error->position += offset;
    refuse(fmt::format("{}; bytes are written as pairs of 0 to 9 and A to F", to_string(*error)));
  }
  auto& bytes = std::get<std::vector<std::uint8_t>>(parsed);
  expect_count(bytes.size(), least, most, "bytes");
  return std::move(bytes);
}

bool Value::boolean() const {
  expect(Node::Kind::boolean);
  return node_->number != 0;
}

std::int64_t Value::integer(std::int64_t least, std::int64_t most) const {
  expect(Node::Kind::integer);
  if (node_->number < least || node_->number > most) {
    refuse(fmt::format("is {}; allowed: {}", node_->number, range(least, most)));
  }
  return node_->number;
}

std::size_t Value::one_of(std::span<const std::string_view> names) const {
  const auto found = std::find(names.begin(), names.end(), text());
  if (found == names.end()) refuse(fmt::format("is {}; allowed: {}", quoted(text()), joined(names)));
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<Value> Value::list(std::size_t least, std::size_t most) const {
  expect(Node::Kind::list);
  expect_count(node_->items.size(), least, most, "entries");
  std::vector<Value> values;
  for (const Node& item : node_->items) values.emplace_back(item, file_, path_);
  return values;
}

Table Value::table(std::span<const std::string_view> keys) const { return Table(*node_, file_, path_, keys); }

std::vector<Value> Value::members() const {
  expect(Node::Kind::table);
  std::vector<Value> values;
  for (const Node& item : node_->items) values.emplace_back(item, file_, below(path_, item.key));
  return values;
}

// ---- Table

Table::Table(const Node& node, std::string_view file, std::string path,
             std::span<const std::string_view> keys)
    : node_(&node), file_(file), path_(std::move(path)), keys_(keys) {
  if (node.kind != Node::Kind::table) {
    profile::refuse(file, node.line, fmt::format("{} is {}; it must be a table", path_, a(node.kind)));
  }
  for (const Node& member : node.items) {
    if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
    const std::string where = path_.empty() ? "" : fmt::format(" in {}", path_);
    profile::refuse(file, member.key_line,
                    fmt::format("unknown key {}{}; allowed: {}", quoted(member.key), where, joined(keys)));
  }
}

const Node* Table::node(std::string_view key) const {
  const auto found = std::find_if(node_->items.begin(), node_->items.end(),
                                  [&](const Node& member) { return member.key == key; });
  return found == node_->items.end() ? nullptr : &*found;
}

std::optional<Value> Table::find(std::string_view key) const {
  const Node* found = node(key);
  if (found == nullptr) return std::nullopt;
  return Value(*found, file_, path_to(key));
}

Value Table::at(std::string_view key) const {
  const auto value = find(key);
  if (!value) refuse(fmt::format("{} is missing; keys here: {}", path_to(key), joined(keys_)));
  return *value;
}

bool Table::flag(std::string_view key, bool otherwise) const {
  const auto value = find(key);
  return value ? value->boolean() : otherwise;
}

std::string Table::path_to(std::string_view key) const { return below(path_, key); }

void Table::refuse(std::string_view what) const { profile::refuse(file_, node_->line, what); }

}  // namespace sesame::profile
