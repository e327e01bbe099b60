// Golden screens: recorded once, read by a person, and then the same forever. Those of FILE are in
// FILE.golden:
//
//     # Golden screens of FILE, recorded with: sesame scenario --record FILE
//
//     [code]
//     |Code Sésame     |
//     |4251 1495       |
//
//     [afterwards]
//     dark
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/device.hpp"

namespace sesame::sim {

// What is compared: the rows, with their blanks; none of a dark screen.
using GoldenScreen = std::vector<std::string>;
GoldenScreen golden_of(const Look& look);

class GoldenFile {
 public:
  explicit GoldenFile(const std::string& scenario_file)
      : scenario_(scenario_file), path_(scenario_file + ".golden") {}

  const std::string& path() const { return path_; }
  // Reads it, if there is one. Failure (usage): "FILE:LINE: …", it is not like the above.
  void read();
  const GoldenScreen* find(const std::string& name) const;
  bool empty() const { return screens_.empty(); }

  // Puts a screen after the others. Failure (environment): the file cannot be written; it is then as it was.
  void add(const std::string& name, GoldenScreen screen) { screens_.emplace_back(name, std::move(screen)); }
  void write() const;

 private:
  void read_line(std::string_view line, std::size_t number);

  std::string scenario_, path_;
  std::vector<std::pair<std::string, GoldenScreen>> screens_;
};

}  // namespace sesame::sim
