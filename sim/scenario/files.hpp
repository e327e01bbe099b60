// The scenario files that were named.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sesame::sim {

struct Found {
  std::vector<std::string> files;
  std::size_t left_alone = 0;  // *.toml in folders that are no scenarios: cards, models, steps for others
};

// A file stands for itself, a folder for every scenario (*.toml; is_scenario()) in it and below, in
// alphabetical order of their paths, without hidden ones. In the order named, each once. Failure (usage):
// there is no such file, or no scenario in a folder; (environment): a folder cannot be read.
Found find_scenarios(const std::vector<std::string>& files_and_folders);

}  // namespace sesame::sim
