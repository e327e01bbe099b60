// Values in the place of {name} in a scenario: a row of its parameters, or what an include gives along.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/document/node.hpp"
#include "host/document/value.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

class Parameters {
 public:
  Parameters() = default;
  // A table: `with` of an include, or a row; Failure(Failure::invalid) where it is none, or a name cannot be
  // one. Those of `outer` that have another name are there, too.
  explicit Parameters(const document::Value& table, const Parameters* outer = nullptr);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  // A copy in which all is filled in. A text that is {name} alone becomes the value itself, of whatever kind;
  // inside a text a value stands as it is written. What is no name of a parameter is left as it is. Failure:
  // a list or a table inside a text; a value that is a PIN and something else, too.
  document::Node filled(const document::Node& node, const document::Reporter& reporter) const;

  // Refuses the first that was put nowhere.
  void refuse_unused() const;
  std::vector<Parameter> shown() const;

 private:
  struct One {
    std::string name;
    document::Value given;
    mutable bool is_used = false, is_pin = false;
  };

  const One* find(std::string_view name) const;
  void use(const One& one, const document::Node& where) const;
  document::Node filled_text(const document::Node& node, const document::Reporter& reporter) const;

  std::list<One> own_;
  const Parameters* outer_ = nullptr;
};

}  // namespace sesame::sim
