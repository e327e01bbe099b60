// What tests of a person with a reader share.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::e2e {

using Arguments = std::vector<std::string>;

inline Arguments operator+(Arguments one, const Arguments& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

inline nlohmann::json object(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return nlohmann::json::parse(outcome.out);
}

inline std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Without what is said on the way, before the line that counts.
inline std::string without_notices(const std::string& text) {
  std::string out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const bool notice = line.find("This is said once.") != std::string::npos ||
                        line.find("insert a card") != std::string::npos ||
                        line.find("type the PIN at") != std::string::npos;
    if (!notice) out += line + "\n";
  }
  return out;
}

}  // namespace sesame::e2e
