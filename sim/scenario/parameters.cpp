#include "sim/scenario/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/base/secret.hpp"

namespace sesame::sim {

namespace {

using document::Node;
using document::Value;

constexpr std::size_t kLongestName = 32;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Node copy(const Node& node) {
  Node made;
  made.kind = node.kind;
  made.line = node.line;
  made.key = node.key;
  made.key_line = node.key_line;
  made.text = SecretString(node.text.view());
  made.number = node.number;
  for (const Node& item : node.items) made.items.push_back(copy(item));
  return made;
}

// As it is written in a text.
std::optional<SecretString> text_of(const Node& value) {
  switch (value.kind) {
    case Node::Kind::string: return SecretString(value.text.view());
    case Node::Kind::integer: return SecretString(std::to_string(value.number));
    case Node::Kind::boolean: return SecretString(value.number != 0 ? "true" : "false");
    default: return std::nullopt;
  }
}

}  // namespace

Parameters::Parameters(const Value& table, const Parameters* outer) : outer_(outer) {
  for (const Value& member : table.members()) {
    if (!is_name(member.key())) {
      member.refuse(fmt::format("is no name; allowed: 1 to {} of a-z 0-9 _", kLongestName));
    }
    own_.push_back({std::string(member.key()), member});
  }
  if (own_.empty()) table.refuse("has no values");
}

const Parameters::One* Parameters::find(std::string_view name) const {
  const auto found = std::find_if(own_.begin(), own_.end(), [&](const One& one) { return one.name == name; });
  if (found != own_.end()) return &*found;
  return outer_ == nullptr ? nullptr : outer_->find(name);
}

// A PIN is shown by no report, and so by nothing that a report shows.
void Parameters::use(const One& one, const Node& where) const {
  const bool is_pin = where.key == "pin";
  if (one.is_used && one.is_pin != is_pin) {
    one.given.refuse("is a PIN in one place, and something else in another; give it two names");
  }
  one.is_used = true;
  one.is_pin = is_pin;
}

Node Parameters::filled(const Node& node, const document::Reporter& reporter) const {
  if (node.kind == Node::Kind::string) return filled_text(node, reporter);
  Node made = copy(node);
  for (Node& item : made.items) item = filled(item, reporter);
  return made;
}

Node Parameters::filled_text(const Node& node, const document::Reporter& reporter) const {
  Node made = copy(node);
  const std::string_view text = node.text.view();
  std::vector<char> whole;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    const std::size_t close = std::min(text.find('}', open), text.size());
    const std::string_view name =
        close < text.size() ? text.substr(open + 1, close - open - 1) : std::string_view();
    const One* const one = is_name(name) ? find(name) : nullptr;
    whole.insert(whole.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(open));
    if (one == nullptr) {
      if (open < text.size()) whole.push_back('{');
      at = std::min(open + 1, text.size());
      continue;
    }
    use(*one, node);
    const Node& value = one->given.node();
    if (open == 0 && close + 1 == text.size()) {
      made = copy(value);
      made.line = node.line;
      made.key = node.key;
      made.key_line = node.key_line;
      break;
    }
    const auto inside = text_of(value);
    if (!inside)
      reporter.refuse(node, node.key,
                      fmt::format("has {{{}}} inside a text, which is a list or a table", name));
    whole.insert(whole.end(), inside->view().begin(), inside->view().end());
    at = close + 1;
  }
  if (made.kind == Node::Kind::string && !whole.empty())
    made.text = SecretString({whole.data(), whole.size()});
  wipe(whole.data(), whole.size());
  return made;
}

void Parameters::refuse_unused() const {
  for (const One& one : own_) {
    if (!one.is_used)
      one.given.refuse(fmt::format("is put nowhere; write {{{}}} where it belongs", one.name));
  }
}

std::vector<Parameter> Parameters::shown() const {
  std::vector<Parameter> all;
  for (const One& one : own_) {
    const auto text = text_of(one.given.node());
    all.push_back({one.name, one.is_pin ? "****" : text ? std::string(text->view()) : "…"});
  }
  return all;
}

}  // namespace sesame::sim
