#include "sim/server/json_body.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "sim/server/message.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kDeepest = 16;

[[noreturn]] void wrong_type(const std::string& where, std::string_view expected) {
  throw ApiError{400, "wrong_type",
                 fmt::format("{} must be {}", where.empty() ? "the body" : where, expected),
                 "see /openapi.json"};
}

[[noreturn]] void out_of_range(const std::string& where, const std::string& allowed) {
  throw ApiError{400, "out_of_range", fmt::format("{} is out of range", where), allowed};
}

[[noreturn]] void missing(const std::string& where) {
  throw ApiError{400, "missing_field", fmt::format("{} is missing", where), "see /openapi.json"};
}

}  // namespace

namespace {

// Builds the value; the parser stops where one of these says false. What it built of a body that is refused is overwritten.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder() = default;
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() override { wipe_texts(root_); }

  nlohmann::json take() { return std::exchange(root_, nullptr); }
  std::string_view mistake() const { return mistake_; }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& text) override {
    const bool added = add(text);
    sesame::wipe(text.data(), text.size());
    return added;
  }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(nlohmann::json::object()); }
  bool start_array(std::size_t) override { return open(nlohmann::json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return stop("a name is given twice in the body");
    member_ = &(*open_.back())[name];
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return stop("the body is no JSON");
  }

 private:
  bool stop(std::string_view mistake) {
    mistake_ = mistake;
    return false;
  }
  bool open(nlohmann::json value) {
    if (open_.size() == kDeepest) return stop("the body is nested too deeply");
    open_.push_back(place());
    *open_.back() = std::move(value);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool add(nlohmann::json value) {
    *place() = std::move(value);
    return true;
  }
  nlohmann::json* place() {
    if (open_.empty()) return &root_;
    nlohmann::json& inside = *open_.back();
    return inside.is_object() ? member_ : &inside.emplace_back();
  }

  nlohmann::json root_;
  std::vector<nlohmann::json*> open_;  // the objects and arrays that are, the inmost last
  nlohmann::json* member_ = nullptr;   // of the inmost object, that comes next
  std::string_view mistake_;
};

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return nlohmann::json::object();
  Builder builder;
  if (nlohmann::json::sax_parse(text, &builder)) return builder.take();
  throw ApiError{400, "malformed_json", std::string(builder.mistake()), "send one JSON object, in UTF-8"};
}

void wipe_texts(nlohmann::json& value) {
  std::vector<nlohmann::json*> left{&value};
  while (!left.empty()) {
    nlohmann::json& one = *left.back();
    left.pop_back();
    if (one.is_string()) {
      std::string& text = one.get_ref<std::string&>();
      wipe(text.data(), text.size());
    }
    if (!one.is_structured()) continue;
    for (nlohmann::json& member : one) left.push_back(&member);
  }
}

Fields::Fields(const nlohmann::json& value, std::string where) : value_(value), where_(std::move(where)) {
  if (!value.is_object()) wrong_type(where_, "an object");
}

std::string Fields::path(const std::string& name) const {
  return where_.empty() ? name : where_ + "." + name;
}

const nlohmann::json* Fields::find(const std::string& name) {
  asked_.insert(name);
  const auto found = value_.find(name);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Fields::text(const std::string& name, std::size_t longest) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  return text_of(*value, path(name), longest);
}

std::optional<std::uint64_t> Fields::number(const std::string& name, std::uint64_t least,
                                            std::uint64_t most) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) wrong_type(path(name), "a whole number");
  const bool negative = !value->is_number_unsigned() && value->get<std::int64_t>() < 0;
  const std::uint64_t number = negative ? 0 : value->get<std::uint64_t>();
  if (negative || number < least || number > most) {
    out_of_range(path(name), fmt::format("from {} to {}", least, most));
  }
  return number;
}

std::optional<std::uint32_t> Fields::hex(const std::string& name, std::size_t digits) {
  const std::optional<std::string> text = this->text(name, 64);
  if (!text) return std::nullopt;
  if (text->size() != digits || text->find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    out_of_range(path(name), fmt::format("{} hexadecimal digits", digits));
  }
  return static_cast<std::uint32_t>(std::stoul(*text, nullptr, 16));
}

const nlohmann::json* Fields::array(const std::string& name, std::size_t longest) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) wrong_type(path(name), "an array");
  if (value->size() > longest) out_of_range(path(name), fmt::format("at most {} of them", longest));
  return value;
}

std::string Fields::required_text(const std::string& name, std::size_t longest) {
  std::optional<std::string> value = text(name, longest);
  if (!value) missing(path(name));
  return std::move(*value);
}

const nlohmann::json& Fields::required_array(const std::string& name, std::size_t longest) {
  const nlohmann::json* value = array(name, longest);
  if (value == nullptr) missing(path(name));
  return *value;
}

void Fields::done() const {
  for (const auto& member : value_.items()) {
    if (asked_.count(member.key()) != 0) continue;
    throw ApiError{400, "unknown_field",
                   fmt::format("there is no field {}", path(member.key().substr(0, 64))),
                   fmt::format("allowed: {}", fmt::join(asked_, ", "))};
  }
}

std::string text_of(const nlohmann::json& value, const std::string& where, std::size_t longest) {
  if (!value.is_string()) wrong_type(where, "a text");
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() > longest) out_of_range(where, fmt::format("at most {} bytes", longest));
  return text;
}

}  // namespace sesame::sim
