#include "sim/http/json_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

namespace {

using document::Node;
using Kind = document::Node::Kind;

constexpr std::size_t kDeepest = 16, kMostValues = 10'000;

// Builds the tree; the parser stops where one of these says false.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Node take() { return std::move(root_); }
  std::string_view mistake() const { return mistake_; }

  bool null() override { return add(Kind::null); }
  bool boolean(bool value) override { return add(Kind::boolean, value ? 1 : 0); }
  bool number_integer(number_integer_t value) override { return add(Kind::integer, value); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return add(Kind::integer, static_cast<std::int64_t>(std::min<number_unsigned_t>(value, most)));
  }
  bool number_float(number_float_t, const string_t&) override { return add(Kind::other); }
  bool string(string_t& text) override {
    Node* const node = place(Kind::string);
    if (node != nullptr) node->text = SecretString(text);
    sesame::wipe(text.data(), text.size());
    return node != nullptr;
  }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(Kind::table); }
  bool start_array(std::size_t) override { return open(Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second) return stop("a name is given twice in the body");
    name_ = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return stop("the body is no JSON");
  }

 private:
  struct Open {
    Node* node;
    std::set<std::string> names;
  };

  bool stop(std::string_view mistake) {
    mistake_ = mistake;
    return false;
  }
  bool open(Kind kind) {
    if (open_.size() == kDeepest) return stop("the body is nested too deeply");
    Node* const node = place(kind);
    if (node != nullptr) open_.push_back({node, {}});
    return node != nullptr;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool add(Kind kind, std::int64_t number = 0) {
    Node* const node = place(kind);
    if (node != nullptr) node->number = number;
    return node != nullptr;
  }
  // Only the inmost table or list grows: no pointer to one that is open changes.
  Node* place(Kind kind) {
    if (++values_ > kMostValues) {
      stop("the body has too many values");
      return nullptr;
    }
    Node& node = open_.empty() ? root_ : open_.back().node->items.emplace_back();
    node.kind = kind;
    node.key = std::exchange(name_, {});
    return &node;
  }

  Node root_;
  std::vector<Open> open_;  // the inmost last
  std::string name_;        // of the member that comes next
  std::size_t values_ = 0;
  std::string_view mistake_;
};

std::string_view a(Kind kind) {
  switch (kind) {
    case Kind::string: return "a text";
    case Kind::integer: return "a whole number";
    case Kind::boolean: return "true or false";
    case Kind::list: return "an array";
    case Kind::table: return "an object";
    case Kind::null:
    case Kind::other: break;
  }
  return "something else";
}

std::string allowed(const document::Range& range) {
  if (range.unit == "bytes") return fmt::format("at most {} bytes", range.most);
  if (range.unit == "entries") return fmt::format("at most {} of them", range.most);
  return fmt::format("from {} to {}", range.least, range.most);
}

class JsonReporter final : public document::Reporter {
 public:
  [[noreturn]] void wrong_kind(const Node&, const std::string& path, Kind expected) const override {
    throw ApiError{400, "wrong_type",
                   fmt::format("{} must be {}", path.empty() ? "the body" : path, a(expected)),
                   "see /openapi.json"};
  }
  [[noreturn]] void out_of_range(const Node&, const std::string& path,
                                 const document::Range& range) const override {
    throw ApiError{400, "out_of_range", fmt::format("{} is out of range", path), allowed(range)};
  }
  [[noreturn]] void unknown(const Node& member, const std::string& path,
                            std::span<const std::string_view> keys) const override {
    std::vector<std::string_view> sorted(keys.begin(), keys.end());
    std::sort(sorted.begin(), sorted.end());
    throw ApiError{400, "unknown_field",
                   fmt::format("there is no field {}{}{}", path, path.empty() ? "" : ".",
                               std::string_view(member.key).substr(0, 64)),
                   fmt::format("allowed: {}", document::joined(sorted))};
  }
  [[noreturn]] void missing(const Node&, const std::string& path,
                            std::span<const std::string_view>) const override {
    throw ApiError{400, "missing_field", fmt::format("{} is missing", path), "see /openapi.json"};
  }
  [[noreturn]] void refuse(const Node&, const std::string& path, std::string_view why) const override {
    throw ApiError{400, "out_of_range", fmt::format("{} is out of range", path), std::string(why)};
  }
  std::string entry(const std::string& path, std::size_t index) const override {
    return fmt::format("{}[{}]", path, index);
  }
};

}  // namespace

Node parse_json(std::string_view text) {
  Builder builder;
  const bool empty = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (nlohmann::json::sax_parse(empty ? std::string_view("{}") : text, &builder)) return builder.take();
  throw ApiError{400, "malformed_json", std::string(builder.mistake()), "send one JSON object, in UTF-8"};
}

const document::Reporter& json_reporter() {
  static const JsonReporter reporter;
  return reporter;
}

std::uint32_t hex_digits(const document::Value& value, std::size_t digits) {
  const std::string_view text = value.text(64);
  if (text.size() != digits || text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    value.refuse(fmt::format("{} hexadecimal digits", digits));
  }
  return static_cast<std::uint32_t>(std::stoul(std::string(text), nullptr, 16));
}

}  // namespace sesame::sim
