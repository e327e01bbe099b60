#include "sim/server/json_body.hpp"

#include <fmt/format.h>

#include <vector>

#include "firmware/core/bytes.hpp"
#include "sim/server/message.hpp"

namespace sesame::sim {

namespace {

constexpr int kDeepest = 16;

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

nlohmann::json parse_json(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return nlohmann::json::object();
  bool too_deep = false, twice = false;
  std::vector<std::set<std::string>> names;
  const auto look = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > kDeepest) too_deep = true;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second) twice = true;
    return true;
  };
  nlohmann::json value = nlohmann::json::parse(text, look, false);
  if (value.is_discarded() || too_deep || twice) {
    wipe_texts(value);
    throw ApiError{400, "malformed_json",
                   too_deep && !value.is_discarded() ? "the body is nested too deeply"
                   : twice && !value.is_discarded()  ? "a name is given twice in the body"
                                                     : "the body is no JSON",
                   "send one JSON object, in UTF-8"};
  }
  return value;
}

void wipe_texts(nlohmann::json& value) {
  if (value.is_string()) {
    std::string& text = value.get_ref<std::string&>();
    wipe(text.data(), text.size());
  }
  if (value.is_structured()) {
    for (nlohmann::json& member : value) wipe_texts(member);
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
