#include "tests/sim/server/schema.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace sesame::sim {

namespace {

using Json = nlohmann::json;

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool is_of_types(const Json& value, const Json& types) {
  if (types.is_string()) return is_of_type(value, types);
  return std::any_of(types.begin(), types.end(), [&](const Json& type) { return is_of_type(value, type); });
}

// Made once: a pattern is asked for again with every value.
const std::regex& regex_of(const std::string& pattern) {
  static std::map<std::string, std::regex> made;
  const auto [place, is_new] = made.try_emplace(pattern);
  if (is_new) place->second = std::regex(pattern);
  return place->second;
}

}  // namespace

const Json& Schema::resolve(const Json& node) const {
  const auto reference = node.find("$ref");
  if (reference == node.end()) return node;
  return resolve(document_.at(Json::json_pointer(reference->get<std::string>().substr(1))));
}

std::string Schema::mistake(const Json& unresolved, const Json& value, const std::string& at) const {
  const Json& schema = resolve(unresolved);
  static const std::set<std::string> kNotes{
      "description", "default",  "discriminator", "maxLength", "minimum", "maximum",
      "minItems",    "maxItems", "properties",    "required",  "items",   "additionalProperties"};
  for (const auto& [keyword, rule] : schema.items()) {
    if (keyword == "type") {
      if (!is_of_types(value, rule)) return at + " is not of type " + rule.dump();
    } else if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end())
        return at + " is not one of " + rule.dump();
    } else if (keyword == "const") {
      if (value != rule) return at + " is not " + rule.dump();
    } else if (keyword == "pattern") {
      if (value.is_string() && !std::regex_search(value.get<std::string>(), regex_of(rule))) {
        return at + " does not match " + rule.dump();
      }
    } else if (keyword == "oneOf" || keyword == "anyOf") {
      const auto fits = std::count_if(rule.begin(), rule.end(),
                                      [&](const Json& one) { return mistake(one, value, at).empty(); });
      if (fits == 0 || (keyword == "oneOf" && fits != 1))
        return at + " fits " + std::to_string(fits) + " of " + keyword;
    } else if (kNotes.count(keyword) == 0) {
      return at + ": the checker does not know " + keyword;
    }
  }
  if (value.is_number_integer()) {
    if (schema.contains("minimum") && value < schema["minimum"]) return at + " is too small";
    if (schema.contains("maximum") && value > schema["maximum"]) return at + " is too large";
  }
  if (value.is_string() && schema.contains("maxLength") &&
      value.get<std::string>().size() > schema["maxLength"]) {
    return at + " is too long";
  }
  if (value.is_array()) {
    if (schema.contains("minItems") && value.size() < schema["minItems"]) return at + " has too few";
    if (schema.contains("maxItems") && value.size() > schema["maxItems"]) return at + " has too many";
    for (std::size_t i = 0; schema.contains("items") && i < value.size(); ++i) {
      const std::string found = mistake(schema["items"], value[i], at + "[" + std::to_string(i) + "]");
      if (!found.empty()) return found;
    }
  }
  if (!value.is_object()) return "";
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) return at + " has no " + name.get<std::string>();
  }
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : value.items()) {
    if (!properties.contains(name)) {
      if (!schema.value("additionalProperties", true))
        return at + " has " + name + ", which is not described";
      continue;
    }
    const std::string found = mistake(properties[name], member, at + "." + name);
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace sesame::sim
