// Strict reading of JSON bodies: what is not understood is refused, never ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "host/secret.hpp"

namespace sesame::sim {

// ApiError malformed_json: it is none, or is nested deeper than 16. An empty text is {}. Names given twice: malformed_json.
nlohmann::json parse_json(std::string_view text);

// Overwrites every text in it: where a PIN was among them.
void wipe_texts(nlohmann::json& value);

// The members of an object. Each member is asked for once, with its type: ApiError wrong_type or out_of_range names it.
// In the end done() refuses what nobody asked for: unknown_field.
class Fields {
 public:
  // `where` leads to it, in messages: "faults[2]"; empty for the body itself. ApiError wrong_type: no object.
  Fields(const nlohmann::json& value, std::string where);

  // Nothing where the member is absent or null.
  const nlohmann::json* find(const std::string& name);
  std::optional<std::string> text(const std::string& name, std::size_t longest);
  std::optional<std::uint64_t> number(const std::string& name, std::uint64_t least, std::uint64_t most);
  // Of exactly `digits` hexadecimal digits, in either case.
  std::optional<std::uint32_t> hex(const std::string& name, std::size_t digits);
  const nlohmann::json* array(const std::string& name, std::size_t longest);

  // The same, of a member that must be there: ApiError missing_field.
  std::string required_text(const std::string& name, std::size_t longest);
  const nlohmann::json& required_array(const std::string& name, std::size_t longest);

  void done() const;

  // "faults[2].at"
  std::string path(const std::string& name) const;

 private:
  const nlohmann::json& value_;
  std::string where_;
  std::set<std::string> asked_;
};

// A text that is no member of an object.
std::string text_of(const nlohmann::json& value, const std::string& where, std::size_t longest);

}  // namespace sesame::sim
