#include "host/document/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "host/base/hex.hpp"

namespace sesame::document {

namespace {

// Stands where something is missing.
const Node& nothing() {
  static const Node node = [] {
    Node nothing;
    nothing.kind = Node::Kind::null;
    return nothing;
  }();
  return node;
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
  reporter_->refuse(*node_, path_, why);
  std::abort();  // not reached, which g++ does not see of a virtual function
}

void Value::expect(Node::Kind kind) const {
  if (node_ == &nothing()) reporter_->missing(*node_, path_, {});
  if (node_->kind != kind) reporter_->wrong_kind(*node_, path_, kind);
}

void Value::expect_count(std::size_t count, std::size_t least, std::size_t most,
                         std::string_view unit) const {
  if (count >= least && count <= most) return;
  const auto number = [](std::size_t size) { return static_cast<std::int64_t>(size); };
  reporter_->out_of_range(*node_, path_, {number(count), number(least), number(most), unit});
}

std::string_view Value::text() const {
  expect(Node::Kind::string);
  return node_->text.view();
}

std::string_view Value::text(std::size_t most) const {
  expect_count(text().size(), 0, most, "bytes");
  return text();
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
    reporter_->out_of_range(*node_, path_, {node_->number, least, most, {}});
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
  for (const Node& item : node_->items) {
    values.emplace_back(item, *reporter_, reporter_->entry(path_, values.size()));
  }
  return values;
}

std::vector<Value> Value::members() const {
  expect(Node::Kind::table);
  std::vector<Value> values;
  for (const Node& item : node_->items) values.emplace_back(item, *reporter_, below(path_, item.key));
  return values;
}

// ---- Table

void Table::refuse(std::string_view what) const { Value(*value_.node_, *value_.reporter_, {}).refuse(what); }

Table::Table(const Value& value) : value_(value) { value.expect(Node::Kind::table); }

const Node* Table::node(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  const auto& items = value_.node_->items;
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Node& member) { return member.key == key; });
  return found == items.end() || found->kind == Node::Kind::null ? nullptr : &*found;
}

std::optional<Value> Table::find(std::string_view key) {
  const Node* found = node(key);
  if (found == nullptr) return std::nullopt;
  return Value(*found, *value_.reporter_, path_to(key));
}

Value Table::at(std::string_view key) {
  const Node* found = node(key);
  if (found == nullptr && missing_.empty()) missing_ = key;
  return {found == nullptr ? nothing() : *found, *value_.reporter_, path_to(key)};
}

bool Table::flag(std::string_view key, bool otherwise) {
  const auto value = find(key);
  return value ? value->boolean() : otherwise;
}

void Table::done() const {
  for (const Node& member : value_.node_->items) {
    if (std::find(asked_.begin(), asked_.end(), member.key) != asked_.end()) continue;
    value_.reporter_->unknown(member, value_.path_, asked_);
  }
  if (!missing_.empty()) value_.reporter_->missing(*value_.node_, path_to(missing_), asked_);
}

std::string Table::path_to(std::string_view key) const { return below(value_.path_, key); }

}  // namespace sesame::document
