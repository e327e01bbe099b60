// A checker of the JSON Schema that openapi.json is written in: the keywords it uses, and no others.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sesame::sim {

class Schema {
 public:
  explicit Schema(const nlohmann::json& document) : document_(document) {}

  // What is wrong with the value, with the path to it; empty: nothing. A keyword that is not known is wrong,
  // too.
  std::string mistake(const nlohmann::json& schema, const nlohmann::json& value,
                      const std::string& at = "$") const;
  // Follows a $ref, if it is one.
  const nlohmann::json& resolve(const nlohmann::json& node) const;

 private:
  const nlohmann::json& document_;
};

}  // namespace sesame::sim
